"""Intervals, comparison and the quantiles behind them."""

import math
import random
from typing import Any

import pytest

from hyllm.scoring._intervals import Tally, by_cluster, difference, interval, logit
from hyllm.scoring._randomise import p_value
from hyllm.scoring._student import t_cdf, t_quantile

# two-sided 5 % points of Student's t, from the usual tables
QUANTILES = [(1, 12.706), (2, 4.303), (5, 2.571), (11, 2.201), (29, 2.045), (100, 1.984)]


@pytest.mark.parametrize(("df", "expected"), QUANTILES)
def test_quantiles_are_those_of_the_tables(df: int, expected: float) -> None:
    assert t_quantile(0.975, df) == pytest.approx(expected, abs=6e-4)


def test_quantiles_agree_with_scipy() -> None:
    stats: Any = pytest.importorskip("scipy.stats")
    for df in (1, 2, 3, 7, 17, 35, 400):
        for p in (0.6, 0.9, 0.975, 0.999):
            assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9)


def test_t_is_symmetric() -> None:
    assert t_cdf(0, 7) == pytest.approx(0.5)
    assert t_cdf(-1.3, 7) == pytest.approx(1 - t_cdf(1.3, 7))


def test_an_interval_worked_out_by_hand() -> None:
    clusters = [Tally(10, 12), Tally(8, 12), Tally(12, 12)]
    without = [logit(20, 24), logit(22, 24), logit(18, 24)]
    centre = sum(without) / 3
    error = math.sqrt(2 / 3 * sum((one - centre) ** 2 for one in without))
    low, high = (1 / (1 + math.exp(-(logit(30, 36) + sign * 4.302653 * error))) for sign in (-1, 1))

    found = interval(clusters)

    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))
    assert found.value == pytest.approx(30 / 36)
    assert found.indicative
    assert found.error_per_cluster is None


def test_where_all_is_right_the_bound_of_error_is_told() -> None:
    found = interval([Tally(10, 10)] * 15, values=75)

    assert found is not None
    assert found.high == 1.0
    assert found.low < 1.0
    assert found.error_per_cluster == pytest.approx(0.2)
    assert found.error_per_value == pytest.approx(0.04)
    assert not found.indicative


def test_without_two_clusters_there_is_no_interval() -> None:
    assert interval([Tally(5, 10)]) is None
    assert interval(by_cluster([("a", Tally(0, 0)), ("b", Tally(0, 0))])) is None


def test_versions_of_a_text_are_one_cluster() -> None:
    assert by_cluster([("b", Tally(1, 2)), ("a", Tally(3, 4)), ("b", Tally(5, 6))]) == [
        Tally(3, 4),
        Tally(6, 8),
    ]


def runs(better: int) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Two runs on 20 clusters, the second better in the first `better` ones."""
    first = {f"c{n:02}": Tally(2 * (6 + n % 4), 20) for n in range(20)}
    return first, {
        name: Tally(t.hits + 2 * (n < better), t.whole) for n, (name, t) in enumerate(first.items())
    }


def test_equal_runs_do_not_differ() -> None:
    first, _ = runs(0)

    assert p_value(first, dict(first)) == 1.0


def test_p_is_that_of_the_exact_test() -> None:
    first, second = runs(8)

    # 8 changes, all one way: of 2^8 exchanges, 2 are as extreme
    assert p_value(first, second) == pytest.approx(2 / 256, abs=0.003)
    assert p_value(first, second) == p_value(first, second)


def test_the_paired_difference_is_narrower_than_the_runs() -> None:
    found = difference(*runs(8)[::-1])

    assert found is not None
    assert found.value == pytest.approx(16 / 400)
    assert found.low > 0
    assert found.detectable == pytest.approx(2.8 * found.error)


def simulated(draw: random.Random, f1: float, clusters: int, spread: float = 6.0) -> list[Tally]:
    """Pages that differ: sizes from 10 to 90 slots, page means from a beta distribution around `f1`."""
    found: list[Tally] = []
    for _ in range(clusters):
        size = draw.randint(10, 90)
        mean = draw.betavariate(spread * f1 * 3, spread * (1 - f1) * 3)
        cor = sum(draw.random() < mean for _ in range(size))
        missing = sum(draw.random() < 0.5 for _ in range(size - cor))
        spurious = sum(draw.random() < 0.5 for _ in range(size - cor))
        found.append(Tally(2 * cor, 2 * size - missing + spurious))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [12, 30])
@pytest.mark.parametrize("f1", [0.78, 0.88, 0.96])
def test_intervals_cover_what_they_promise(clusters: int, f1: float) -> None:
    draw = random.Random(11)
    large = simulated(draw, f1, 60_000)
    truth = sum(t.hits for t in large) / sum(t.whole for t in large)
    rounds = 2_000
    hits = 0
    for _ in range(rounds):
        found = interval(simulated(draw, f1, clusters))
        hits += found is not None and found.low <= truth <= found.high

    assert hits / rounds >= 0.92


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [12, 30])
def test_false_alarms_are_rare(clusters: int) -> None:
    draw = random.Random(13)
    rounds = 1_000
    alarms = 0
    for _ in range(rounds):
        sides = [dict(enumerate_names(simulated(draw, 0.9, clusters))) for _ in range(2)]
        alarms += p_value(*sides, rounds=999) <= 0.05

    assert alarms / rounds <= 0.07


def enumerate_names(tallies: list[Tally]) -> list[tuple[str, Tally]]:
    return [(f"c{n:03}", tally) for n, tally in enumerate(tallies)]
