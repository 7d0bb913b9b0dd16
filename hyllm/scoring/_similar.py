"""How alike the records of two lists are: S(g, p) = Σ w·φ / Σ w over the fields filled on either side.

Every pair of a page is asked, so equal values are found through an index, and names, the dear part, are
compared only where they could still lift a pair over the floor.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from hyllm.scoring._assign import best_pairs
from hyllm.scoring._edtf import Days
from hyllm.scoring._fields import Row
from hyllm.scoring._records import Flat, Items
from hyllm.scoring._slots import aliases, same_name
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
        spans: list[tuple[int, Days]] = []
        for j, record in enumerate(self._predicted):
            value: Value | None = record.contents[place][0]
            if value is not None:
                where.setdefault(value.key, []).append(j)
                if isinstance(value.key, Days):
                    spans.append((j, value.key))
        for i, record in enumerate(self._gold):
            keys = {value.key for value in record.contents[place] if value is not None}
            for j in (j for key in keys for j in where.get(key, ())):
                self._sums[i][j] += row.weight
                self._equal[i][j] += 1
            own = [key for key in keys if isinstance(key, Days)] if spans else ()
            for j, span in spans if own else ():
                if span not in keys and any(span.overlaps(key) for key in own):
                    self._sums[i][j] += OVERLAP * row.weight

    def _add_sets(self, place: int, row: Row) -> None:
        """φ of a set: Dice."""
        where: dict[Hashable, list[int]] = {}
        sizes: list[int] = []
        for j, record in enumerate(self._predicted):
            keys = record.contents[place][0].keys or ()
            sizes.append(len(keys))
            for key in _numbered(keys):
                where.setdefault(key, []).append(j)
        if not where:
            return
        for i, record in enumerate(self._gold):
            variants: tuple[Items, ...] = record.contents[place]
            if len(variants) > 1 or variants[0].keys is None:
                self._add_variants(i, place, row)
                continue
            common: dict[int, int] = {}
            keys = variants[0].keys
            for key in _numbered(keys):
                for j in where.get(key, ()):
                    common[j] = common.get(j, 0) + 1
            for j, count in common.items():
                self._sums[i][j] += row.weight * 2 * count / (len(keys) + sizes[j])
                self._equal[i][j] += count

    def _add_variants(self, i: int, place: int, row: Row) -> None:
        for j, record in enumerate(self._predicted):
            found: Items = record.contents[place][0]
            if found.required:
                best = max(_overlap(variant, found) for variant in self._gold[i].contents[place])
                self._sums[i][j] += row.weight * best[0]
                self._equal[i][j] += best[1]

    def _with_names(self, floor: float) -> Table:
        """The finished similarities, names being compared last."""
        filled = [_mask(self._rows, record) for record in self._gold]
        others = [_mask(self._rows, record) for record in self._predicted]
        weights: dict[int, int] = {}
        related = self._related()
        named = sum(self._rows[place].weight for place in self._names)
        known = [aliases(self._rows, record) for record in self._predicted]
        found: Table = {}
        for i, record in enumerate(self._gold):
            own, sums, equal, mask = aliases(self._rows, record), self._sums[i], self._equal[i], filled[i]
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
                    own_weight = self._rows[place].weight
                    least = (wanted - (named - own_weight)) / own_weight
                    phi, is_same = self._name(place, record, j, (own, known[j]), least, (i, j) in related[place])
                    total += own_weight * phi
                    same += is_same
                if total >= floor * weight - _EPSILON:
                    found[i, j] = Likeness(total / weight, same)
        return found

    def _name(
        self,
        place: int,
        record: Flat,
        j: int,
        names: tuple[frozenset[object], frozenset[object]],
        least: float,
        related: bool,
    ) -> tuple[float, int]:
        """φ of two names, and whether they are equal."""
        other: Value | None = self._predicted[j].contents[place][0]
        best = 0.0
        for value in record.contents[place] if other is not None else ():
            if value is None or other is None:
                continue
            if value.key == other.key or same_name(value, other, record.clause, names):
                return 1.0, 1
            if not related:
                best = max(best, similarity(str(value.key), str(other.key), least=least))
            if record.clause:
                best = max(best, dice(folded(str(value.parts[0])), folded(str(other.parts[0]))))
        return (1.0, 0) if related else (best, 0)

    def _related(self) -> dict[int, set[tuple[int, int]]]:
        """By name row: pairs of which one name contains the other, while nothing else competes."""
        found: dict[int, set[tuple[int, int]]] = {}
        for place in self._names:
            others = [str(r.contents[place][0].key) if r.contents[place][0] else "" for r in self._predicted]
            of_gold: dict[int, set[int]] = {}
            of_predicted: dict[int, set[int]] = {}
            pairs: list[tuple[int, int]] = []
            for i, record in enumerate(self._gold):
                own = [str(value.key) for value in record.contents[place] if value is not None]
                for j, other in enumerate(others):
                    if any(name in other or other in name for name in own) and len(other) > 1:
                        if any(len(name) > 1 and contains(name, other) for name in own):
                            of_gold.setdefault(record.index, set()).add(j)
                            of_predicted.setdefault(j, set()).add(record.index)
                            pairs.append((i, j))
            found[place] = {
                (i, j) for i, j in pairs if len(of_gold[self._gold[i].index]) == 1 == len(of_predicted[j])
            }
        return found


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
    for place, (row, content) in enumerate(zip(rows, record.contents, strict=True)):
        if row.shape == "one":
            filled = None not in content
        else:
            filled = row.shape == "set" and all(items.required for items in content)
        mask |= filled << place
    return mask


def _weight(rows: Sequence[Row], mask: int) -> int:
    return sum(row.weight for place, row in enumerate(rows) if mask >> place & 1)
