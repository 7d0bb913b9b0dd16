"""When two values are equal, and in what way they differ."""

from datetime import date as calendar_date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyllm.schemas import Money, Quantity
from hyllm.scoring._edtf import days
from hyllm.scoring._fields import Comparator, Piece
from hyllm.scoring._texts import dice, distance, folded, similarity
from hyllm.scoring._values import Value, key_of, subtype
from hyllm.text import fold
from hyllm.values import DateValue, parse_date, parse_money, parse_quantity
from tests.scoring.making import date, money, quantity

EQUAL: list[tuple[Comparator, Any, Any, bool]] = [
    ("text", "西渡 镇", "西渡\n镇", True),
    ("text", "“钟表”小镇", '"钟表"小镇', True),
    ("text", "ＡＢ（一）", "AB(一)", True),
    ("text", "甲—乙", "甲——乙", True),
    ("text", "阿·里", "阿•里", True),
    ("text", "钟表小镇项目", "钟表小镇", False),
    ("name", "钟表小镇项目", "钟表小镇", True),
    ("name", "项目", "项目", True),
    ("name", "张健国", "张建国", False),
    ("date", date("七月", "2020-07"), date("7月", "2020-07"), True),
    ("date", date("7月", "2020-07"), date("7月1日至31日", "2020-07-01/2020-07-31"), True),
    ("date", date("全年", "2021"), date("1至12月", "2021-01/2021-12"), True),
    ("date", date("7月", "2020-07"), date("7月", "2020-08"), False),
    ("date", date("7月", None), date("7月", "2020-07"), False),
    ("date", date("随后", None), date("随 后", None), True),
    ("date", date("随后", None), date("之后", None), False),
    ("date", date("8月起", "2020-08/.."), date("8月以来", "2020-08/.."), True),
    ("amount", money("8600万元", 86_000_000), money("0.86亿元", 86_000_000.0), True),
    ("amount", money("8600万元", 86_000_000), money("8600亿元", 860_000_000_000), False),
    ("amount", money("约1亿元", 10**8, bound="about"), money("1亿元", 10**8), False),
    ("amount", money("1亿元", 10**8), quantity("1亿元", 10**8, "元"), False),
    ("amount", money("若干", None, bound=None), money("若 干", None, bound=None), True),
    ("amount", money("若干", None, bound=None), money("不详", None, bound=None), False),
    ("amount", quantity("3家", 3, "家"), quantity("3个", 3, "个"), False),
    ("choice", "signed", "started", False),
    ("number", 24, 24.0, True),
]


@pytest.mark.parametrize(("compare", "first", "second", "equal"), EQUAL)
def test_equality(compare: Comparator, first: Any, second: Any, equal: bool) -> None:
    assert (key_of(compare, first) == key_of(compare, second)) is equal


WRITINGS: list[tuple[str, str]] = [
    ("8600万元", "8600 万元"),
    ("二十五亿元", "25亿元"),
    ("0.5亿元", "5000万元"),
    ("3亿至5亿元", "3至5亿元"),
    ("约25亿元", "25亿元左右"),
    ("200亿元以上", "超过200亿元"),
]


@pytest.mark.parametrize(("first", "second"), WRITINGS)
def test_two_writings_of_a_sum_are_equal(first: str, second: str) -> None:
    sides = [Money(text=text, **vars_of(parse_money(text))).model_dump() for text in (first, second)]

    assert key_of("amount", sides[0]) == key_of("amount", sides[1])


@pytest.mark.parametrize(
    ("first", "second"), [("2亿只", "二亿只"), ("30万平方米", "300000平方米"), ("１２００亩", "1,200亩")]
)
def test_two_writings_of_a_quantity_are_equal(first: str, second: str) -> None:
    sides = [Quantity(text=text, **vars_of(parse_quantity(text))).model_dump() for text in (first, second)]

    assert key_of("amount", sides[0]) == key_of("amount", sides[1])


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


