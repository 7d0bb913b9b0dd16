"""The counts of a pair of records, row by row, from their keys alone where nothing else is needed."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from hyllm.scoring._counts import Counts
from hyllm.scoring._fields import Row
from hyllm.scoring._records import Flat
from hyllm.scoring._slots import compare, compare_row, same_name_records

Vector = tuple[int, int, int, int, int, int]
"""cor, inc, mis, spu, non, and those of cor that are strictly equal."""
COR: Vector = (1, 0, 0, 0, 0, 1)
LOOSE: Vector = (1, 0, 0, 0, 0, 0)
INC: Vector = (0, 1, 0, 0, 0, 0)
MIS: Vector = (0, 0, 1, 0, 0, 0)
SPU: Vector = (0, 0, 0, 1, 0, 0)
NON: Vector = (0, 0, 0, 0, 1, 0)


class Tally(NamedTuple):
    """The counts of two records."""

    rows: list[Vector]
    """One a row of the class."""
    matched: dict[str, Vector]
    """Rows that exist on matched items alone: `outcomes.type`."""

    def headline(self, rows: Sequence[Row]) -> Counts:
        """The sum over the rows that enter the headline."""
        vectors = [vector for row, vector in zip(rows, self.rows, strict=True) if row.headline]
        return Counts(*map(sum, zip(*vectors, strict=True)))


def tally(rows: Sequence[Row], gold: Flat, predicted: Flat) -> Tally:
    """The counts of two records; either may be `no_record`."""
    right, found = gold.keys, predicted.keys
    matched: dict[str, Vector] = {}
    if right is None or found is None:
        return _from_slots(rows, gold, predicted)
    vectors: list[Vector] = []
    for place, row in enumerate(rows):
        a, b = right[place], found[place]
        if row.shape == "one":
            vectors.append(_one(rows, row, a, b, gold, predicted))
        elif not a and not b:
            vectors.append(NON)
        elif not a or not b:
            vectors.append((0, 0, len(a), len(b), 0, 0))
        elif row.shape == "free":
            vectors.append(_free(rows, place, gold, predicted, matched))
        else:
            vectors.append(_set(rows, place, a, b, gold, predicted))
    return Tally(vectors, matched)


def _one(rows: Sequence[Row], row: Row, a: Any, b: Any, gold: Flat, predicted: Flat) -> Vector:
    if a is None or b is None:
        return NON if a is b else (SPU if a is None else MIS)
    if a != b and not (row.pieces[0].compare == "name" and same_name_records(rows, row, gold, predicted)):
        return INC
    if gold.raw[row.field] == predicted.raw[row.field]:
        return COR
    return _vector(compare_row(rows, rows.index(row), gold, predicted))


def _set(
    rows: Sequence[Row], place: int, a: Sequence[Any], b: Sequence[Any], gold: Flat, predicted: Flat
) -> Vector:
    field = rows[place].field
    if a == b and gold.raw[field] == predicted.raw[field]:
        return (len(a), 0, 0, 0, 0, len(a))
    equal = a == b or len(Counter(a) & Counter(b)) > 0
    if equal:  # which of them are strictly equal, only the values themselves know
        return _vector(compare_row(rows, place, gold, predicted))
    inc = min(len(a), len(b))
    return (0, inc, len(a) - inc, len(b) - inc, 0, 0)


def _free(rows: Sequence[Row], place: int, gold: Flat, predicted: Flat, matched: dict[str, Vector]) -> Vector:
    row = rows[place]
    if gold.raw[row.field] == predicted.raw[row.field]:
        size = len(gold.raw[row.field])
        found: Vector = (size, 0, 0, 0, 0, size)
        matched |= {f"{row.name}.{'.'.join(piece.fields)}": found for piece in row.matched}
        return found
    slots = compare_row(rows, place, gold, predicted)
    for name in {slot.row for slot in slots} - {row.name}:
        matched[name] = _vector([slot for slot in slots if slot.row == name])
    return _vector([slot for slot in slots if slot.row == row.name])


def _vector(slots: Sequence[Any]) -> Vector:
    verdicts = [slot.verdict for slot in slots]
    if not verdicts:
        return NON
    cor, inc, mis, spu = (verdicts.count(name) for name in ("cor", "inc", "mis", "spu"))
    return (cor, inc, mis, spu, 0, sum(slot.strict for slot in slots))


def _from_slots(rows: Sequence[Row], gold: Flat, predicted: Flat) -> Tally:
    slots = compare(rows, gold, predicted)
    names = {row.name for row in rows}
    vectors = [_vector([slot for slot in slots if slot.row == row.name]) for row in rows]
    others = {slot.row for slot in slots} - names
    return Tally(
        vectors, {name: _vector([slot for slot in slots if slot.row == name]) for name in sorted(others)}
    )
