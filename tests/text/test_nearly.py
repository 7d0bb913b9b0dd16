"""Words with a few wrong characters: every place is found that a search of all places would find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from hyllm.text._nearly import allowed_differences, nearly


@pytest.mark.parametrize(
    ("length", "allowed"), [(7, 0), (8, 1), (9, 1), (10, 2), (12, 3), (24, 3), (40, 5), (160, 20), (1001, 0)]
)
def test_how_many_characters_may_be_wrong(length: int, allowed: int) -> None:
    assert allowed_differences(length) == allowed


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("米粉加工厂迎来订货商", "米粉加工厂迎来订货商"),
        ("米粉加丁厂迎来订货商", "米粉加工厂迎来订货商"),
        ("米粉加工厂迎来订货", "米粉加工厂迎来订货"),
        ("来粉加工厂迎来订货商", "米粉加工厂迎来订货商"),  # the wrong character at its beginning
        ("米粉加工厂迎来订货啇", "米粉加工厂迎来订货商"),  # and at its end
        ("米粉加工厂迎来订商", "米粉加工厂迎来订货商"),  # one lost before the last
        ("米加工厂迎来订货商", "米粉加工厂迎来订货商"),
        ("米粉加工工厂迎来订货商", "米粉加工厂迎来订货商"),
    ],
)
def test_the_ends_are_fitted(words: str, place: str) -> None:
    text = "今日米粉加工厂迎来订货商数家"

    assert [text[begin:stop] for begin, stop in nearly(text, words, [(0, len(text))])] == [place]


def test_only_the_windows_are_searched_and_the_closest_places_given() -> None:
    text = "米粉加工厂迎来订货商,米粉加丁厂迎来订货商,米粉加工厂迎来订货商"

    assert nearly(text, "米粉加工厂迎来订货商", [(0, 21)]) == [(0, 10)]
    assert nearly(text, "米粉加工厂迎来订货商", [(11, 21)]) == [(11, 21)]
    assert nearly(text, "米粉加工厂迎来订货商", [(0, len(text))]) == [(0, 10), (22, 32)]


HAN = st.text(alphabet="甲乙丙丁戊己庚辛", min_size=12, max_size=30)


@settings(max_examples=100)
@given(HAN, HAN, HAN, st.data())
def test_no_place_with_three_wrong_characters_is_overlooked(
    before: str, words: str, after: str, data: st.DataObject
) -> None:
    text = before + words + after
    wrong = data.draw(st.sets(st.integers(0, len(words) - 1), min_size=1, max_size=3))
    misread = "".join("龘" if n in wrong else character for n, character in enumerate(words))

    found = nearly(text, misread, [(0, len(text))])

    assert found
    assert all(Levenshtein.distance(misread, text[begin:stop]) <= len(wrong) for begin, stop in found)


@settings(max_examples=100)
@given(HAN, HAN)
def test_what_is_found_differs_in_no_more_than_is_allowed(text: str, words: str) -> None:
    for begin, stop in nearly(text, words, [(0, len(text))]):
        assert Levenshtein.distance(words, text[begin:stop]) <= allowed_differences(len(words))
