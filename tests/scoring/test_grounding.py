"""Grounding: in the source, at the right place, out of nowhere."""

from typing import Any

import pytest

from hyllm.scoring import PageText
from tests.scoring.making import Json, date, money, numbers, official, page, post, project

TEXT = "甲厂开工，投资2亿元。乙厂去年投资两亿元，\n已投产。市委书记朱健出席。"


def grounding(gold: Json, predicted: Json, text: str = TEXT, **more: Any) -> Json:
    return numbers(gold, predicted, texts={"p1": PageText(text, "2021-11-07", **more)})["grounding"]


def mark(at: str, words: str, text: str = TEXT, start: int | None = None) -> Json:
    place = text.index(words) if start is None else start
    return {"at": at, "start": place, "end": place + len(words), "status": "exact"}


def gold() -> Json:
    return page(
        projects=[project("甲厂", investment=money("2亿元", 2 * 10**8), evidence=[{"quote": "甲厂开工"}])]
    )


def test_without_the_pages_text_nothing_is_scored() -> None:
    found = numbers(gold(), gold())["grounding"]

    assert found["pages"] == 0
    assert found["hallucinated"] is None
    assert found["grounded_correct"]["F1"] is None
    assert found["unclaimed"] is None


def test_right_and_located_is_grounded() -> None:
    predicted = gold() | {
        "grounding": [mark("/projects/0/name", "甲厂"), mark("/projects/0/investment/text", "2亿元")]
    }
    found = grounding(gold(), predicted)

    assert found["grounded_correct"]["F1"] == 1.0
    assert found["in_source"] == 1.0
    assert found["span_ok"] == 1.0
    assert found["right_place"] == 1.0
    assert found["hallucinated"] == 0.0


def test_right_but_not_located_is_not_grounded() -> None:
    predicted = gold() | {
        "grounding": [mark("/projects/0/name", "甲厂"), {"at": "/projects/0/investment/text", "start": None}]
    }

    assert grounding(gold(), predicted)["grounded_correct"]["cor"] == 1


def test_the_wrong_occurrence_is_not_the_right_place() -> None:
    text = "甲厂开工，投资2亿元。乙厂也投资2亿元。"
    predicted = gold() | {
        "grounding": [
            mark("/projects/0/name", "甲厂", text),
            mark("/projects/0/investment/text", "2亿元", text, start=text.rindex("2亿元")),
        ]
    }

    assert grounding(gold(), predicted, text)["right_place"] == 0.5
    one_article = ((0, len(text), "a"),)
    assert grounding(gold(), predicted, text, articles=one_article)["right_place"] == 1.0


def test_a_value_that_words_of_the_page_state_is_in_the_source() -> None:
    predicted = page(projects=[project("甲厂", investment=money("200000000元", 2 * 10**8))])

    assert grounding(gold(), predicted)["in_source"] == 1.0


def test_wrong_and_nowhere_on_the_page_is_hallucinated() -> None:
    predicted = page(projects=[project("甲厂", investment=money("9亿元", 9 * 10**8), place="火星")])
    found = grounding(gold(), predicted)

    assert found["hallucinated"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["plausible"] == 0.0


def test_spurious_but_on_the_page_is_plausible() -> None:
    predicted = page(projects=[*gold()["projects"], project("乙厂")])
    found = grounding(gold(), predicted)

    assert found["plausible"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["hallucinated"] == 0.0


def test_a_slice_with_other_words_is_no_good_span() -> None:
    predicted = gold() | {"grounding": [mark("/projects/0/name", "乙厂")]}

    assert grounding(gold(), predicted)["span_ok"] == 0.0


def test_a_choice_rests_on_its_records_evidence() -> None:
    right = page(officials=[official("朱健", post("市委", "书记"), evidence=[{"quote": "市委书记朱健"}])])

    assert grounding(right, right)["grounded_correct"]["F1"] == 1.0


def test_dates_are_in_the_source_by_what_they_mean() -> None:
    text = "去年5月，甲厂开工。"
    started = {"stage": "started", "status": "reached", "date": date("2020年5月", "2020-05")}
    right = page(projects=[project("甲厂", milestones=[started])])

    assert grounding(right, right, text)["in_source"] == 1.0


def test_unclaimed_values_that_gold_claims_are_counted() -> None:
    predicted = page(projects=[project("甲厂")]) | {
        "unclaimed": [{"type": "money", "text": "2 亿元"}, {"type": "money", "text": "两亿元"}]
    }
    found = grounding(gold(), predicted)

    assert (found["unclaimed"], found["unclaimed_in_gold"]) == (2, 1)


@pytest.mark.parametrize(
    ("compare", "raw", "stands"),
    [
        ("amount", money("2亿元", 2 * 10**8), True),
        ("amount", money("3亿元", 3 * 10**8), False),
        ("date", {"text": "1月7日", "edtf": None}, True),
        ("date", {"text": "1月", "edtf": None}, True),
        ("date", {"text": "7日晚", "edtf": None}, False),
        ("name", "3亿", True),
    ],
)
def test_a_part_of_a_longer_number_is_not_on_the_page(compare: Any, raw: Any, stands: bool) -> None:
    page = PageText("甲厂去年1月17日开工，1月7日签约，投资2亿元，乙厂投资2.3亿元。", "2021-11-07")

    assert page.holds(compare, raw) is stands
