"""Records as the scorer compares them: the values of each row, with the alternatives that gold allows."""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Any, NamedTuple, cast

from hyllm.schemas import Record
from hyllm.scoring._fields import Piece, Row, rows_of
from hyllm.scoring._keys import readers
from hyllm.scoring._values import Value, key_of

Json = Mapping[str, Any]
Item = tuple[Value, ...]
"""The alternatives of one item of a set; what is predicted has one."""

MOST_VARIANTS = 4096
"""Of one list: beyond that, later combinations of alternatives are not tried."""
_COMPUTED = ("id", "stage", "stage_date")


class Items(NamedTuple):
    """One reading of a list."""

    required: tuple[Item, ...]
    optional: tuple[Item, ...]
    keys: tuple[Hashable, ...] | None
    """The keys, where no item is optional or has alternatives."""


Content = tuple[Value | None, ...] | tuple[Items, ...]
"""What a row holds, first alternative first."""
NOTHING = Items((), (), ())


class Flat:
    """A record in one of its readings, its values in the order of the class's rows."""

    __slots__ = ("__dict__", "_contents", "_rows", "clause", "index", "keys", "raw")

    def __init__(
        self,
        rows: Sequence[Row],
        raw: Json,
        index: int,
        keys: tuple[Any, ...] | None,
        *,
        clause: bool = False,
    ) -> None:
        self._rows = rows
        self._contents: dict[int, Content] = {}
        self.raw = raw
        self.index = index
        """Its place in its list, or -1 for no record at all."""
        self.keys = keys
        """A key or a tuple of keys a row; `None` where gold allows alternatives."""
        self.clause = clause
        """Its name is a clause, there being no name."""

    def content(self, place: int) -> Any:
        """The `Content` of a row."""
        found = self._contents.get(place)
        if found is None:
            row = self._rows[place]
            read = _with_alternatives if self.keys is None else _plain
            found = self._contents[place] = read(row, self.raw.get(row.field))
        return found

    @cached_property
    def order(self) -> str:
        """Sorts records by what they say, whatever order they came in."""
        return json.dumps({k: v for k, v in self.raw.items() if k not in _COMPUTED}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the gold list, or of the predicted one: what may match one of the other side."""

    index: int
    readings: tuple[Flat, ...]
    optional: bool


def entries(record: type[Record], raw: Sequence[Any], *, gold: bool, doubtful: bool = True) -> list[Entry]:
    """The records of one kind on one page. Of a prediction only first alternatives are read.

    Args:
        record: the record class.
        raw: its list, as JSON.
        gold: whether alternatives and optional records are meant.
        doubtful: whether there may be any.
    """
    rows = rows_of(record)
    found: list[Entry] = []
    for index, one in enumerate(raw):
        if doubtful and is_doubtful(one):
            if gold:
                options: list[Any] = one.get("any_of", [one])
                readings = tuple(
                    Flat(rows, option, index, None, clause=bool(option.get("name_is_clause")))
                    for option in options
                )
                found.append(Entry(index, readings, bool(one.get("optional"))))
                continue
            one = first_alternatives(one)
        clause = gold and bool(one.get("name_is_clause"))
        found.append(Entry(index, (Flat(rows, one, index, _keys(record, one), clause=clause),), False))
    return found


def _keys(record: type[Record], raw: Json) -> tuple[Any, ...]:
    return tuple([read(raw.get(field)) for field, read in readers(record)])


def is_doubtful(raw: Any) -> bool:
    """Whether JSON has alternatives, or optional parts, at any depth."""
    if isinstance(raw, dict):
        node = cast("dict[str, Any]", raw)
        return "any_of" in node or "optional" in node or any(map(is_doubtful, node.values()))
    return isinstance(raw, list) and any(map(is_doubtful, cast("list[Any]", raw)))


@lru_cache(maxsize=256)
def no_record(record: type[Record]) -> Flat:
    """The absence of a record: every row is empty."""
    return Flat(rows_of(record), {}, -1, _keys(record, {}))


def _plain(row: Row, raw: Any) -> Content:
    if row.shape == "one":
        return (None if raw is None else _value(row.pieces, raw, row.field),)
    if not raw:
        return (NOTHING,)
    return (_items(((value,) for value in _all_values(row, raw)), ()),)


def _items(required: Iterable[Item], optional: Iterable[Item]) -> Items:
    needed, spare = tuple(required), tuple(optional)
    plain = not spare and all(len(item) == 1 for item in needed)
    return Items(needed, spare, tuple([item[0].key for item in needed]) if plain else None)


def _all_values(row: Row, raw: Sequence[Any]) -> Iterator[Value]:
    for place, item in enumerate(raw):
        yield from _values(row, item, f"{row.field}/{place}")


def _values(row: Row, item: Any, at: str) -> list[Value]:
    """The slots of one item: several where a part of it is a list."""
    if item is None or (row.needs and item.get(row.needs) is None):
        return []
    many = next((place for place, piece in enumerate(row.pieces) if piece.many), None)
    if many is None:
        return [_value(row.pieces, item, at)]
    parts = [_part(piece, item) for piece in row.pieces]
    members: list[Any] = parts[many] or [None]
    lists = [[*parts[:many], member, *parts[many + 1 :]] for member in members]
    return [Value(_key(row.pieces, some), tuple(some), at) for some in lists]


def _value(pieces: Sequence[Piece], item: Any, at: str) -> Value:
    if len(pieces) == 1:
        part = _part(pieces[0], item)
        return Value(key_of(pieces[0].compare, part), (part,), at)
    parts = tuple([_part(piece, item) for piece in pieces])
    return Value(_key(pieces, parts), parts, at)


def _key(pieces: Sequence[Piece], parts: Sequence[Any]) -> Hashable:
    return tuple([key_of(piece.compare, part) for piece, part in zip(pieces, parts, strict=True)])


def _part(piece: Piece, item: Any) -> Any:
    fields = piece.fields
    if not fields:
        return item
    if len(fields) == 1:
        return item.get(fields[0])
    return "".join(str(item.get(field) or "") for field in fields)


def _with_alternatives(row: Row, raw: Any) -> Content:
    if row.shape == "one":
        options = expanded(raw)
        return tuple(None if one is None else _value(row.pieces, one, row.field) for one in options)
    lists: list[Any] = cast("Json", raw)["any_of"] if isinstance(raw, dict) else [raw]
    variants = (variant for one in lists for variant in _variants(row, cast("list[Any]", one or [])))
    return tuple(islice(variants, MOST_VARIANTS))


def _variants(row: Row, raw: Sequence[Any]) -> Iterator[Items]:
    """The readings of a list: alternatives of one slot stay together, others multiply."""
    choices: list[list[list[tuple[Item, bool]]]] = []
    for place, item in enumerate(raw):
        optional = isinstance(item, dict) and bool(cast("Json", item).get("optional"))
        options = [_values(row, option, f"{row.field}/{place}") for option in expanded(item)]
        if all(len(option) == 1 for option in options):
            alternatives = {option[0].key: option[0] for option in reversed(options)}
            ordered = tuple(alternatives[key] for key in dict.fromkeys(one[0].key for one in options))
            choices.append([[(ordered, optional)]])
        else:
            choices.append([[((value,), optional) for value in option] for option in options])
    for chosen in product(*choices):
        flat = [pair for one in chosen for pair in one]
        yield _items((item for item, spare in flat if not spare), (item for item, spare in flat if spare))


def expanded(raw: Any, most: int = 256) -> list[Any]:
    """Everything a value with `any_of` at any depth may be, the first alternatives first."""
    if isinstance(raw, dict):
        node = cast("Json", raw)
        if "any_of" in node:
            return [one for option in node["any_of"] for one in expanded(option, most)][:most]
        names = [name for name in node if name not in ("optional", "name_is_clause")]
        found = product(*(expanded(node[name], most) for name in names))
        return [dict(zip(names, values, strict=True)) for values in islice(found, most)]
    if isinstance(raw, list):
        found = product(*(expanded(one, most) for one in cast("list[Any]", raw)))
        return [list(values) for values in islice(found, most)]
    return [raw]


def first_alternatives(raw: Any) -> Any:
    """A value as a prediction has it: first alternatives, without `optional` and `name_is_clause`."""
    if isinstance(raw, dict):
        node = cast("Json", raw)
        if "any_of" in node:
            return first_alternatives(node["any_of"][0])
        return {k: first_alternatives(v) for k, v in node.items() if k not in ("optional", "name_is_clause")}
    return [first_alternatives(one) for one in cast("list[Any]", raw)] if isinstance(raw, list) else raw
