"""Intervals around a score: delete-one-cluster jackknife on the logit, with t.

Deterministic, and it holds what it promises where a plain jackknife, or an interval over slots, does
not: pages differ, and close to 1 the distribution is skewed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hyllm.scoring._student import t_quantile

FEWEST = 12
"""With fewer clusters an interval is indicative."""


class Tally(NamedTuple):
    """What a ratio is made of, for one cluster: twice the hits over what both sides have."""

    hits: int
    """`2·cor` for F1; the same for P and R, whose `whole` is then twice ACT or POS."""
    whole: int
    """`POS + ACT` for F1."""


class Interval(NamedTuple):
    """A 95 % interval."""

    value: float
    low: float
    high: float
    clusters: int
    indicative: bool
    error_per_cluster: float | None
    """Where all is correct: the share of clusters that may yet have an error (3/n)."""
    error_per_value: float | None
    """Where all is correct: the share of values that may yet be wrong (3/ACT)."""


def by_cluster(tallies: Iterable[tuple[str, Tally]]) -> list[Tally]:
    """One tally a cluster, in the order of their names; those with nothing to score are left out."""
    sums: dict[str, Tally] = {}
    for cluster, tally in tallies:
        old = sums.get(cluster, Tally(0, 0))
        sums[cluster] = Tally(old.hits + tally.hits, old.whole + tally.whole)
    return [sums[name] for name in sorted(sums) if sums[name].whole]


def logit(hits: int, whole: int) -> float:
    """The log odds with half counts, so that all and nothing have one too."""
    return math.log((hits + 1) / (whole - hits + 1))


def interval(clusters: Sequence[Tally], *, values: int = 0, level: float = 0.95) -> Interval | None:
    """The interval of Σ hits / Σ whole; `None` for fewer than two clusters or nothing to score.

    Args:
        clusters: from `by_cluster`.
        values: how many values were predicted, for the bound where all are correct.
        level: the coverage wanted.
    """
    hits, whole, n = sum(t.hits for t in clusters), sum(t.whole for t in clusters), len(clusters)
    if n < 2 or not whole:
        return None
    without = [logit(hits - t.hits, whole - t.whole) for t in clusters]
    centre = logit(hits, whole)
    half = t_quantile(0.5 + level / 2, n - 1) * _standard_error(without)
    value = hits / whole
    perfect = hits == whole
    return Interval(
        value,
        min(_share(centre - half), value),
        max(_share(centre + half), value),
        n,
        n < FEWEST,
        min(1.0, 3 / n) if perfect else None,
        min(1.0, 3 / values) if perfect and values else None,
    )


class Difference(NamedTuple):
    """How much better the first of two runs is, with a 95 % interval."""

    value: float
    low: float
    high: float
    error: float
    """Standard error of the difference."""

    @property
    def detectable(self) -> float:
        """The smallest difference found four times in five (power .8 at the 5 % level)."""
        return 2.8 * self.error


def difference(first: Mapping[str, Tally], second: Mapping[str, Tally]) -> Difference | None:
    """The paired jackknife-t of F(first) − F(second) over the clusters of both."""
    names = sorted(name for name in first.keys() & second.keys() if first[name].whole or second[name].whole)
    pairs = [(first[name], second[name]) for name in names]
    totals = [sum(values) for values in zip(*((*a, *b) for a, b in pairs), strict=True)]
    if len(pairs) < 2 or not totals[1] or not totals[3]:
        return None
    without = [
        _quotient(totals[0] - a.hits, totals[1] - a.whole)
        - _quotient(totals[2] - b.hits, totals[3] - b.whole)
        for a, b in pairs
    ]
    value = totals[0] / totals[1] - totals[2] / totals[3]
    error = _standard_error(without)
    half = t_quantile(0.975, len(pairs) - 1) * error
    return Difference(value, max(-1.0, value - half), min(1.0, value + half), error)


def _standard_error(without: Sequence[float]) -> float:
    n = len(without)
    centre = sum(without) / n
    return math.sqrt((n - 1) / n * sum((value - centre) ** 2 for value in without))


def _share(logit_value: float) -> float:
    return 1 / (1 + math.exp(-logit_value))


def _quotient(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
