"""What is reported beside the slots: the stage of a project, which is computed, and the evidence."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from hyllm.schemas import Milestone, Record
from hyllm.scoring._counts import Verdict
from hyllm.scoring._fields import DERIVED
from hyllm.scoring._records import Flat, Json, expanded
from hyllm.scoring._slots import Slot
from hyllm.scoring._texts import folded
from hyllm.scoring._values import Value, key_of

SHORTEST_RUN = 8
"""Quotes overlap where they share a run of so many characters, or the shorter one as a whole."""


class _Reached(NamedTuple):
    stage: Any
    date: Any


def derived_slots(record: type[Record], gold: Flat | None, predicted: Flat | None) -> list[Slot]:
    """The stage a project has reached and when, on both sides computed from its milestones."""
    field = DERIVED.get(record.hyllm.name)
    if field is None or field not in record.model_fields:
        return []
    right = [_furthest(one) for one in _readings(gold, field)] if gold else [_Reached(None, None)]
    found = _furthest(predicted.raw.get(field)) if predicted else _Reached(None, None)
    slots = [
        _slot("stage", "choice", [one.stage for one in right], found.stage),
        _slot("stage_date", "date", [one.date for one in right], found.date),
    ]
    return [slot for slot in slots if slot.verdict != "non"]


def _readings(gold: Flat, field: str) -> Sequence[Any]:
    raw = gold.raw.get(field)
    return [raw] if gold.keys is not None else expanded(raw, 64)


@lru_cache(maxsize=1)
def _stages() -> tuple[str, ...]:
    """The stages in their order, which is the order of the closed list."""
    return get_args(Milestone.model_fields["stage"].annotation)


def _furthest(milestones: Sequence[Json] | None) -> _Reached:
    order = _stages()
    reached = [m for m in milestones or () if m.get("status") == "reached" and m.get("stage") in order]
    best = max(reached, key=lambda m: order.index(m["stage"]), default=None)
    return _Reached(best["stage"], best.get("date")) if best else _Reached(None, None)


def _slot(row: str, compare: Any, right: Sequence[Any], found: Any) -> Slot:
    keys = [key_of(compare, one) for one in right]
    key = key_of(compare, found)
    verdict: Verdict = "inc"
    if key in keys:
        verdict = "non" if key is None else "cor"
    elif key is None:
        verdict = "mis"
    elif keys[0] is None:
        verdict = "spu"
    gold = None if keys[0] is None else Value(keys[0], (right[0],), row)
    value = None if key is None else Value(key, (found,), row)
    return Slot(row, verdict, gold, value, "", verdict == "cor", headline=False)


def evidence_slot(gold: Flat, predicted: Flat) -> list[Slot]:
    """Whether any quote of the prediction overlaps one of gold."""
    right, found = quotes(gold.raw), quotes(predicted.raw)
    if not right or not found:
        return []
    overlap = any(_share_a_run(a, b) for a in right for b in found)
    values = [Value(side[0], (side[0],), "evidence/0/quote") for side in (right, found)]
    return [Slot("evidence", "cor" if overlap else "inc", values[0], values[1], "", overlap, headline=False)]


def quotes(raw: Json) -> list[str]:
    """All quotes of a record, those of alternatives too."""
    found: list[str] = []
    waiting: list[Any] = [raw.get("evidence")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            quote: Any = node.get("quote")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if isinstance(quote, str):
                found.append(quote)
            else:
                waiting += node.values()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        elif isinstance(node, list):
            waiting += node  # pyright: ignore[reportUnknownArgumentType]
    return found[::-1]


def _share_a_run(first: str, second: str) -> bool:
    if first == second:
        return True
    first, second = sorted((folded(first), folded(second)), key=len)
    length = min(SHORTEST_RUN, len(first))
    return length > 0 and any(
        first[place : place + length] in second for place in range(len(first) - length + 1)
    )
