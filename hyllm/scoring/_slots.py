"""A gold record beside a predicted one: the verdict on every slot."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hyllm.scoring._assign import best_pairs
from hyllm.scoring._counts import Counts, Verdict
from hyllm.scoring._fields import Row
from hyllm.scoring._records import Flat, Items
from hyllm.scoring._texts import dice, folded, similarity
from hyllm.scoring._values import Value, shown, strict_key, subtype

DICE = 0.5
"""From here on, free texts and clauses are the same."""
_REQUIRED = 1 << 40
"""What a required item weighs more than an optional one."""


class Slot(NamedTuple):
    """One slot, and how it was judged."""

    row: str
    verdict: Verdict
    gold: Value | None
    predicted: Value | None
    why: str = ""
    """The sub-type of an `inc`."""
    strict: bool = False
    headline: bool = True


def compare(rows: Sequence[Row], gold: Flat, predicted: Flat) -> list[Slot]:
    """The verdicts on all slots of two records; either may be `no_record`."""
    return [slot for place in range(len(rows)) for slot in compare_row(rows, place, gold, predicted)]


def compare_row(rows: Sequence[Row], place: int, gold: Flat, predicted: Flat) -> list[Slot]:
    """The verdicts on the slots of one row; none where it is null on both sides."""
    row, right, found = rows[place], gold.content(place), predicted.content(place)[0]
    if row.shape == "one":
        names = aliases(rows, gold), aliases(rows, predicted)
        return _one(row, right, found, gold.clause, names)
    return _best_set(row, right, found) if row.shape == "set" else _best_free(row, right, found)


def aliases(rows: Sequence[Row], record: Flat) -> frozenset[object]:
    """The keys of a record's other names, in any of its readings."""
    found: set[object] = set()
    for place, row in enumerate(rows):
        if not row.holds_names:
            continue
        if record.keys is not None:
            found.update(record.keys[place])
        else:
            for items in record.content(place):
                found.update(value.key for item in (*items.required, *items.optional) for value in item)
    return frozenset(found)


def same_name_records(rows: Sequence[Row], row: Row, gold: Flat, predicted: Flat) -> bool:
    """Whether the names of two records without alternatives are the same though they differ."""
    place = rows.index(row)
    if gold.clause:
        (right,), (found,) = gold.content(place), predicted.content(place)
        return same_name(right, found, True, (aliases(rows, gold), aliases(rows, predicted)))
    assert gold.keys is not None
    assert predicted.keys is not None
    return predicted.keys[place] in aliases(rows, gold) or gold.keys[place] in aliases(rows, predicted)


def same_name(
    right: Value, found: Value, clause: bool, names: tuple[frozenset[object], frozenset[object]]
) -> bool:
    """Whether two names are the same: equal, or one an alias of the other's record; a clause by overlap."""
    if right.key == found.key or found.key in names[0] or right.key in names[1]:
        return True
    return clause and dice(folded(str(right.parts[0])), folded(str(found.parts[0]))) >= DICE


def _one(
    row: Row,
    right: Sequence[Value | None],
    found: Value | None,
    clause: bool,
    names: tuple[frozenset[object], frozenset[object]],
) -> list[Slot]:
    first = right[0]
    if found is None:
        return [] if None in right else [Slot(row.name, "mis", first, None)]
    by_name = row.pieces[0].compare == "name"
    for value in right:
        if value is not None and (
            value.key == found.key or (by_name and same_name(value, found, clause, names))
        ):
            strict = any(one is not None and _is_strict(row, one, found) for one in right)
            return [Slot(row.name, "cor", value, found, "", strict)]
    if first is None:
        return [Slot(row.name, "spu", None, found)]
    return [Slot(row.name, "inc", first, found, subtype(row.pieces, first, found))]


def _is_strict(row: Row, right: Value, found: Value) -> bool:
    return all(
        strict_key(piece, a) == strict_key(piece, b)
        for piece, a, b in zip(row.pieces, right.parts, found.parts, strict=True)
    )


def _best(candidates: Iterable[list[Slot]]) -> list[Slot]:
    """The alternative with most correct, then fewest wrong, then the first."""
    ranked = [(count(slots), slots) for slots in candidates]
    return min(ranked, key=lambda one: (-one[0].cor, one[0].wrong))[1] if len(ranked) > 1 else ranked[0][1]


def count(slots: Iterable[Slot]) -> Counts:
    """The counts of some slots."""
    found = Counts()
    for slot in slots:
        setattr(found, slot.verdict, getattr(found, slot.verdict) + 1)
        found.strict += slot.strict
    return found


def _best_set(row: Row, right: Sequence[Items], found: Items) -> list[Slot]:
    if len(right) == 1:
        return _set(row, right[0], found)
    return _best(_set(row, variant, found) for variant in right)


def _set(row: Row, right: Items, found: Items) -> list[Slot]:
    values = [item[0] for item in found.required]
    if right.keys is None:
        pairs, missing, spurious = _with_alternatives(right, values)
    else:
        pairs, missing, spurious = _plain([item[0] for item in right.required], values)
    slots = [Slot(row.name, "cor", a, b, "", _is_strict(row, a, b)) for a, b in pairs]
    return slots + _left_over(row, missing, spurious)


_Split = tuple[list[tuple[Value, Value]], list[Value], list[Value]]


