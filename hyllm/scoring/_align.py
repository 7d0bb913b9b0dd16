"""Which predicted record is which gold record: the best one-to-one assignment of a page and kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hyllm.scoring._assign import best_pairs
from hyllm.scoring._fields import Row
from hyllm.scoring._records import Entry
from hyllm.scoring._similar import Likeness, Table, likeness

TAU = 0.5
"""From here on two records may be one; below, the one is missing and the other spurious."""
OTHER_TAUS = (0.4, 0.6)
"""How much hangs on it is said once a run."""
_MOST_PAIRS = 20_000
"""Beyond so many pairs of a page and kind only the headline's threshold is drawn."""
_STEPS = 10**9
"""Similarities are compared in these steps: sums of floats differ in the last digit by their order."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Places in the two lists of records."""

    pairs: tuple[tuple[int, int], ...]
    """Gold, predicted."""
    optional: tuple[tuple[int, int], ...]
    """Pairs with an optional gold record, which count nothing."""
    missing: tuple[int, ...]
    spurious: tuple[int, ...]
    dup: frozenset[int]
    """Those spurious ones that are like a gold record which another one took."""
    splits: int
    """Gold records that several predictions tell of."""
    merges: int
    """Predictions that tell of several gold records, one of them missing for it."""


@dataclass(frozen=True, slots=True)
class Likenesses:
    """All that is alike on one page, from which every threshold draws its own alignment."""

    gold: Sequence[Entry]
    predicted: Sequence[Entry]
    table: Mapping[tuple[int, int], Likeness]

    @property
    def is_clear(self) -> bool:
        """Whether every threshold draws the same alignment, or the page is too large to try others."""
        least = min((like.similarity for like in self.table.values()), default=1.0)
        return len(self.table) > _MOST_PAIRS or (least >= max(OTHER_TAUS) and _is_settled(self.table))

    def align(self, tau: float = TAU) -> Alignment:
        """The assignment of greatest Σ max(0, S − tau); of equals, the one with most equal slots."""
        table = {pair: like for pair, like in self.table.items() if _steps(like.similarity) >= _steps(tau)}
        pairs = self._best({p: like for p, like in table.items() if not self.gold[p[0]].optional}, tau)
        taken = {j for _, j in pairs}
        optional = self._best(
            {p: like for p, like in table.items() if self.gold[p[0]].optional and p[1] not in taken}, tau
        )
        return self._alignment(table, pairs, optional)

    def _best(self, table: Mapping[tuple[int, int], Likeness], tau: float) -> list[tuple[int, int]]:
        """Similarity first, then equal slots, then pairs; and the same choice whichever side is gold."""
        if _is_settled(table):
            return sorted(table)
        size = len(table) + 1
        most = max(like.equal for like in table.values())
        by_equal, by_gain = size, size * (most * size + 1)
        rows, columns = _ranks(self.gold), _ranks(self.predicted)
        turned = sorted(e.readings[0].order for e in self.predicted) < sorted(
            e.readings[0].order for e in self.gold
        )
        edges: dict[tuple[int, int], int] = {}
        back: dict[tuple[int, int], tuple[int, int]] = {}
        for pair, like in table.items():
            row, column = rows[pair[0]], columns[pair[1]]
            place = (column, row) if turned else (row, column)
            gain = _steps(like.similarity) - _steps(tau)
            edges[place] = gain * by_gain + like.equal * by_equal + 1
            back[place] = pair
        return sorted(back[place] for place in best_pairs(edges))

    def _alignment(
        self,
        table: Mapping[tuple[int, int], Likeness],
        pairs: Sequence[tuple[int, int]],
        optional: Sequence[tuple[int, int]],
    ) -> Alignment:
        taken_gold = {i for i, _ in (*pairs, *optional)}
        taken = {j for _, j in (*pairs, *optional)}
        missing = [i for i, e in enumerate(self.gold) if i not in taken_gold and not e.optional]
        spurious = [j for j in range(len(self.predicted)) if j not in taken]
        again = {(i, j) for i, j in table if i in taken_gold and j not in taken}
        lost = set(missing)
        merged = {j for i, j in table if j in taken and i in lost}
        return Alignment(
            tuple(pairs),
            tuple(optional),
            tuple(missing),
            tuple(spurious),
            frozenset(j for _, j in again),
            len({i for i, _ in again}),
            len(merged),
        )


def likenesses(rows: Sequence[Row], gold: Sequence[Entry], predicted: Sequence[Entry]) -> Likenesses:
    """How alike the records of one page and kind are. Of several readings the closest counts."""
    flats = [(place, reading) for place, entry in enumerate(gold) for reading in entry.readings]
    others = [entry.readings[0] for entry in predicted]
    floor = min(TAU, *OTHER_TAUS)
    found: Table = {}
    for (i, j), like in likeness(rows, [flat for _, flat in flats], others, floor).items():
        pair = flats[i][0], j
        if pair not in found or like > found[pair]:
            found[pair] = like
    return Likenesses(gold, predicted, found)


def _is_settled(table: Mapping[tuple[int, int], Likeness]) -> bool:
    """Whether no two pairs want the same record."""
    return len({i for i, _ in table}) == len(table) == len({j for _, j in table})


def _steps(similarity: float) -> int:
    return round(similarity * _STEPS)


def _ranks(records: Sequence[Entry]) -> list[int]:
    """The place of each record when they are sorted by what they say."""
    order = sorted(range(len(records)), key=lambda place: records[place].readings[0].order)
    ranks = [0] * len(records)
    for rank, place in enumerate(order):
        ranks[place] = rank
    return ranks
