"""Laws that hold for any text."""

import doctest
import importlib
import pkgutil
import string
import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hyllm import values
from hyllm.values import (
    DateValue,
    MoneyValue,
    QuantityValue,
    Refusal,
    is_vague_date,
    needs_anchor,
    parse_count,
    parse_date,
    parse_money,
    parse_number,
    parse_ordinal,
    parse_quantity,
)

LAW = settings(max_examples=100)
READERS: list[Callable[[str], object]] = [
    parse_count,
    parse_money,
    parse_number,
    parse_ordinal,
    parse_quantity,
    lambda text: parse_date(text, issue_date="2020-07-30", anchor="2019-02-28", sentence=f"将于{text}"),
]
FULL_WIDTH = str.maketrans(string.digits + ".-", "０１２３４５６７８９．－")

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))
cents = st.integers(min_value=1, max_value=10**7)
scales = st.sampled_from([("", 1), ("万", 10**4), ("亿", 10**8)])
words = st.text(
    alphabet="0123456789.,·-至到〇一二三两十百千万亿元亩人个年月日号季度前后起底初余多约近超第首次届数几半每/%"
    "()（），。 今去明昨同次当将",
    max_size=30,
)


@LAW
@given(cents, scales)
def test_money_that_is_rendered_reads_back(number: int, scale: tuple[str, int]) -> None:
    name, factor = scale
    whole, rest = divmod(number, 100)
    expected = number * factor / 100 if number * factor % 100 else number * factor // 100
    assert parse_money(f"{whole}.{rest:02}{name}元") == MoneyValue(expected, "CNY", "exact", None)


@LAW
@given(days, days)
def test_a_full_date_reads_back_whenever_the_paper_came_out(day: date, issue: date) -> None:
    text = f"{day.year}年{day.month}月{day.day}日"
    assert parse_date(text, issue_date=issue.isoformat()) == DateValue(day.isoformat())


@LAW
@given(days)
def test_a_date_of_the_last_weeks_needs_no_year(issue: date) -> None:
    day = date.fromordinal(issue.toordinal() - 20)
    assert parse_date(f"{day.month}月{day.day}日", issue_date=issue.isoformat()) == DateValue(day.isoformat())


@LAW
@given(days, st.sampled_from(["今年", "去年9月", "上半年", "三季度", "年底前", "2021年春"]))
def test_an_issue_date_known_to_the_month_fixes_the_same_year(issue: date, text: str) -> None:
    assert parse_date(text, issue_date=issue.isoformat()[:7]) == parse_date(
        text, issue_date=issue.isoformat()
    )


@LAW
@given(words)
@example("约12.3亿元以上")
@example("7月28日-8月3日")
@example("3-5万人")
def test_width_and_blanks_change_nothing(text: str) -> None:
    for read in READERS:
        plain = read(text)
        if not isinstance(plain, Refusal):
            assert read(text.translate(FULL_WIDTH)) == plain
            assert read(" \n".join(text)) == plain


@LAW
@given(words)
def test_an_upper_end_is_above_the_lower_and_belongs_to_a_range(text: str) -> None:
    money, quantity = parse_money(text), parse_quantity(text)
    if isinstance(money, MoneyValue):
        assert (money.bound == "range") == (money.upper is not None)
        assert money.upper is None or money.upper > money.amount
    if isinstance(quantity, QuantityValue):
        assert (quantity.bound == "range") == (quantity.upper is not None)
        assert quantity.upper is None or quantity.upper > quantity.value


@LAW
@given(cents, scales, st.sampled_from(["", "约", "近", "达", "总投资", "超过", "预计"]))
def test_above_is_a_lower_bound_whatever_stands_before(
    number: int, scale: tuple[str, int], before: str
) -> None:
    money = parse_money(f"{before}{number}{scale[0]}元以上")
    assert isinstance(money, MoneyValue)
    assert (money.amount, money.bound) == (number * scale[1], "at_least")


@LAW
@given(st.one_of(words, st.text()))
def test_any_text_is_read_or_refused_with_words(text: str) -> None:
    known = (int, float, MoneyValue, QuantityValue, DateValue, Refusal)
    for read in READERS:
        found = read(text)
        assert isinstance(found, known)
        if isinstance(found, Refusal):
            assert found.message
    assert isinstance(is_vague_date(text), bool)
    assert isinstance(needs_anchor(text), bool)


@LAW
@given(words, st.text(), st.text())
def test_odd_issue_dates_and_anchors_are_no_error(text: str, issue_date: str, anchor: str) -> None:
    assert isinstance(parse_date(text, issue_date=issue_date, anchor=anchor), (DateValue, Refusal))


@LAW
@given(words)
def test_every_date_is_edtf(text: str) -> None:
    found = parse_date(text, issue_date="2020-07-30", anchor="2019-02-28")
    if isinstance(found, DateValue):
        sides = found.edtf.split("/")
        assert len(sides) <= 2
        assert sides != ["..", ".."]
        assert all(side == ".." or _is_edtf(side) for side in sides)


def _is_edtf(side: str) -> bool:
    if len(side) == 4:
        return side[:2].isdigit() and side[2:].replace("X", "0").isdigit()
    year, month, *day = side.split("-")
    if 21 <= int(month) <= 24 and not day:
        return True
    return bool(date(int(year), int(month), int(day[0]) if day else 1))


@pytest.mark.parametrize("piece", "1 1, 一 百 1. 至 3亿元 约 1月 年 第1 (( 1-".split())
def test_long_text_is_refused_in_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    assert all(isinstance(read(text), Refusal) for read in READERS)
    assert time.process_time() - start < 4


def test_the_examples_of_the_docstrings_hold() -> None:
    names = [module.name for module in pkgutil.iter_modules(values.__path__, f"{values.__name__}.")]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.attempted for result in results) > 10
    assert not any(result.failed for result in results)


def test_the_package_exports_what_it_names() -> None:
    assert sorted(values.__all__) == values.__all__
    assert all(hasattr(values, name) for name in values.__all__)
