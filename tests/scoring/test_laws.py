"""Laws that hold for any pages: order, exchange, perfection, and what more of the wrong may do."""

import copy
import random
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hyllm.schemas import Project
from hyllm.scoring._align import TAU, likenesses
from hyllm.scoring._assign import best_pairs, shortest_paths
from hyllm.scoring._fields import rows_of
from hyllm.scoring._records import entries
from hyllm.scoring._slots import compare
from hyllm.scoring._tally import tally
from tests.scoring.making import (
    ALL,
    Json,
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
    scored,
)

LAWS = settings(suppress_health_check=[HealthCheck.too_slow])

# few and alike, so that ties and near misses are frequent
names = st.sampled_from(["甲厂", "甲厂二期", "乙厂", "甲 厂", "乙厂项目", "丙", "钟表小镇", "钟表产业小镇"])
people = st.sampled_from(["张健国", "张建国", "张国", "李四", "李五"])
sums = st.sampled_from(
    [None, money("1亿元", 10**8), money("1万元", 10**4), money("约1亿元", 10**8, bound="about")]
)
dates = st.sampled_from(
    [None, date("5月", "2020-05"), date("5日", "2020-05-05"), date("随后"), date("6月", "2020-06")]
)
projects = st.builds(
    project,
    names,
    aliases=st.lists(names, max_size=2),
    place=st.sampled_from([None, "西渡", "西渡镇"]),
    investment=sums,
    milestones=st.lists(st.builds(milestone, st.sampled_from(["signed", "started"]), dates), max_size=2),
    parties=st.lists(st.builds(party, people, st.sampled_from(["investor", "operator"])), max_size=3),
)
meetings = st.builds(
    meeting,
    names,
    date=dates,
    topics=st.lists(names, max_size=2),
    participants=st.lists(st.builds(person, people, st.sampled_from(["spoke", "attended"])), max_size=3),
)
officials = st.builds(official, people, st.sampled_from([post("市", "长"), post("市", "委")]))
pages = st.builds(
    page,
    projects=st.lists(projects, max_size=4),
    meetings=st.lists(meetings, max_size=3),
    officials=st.lists(officials, max_size=4),
)


@given(pages, pages, st.randoms(use_true_random=False))
@LAWS
def test_order_changes_nothing(gold: Json, predicted: Json, draw: random.Random) -> None:
    shuffled = [copy.deepcopy(one) for one in (gold, predicted)]
    for one in shuffled:
        for plural in ("projects", "meetings", "officials"):
            draw.shuffle(one[plural])
            for record in one[plural]:
                for value in record.values():
                    if isinstance(value, list):
                        draw.shuffle(value)  # pyright: ignore[reportUnknownArgumentType]

    first, second = numbers(gold, predicted), numbers(*shuffled)
    for view in ("slots", "records", "pages"):
        assert first[view] == second[view]


@given(pages, pages)
@LAWS
def test_exchange_of_gold_and_prediction_exchanges_precision_and_recall(gold: Json, predicted: Json) -> None:
    there, back = numbers(gold, predicted), numbers(predicted, gold)

    for view in ("slots", "records"):
        assert there[view]["P"] == back[view]["R"]
        assert there[view]["R"] == back[view]["P"]
        assert there[view]["F1"] == back[view]["F1"]


@given(pages)
@LAWS
def test_the_same_is_perfect(gold: Json) -> None:
    found = numbers(gold, copy.deepcopy(gold))

    assert found["slots"]["F1"] in (None, 1.0)
    assert found["slots"]["F1_strict"] in (None, 1.0)
    assert found["records"]["exact"] == found["records"]["POS"]
    assert all(row["F1"] in (None, 1.0) for row in found["fields"].values())


@given(pages, pages)
@LAWS
def test_one_more_spurious_record_never_helps(gold: Json, predicted: Json) -> None:
    more = copy.deepcopy(predicted)
    more["projects"].append(project("完全无关之事物", place="天涯海角"))
    assume(predicted["projects"] or predicted["meetings"] or predicted["officials"])
    before, after = numbers(gold, predicted), numbers(gold, more)

    for view in ("slots", "records"):
        assert (after[view]["P"] or 0) <= (before[view]["P"] or 0)
        assert (after[view]["F1"] or 0) <= (before[view]["F1"] or 0)
        assert after[view]["spu"] > before[view]["spu"]


