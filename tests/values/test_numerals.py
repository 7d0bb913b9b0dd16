"""Numbers of all spellings."""

import pytest

from hyllm.values import Refusal, parse_number

NUMBERS: list[tuple[str, int | float | None]] = [
    ("36", 36),
    ("１２０", 120),
    ("1,200", 1200),
    ("1，200", 1200),
    ("1 200", 1200),
    ("12.5", 12.5),
    ("12．5", 12.5),
    ("0", 0),
    ("0.8", 0.8),
    ("1.5万", 15_000),
    ("12.3亿", 1_230_000_000),
    ("32.99亿", 3_299_000_000),
    ("1.2万亿", 1_200_000_000_000),
    ("5千万", 50_000_000),
    ("1亿2千万", 120_000_000),
    ("1亿2000万", 120_000_000),
    ("3万5000", 35_000),
    ("十", 10),
    ("十二", 12),
    ("三十六", 36),
    ("廿九", 29),
    ("卅一", 31),
    ("一百零八", 108),
    ("一百一十", 110),
    ("一百二", 120),
    ("三千五", 3_500),
    ("两千三百", 2_300),
    ("二千零五", 2_005),
    ("一万二", 12_000),
    ("一万零二百", 10_200),
    ("两亿", 200_000_000),
    ("一亿二千万", 120_000_000),
    ("百亿", 10_000_000_000),
    ("千万", 10_000_000),
    ("二〇二〇", 2020),
    ("一二三", 123),
    ("十二点五", 12.5),
    ("壹佰贰拾", 120),
    ("萬", 10_000),
    ("", None),
    ("三五百", None),
    ("七八", None),
    ("五六十", None),
    ("3000余万", None),
    ("数十", None),
    ("2万3", None),
    ("1.5亿2千万", None),
    ("1,20", None),
    ("12.3.4", None),
    ("3·5", None),
    ("007", None),
    ("万万", None),
    ("一百百", None),
    ("二三十", None),
    ("5G", None),
    ("15%", None),
    ("两个", None),
    ("许多", None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_read_exactly(text: str, number: int | float | None) -> None:
    found = parse_number(text)
    assert isinstance(found, Refusal) if number is None else found == number


def test_a_whole_number_is_an_int() -> None:
    assert isinstance(parse_number("12.3亿"), int)
    assert isinstance(parse_number("2.0"), int)
    assert isinstance(parse_number("2.5"), float)
