"""The codebook's rules that code applies: each a small function with its table."""

import pytest

from hyllm.resolve._rules import (
    computed,
    distinct_names,
    furthest_reached,
    is_no_place,
    is_only_in,
    stated_roles,
)
from hyllm.schemas import Date, Evidence, Milestone, Project
from hyllm.text import fold

PAGE = fold("洣水湾康养城项目在衡东县洣水镇开工。洣水湾集团投资。洣水湾康养城由衡东县主导。")


@pytest.mark.parametrize(
    ("aliases", "kept"),
    [
        (["“洣水湾”康养城"], []),
        (["洣水湾康养城项目"], []),
        (["洣水湾 康养城", "康养城"], ["康养城"]),
        (["康养城", "康养城项目"], ["康养城"]),
        ([], []),
    ],
)
def test_an_alias_differs_in_more_than_marks_blanks_or_a_closing_word(
    aliases: list[str], kept: list[str]
) -> None:
    assert distinct_names("洣水湾康养城", aliases) == kept


@pytest.mark.parametrize(
    ("words", "inside"),
    [("洣水湾", False), ("康养城", True), ("衡东县", False), ("不在版上", False), ("洣水湾康养城", True)],
)
def test_words_stand_only_in_a_name_if_no_other_place_has_them(words: str, inside: bool) -> None:
    assert is_only_in(words, ["洣水湾康养城"], PAGE) is inside


@pytest.mark.parametrize(
    ("place", "dropped"),
    [
        (None, False),
        ("衡东县洣水镇", False),
        ("衡阳", True),
        ("衡阳市", True),
        ("我市", True),
        ("康养城", True),
        ("耒阳市", False),
    ],
)
def test_the_papers_own_city_is_no_place(place: str | None, dropped: bool) -> None:
    assert is_no_place(place, ["洣水湾康养城"], PAGE, "衡阳") is dropped


@pytest.mark.parametrize(
    ("roles", "stated"),
    [
        (["spoke", "attended"], ["spoke"]),
        (["attended"], ["attended"]),
        ([], ["attended"]),
        (["instructed"], ["instructed"]),
        (["instructed", "attended"], ["instructed", "attended"]),
        (["chaired", "chaired", "spoke"], ["chaired", "spoke"]),
    ],
)
def test_attended_is_stated_only_where_no_other_role_implies_it(roles: list[str], stated: list[str]) -> None:
    assert stated_roles(roles) == stated


def milestone(
    stage: str, status: str = "reached", text: str | None = None, edtf: str | None = None
) -> Milestone:
    date = None if text is None else Date(text=text, edtf=edtf)
    return Milestone.model_validate({"stage": stage, "status": status, "date": date})


def project(*milestones: Milestone) -> Project:
    return Project(
        name="甲",
        aliases=[],
        milestones=list(milestones),
        parties=[],
        figures=[],
        evidence=[Evidence(quote="甲")],
    )


@pytest.mark.parametrize(
    ("milestones", "stage"),
    [
        ([], None),
        ([milestone("operating", "expected")], None),
        ([milestone("building"), milestone("signed"), milestone("operating", "expected")], "building"),
        ([milestone("planned"), milestone("operating", "expected")], "planned"),
    ],
)
def test_the_stage_is_the_furthest_reached(milestones: list[Milestone], stage: str | None) -> None:
    furthest = furthest_reached(milestones)

    assert (furthest and furthest.stage) == stage


def test_stage_and_its_date_are_computed() -> None:
    finished = computed(project(milestone("signed", text="3月", edtf="2022-03"), milestone("started")), None)

    assert isinstance(finished, Project)
    assert (finished.stage, finished.stage_date) == ("started", None)
    unknown = computed(project(milestone("completed", "expected")), None)
    assert isinstance(unknown, Project)
    assert unknown.stage == "unknown"


@pytest.mark.parametrize(
    ("text", "edtf", "expected"),
    [
        ("即日起", "2022-03-18/..", "2022-03-18"),
        ("今年以来", "2022/..", "2022"),
        ("3月起", "2022-03/..", "2022-03/.."),
        ("3月", "2022-03", "2022-03"),
    ],
)
def test_a_milestone_is_reached_on_the_day_not_from_it_on(text: str, edtf: str, expected: str) -> None:
    finished = computed(project(milestone("operating", text=text, edtf=edtf)), None)

    assert isinstance(finished, Project)
    assert finished.stage_date == Date(text=text, edtf=expected)
