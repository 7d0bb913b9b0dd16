"""Where words stand: the record's own units first, then near them, then the page."""

import pytest

from hyllm.text import Locator, joined, locate

PAGE = (
    "新塘铜业园开工。\n\n"  # 1
    "本报讯 ３月２日，新塘铜业园开工，总投资25亿元，一期5亿元。"  # 2
    "园区占地 800\n亩。\n\n"  # 3 4
    "另讯 霞流米粉厂投资5亿元，今年投产。"  # 5
    "厂长说，首年可产米粉5万吨。\n\n"  # 6
    "洣水桥通车。桥长800米。桥宽20米。桥高12米。桥面两侧种树。"  # 7 8 9 10 11
    "市民张明说好。张明华也说好。"  # 12 13
)


def place(words: str, *own: int) -> tuple[str | None, str]:
    locator = Locator(PAGE)
    found = locator.find(words, own)
    text = None if found.start is None else PAGE[found.start : found.end]
    return text, found.status


@pytest.mark.parametrize(
    ("words", "own", "text", "status"),
    [
        ("总投资25亿元", (2,), "总投资25亿元", "exact"),
        ("3月2日", (2,), "３月２日", "normalised"),
        ("800亩", (3, 4), "800\n亩", "normalised"),
        ("80亩", (3,), None, "missing"),
        ("6亿元", (2,), None, "missing"),
        ("", (2,), None, "missing"),
        (" ", (2,), None, "missing"),
    ],
)
def test_words_are_found_as_they_stand(
    words: str, own: tuple[int, ...], text: str | None, status: str
) -> None:
    assert place(words, *own) == (text, status)


def test_the_records_own_units_decide_which_occurrence_is_meant() -> None:
    locator = Locator(PAGE)

    assert locator.find("5亿元", [2]).start == PAGE.index("一期5亿元") + 2
    assert locator.find("5亿元", [5]).start == PAGE.index("投资5亿元，今年") + 2


def test_a_number_is_not_found_inside_a_longer_one() -> None:
    assert locate("5亿元", "总投资25亿元").status == "missing"
    assert locate("5亿元", "总投资1.5亿元").status == "missing"
    assert locate("五亿元", "总投资十五亿元").status == "missing"
    assert locate("20", "占地200亩").status == "missing"
    assert locate("5亿元", "第3、5亿元级园区").status == "exact"


def test_near_units_come_before_the_rest_of_the_page() -> None:
    found = Locator(PAGE).find("新塘铜业园", [3])

    assert (found.start, found.status) == (PAGE.index("新塘铜业园开工，"), "exact")


def test_several_places_elsewhere_are_ambiguous_and_the_nearest_is_given() -> None:
    found = Locator(PAGE).find("新塘铜业园", [11])

    assert (found.start, found.status) == (PAGE.rindex("新塘"), "ambiguous")


def test_the_only_place_elsewhere_is_no_ambiguity() -> None:
    assert place("霞流米粉厂", 12) == ("霞流米粉厂", "exact")


def test_without_units_several_places_are_ambiguous() -> None:
    assert place("新塘铜业园") == ("新塘铜业园", "ambiguous")


POSTS = (
    "副市长方自强、副市长林子安到会。任命林子安为甲局局长，方自强为乙局局长。甲园投资5亿元，乙园投资5亿元。"
)


@pytest.mark.parametrize(
    ("words", "beside", "where"),
    [
        ("副市长", "方自强", "副市长方"),
        ("副市长", "林子安", "副市长林"),
        ("局长", "甲局", "局长，"),
        ("局长", "乙局", "局长。"),
        ("5亿元", "甲园", "5亿元，"),
        ("5亿元", "乙园", "5亿元。"),
    ],
)
def test_of_several_places_the_one_is_meant_that_goes_with_what_the_words_belong_to(
    words: str, beside: str, where: str
) -> None:
    locator = Locator(POSTS)
    own = [unit.number for unit in locator.units]

    found = locator.find(words, own, locator.places(beside, own))

    assert found.start == POSTS.index(where)


def test_words_may_run_over_neighbouring_units_of_the_record() -> None:
    assert place("今年投产。厂长说", 5, 6) == ("今年投产。厂长说", "exact")


def test_spans_of_neighbours_are_one_and_unknown_numbers_are_passed_over() -> None:
    locator = Locator(PAGE)

    spans = locator.span([4, 2, 3, 99, 0, -1, 8])

    assert [PAGE[start:end][:4] for start, end in spans] == ["本报讯 ", "桥长80"]


def test_the_sentence_at_a_place_is_its_unit() -> None:
    locator = Locator(PAGE)

    assert locator.sentence(PAGE.index("桥长")) == "桥长800米。"
    assert locator.sentence(PAGE.index("\n\n")) == ""


def test_joined_drops_line_breaks_and_the_white_space_around_them_alone() -> None:
    assert joined(" 占地 800 \r\n\n  亩 地 ") == "占地 800亩 地"
