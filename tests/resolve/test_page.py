"""From readings to records: words located, values computed, nothing dropped, everything marked."""

import json
from typing import Any

from hyllm.answers import read_answer
from hyllm.kinds import KINDS
from hyllm.marks import Problem
from hyllm.resolve import Resolved, resolve_page
from hyllm.schemas import Project, reading_model
from hyllm.text import Locator

ALL = tuple(KINDS.values())
PAGE = (
    "新塘铜业园签约\n\n"  # 1
    "本报讯 昨日上午，新塘铜业园项目签约仪式在衡东县举行，县长方自强主持。"  # 2
    "园区总投资约25亿元，占地 800 亩。"  # 3
    "2021年3月，园区选址；"  # 4
    "同年5月，园区一期动工，次月，二期动工。"  # 5
    "预计年产值20亿元以上，年税收达800"  # 6
)
SIGNING = "昨日上午"


def resolve(issue_date: str | None = "2022-03-18", **kinds: list[dict[str, Any]]) -> Resolved:
    said = {"projects": [], "meetings": [], "officials": [], **kinds}
    body = {"choices": [{"message": {"content": json.dumps(said)}, "finish_reason": "stop"}]}
    answer = read_answer(body, ALL)
    assert answer.problems == ()
    return resolve_page(
        Locator(PAGE), answer.readings, ALL, page_sha256="0" * 64, issue_date=issue_date, city="衡阳"
    )


def first(resolved: Resolved, plural: str) -> dict[str, Any]:
    return resolved.records[plural][0].model_dump()


def marked(resolved: Resolved, at: str) -> str | None:
    (entry,) = [entry for entry in resolved.grounding if entry.at == at]
    return None if entry.start is None else PAGE[entry.start : entry.end]


def test_every_value_points_at_its_characters() -> None:
    resolved = resolve(
        projects=[{"name": "新塘铜业园", "investment": "约25亿元", "area": "800亩", "evidence": [2, 3]}]
    )

    record = first(resolved, "projects")
    assert record["investment"] == {
        "text": "约25亿元",
        "amount": 2_500_000_000,
        "currency": "CNY",
        "bound": "about",
        "upper": None,
    }
    assert record["area"] == {"text": "800 亩", "value": 800, "unit": "亩", "bound": "exact", "upper": None}
    assert record["evidence"] == [{"quote": PAGE[PAGE.index("本报讯") : PAGE.index("2021年")]}]
    assert marked(resolved, "/projects/0/name") == "新塘铜业园"
    assert marked(resolved, "/projects/0/investment/text") == "约25亿元"
    assert marked(resolved, "/projects/0/area/text") == "800 亩"
    assert marked(resolved, "/projects/0/evidence/0/quote") == record["evidence"][0]["quote"]
    assert resolved.problems == ()


def test_words_that_are_not_on_the_page_stay_and_are_marked() -> None:
    resolved = resolve(projects=[{"name": "新塘铝业园", "investment": "26亿元", "evidence": [3]}])

    record = first(resolved, "projects")
    assert (record["name"], record["investment"]["amount"]) == ("新塘铝业园", 2_600_000_000)
    assert [(p.at, p.reason, p.text) for p in resolved.problems] == [
        ("/projects/0/name", "ungrounded", "新塘铝业园"),
        ("/projects/0/investment/text", "ungrounded", "26亿元"),
    ]
    assert marked(resolved, "/projects/0/name") is None


def test_an_amount_without_a_value_keeps_its_words() -> None:
    figure = {"measure": "tax", "quantity": "800", "period": "year", "status": "reached"}

    resolved = resolve(projects=[{"name": "新塘铜业园", "figures": [figure], "evidence": [2, 6]}])

    quantity = first(resolved, "projects")["figures"][0]["quantity"]
    assert quantity == {"text": "800", "value": None, "unit": None, "bound": None, "upper": None}
    (problem,) = resolved.problems
    assert (problem.at, problem.reason) == ("/projects/0/figures/0/quantity", "unresolved")


