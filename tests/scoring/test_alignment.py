"""Which record is which."""

import pytest

from tests.scoring.making import (
    Json,
    counts,
    date,
    meeting,
    money,
    numbers,
    official,
    page,
    post,
    project,
    scored,
)


def outcomes(gold: list[Json], predicted: list[Json], plural: str = "projects") -> list[tuple[object, ...]]:
    found = scored(page() | {plural: gold}, page() | {plural: predicted}).pages[0].kinds[plural].records
    return sorted(
        ((one.outcome, one.gold and one.gold.index, one.predicted and one.predicted.index) for one in found),
        key=str,
    )


def test_a_name_that_contains_the_other_is_the_same_record() -> None:
    gold = [project("衡阳县西渡镇钟表产业特色小镇")]

    assert outcomes(gold, [project("钟表产业")]) == [("matched", 0, 0)]


def test_but_not_where_another_competes() -> None:
    gold = [project("松木园区一期标准厂房建设"), project("松木园区二期标准厂房建设")]

    found = outcomes(gold, [project("松木园区")])

    assert ("matched", 0, 0) not in found
    assert len(found) == 3


def test_a_pair_under_tau_is_one_missing_and_one_spurious() -> None:
    assert outcomes([project("钟表小镇")], [project("松柏水厂")]) == [
        ("missing", 0, None),
        ("spurious", None, 0),
    ]


def test_a_pair_at_tau_is_a_pair() -> None:
    # two of four characters: S = .5
    assert outcomes([official("王甲乙丙")], [official("王甲丁戊")], "officials") == [("matched", 0, 0)]


def test_other_fields_can_carry_a_record_whose_name_is_lost() -> None:
    same = {"place": "西渡", "count": 3, "investment": money("1亿元", 10**8)}

    assert outcomes([project("甲乙", **same)], [project("丙丁", **same)]) == [("matched", 0, 0)]


def test_the_date_tells_two_meetings_of_one_name_apart() -> None:
    first, second = (meeting("常务会议", date=date(d, d)) for d in ("2020-01-02", "2020-02-03"))

    assert outcomes([first, second], [second, first], "meetings") == [("matched", 0, 1), ("matched", 1, 0)]


def test_the_assignment_is_optimal_and_not_greedy() -> None:
    # greedy takes 甲乙丙丁 with 甲乙丙戊 (.75) and leaves 甲乙己庚 without a partner above tau
    gold = [official("甲乙丙丁"), official("甲丑丙戊")]
    predicted = [official("甲乙丙戊"), official("甲乙己丁")]

    assert outcomes(gold, predicted, "officials") == [("matched", 0, 1), ("matched", 1, 0)]


def test_required_gold_comes_first() -> None:
    gold = [official("张建国", optional=True), official("张健国")]
    found = numbers(page(officials=gold), page(officials=[official("张建国")]))

    assert counts(found["slots"]) == (0, 1, 0, 0)


def test_an_optional_record_counts_nothing_matched_or_not() -> None:
    gold = page(officials=[official("朱健"), official("李四", post("市", "长"), optional=True)])

    for predicted in (
        page(officials=[official("朱健")]),
        page(officials=[official("朱健"), official("李四")]),
    ):
        found = numbers(gold, predicted)
        assert counts(found["slots"]) == (1, 0, 0, 0)
        assert counts(found["records"]) == (1, 0, 0, 0)


def test_a_doubled_record_is_a_dup_and_its_gold_split() -> None:
    found = numbers(page(projects=[project("甲厂")]), page(projects=[project("甲厂"), project("甲厂")]))

    assert found["records"]["dup"] == 1
    assert found["records"]["splits"] == 1
    assert counts(found["records"]) == (1, 0, 0, 1)


def test_two_gold_records_told_as_one_are_a_merge() -> None:
    gold = [official("朱健", post("市委", "副书记")), official("朱健", post(None, "市长"))]
    found = numbers(page(officials=gold), page(officials=[official("朱健", post("市委", "副书记"))]))

    assert found["records"]["merges"] == 1


@pytest.mark.parametrize("tau", ["0.40", "0.50", "0.60"])
def test_the_sensitivity_to_tau_is_told(tau: str) -> None:
    found = numbers(page(officials=[official("王甲乙丙")]), page(officials=[official("王甲丁戊")]))

    assert found["sensitivity"][tau] == 0.0
    assert set(found["sensitivity"]) == {"0.40", "0.50", "0.60"}
