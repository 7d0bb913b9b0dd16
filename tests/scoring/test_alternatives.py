"""Gold with `any_of`, `optional` and names that are clauses."""

from typing import Any

import pytest

from tests.scoring.making import (
    counts,
    date,
    meeting,
    milestone,
    money,
    numbers,
    official,
    page,
    party,
    person,
    post,
    project,
    slots,
)

EITHER: list[tuple[dict[str, Any], dict[str, Any], tuple[int, int, int, int]]] = [
    ({"place": {"any_of": ["西渡", "西渡镇"]}}, {"place": "西渡镇"}, (2, 0, 0, 0)),
    ({"place": {"any_of": ["西渡", None]}}, {"place": None}, (1, 0, 0, 0)),
    ({"place": {"any_of": ["西渡", None]}}, {"place": "南岳"}, (1, 1, 0, 0)),
    ({"place": {"any_of": [None, "西渡"]}}, {"place": "南岳"}, (1, 0, 0, 1)),
    ({"aliases": {"any_of": [[], ["小镇"]]}}, {"aliases": ["小镇"]}, (2, 0, 0, 0)),
    ({"aliases": {"any_of": [[], ["小镇"]]}}, {"aliases": []}, (1, 0, 0, 0)),
    (
        {"parties": [party("甲", {"any_of": ["investor", "operator"]})]},
        {"parties": [party("甲", "operator")]},
        (2, 0, 0, 0),
    ),
    (
        {"parties": [party("甲", optional=True), party("乙")]},
        {"parties": [party("甲"), party("乙")]},
        (2, 0, 0, 0),
    ),
    ({"parties": [party("甲", optional=True), party("乙")]}, {"parties": [party("乙")]}, (2, 0, 0, 0)),
    ({"parties": [party("甲", optional=True), party("乙")]}, {"parties": [party("丙")]}, (1, 1, 0, 0)),
    (
        {"milestones": [milestone("signed", {"any_of": [date("5月", "2020-05"), None]})]},
        {"milestones": [milestone("signed")]},
        (2, 0, 0, 0),
    ),
    (
        {"milestones": [milestone("signed", date("5月", {"any_of": ["2020-05", "2021-05"]}))]},  # type: ignore[arg-type]
        {"milestones": [milestone("signed", date("5月", "2021-05"))]},
        (3, 0, 0, 0),
    ),
    (
        {"investment": {"any_of": [money("1亿元", 10**8), money("2亿元", 2 * 10**8)]}},
        {"investment": money("2亿元", 2 * 10**8)},
        (2, 0, 0, 0),
    ),
]


@pytest.mark.parametrize(("right", "found", "expected"), EITHER)
def test_the_alternative_with_most_correct_counts(
    right: dict[str, Any], found: dict[str, Any], expected: tuple[int, int, int, int]
) -> None:
    gold, predicted = page(projects=[project("甲厂", **right)]), page(projects=[project("甲厂", **found)])

    assert slots(gold, predicted) == expected


def test_roles_may_be_alternatives() -> None:
    either = {"name": "朱健", "roles": {"any_of": [["spoke"], ["chaired", "spoke"]]}}
    gold = page(meetings=[meeting("会", participants=[either, person("李", "spoke")])])
    full = page(
        meetings=[meeting("会", participants=[person("朱健", "spoke", "chaired"), person("李", "spoke")])]
    )
    short = page(meetings=[meeting("会", participants=[person("朱健", "spoke"), person("李", "spoke")])])

    assert slots(gold, full) == (5, 0, 0, 0)
    assert slots(gold, short) == (4, 0, 0, 0)


def test_a_record_and_a_list_of_records_may_be_alternatives() -> None:
    one = {"any_of": [official("朱健"), official("朱建")]}

    assert slots(page(officials=[one]), page(officials=[official("朱建")])) == (1, 0, 0, 0)
    assert slots(page(officials={"any_of": [[official("朱健")], []]}), page()) == (0, 0, 0, 0)


def test_first_alternatives_only_is_reported_beside() -> None:
    gold = page(
        projects=[project("甲厂", place={"any_of": ["西渡", "西渡镇"]}, parties=[party("乙", optional=True)])]
    )
    found = numbers(gold, page(projects=[project("甲厂", place="西渡镇", parties=[party("乙")])]))

    assert counts(found["slots"]) == (2, 0, 0, 0)
    assert counts(found["first_alternatives"]) == (1, 1, 0, 0)
    assert found["doubt"] == {"doubtful": 3, "share": 0.75, "values": 4}


def test_a_clause_is_compared_by_overlap() -> None:
    gold = page(meetings=[meeting("会见了集团党委常委刘开新", name_is_clause=True)])
    near = page(meetings=[meeting("会见集团党委常委、纪委书记刘开新")])

    assert slots(gold, near) == (2, 0, 0, 0)
    assert slots(near, gold) == (1, 1, 0, 0)  # in a prediction the mark says nothing


def test_in_a_prediction_the_marks_are_passed_over() -> None:
    gold = page(officials=[official("朱健", post("市", "长"))])
    predicted = page(officials=[official({"any_of": ["朱健", "李"]}, post("市", "长"), optional=True)])

    assert slots(gold, predicted) == (2, 0, 0, 0)
    assert slots(gold, page(officials=[official({"any_of": ["李四", "朱健"]}, post("市", "长"))]))[0] < 2