def test_dates_resolve_against_the_issue_and_against_each_other() -> None:
    milestones = [
        {"stage": "planned", "date": {"text": "2021年3月"}, "status": "reached"},
        {"stage": "started", "date": {"text": "同年5月", "anchor": "2021年3月"}, "status": "reached"},
        {"stage": "building", "date": {"text": "次月", "anchor": "同年5月"}, "status": "reached"},
    ]

    resolved = resolve(
        projects=[{"name": "新塘铜业园", "milestones": milestones, "evidence": [4, 5]}],
        meetings=[{"name": "签约仪式", "type": "signing", "date": "昨日上午", "evidence": [2]}],
    )

    dates = [m["date"]["edtf"] for m in first(resolved, "projects")["milestones"]]
    assert dates == ["2021-03", "2021-05", "2021-06"]
    assert first(resolved, "meetings")["date"] == {"text": "昨日上午", "edtf": "2022-03-17"}
    (leaning,) = [e for e in resolved.grounding if e.at == "/projects/0/milestones/2/date/text"]
    assert leaning.anchor is not None
    assert PAGE[slice(*leaning.anchor)] == "同年5月"


def test_dates_that_lean_on_each_other_in_a_circle_or_on_nothing_are_unresolved() -> None:
    milestones = [
        {"stage": "started", "date": {"text": "同年5月", "anchor": "次月"}, "status": "reached"},
        {"stage": "building", "date": {"text": "次月", "anchor": "同年5月"}, "status": "reached"},
        {"stage": "planned", "date": {"text": "昨日上午", "anchor": "2020年7月"}, "status": "reached"},
    ]

    resolved = resolve(projects=[{"name": "新塘铜业园", "milestones": milestones, "evidence": [5]}])

    assert {m["date"]["edtf"] for m in first(resolved, "projects")["milestones"]} == {None}
    assert [p.reason for p in resolved.problems] == ["unresolved"] * 3


def test_without_an_issue_date_a_relative_date_is_kept_unresolved() -> None:
    resolved = resolve(
        None, meetings=[{"name": "签约仪式", "type": "signing", "date": "昨日上午", "evidence": [2]}]
    )

    assert first(resolved, "meetings")["date"] == {"text": "昨日上午", "edtf": None}
    assert [(p.at, p.reason) for p in resolved.problems] == [("/meetings/0/date/edtf", "unresolved")]


def test_a_vague_date_is_no_date() -> None:
    resolved = resolve(meetings=[{"name": "签约仪式", "type": "signing", "date": "近日", "evidence": [2]}])

    assert first(resolved, "meetings")["date"] is None


def test_a_count_and_an_ordinal_are_read_from_words() -> None:
    resolved = resolve(
        projects=[{"name": "新塘铜业园", "count": "800", "evidence": [3]}],
        meetings=[{"name": "签约仪式", "type": "signing", "session": "2021年", "evidence": [2]}],
    )

    assert first(resolved, "projects")["count"] == 800
    assert marked(resolved, "/projects/0/count") == "800"
    assert first(resolved, "meetings")["session"] is None
    assert [(p.at, p.reason) for p in resolved.problems] == [("/meetings/0/session", "unresolved")]


def test_units_the_page_does_not_have_are_marked() -> None:
    resolved = resolve(
        officials=[{"name": "方自强", "evidence": [2, 99, 0]}, {"name": "新塘", "evidence": []}]
    )

    assert [(p.at, p.reason, p.text) for p in resolved.problems] == [
        ("/officials/0/evidence", "ungrounded", "0, 99"),
        ("/officials/1/name", "ambiguous", "新塘"),
        ("/officials/1/evidence", "ungrounded", ""),
    ]


def test_ids_follow_identity_not_order() -> None:
    one = {"name": "方自强", "evidence": [2]}
    other = {"name": "新塘", "evidence": [1]}

    forward = [r.id for r in resolve(officials=[one, other]).records["officials"]]
    backward = [r.id for r in resolve(officials=[other, one]).records["officials"]]

    assert forward == backward[::-1]
    assert len(set(forward)) == 2


def test_records_with_one_identity_have_ids_of_their_own() -> None:
    meeting = {"name": "签约仪式", "type": "signing", "evidence": [2]}

    ids = [
        r.id for r in resolve(meetings=[meeting, meeting | {"evidence": [1, 2]}, meeting]).records["meetings"]
    ]

    assert len(set(ids)) == 3


def test_a_problem_of_a_reading_follows_its_record_through_merging() -> None:
    readings = [reading_model(Project).model_validate({"name": name, "evidence": [1]}) for name in "甲甲乙"]
    lost = [
        Problem("/projects/2/figures", "invalid", "", ""),
        Problem("/projects", "invalid", "", ""),
        Problem("", "truncated", "", ""),
    ]

    resolved = resolve_page(
        Locator(PAGE),
        {"projects": readings},
        (Project,),
        page_sha256="",
        issue_date=None,
        city=None,
        lost=lost,
    )

    assert [problem.at for problem in resolved.problems[:3]] == ["/projects", "", "/projects/1/figures"]
    assert len(resolved.records["projects"]) == 2