@pytest.mark.parametrize(
    ("first", "second"), [("上半年", "1至6月"), ("三季度", "7至9月"), ("11月16日至17日", "11月16日—17日")]
)
def test_two_writings_of_a_date_are_equal(first: str, second: str) -> None:
    values = [parse_date(text, issue_date="2021-11-18") for text in (first, second)]
    sides = [{"text": "", "edtf": value.edtf} for value in values if isinstance(value, DateValue)]

    assert len(sides) == 2
    assert key_of("date", sides[0]) == key_of("date", sides[1])


DIFFERENT: list[tuple[Comparator, Any, Any, str]] = [
    ("name", "衡阳钟表小镇", "钟表小镇", "substring"),
    ("name", "张健国", "张建国", "confusable"),
    ("name", "张健国", "张伟国", "edit1"),
    ("name", "张健国", "李四", "other"),
    ("date", date("7月", "2020-07"), date("2020年", "2020"), "coarser"),
    ("date", date("7月", "2020-07"), date("7月2日", "2020-07-02"), "finer"),
    ("date", date("7月", "2020-06/2020-08"), date("7月", "2020-08/2020-09"), "overlap"),
    ("date", date("7月", "2020-07"), date("7月", "2021-07"), "disjoint"),
    ("date", date("7月", "2020-07"), date("7月"), "unresolved"),
    ("amount", money("", 86_000_000), money("", 860_000_000_000), "unit"),
    ("amount", money("", 86_000_000), money("", 85_000_000), "other"),
    ("amount", money("", 10**8), money("", 10**8, bound="about"), "bound"),
    ("amount", money("", 10**8), money("", None), "unresolved"),
    ("choice", "conference", "forum", "conference → forum"),
]


@pytest.mark.parametrize(("compare", "right", "wrong", "expected"), DIFFERENT)
def test_sub_types(compare: Comparator, right: Any, wrong: Any, expected: str) -> None:
    sides = [Value(key_of(compare, raw), (raw,), "x") for raw in (right, wrong)]

    assert subtype((Piece((), compare),), sides[0], sides[1]) == expected


INTERVALS: list[tuple[str, str, str]] = [
    ("2020-07-29", "2020-07-29", "2020-07-29"),
    ("2020-02", "2020-02-01", "2020-02-29"),
    ("2020", "2020-01-01", "2020-12-31"),
    ("2020-07/2020-09", "2020-07-01", "2020-09-30"),
    ("2023-23", "2023-09-01", "2023-11-30"),
    ("2023-24", "2023-12-01", "2024-02-29"),
    ("197X", "1970-01-01", "1979-12-31"),
    ("18XX", "1800-01-01", "1899-12-31"),
]


@pytest.mark.parametrize(("edtf", "first", "last"), INTERVALS)
def test_dates_are_intervals_of_days(edtf: str, first: str, last: str) -> None:
    found = days(edtf)

    assert found is not None
    assert found == tuple(calendar_date.fromisoformat(side).toordinal() for side in (first, last))


@pytest.mark.parametrize("edtf", ["", "2020-13", "2020-02-30", "X", "2020-09/2020-07", "2020-7", "heute"])
def test_what_is_no_date_has_no_days(edtf: str) -> None:
    assert days(edtf) is None


texts = st.text(alphabet=st.sampled_from('甲乙丙丁AB１1·•—-“" \u0301\u3000項目'), max_size=9)


@given(texts)
def test_the_fast_fold_is_the_fold(text: str) -> None:
    assert folded(text) == fold(text)


@given(texts, texts)
def test_distance_is_levenshteins(first: str, second: str) -> None:
    previous = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        current = [i]
        for j, b in enumerate(second, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (a != b)))
        previous = current

    assert distance(first, second) == previous[-1]
    longest = max(len(first), len(second))
    expected = 1 - previous[-1] / longest if longest else 1.0
    assert similarity(first, second) == pytest.approx(expected)
    assert similarity(first, second, least=expected) == pytest.approx(expected)


def test_dice_counts_repeated_characters() -> None:
    assert dice("会会", "会") == pytest.approx(2 / 3)
    assert dice("甲乙", "丙") == 0
