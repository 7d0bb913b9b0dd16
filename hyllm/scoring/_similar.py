"""How alike the records of two lists are: S(g, p) = Σ w·φ / Σ w over the fields filled on either side.

Every pair of a page is asked, so equal values are found through an index, and names, the dear part, are
compared only where they could still lift a pair over the floor.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from hyllm.scoring._assign import best_pairs
from hyllm.scoring._edtf import Days
from hyllm.scoring._fields import Row
from hyllm.scoring._records import Flat, Items
from hyllm.scoring._slots import DICE, aliases
from hyllm.scoring._texts import contains, dice, folded, similarity
from hyllm.scoring._values import Value

OVERLAP = 0.5
"""What dates that overlap are worth."""
_EPSILON = 1e-9


class Likeness(NamedTuple):
    """How alike two records are, and how many slots are equal."""

    similarity: float
    equal: int


Table = dict[tuple[int, int], Likeness]
"""Gold record, predicted record (places in their lists): only pairs at or above the floor."""


def likeness(rows: Sequence[Row], gold: Sequence[Flat], predicted: Sequence[Flat], floor: float) -> Table:
    """The pairs of two lists whose similarity is at least `floor`."""
    return _Lists(rows, gold, predicted).table(floor)


class _Lists:
    def __init__(self, rows: Sequence[Row], gold: Sequence[Flat], predicted: Sequence[Flat]) -> None:
        self._rows = rows
        self._gold = gold
        self._predicted = predicted
        size = range(len(gold))
        self._sums = [[0.0] * len(predicted) for _ in size]
        self._equal = [[0] * len(predicted) for _ in size]
        self._names = [place for place, row in enumerate(rows) if row.pieces[0].compare == "name"]
        self._names = [place for place in self._names if rows[place].shape == "one"]

    def table(self, floor: float) -> Table:
        for place, row in enumerate(self._rows):
            if row.shape == "one" and place not in self._names:
                self._add_ones(place, row)
            elif row.shape == "set":
                self._add_sets(place, row)
        return self._with_names(floor)

    def _add_ones(self, place: int, row: Row) -> None:
        """φ of a single slot: 1 where equal; of dates, .5 where they overlap."""
        where: dict[Hashable, list[int]] = {}
        for j, record in enumerate(self._predicted):
            if (key := _plain_keys(record)[place]) is not None:
                where.setdefault(key, []).append(j)
        if not where:
            return
        spans = [(key, some) for key, some in where.items() if isinstance(key, Days)]
        for i, record in enumerate(self._gold):
            keys = _keys_of_one(record, place)
            sums, equal = self._sums[i], self._equal[i]
            for j in (j for key in keys for j in where.get(key, ())):
                sums[j] += row.weight
                equal[j] += 1
            own = [key for key in keys if isinstance(key, Days)] if spans else ()
            for span, some in spans if own else ():
                if span not in keys and any(span.overlaps(key) for key in own):
                    for j in some:
                        sums[j] += OVERLAP * row.weight

    def _add_sets(self, place: int, row: Row) -> None:
        """φ of a set: Dice."""
        where: dict[Hashable, list[int]] = {}
        sizes: list[int] = []
        for j, record in enumerate(self._predicted):
            keys = _plain_keys(record)[place]
            sizes.append(len(keys))
            for key in _numbered(keys) if len(keys) > 1 else keys:
                where.setdefault(key, []).append(j)
        if not where:
            return
        for i, record in enumerate(self._gold):
            if record.keys is None:
                self._add_variants(i, place, row)
                continue
            common: dict[int, int] = {}
            keys = record.keys[place]
            for key in _numbered(keys) if len(keys) > 1 else keys:
                for j in where.get(key, ()):
                    common[j] = common.get(j, 0) + 1
            for j, count in common.items():
                self._sums[i][j] += row.weight * 2 * count / (len(keys) + sizes[j])
                self._equal[i][j] += count

    def _add_variants(self, i: int, place: int, row: Row) -> None:
        for j, record in enumerate(self._predicted):
            found: Items = record.content(place)[0]
            if found.required:
                best = max(_overlap(variant, found) for variant in self._gold[i].content(place))
                self._sums[i][j] += row.weight * best[0]
                self._equal[i][j] += best[1]

    def _with_names(self, floor: float) -> Table:
        """The finished similarities, names being compared last."""
        others = [_mask(self._rows, record) for record in self._predicted]
        weights: dict[int, int] = {}
        self._relate()
        named = sum(self._rows[place].weight for place in self._names)
        known = [aliases(self._rows, record) for record in self._predicted]
        found: Table = {}
        for i, record in enumerate(self._gold):
            own, sums, equal = aliases(self._rows, record), self._sums[i], self._equal[i]
            mask = _mask(self._rows, record)
            for j, other in enumerate(others):
                both = mask | other
                weight = weights.get(both)
                if weight is None:
                    weight = weights[both] = _weight(self._rows, both)
                wanted = floor * weight - sums[j] - _EPSILON
                if wanted > named or not weight:
                    continue
                total, same = sums[j], equal[j]
                for place in self._names:
                    share = self._rows[place].weight
                    least = (wanted - (named - share)) / share
                    phi, is_same = self._name(place, i, j, (own, known[j]), least)
                    total += share * phi
                    same += is_same
                if total >= floor * weight - _EPSILON:
                    found[i, j] = Likeness(total / weight, same)
        return found

    def _name(
        self, place: int, i: int, j: int, names: tuple[frozenset[object], frozenset[object]], least: float
    ) -> tuple[float, int]:
        """φ of two names, and whether they are equal."""
        right, found = self._of_gold[place][i], self._of_predicted[place][j]
        if found is None:
            return 0.0, 0
        if found in right or found in names[0] or any(key in names[1] for key in right):
            return 1.0, 1
        related = (i, j) in self._related[place]
        record = self._gold[i]
        best = 0.0
        if record.clause:
            other: Value = self._predicted[j].content(place)[0]
            for value in record.content(place):
                if value is not None:
                    best = max(best, dice(folded(str(value.parts[0])), folded(str(other.parts[0]))))
            if best >= DICE:
                return 1.0, 1
        if related:
            return 1.0, 0
        return max([best, *(similarity(key, found, least=least) for key in right)]), 0

    def _relate(self) -> None:
        """Reads the names, and finds the pairs of which one contains the other and nothing else competes."""
        self._of_gold: dict[int, list[list[str]]] = {}
        self._of_predicted: dict[int, list[str | None]] = {}
        self._related: dict[int, set[tuple[int, int]]] = {}
        for place in self._names:
            golds = [[str(key) for key in _keys_of_one(record, place)] for record in self._gold]
            others: list[str | None] = [_plain_keys(record)[place] for record in self._predicted]
            self._of_gold[place], self._of_predicted[place] = golds, others
            pairs = [
                (i, j)
                for i, own in enumerate(golds)
                for j, other in enumerate(others)
                if other is not None and any(name in other or other in name for name in own)
            ]
            pairs = [(i, j) for i, j in pairs if any(_contains(name, others[j]) for name in golds[i])]
            of_gold: dict[int, set[int]] = {}
            of_predicted: dict[int, set[int]] = {}
            for i, j in pairs:
                of_gold.setdefault(self._gold[i].index, set()).add(j)
                of_predicted.setdefault(j, set()).add(self._gold[i].index)
            self._related[place] = {
                (i, j) for i, j in pairs if len(of_gold[self._gold[i].index]) == 1 == len(of_predicted[j])
            }


def _contains(name: str, other: str | None) -> bool:
    """Whether one of two names contains the other; one character alone says too little."""
    return other is not None and min(len(name), len(other)) > 1 and contains(name, other)


def _plain_keys(record: Flat) -> tuple[Any, ...]:
    """The keys of a predicted record, which has no alternatives."""
    assert record.keys is not None
    return record.keys


def _keys_of_one(record: Flat, place: int) -> list[Hashable]:
    """The keys a single slot may have, without null, each once."""
    if record.keys is not None:
        key: Hashable = record.keys[place]
        return [] if key is None else [key]
    return list(dict.fromkeys(value.key for value in record.content(place) if value is not None))


def _numbered(keys: Sequence[Hashable]) -> Iterator[Hashable]:
    """The keys, a repeated one with its number: multisets then meet like sets."""
    if len(set(keys)) == len(keys):
        yield from keys
        return
    seen: dict[Hashable, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        yield key if seen[key] == 1 else ("again", seen[key], key)


def _overlap(right: Items, found: Items) -> tuple[float, int]:
    """Dice of two sets and the number of equal items; what optional items take does not count."""
    items = (*right.required, *right.optional)
    edges: dict[tuple[int, int], int] = {}
    for i, item in enumerate(items):
        keys = {value.key for value in item}
        weight = len(found.required) + 1 if i < len(right.required) else 1
        edges |= {(i, j): weight for j, one in enumerate(found.required) if one[0].key in keys}
    chosen = best_pairs(edges)
    needed = sum(i < len(right.required) for i, _ in chosen)
    size = len(right.required) + len(found.required) - (len(chosen) - needed)
    return (2 * needed / size if size else 0.0), needed


def _mask(rows: Sequence[Row], record: Flat) -> int:
    """A bit for each row that is filled whichever alternative is taken."""
    mask = 0
    if record.keys is not None:
        for place, (row, key) in enumerate(zip(rows, record.keys, strict=True)):
            if row.shape != "free" and key is not None and key != ():
                mask |= 1 << place
        return mask
    for place, row in enumerate(rows):
        content = record.content(place)
        if row.shape == "one":
            filled = None not in content
        else:
            filled = row.shape == "set" and all(items.required for items in content)
        mask |= filled << place
    return mask


def _weight(rows: Sequence[Row], mask: int) -> int:
    return sum(row.weight for place, row in enumerate(rows) if mask >> place & 1)
