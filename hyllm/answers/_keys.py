"""Keys that a model wrote in another case than it was asked to, or left out: rows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from hyllm.schemas import Reading, Record, of_row, part_of


class _Field(NamedTuple):
    name: str
    part: type[Reading] | None
    """Of what its value, or the items of its list, are a reading."""


def with_known_keys(raw: Any, model: type[Reading]) -> Any:
    """What a model said, its keys those of the reading class wherever but their case differs.

    A key that is there as it was asked for stays, whatever else is there. An item of a list that is itself a
    list is a row: its values in the order of the fields.
    """
    if isinstance(raw, list):
        items = cast("list[Any]", raw)
        rows = [of_row(cast("list[Any]", one), model) if isinstance(one, list) else None for one in items]
        pairs = zip(items, rows, strict=True)
        return [with_known_keys(one if row is None else row, model) for one, row in pairs]
    if not isinstance(raw, dict):
        return raw
    fields, said = _fields(model), cast("dict[Any, Any]", raw)
    made: dict[Any, Any] = {}
    for key, value in said.items():
        found = fields.get(str(key).strip().casefold())
        taken = found is None or (found.name != key and (found.name in said or found.name in made))
        if found is None or taken:
            made[key] = value
        else:
            made[found.name] = with_known_keys(value, found.part) if found.part else value
    return made


def with_known_lists(tree: Mapping[str, Any], kinds: Sequence[type[Record]]) -> dict[str, Any]:
    """An answer whose lists stand under their kinds' plurals, in their order, whatever case they were in."""
    plurals = {kind.hyllm.plural.casefold(): kind.hyllm.plural for kind in kinds}
    named = [(plurals.get(key.strip().casefold(), key), key) for key in tree]
    return {key if name != key and name in tree else name: tree[key] for name, key in named}


@lru_cache(maxsize=256)
def _fields(model: type[Reading]) -> Mapping[str, _Field]:
    """The fields of a reading class by their names in one case."""
    fields = model.model_fields.items()
    return {name.casefold(): _Field(name, part_of(info.annotation)) for name, info in fields}
