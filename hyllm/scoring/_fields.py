"""Which slots a record has, and how each is compared: derived from the record class's types.

What the types do not say stands in `RULES`, or on a field of your own as `Annotated[..., Rule(...)]`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from hyllm.schemas import Computed, Date, Evidence, Money, Part, Quantity, Record, without_none

Comparator = Literal["name", "text", "choice", "number", "date", "amount", "json"]
"""`json`: the same JSON, for types the scorer does not know."""
Shape = Literal["one", "set", "free"]
"""`one` slot; a `set` with a slot an item; a `free` list, matched by overlap of characters."""

IDENTITY_WEIGHT = 3
"""How much more than others an identity field says of which thing a record is."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field's type does not say of how it is scored."""

    names: bool = False
    """The texts are names: a closing 项目 makes no difference."""
    joined: tuple[str, ...] = ()
    """Fields of an item that are compared as one text."""
    apart: tuple[str, ...] = ()
    """Fields of an item that are slots of their own …"""
    by: tuple[str, ...] = ()
    """… told apart by these."""
    free: bool = False
    """Of free granularity: matched by overlap of characters, and out of the headline."""
    skip: bool = False
    """Not scored."""


RULES: dict[str, Rule] = {
    "project/aliases": Rule(names=True),
    "project/milestones": Rule(apart=("date",), by=("stage",)),
    "meeting/topics": Rule(free=True),
    "meeting/outcomes": Rule(free=True),
    "official/posts": Rule(joined=("organisation", "title")),
}

DERIVED: dict[str, str] = {"project": "milestones"}
"""Kinds whose stage and its date follow from this field: rows of their own, counted in no total."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a value: a field of an item, several joined, or (without a field) the item itself."""

    fields: tuple[str, ...]
    compare: Comparator
    many: bool = False
    """A list inside an item: a slot for each of its members."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of fields: a field's slots."""

    name: str
    """As it is reported: `milestones.date`."""
    field: str
    shape: Shape
    pieces: tuple[Piece, ...]
    weight: int = 1
    """In the similarity of two records."""
    headline: bool = True
    needs: str | None = None
    """The field of an item without which it has no such slot."""
    holds_names: bool = False
    """Whether it is a list of other names of the record."""
    matched: tuple[Piece, ...] = ()
    """Of a free list: its last pieces, compared on the items that were matched."""


@lru_cache(maxsize=256)
def rows_of(record: type[Record]) -> tuple[Row, ...]:
    """The rows of a record class, in the order of its fields."""
    rows: list[Row] = []
    for field, info in record.model_fields.items():
        annotation = without_none(info.annotation)
        own = next((mark for mark in info.metadata if isinstance(mark, Rule)), None)
        rule = own or RULES.get(f"{record.hyllm.name}/{field}") or Rule()
        computed = any(isinstance(mark, Computed) for mark in info.metadata)
        if not (computed or rule.skip or _is_evidence(annotation)):
            rows += _rows(field, annotation, rule, identity=field in record.hyllm.identity)
    return tuple(rows)


def _is_evidence(annotation: Any) -> bool:
    return annotation is Evidence or Evidence in get_args(annotation)


def _rows(field: str, annotation: Any, rule: Rule, *, identity: bool) -> list[Row]:
    weight = IDENTITY_WEIGHT if identity else 1
    if get_origin(annotation) is not list:
        named = rule.names or (identity and _comparator(annotation, rule) == "text")
        pieces = (Piece((), "name"),) if named else tuple(_pieces(annotation, rule))
        return [Row(field, field, "one", pieces, weight)]
    (item,) = get_args(annotation)
    pieces = tuple(_pieces(item, rule))
    if rule.free:
        words = tuple(piece for piece in pieces if piece.compare in ("text", "name"))
        rest = tuple(piece for piece in pieces if piece not in words)
        return [Row(field, field, "free", (*words, *rest), 0, headline=False, matched=rest)]
    together = tuple(piece for piece in pieces if not set(piece.fields) & set(rule.apart))
    rows = [Row(field, field, "set", together, weight, holds_names=rule.names and len(together) == 1)]
    by = tuple(piece for piece in pieces if set(piece.fields) & set(rule.by))
    for piece in pieces:
        if set(piece.fields) & set(rule.apart):
            (name,) = piece.fields
            rows.append(Row(f"{field}.{name}", field, "set", (*by, piece), weight, needs=name))
    return rows


def _pieces(annotation: Any, rule: Rule) -> list[Piece]:
    """The parts of a value of this type, which is a list's item or a field's own."""
    if not _is_part(annotation):
        return [Piece((), _comparator(annotation, rule))]
    pieces: list[Piece] = []
    for name, info in annotation.model_fields.items():
        inner = without_none(info.annotation)
        many = get_origin(inner) is list
        if name in rule.joined:
            if name == rule.joined[0]:
                pieces.append(Piece(rule.joined, "text"))
            continue
        pieces.append(Piece((name,), _comparator(get_args(inner)[0] if many else inner, rule), many))
    return pieces


def _is_part(annotation: Any) -> bool:
    values = (Date, Money, Quantity)
    return isinstance(annotation, type) and issubclass(annotation, Part) and annotation not in values


def _comparator(annotation: Any, rule: Rule) -> Comparator:
    if get_origin(annotation) is Annotated:
        return _comparator(get_args(annotation)[0], rule)
    if annotation is str:
        return "name" if rule.names else "text"
    if get_origin(annotation) is Literal:
        return "choice"
    if annotation in (int, float, bool):
        return "number"
    if annotation is Date:
        return "date"
    options = get_args(annotation) or (annotation,)
    return "amount" if all(option in (Money, Quantity) for option in options) else "json"
