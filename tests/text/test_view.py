"""The match form of a text, and the way back from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyllm.text import MatchView, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("投资 ５０ 亿元", "投资50亿元"),
        ("“甲”‘乙’「丙」", '"甲""乙""丙"'),
        ("甲，乙；丙：丁（戊）", "甲,乙;丙:丁(戊)"),
        ("甲——乙—丙－丁", "甲-乙-丙-丁"),
        ("陈\n  宝\u3000山", "陈宝山"),
        ("甲\u200b乙\ufeff丙", "甲乙丙"),
        ("祁\ufe00东\U000e0101县", "祁东县"),
        ("阿·甲•乙・丙", "阿·甲·乙·丙"),
        ("㎡ ①", "m21"),
        ("", ""),
    ],
)
def test_what_ocr_and_models_disagree_about_is_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_folded_character_knows_its_origin() -> None:
    text = "计划 投资５ ０亿元——约三年"
    view = MatchView(text)
    begin = view.text.index("50亿元")

    start, end = view.span(begin, begin + 4)

    assert text[start:end] == "５ ０亿元"


def test_a_mark_that_combines_stays_with_its_character() -> None:
    text = "cafe\u0301店"
    view = MatchView(text)
    begin = view.text.index("é")

    assert view.span(begin, begin + 1) == (3, 5)


@given(st.text(max_size=80))
def test_each_folded_character_folds_from_its_own_slice(text: str) -> None:
    view = MatchView(text)

    for index, character in enumerate(view.text):
        start, end = view.span(index, index + 1)
        assert 0 <= start < end <= len(text)
        assert character in fold(text[start:end])


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
