"""The keys of a record's rows, read without making anything else: most records need no more.

What `_records` says of one value at a time is said here once a row, as a function made for it.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hyllm.schemas import Record
from hyllm.scoring._fields import Piece, Row, rows_of
from hyllm.scoring._values import KEYS

Read = Callable[[Any], Any]
"""From the JSON of a field to the key of a single slot (or `None`), or to the tuple of a set's keys."""


@lru_cache(maxsize=256)
def readers(record: type[Record]) -> tuple[tuple[str, Read], ...]:
    """For each row of a record class its field, and what reads its keys."""
    return tuple((row.field, _reader(row)) for row in rows_of(record))


def _reader(row: Row) -> Read:
    if row.shape == "one":
        return _key(row.pieces)
    if row.shape == "free":
        return lambda raw: tuple(range(len(raw or ())))
    many = next((place for place, piece in enumerate(row.pieces) if piece.many), None)
    if many is not None:
        return _multiplied(row.pieces, many)
    read, needs = _key(row.pieces), row.needs
    if needs is None:
        return lambda raw: tuple([read(item) for item in raw if item is not None]) if raw else ()
    return lambda raw: tuple([read(item) for item in raw if item.get(needs) is not None]) if raw else ()


def _key(pieces: Sequence[Piece]) -> Read:
    if len(pieces) == 1:
        return _piece(pieces[0])
    reads = [_piece(piece) for piece in pieces]
    if len(reads) == 2:
        first, second = reads
        return lambda item: None if item is None else (first(item), second(item))
    return lambda item: None if item is None else tuple([read(item) for read in reads])


def _piece(piece: Piece) -> Read:
    key, fields = KEYS[piece.compare], piece.fields
    if not fields:
        return lambda raw: None if raw is None else key(raw)
    if len(fields) > 1:
        return lambda item: key("".join([item.get(field) or "" for field in fields]))
    name = "".join(fields)
    if piece.compare == "choice":
        return lambda item: item.get(name)

    def read(item: Mapping[str, Any]) -> Hashable:
        raw = item.get(name)
        return None if raw is None else key(raw)

    return read


def _multiplied(pieces: Sequence[Piece], many: int) -> Read:
    """A slot for each member of the list that an item holds."""
    key, name = KEYS[pieces[many].compare], pieces[many].fields[0]
    before = [_piece(piece) for piece in pieces[:many]]
    after = [_piece(piece) for piece in pieces[many + 1 :]]

    def read(raw: Sequence[Mapping[str, Any]] | None) -> tuple[Hashable, ...]:
        found: list[Hashable] = []
        for item in raw or ():
            start, end = [one(item) for one in before], [one(item) for one in after]
            members: Sequence[Any] = item.get(name) or (None,)
            found += [(*start, None if member is None else key(member), *end) for member in members]
        return tuple(found)

    return read
