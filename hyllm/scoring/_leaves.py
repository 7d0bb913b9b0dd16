"""The values of gold JSON with their places, all alternatives included."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple, cast, get_args, get_origin

from hyllm.schemas import Computed, Date, Evidence, Money, Part, Quantity, Record, without_none

Sort = Literal["text", "date", "amount", "number", "quote", "part"]


class Leaf(NamedTuple):
    """One value."""

    at: str
    sort: Sort
    raw: Any


def leaves(record: type[Record], raw: Any, at: str) -> Iterator[Leaf]:
    """The values of a list of records that stands at `at`. A part comes before its own values."""
    yield from _walk(list[record], raw, at)


def _walk(annotation: Any, raw: Any, at: str) -> Iterator[Leaf]:
    if isinstance(raw, dict) and "any_of" in raw:
        for place, option in enumerate(cast("dict[str, Any]", raw)["any_of"]):
            yield from _walk(annotation, option, f"{at}/any_of/{place}")
        return
    annotation = without_none(annotation)
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if raw is None:
        return
    if get_origin(annotation) is list:
        for place, item in enumerate(cast("list[Any]", raw)):
            yield from _walk(get_args(annotation)[0], item, f"{at}/{place}")
    elif annotation is Date:
        yield Leaf(at, "date", raw)
    elif annotation in (Money, Quantity) or set(get_args(annotation)) == {Money, Quantity}:
        yield Leaf(at, "amount", raw)
    elif annotation is Evidence:
        yield Leaf(f"{at}/quote", "quote", raw["quote"])
    elif annotation is str:
        yield Leaf(at, "text", raw)
    elif annotation in (int, float):
        yield Leaf(at, "number", raw)
    elif isinstance(annotation, type) and issubclass(annotation, Part):
        yield Leaf(at, "part", raw)
        for name, info in annotation.model_fields.items():
            if name in raw and not any(isinstance(mark, Computed) for mark in info.metadata):
                yield from _walk(info.annotation, raw[name], f"{at}/{name}")