def _plain(right: Sequence[Value], found: Sequence[Value]) -> _Split:
    """Multiset matching on equal keys; among equals, those of the same spelling first."""
    if not right or not found:
        return [], list(right), list(found)
    waiting: dict[object, list[Value]] = {}
    for value in found:
        waiting.setdefault(value.key, []).append(value)
    pairs: list[tuple[Value, Value]] = []
    missing: list[Value] = []
    for value in right:
        same = waiting.get(value.key)
        if not same:
            missing.append(value)
            continue
        place = next((i for i, other in enumerate(same) if other.parts == value.parts), 0)
        pairs.append((value, same.pop(place)))
    spurious = [value for same in waiting.values() for value in same]
    return pairs, missing, spurious


def _with_alternatives(right: Items, found: Sequence[Value]) -> _Split:
    """The greatest matching: required items first; what optional ones take counts nothing."""
    edges: dict[tuple[int, int], int] = {}
    items = (*right.required, *right.optional)
    for row, item in enumerate(items):
        keys = {value.key for value in item}
        weight = _REQUIRED if row < len(right.required) else 1
        edges |= {(row, column): weight for column, value in enumerate(found) if value.key in keys}
    chosen = best_pairs(edges)
    taken, matched = {column for _, column in chosen}, {row for row, _ in chosen}
    needed = len(right.required)
    pairs = [
        (next(value for value in items[row] if value.key == found[column].key), found[column])
        for row, column in chosen
        if row < needed
    ]
    missing = [item[0] for row, item in enumerate(right.required) if row not in matched]
    return pairs, missing, [value for column, value in enumerate(found) if column not in taken]


def _left_over(row: Row, missing: Sequence[Value], spurious: Sequence[Value]) -> list[Slot]:
    """What was not matched: `inc` for as many as both sides have, the most alike beside each other."""
    slots: list[Slot] = []
    missing, spurious = list(missing), list(spurious)
    for right, found in _most_alike(missing, spurious) if missing and spurious else ():
        missing.remove(right)
        spurious.remove(found)
        slots.append(
            Slot(row.name, "inc", right, found, subtype(row.pieces, right, found), False, row.headline)
        )
    slots += [Slot(row.name, "mis", value, None, "", False, row.headline) for value in missing]
    slots += [Slot(row.name, "spu", None, value, "", False, row.headline) for value in spurious]
    return slots


def _most_alike(missing: Sequence[Value], spurious: Sequence[Value]) -> list[tuple[Value, Value]]:
    if len(missing) == len(spurious) == 1:
        return [(missing[0], spurious[0])]
    ranked = sorted(
        ((_alike(a, b), i, j) for i, a in enumerate(missing) for j, b in enumerate(spurious)),
        key=lambda one: (-one[0], shown(missing[one[1]]), shown(spurious[one[2]])),
    )
    pairs: list[tuple[Value, Value]] = []
    rows, columns = set[int](), set[int]()
    for _, i, j in ranked:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            pairs.append((missing[i], spurious[j]))
    return pairs


def _alike(first: Value, second: Value) -> float:
    same = sum(a == b for a, b in zip(first.parts, second.parts, strict=True))
    return same + similarity(shown(first), shown(second))


def _best_free(row: Row, right: Sequence[Items], found: Items) -> list[Slot]:
    return _best(_free(row, variant, [item[0] for item in found.required]) for variant in right)


def _free(row: Row, right: Items, found: Sequence[Value]) -> list[Slot]:
    """Texts of free granularity: one to one where they overlap, as many as possible, then the closest."""
    items = (*right.required, *right.optional)
    needed = len(right.required)
    edges: dict[tuple[int, int], int] = {}
    for i, item in enumerate(items):
        for j, value in enumerate(found):
            overlap = max(dice(_words(row, one), _words(row, value)) for one in item)
            if overlap >= DICE:
                edges[i, j] = (_REQUIRED * (_REQUIRED if i < needed else 1)) + round(overlap * 1e6)
    chosen = best_pairs(edges)
    slots: list[Slot] = []
    for i, j in chosen:
        if i < needed:
            slots.append(Slot(row.name, "cor", items[i][0], found[j], "", False, headline=False))
            slots += _on_matched(row, items[i], found[j])
    taken, matched = {j for _, j in chosen}, {i for i, _ in chosen}
    missing = [item[0] for i, item in enumerate(right.required) if i not in matched]
    return slots + _left_over(row, missing, [value for j, value in enumerate(found) if j not in taken])


def _words(row: Row, value: Value) -> str:
    return folded("".join(str(part or "") for part in value.parts[: len(row.pieces) - len(row.matched)]))


def _on_matched(row: Row, right: Sequence[Value], found: Value) -> list[Slot]:
    """The choices of two matched items, each a row of its own."""
    slots: list[Slot] = []
    for place, piece in enumerate(row.matched, start=len(row.pieces) - len(row.matched)):
        name = f"{row.name}.{'.'.join(piece.fields)}"
        same = next((value for value in right if value.parts[place] == found.parts[place]), None)
        verdict: Verdict = "cor" if same else "inc"
        why = "" if same else f"{right[0].parts[place]} → {found.parts[place]}"
        slots.append(Slot(name, verdict, same or right[0], found, why, bool(same), headline=False))
    return slots
