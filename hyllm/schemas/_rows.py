"""The parts of a record as rows: arrays in the order of their fields, in place of objects with keys."""

from collections.abc import Sequence
from typing import Any, cast, get_args

from hyllm.schemas._reading import Reading


def part_of(annotation: Any) -> type[Reading] | None:
    """The reading class inside an annotation: of a list, that of its items."""
    if isinstance(annotation, type) and issubclass(annotation, Reading):
        return annotation
    return next((found for inner in get_args(annotation) if (found := part_of(inner))), None)


def in_rows(said: dict[str, Any], model: type[Reading]) -> dict[str, Any]:
    """What is said of one record, the items of its lists as rows; nulls at a row's end are left out."""
    made = dict(said)
    for name, value in said.items():
        part = part_of(model.model_fields[name].annotation) if name in model.model_fields else None
        if part is not None and isinstance(value, list):
            made[name] = [_row(one, part) for one in cast("list[Any]", value)]
    return made


def _row(item: Any, part: type[Reading]) -> Any:
    if not isinstance(item, dict):
        return item
    row = [cast("dict[str, Any]", item).get(name) for name in part.model_fields]
    while row and row[-1] is None:
        row.pop()
    return row


def of_row(row: Sequence[Any], part: type[Reading]) -> dict[str, Any] | None:
    """The item that a row says, without what is null; `None` where it has more places than fields."""
    if len(row) > len(part.model_fields):
        return None
    return {name: value for name, value in zip(part.model_fields, row, strict=False) if value is not None}