@given(pages, pages)
@LAWS
def test_the_counts_add_up(gold: Json, predicted: Json) -> None:
    found = scored(gold, predicted)
    for kind in found.pages[0].kinds.values():
        for one in kind.records:
            slots = [slot for slot in one.slots if slot.headline]
            counts = one.tally.headline(one.rows)
            assert sum(slot.gold is not None for slot in slots) == counts.possible
            assert sum(slot.predicted is not None for slot in slots) == counts.actual
            assert counts.strict <= counts.cor


@given(projects, projects)
@LAWS
def test_counting_from_keys_is_counting_slots(gold: Json, predicted: Json) -> None:
    rows = rows_of(Project)
    ((quick,), (found,)) = (entries(Project, [one], gold=True)[0].readings for one in (gold, predicted))
    verdicts = [slot.verdict for slot in compare(rows, quick, found) if slot.headline]
    counts = tally(rows, quick, found).headline(rows)

    assert [verdicts.count(name) for name in ("cor", "inc", "mis", "spu")] == counts.vector()[:4]


@given(st.lists(projects, max_size=4), st.lists(projects, max_size=4))
@LAWS
def test_no_assignment_is_better(gold: list[Json], predicted: list[Json]) -> None:
    alike = likenesses(
        rows_of(Project), entries(Project, gold, gold=True), entries(Project, predicted, gold=False)
    )
    gain = {pair: like.similarity - TAU for pair, like in alike.table.items() if like.similarity > TAU}
    turned = len(gold) > len(predicted)
    few, many = sorted((len(gold), len(predicted)))
    best = max(
        sum(gain.get((j, i) if turned else (i, j), 0.0) for i, j in enumerate(chosen))
        for chosen in permutations(range(many), few)
    )

    assert sum(gain.get(pair, 0.0) for pair in alike.align().pairs) == pytest.approx(best)


@given(st.integers(1, 6), st.integers(0, 4), st.integers(1, 30), st.randoms(use_true_random=False))
@LAWS
def test_the_assignment_is_the_cheapest(rows: int, more: int, largest: int, draw: random.Random) -> None:
    cost = [[draw.randint(-largest, 0) for _ in range(rows + more)] for _ in range(rows)]
    found = shortest_paths(cost)
    best = min(sum(cost[i][j] for i, j in enumerate(p)) for p in permutations(range(rows + more), rows))

    assert len(set(found)) == rows
    assert sum(cost[i][j] for i, j in enumerate(found)) == best


def test_the_assignment_agrees_with_scipy() -> None:
    optimize: Any = pytest.importorskip("scipy.optimize")
    draw = random.Random(3)
    for size in (20, 60, 150):
        for largest in (2, 9, 10**6):
            cost = [[-draw.randint(1, largest) for _ in range(size + 5)] for _ in range(size)]
            rows: list[int]
            columns: list[int]
            rows, columns = optimize.linear_sum_assignment(cost)
            best: int = sum(cost[i][j] for i, j in zip(rows, columns, strict=True))
            edges = {(i, j): -c for i, row in enumerate(cost) for j, c in enumerate(row)}
            assert -sum(edges[pair] for pair in best_pairs(edges)) == best


def test_a_tie_heavy_page_counts_the_same_in_any_order() -> None:
    draw = random.Random(5)
    gold = [official(f"张{c}", post("市", t)) for c in "甲甲乙乙丙丁" for t in ("长", "委")]
    predicted = [official(f"张{c}", post("市", t)) for c in "甲乙丙丙戊己" for t in ("长", "局")]
    expected = numbers(page(officials=gold), page(officials=predicted))["slots"]
    for _ in range(200):
        draw.shuffle(gold)
        draw.shuffle(predicted)
        found = numbers(page(officials=gold), page(officials=predicted))["slots"]
        assert found == expected


def test_all_kinds_are_in_the_laws() -> None:
    assert [kind.hyllm.plural for kind in ALL] == ["projects", "meetings", "officials"]
