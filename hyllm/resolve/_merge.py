"""One record for one thing: readings with the same identity become one that says what all of them say."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hyllm.resolve._names import bare_name
from hyllm.schemas import Reading, Record
from hyllm.text import fold

_Unite = Callable[[Sequence[Any], Sequence[Any]], list[Any]]


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


def supplemented(kind: type[Record], known: Reading, more: Reading) -> tuple[Reading, list[Conflict]] | None:
    """`known` with what `more` adds to it; `None` where `more` is of another thing.

    Looser than `merged`, for an answer that was told to name a known record and add to it. The first field of
    the identity must agree, the others only where both say something; and an item of a list that says nothing
    else than a known one fills that up, as a milestone with its date. The conflicts' `record` is 0.
    """
    for place, name in enumerate(kind.hyllm.identity):
        one, other = (bare_name(_words(getattr(reading, name))) for reading in (known, more))
        if one != other and (place == 0 or (one and other)):
            return None
    reading, differing = _united(known, more, kind.hyllm.identity, _filled_up)
    return reading, [Conflict(0, *difference) for difference in differing]


def _identity(kind: type[Record], reading: Reading) -> tuple[str, ...] | None:
    words = [_words(getattr(reading, name)) for name in kind.hyllm.identity]
    return tuple(bare_name(w) for w in words if w) if all(words) else None


def _united(
    first: Reading, second: Reading, identity: Sequence[str], unite: _Unite | None = None
) -> tuple[Reading, list[tuple[str, str, str]]]:
    """Both readings in one, and the fields in which they differ, with what each says."""
    update: dict[str, Any] = {}
    differing: list[tuple[str, str, str]] = []
    for name in type(first).model_fields:
        one: Any = getattr(first, name)
        other: Any = getattr(second, name)
        if isinstance(one, list):
            update[name] = (unite or _union)(one, other)  # pyright: ignore[reportUnknownArgumentType]
        elif one is None:
            update[name] = other
        elif name not in identity and other is not None and _form(one) != _form(other):
            differing.append((name, _words(one), _words(other)))
    return first.model_copy(update=update), differing


def _union(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    seen = {_form(item) for item in first}
    return [*first, *(item for item in second if _form(item) not in seen)]


def _filled_up(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    """The union, in which an item that says nothing else than one of `first` fills it up."""
    items = list(first)
    for item in second:
        for place, known in enumerate(items):
            filled = _filled(known, item)
            if filled is not None:
                items[place] = filled
                break
        else:
            items.append(item)
    return items


def _filled(known: Any, more: Any) -> Any:
    """Both items in one; `None` where they are of two things."""
    if not isinstance(known, Reading):
        return known if _form(known) == _form(more) else None
    update: dict[str, Any] = {}
    agree = False
    for name in type(known).model_fields:
        one: Any = getattr(known, name)
        other: Any = getattr(more, name)
        if isinstance(one, list):
            update[name] = _union(one, other)  # pyright: ignore[reportUnknownArgumentType]
        elif one is None:
            update[name] = other
        elif other is not None:
            if _form(_words(one)) != _form(_words(other)):
                return None
            agree = True
    return known.model_copy(update=update) if agree else None


def _form(value: Any) -> str:
    """A value in match form, to compare it by."""
    return fold(value.model_dump_json() if isinstance(value, Reading) else str(value))


def _words(value: Any) -> str:
    return str(getattr(value, "text", value) or "")
