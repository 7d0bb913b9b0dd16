"""What a model is asked to say of a page, derived from the record classes.

A model reads; it computes nothing. So where a record has a value, its reading has the words: a `Money`
is read as a string, a `Date` as the words and the expression they lean on, evidence as unit numbers.
"""

import re
import types
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from hyllm.errors import UsageError
from hyllm.schemas._base import Computed, Evidence, FromWords, Part, Record
from hyllm.schemas._values import Date, Money, Quantity


class Reading(BaseModel):
    """Base of all derived models: what the answer says, before anything is located or computed."""

    model_config = ConfigDict(extra="forbid")


def _as_words(value: object) -> object:
    """Words a model wrote as a bare number are taken as words."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _some_words(value: str) -> str:
    if not value.strip():
        raise ValueError("no words")
    return value


def _as_unit(value: object) -> object:
    """A unit number, also where it was written as it is shown: [12]."""
    shown = re.fullmatch(r"\s*\[(\d+)\]\s*", value) if isinstance(value, str) else None
    return int(shown.group(1)) if shown else value


def _as_list(value: object) -> object:
    """An absent list is empty; a lone item is a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


def _as_date(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _or_none(value: object) -> object:
    """An empty string says that there is nothing."""
    return None if isinstance(value, str) and not value.strip() else value


Words = Annotated[str, BeforeValidator(_as_words), AfterValidator(_some_words)]
UnitNumber = Annotated[int, BeforeValidator(_as_unit)]


class DateReading(Reading):
    """The words of a date, and the date expression elsewhere on the page that a relative one points at."""

    text: Words
    anchor: Annotated[Words | None, BeforeValidator(_or_none)] = None


@lru_cache(maxsize=256)
def reading_model(part: type[Part]) -> type[Reading]:
    """The model's face of a record class or of a part of one.

    Raises:
        UsageError: a field's type cannot be read from a page. The message says what to use instead.
    """
    fields: dict[str, Any] = {}
    for name, info in part.model_fields.items():
        if any(isinstance(mark, Computed) for mark in info.metadata):
            continue
        fields[name] = _field(annotation_of(info), f"{part.__name__}.{name}")
    if issubclass(part, Record) and "evidence" not in fields:
        raise UsageError(f"{part.__name__} has no field `evidence: list[Evidence]`: what would it rest on?")
    return create_model(f"{part.__name__}Reading", __base__=Reading, **fields)


@lru_cache(maxsize=64)
def page_model(records: tuple[type[Record], ...]) -> type[Reading]:
    """The model of a whole answer: one required list a kind, under its plural key."""
    lists: dict[str, Any] = {r.hyllm.plural: (list[reading_model(r)], Field(...)) for r in records}
    return create_model("Page", __base__=Reading, **lists)


def _field(annotation: Any, where: str) -> tuple[Any, Any]:
    """The derived annotation of a field, with its default: what may be absent, a model may leave out."""
    inner = without_none(annotation)
    if inner is not annotation:
        return Annotated[_read_as(inner, where) | None, BeforeValidator(_or_none)], None
    if get_origin(annotation) is list:
        (item,) = get_args(annotation)
        return Annotated[list[_read_as(item, where)], BeforeValidator(_as_list)], Field(default_factory=list)
    return _read_as(annotation, where), ...


def _read_as(annotation: Any, where: str) -> Any:
    """The derived type of one value."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Words if any(isinstance(a, FromWords) for a in args[1:]) else _read_as(args[0], where)
    if origin is Literal:
        return annotation
    if annotation is str or _is_value(annotation) or (_is_union(origin) and all(map(_is_value, args))):
        return Words
    if annotation is Date:
        return Annotated[DateReading, BeforeValidator(_as_date)]
    if annotation is Evidence:
        return UnitNumber
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return reading_model(annotation)
    raise UsageError(
        f"{where}: {annotation!r} cannot be read from a page. "
        "Use str (verbatim words), Literal (a choice), Date, Money, Quantity, Count, Ordinal, "
        "a subclass of Part, a list of these (without | None: an absent list is empty), "
        "or mark the field Computed()."
    )


def annotation_of(info: FieldInfo) -> Any:
    """A field's annotation as it was written: pydantic keeps the mark of a bare `Count` apart."""
    mark = next((mark for mark in info.metadata if isinstance(mark, FromWords)), None)
    return Annotated[info.annotation, mark] if mark else info.annotation


def _is_union(origin: Any) -> bool:
    return origin is Union or origin is types.UnionType


def _is_value(annotation: Any) -> bool:
    return annotation is Money or annotation is Quantity


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`; any other annotation as it is."""
    if not _is_union(get_origin(annotation)):
        return annotation
    rest = tuple(a for a in get_args(annotation) if a is not type(None))
    if len(rest) == len(get_args(annotation)):
        return annotation
    return rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - built at run time


def signature(records: Sequence[type[Record]], *, rows: bool = False) -> str:
    """The answer's form in TypeScript's manner, as the prompt shows it: a fifth of the JSON Schema.

    With `rows` the items of a record's lists are arrays in the order of their fields, without keys.
    """
    lists = [f"  {r.hyllm.plural}: {_object(reading_model(r), '  ', rows=rows)}[]" for r in records]
    return "type Date = {text: string; anchor?: string}\ntype Answer = {\n" + "\n".join(lists) + "\n}"


def _object(model: type[Reading], indent: str | None = None, *, rows: bool) -> str:
    """An object type: over several lines where it is a record's, else in one."""
    members = [
        f"{name}{'' if info.is_required() or name == 'evidence' else '?'}: {_type(info.annotation, rows)}"
        for name, info in model.model_fields.items()
    ]
    if indent is None:
        return "{" + "; ".join(members) + "}"
    return "{\n" + "".join(f"{indent}  {member}\n" for member in members) + indent + "}"


def _row(model: type[Reading]) -> str:
    """An item as an array whose places are named."""
    members = [
        f"{name}: {_type(info.annotation, True)}{'' if info.is_required() else '|null'}"
        for name, info in model.model_fields.items()
    ]
    return "[" + ", ".join(members) + "]"


def _type(annotation: Any, rows: bool) -> str:
    annotation = without_none(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(args[0], rows)
    if origin is list:
        if rows and isinstance(args[0], type) and issubclass(args[0], Reading):
            return f"{_row(args[0])}[]"
        item = _type(args[0], rows)
        return f"({item})[]" if "|" in item and not item.startswith("{") else f"{item}[]"
    if origin is Literal:
        return "|".join(f'"{choice}"' for choice in args)
    if annotation is DateReading:
        return "Date"
    if isinstance(annotation, type) and issubclass(annotation, Reading):
        return _object(annotation, rows=rows)
    return {str: "string", int: "number"}[annotation]
