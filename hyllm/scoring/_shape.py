"""Whether JSON has the shape of a record: for gold, with its alternatives; for predictions, more freely.

A checker is built once a type. It says nothing where all is well, so that a run of good records costs
little; what is wrong is told with its JSON Pointer.
"""

import json
import math
import types
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Union, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from hyllm.schemas import Computed, Part, Record

Mode = Literal["gold", "prediction"]


class Fault(NamedTuple):
    """Something that has not the shape it should have."""

    at: str
    """JSON Pointer."""
    message: str
    absent: bool = False
    """Only a field that may be null or empty is not written out."""


Check = Callable[[Any], list[Fault]]
_FINE: list[Fault] = []
_ESCAPES = str.maketrans({"~": "~0", "/": "~1"})


@lru_cache(maxsize=64)
def record_list_check(record: type[Record], mode: Mode) -> Check:
    """Checks the list of one kind of a page; pointers begin at the list."""
    slow = _doubtful(_list_of(_doubtful(_part(record, mode), mode), mode), mode)
    quick: TypeAdapter[Any] = TypeAdapter(list[record])  # pyright: ignore[reportInvalidTypeForm]

    def checked(raw: Any) -> list[Fault]:
        try:
            quick.validate_python(raw, strict=True)
        except ValidationError:  # also alternatives, which the record class does not know
            return slow(raw)
        return _FINE if mode == "prediction" else slow(raw) if _lacks_a_field(raw, record) else _FINE

    return checked


def _lacks_a_field(raw: Any, record: type[Record]) -> bool:
    """Whether a field that may be null is not written out somewhere."""
    fields = {
        n for n, i in record.model_fields.items() if not any(isinstance(m, Computed) for m in i.metadata)
    }
    return any(not fields <= one.keys() for one in raw)


def _within(step: str | int, faults: list[Fault]) -> list[Fault]:
    name = str(step).translate(_ESCAPES)
    return [fault._replace(at=f"/{name}{fault.at}") for fault in faults]


def _doubtful(check: Check, mode: Mode) -> Check:
    """The same, or `{"any_of": [...]}` of it."""

    def checked(raw: Any) -> list[Fault]:
        if not isinstance(raw, dict) or "any_of" not in raw:
            return check(raw)
        node = cast("dict[str, Any]", raw)
        options = node["any_of"]
        if (
            not isinstance(options, list)
            or not options
            or (mode == "gold" and len(cast("list[Any]", options)) < 2)
        ):
            return [Fault("/any_of", "must be a list of two or more alternatives")]
        faults: list[Fault] = []
        for place, option in enumerate(cast("list[Any]", options)):
            faults += _within("any_of", _within(place, checked(option)))
        for name in node.keys() - {"any_of", "optional"}:
            faults.append(Fault(f"/{name}", "no place beside any_of"))
        return faults

    return checked


def _list_of(check: Check, mode: Mode) -> Check:
    def checked(raw: Any) -> list[Fault]:
        if raw is None and mode == "prediction":
            return _FINE
        if not isinstance(raw, list):
            return [Fault("", f"must be a list, not {_named(raw)}")]
        faults = _FINE
        for place, item in enumerate(cast("list[Any]", raw)):
            if found := check(item):
                faults = faults + _within(place, found)
            if isinstance(item, dict) and not isinstance(
                cast("dict[str, Any]", item).get("optional", True), bool
            ):
                faults = [*faults, Fault(f"/{place}/optional", "must be true or false")]
        return faults

    return checked


def _part(part: type[Part], mode: Mode) -> Check:
    checks: dict[str, Check] = {}
    needed: list[tuple[str, bool]] = []
    for name, info in part.model_fields.items():
        annotation: Any = info.annotation
        computed = any(isinstance(mark, Computed) for mark in info.metadata)
        checks[name] = _doubtful(_value(annotation, mode), mode)
        spared = _takes_none(annotation) or get_origin(annotation) is list
        if not computed and (mode == "gold" or not (spared or annotation in (int, float))):
            needed.append((name, spared))
    extra: set[str] = {"optional"} | (
        {"name_is_clause"} if issubclass(part, Record) and "name" in checks else set()
    )

    def checked(raw: Any) -> list[Fault]:
        if not isinstance(raw, dict):
            return [Fault("", f"must be an object, not {_named(raw)}")]
        node = cast("dict[str, Any]", raw)
        faults = _FINE
        for name, value in node.items():
            check = checks.get(name)
            if check is not None:
                if found := check(value):
                    faults = faults + _within(name, found)
            elif name not in extra and mode == "gold":
                faults = [*faults, *_within(name, [Fault("", f"{part.__name__} has no such field")])]
        for name, spared in needed:
            if name not in node:
                faults = [*faults, *_within(name, [Fault("", "is not there", spared)])]
        return faults

    return checked


def _value(annotation: Any, mode: Mode) -> Check:
    """The checker of one annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _value(get_args(annotation)[0], mode)
    if origin is Union or origin is types.UnionType:
        options = [
            one for one in get_args(annotation) if one is not type(None)
        ]  # `_either` takes null itself
        return _either([_value(option, mode) for option in options], annotation)
    if origin is list:
        return _list_of(_doubtful(_value(get_args(annotation)[0], mode), mode), mode)
    if origin is Literal:
        allowed = set(get_args(annotation)) if mode == "gold" else None
        return lambda raw: _FINE if _is_choice(raw, allowed) else [Fault("", _no_choice(raw, annotation))]
    if annotation is type(None):
        return lambda raw: _FINE if raw is None else [Fault("", f"must be null, not {_named(raw)}")]
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return _part(annotation, mode)
    if annotation in (str, int, float, bool):
        return lambda raw: _FINE if _is_scalar(raw, annotation) else [_no_scalar(raw, annotation)]
    return lambda raw: _FINE


def _either(checks: list[Check], annotation: Any) -> Check:
    empty = _takes_none(annotation)

    def checked(raw: Any) -> list[Fault]:
        if raw is None and empty:
            return _FINE
        faults: list[Fault] | None = None
        for check in checks:
            found = check(raw)
            if not found:
                return _FINE
            if faults is None or len(found) < len(faults):
                faults = found
        return faults or _FINE

    return checked


def _takes_none(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _is_scalar(raw: Any, wanted: Any) -> bool:
    if wanted is str:
        return isinstance(raw, str)
    if wanted is bool or isinstance(raw, bool):
        return wanted is bool and isinstance(raw, bool)
    return isinstance(raw, int) or (isinstance(raw, float) and math.isfinite(raw))


def _no_scalar(raw: Any, wanted: Any) -> Fault:
    words = {str: "text", int: "a number", float: "a number", bool: "true or false"}
    return Fault("", f"must be {words[wanted]}, not {_named(raw)}")


def _is_choice(raw: Any, allowed: "set[Any] | None") -> bool:
    return isinstance(raw, str | int | bool) and (allowed is None or raw in allowed)


def _no_choice(raw: Any, annotation: Any) -> str:
    return f"{_named(raw)} is none of {', '.join(map(str, get_args(annotation)))}"


def _named(raw: Any) -> str:
    """JSON as an error message names it."""
    if isinstance(raw, str):
        return repr(raw if len(raw) < 30 else raw[:29] + "…")
    if isinstance(raw, list):
        return "a list"
    return "an object" if isinstance(raw, dict) else json.dumps(raw)
