"""One record for one thing: readings with the same identity become one that says what all of them say."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hyllm.resolve._names import bare_name
from hyllm.schemas import Reading, Record
from hyllm.text import fold


class Conflict(NamedTuple):
    """Two readings of one thing that say different words in a field that holds one."""

    record: int
    """The index of the merged reading."""
    field: str
    kept: str
    other: str


class Merged(NamedTuple):
    """The readings of one kind after merging."""

    readings: list[Reading]
    conflicts: list[Conflict]
    places: list[int]
    """For each reading before merging, the index of the one it has become part of."""


def merged(kind: type[Record], readings: Sequence[Reading]) -> Merged:
    """The readings of one kind, those with one identity united: lists unite, the first words win.

    The order is that of the first mention. An identity is the words of the kind's identity fields, compared
    by `bare_name`; where any of them is absent, a reading stays by itself.
    """
    first: dict[tuple[str, ...], int] = {}
    found = Merged([], [], [])
    for reading in readings:
        key = _identity(kind, reading)
        index = first.setdefault(key, len(found.readings)) if key is not None else len(found.readings)
        found.places.append(index)
        if index == len(found.readings):
            found.readings.append(reading)
            continue
        found.readings[index], differing = _united(found.readings[index], reading, kind.hyllm.identity)
        found.conflicts.extend(Conflict(index, *difference) for difference in differing)
    return found


def _identity(kind: type[Record], reading: Reading) -> tuple[str, ...] | None:
    words = [_words(getattr(reading, name)) for name in kind.hyllm.identity]
    return tuple(bare_name(w) for w in words if w) if all(words) else None


def _united(
    first: Reading, second: Reading, identity: Sequence[str]
) -> tuple[Reading, list[tuple[str, str, str]]]:
    """Both readings in one, and the fields in which they differ, with what each says."""
    update: dict[str, Any] = {}
    differing: list[tuple[str, str, str]] = []
    for name in type(first).model_fields:
        one: Any = getattr(first, name)
        other: Any = getattr(second, name)
        if isinstance(one, list):
            update[name] = _union(one, other)  # pyright: ignore[reportUnknownArgumentType]
        elif one is None:
            update[name] = other
        elif name not in identity and other is not None and _form(one) != _form(other):
            differing.append((name, _words(one), _words(other)))
    return first.model_copy(update=update), differing


def _union(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    seen = {_form(item) for item in first}
    return [*first, *(item for item in second if _form(item) not in seen)]


def _form(value: Any) -> str:
    """A value in match form, to compare it by."""
    return fold(value.model_dump_json() if isinstance(value, Reading) else str(value))


def _words(value: Any) -> str:
    return str(getattr(value, "text", value) or "")
