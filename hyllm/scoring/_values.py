"""When two values are equal, and in what way two that are not differ."""

import json
import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

from hyllm.scoring._confusable import is_confusable
from hyllm.scoring._edtf import days, relation
from hyllm.scoring._fields import Comparator, Piece
from hyllm.scoring._texts import bare_name, contains, distance, folded, strict_text


class Value(NamedTuple):
    """One value of a record: what fills a slot."""

    key: Hashable
    """Equal values have equal keys."""
    parts: tuple[Any, ...]
    """JSON, one for each piece of the row."""
    at: str
    """Where it stands in its record, as a JSON Pointer without the first slash."""


def key_of(compare: Comparator, raw: Any) -> Hashable:
    """What equal values of this sort have in common; `None` for no value."""
    return None if raw is None else KEYS[compare](raw)


def _date_key(date: Mapping[str, Any]) -> Hashable:
    edtf = date.get("edtf")
    if edtf is None:
        return "text", folded(str(date.get("text") or ""))
    return days(str(edtf)) or ("edtf", edtf)


def _amount_key(amount: Mapping[str, Any]) -> Hashable:
    number = _number(amount)
    if number is None:  # as with dates: where nothing was computed, the words decide
        return "text", folded(str(amount.get("text") or ""))
    return number, _unit(amount), amount.get("bound"), amount.get("upper")


def _itself(raw: Any) -> Hashable:
    return raw


def _json(raw: Any) -> Hashable:
    return json.dumps(raw, sort_keys=True, ensure_ascii=False)


KEYS: Mapping[Comparator, Callable[[Any], Hashable]] = {
    "text": folded,
    "name": bare_name,
    "choice": _itself,
    "number": _itself,
    "date": _date_key,
    "amount": _amount_key,
    "json": _json,
}
"""The key of a value that is there."""


def _number(amount: Mapping[str, Any]) -> Any:
    return amount.get("amount") if "amount" in amount else amount.get("value")


def _unit(amount: Mapping[str, Any]) -> tuple[str, str | None]:
    if "amount" in amount:
        return "money", amount.get("currency")
    unit = amount.get("unit")
    return "quantity", folded(unit) if isinstance(unit, str) else unit


def strict_key(piece: Piece, raw: Any) -> Hashable:
    """The key under the strict tier, in which texts are equal character by character."""
    if isinstance(raw, str) and piece.compare in ("text", "name"):
        return strict_text(raw)
    return key_of(piece.compare, raw)


def subtype(pieces: tuple[Piece, ...], gold: Value, predicted: Value) -> str:
    """In what way a wrong value differs from the right one."""
    for piece, right, wrong in zip(pieces, gold.parts, predicted.parts, strict=True):
        if key_of(piece.compare, right) != key_of(piece.compare, wrong):
            kind = _difference(piece.compare, right, wrong)
            name = ".".join(piece.fields)
            return f"{name} {kind}".strip() if len(pieces) > 1 else kind
    return "other"


def _difference(compare: Comparator, right: Any, wrong: Any) -> str:
    if right is None or wrong is None:
        return "absent"
    match compare:
        case "choice":
            return f"{right} → {wrong}"
        case "text" | "name":
            return _text_difference(bare_name(right), bare_name(wrong))
        case "date":
            return _date_difference(right, wrong)
        case "amount":
            return _amount_difference(right, wrong)
        case _:
            return "other"


def _text_difference(right: str, wrong: str) -> str:
    if contains(right, wrong):
        return "substring"
    if is_confusable(right, wrong):
        return "confusable"
    return "edit1" if distance(right, wrong) == 1 else "other"


def _date_difference(right: Mapping[str, Any], wrong: Mapping[str, Any]) -> str:
    sides = [days(str(side.get("edtf"))) for side in (right, wrong)]
    if sides[0] is None or sides[1] is None:
        return "other" if right.get("edtf") and wrong.get("edtf") else "unresolved"
    return relation(sides[0], sides[1])


def _amount_difference(right: Mapping[str, Any], wrong: Mapping[str, Any]) -> str:
    first, second = _number(right), _number(wrong)
    if first is None or second is None:
        return "unresolved"
    if _unit(right) != _unit(wrong):
        return "other"
    if first == second:
        return "bound"
    return "unit" if _is_power_of_ten(first, second) else "other"


def _is_power_of_ten(first: float, second: float) -> bool:
    if first == 0 or second == 0 or (first < 0) != (second < 0):
        return False
    exponent = math.log10(first / second)
    return abs(exponent - round(exponent)) < 1e-9


def shown(value: Value | None) -> str:
    """A value as a person reads it."""
    return "" if value is None else " · ".join(filter(None, map(_shown_part, value.parts)))


def _shown_part(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return str(raw.get("text", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return "" if raw is None else str(raw)
