"""How much of gold is in doubt: values under `any_of` or `optional`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

_NO_VALUES = ("evidence", "optional", "name_is_clause", "id", "stage_date")


@dataclass(slots=True)
class Doubt:
    """Counts of gold values."""

    values: int = 0
    doubtful: int = 0

    def add(self, other: "Doubt") -> None:
        self.values += other.values
        self.doubtful += other.doubtful


def values_in(raw: Any) -> int:
    """How many values gold JSON without alternatives has."""
    if isinstance(raw, dict):
        node = cast("dict[str, Any]", raw)
        if "edtf" in node or "bound" in node:
            return 1
        return sum(
            values_in(value)
            for name, value in node.items()
            if name not in _NO_VALUES and not (name == "stage" and "milestones" in node) and value is not None
        )
    if isinstance(raw, list):
        return sum(map(values_in, cast("list[Any]", raw)))
    return int(raw is not None)


def doubt(raw: Any, *, within: bool = False) -> Doubt:
    """The values of gold JSON and those in doubt. A date, a sum or a quantity is one value, evidence none.

    An `any_of` counts as its first alternative, and as one value where that is null or empty.
    """
    if isinstance(raw, dict):
        return _of_object(cast("Mapping[str, Any]", raw), within)
    found = Doubt()
    if isinstance(raw, list):
        for one in cast("list[Any]", raw):
            found.add(doubt(one, within=within))
    elif raw is not None:
        found = Doubt(1, int(within))
    return found


def _of_object(node: Mapping[str, Any], within: bool) -> Doubt:
    if "any_of" in node:
        first = doubt(node["any_of"][0], within=True)
        return first if first.values else Doubt(1, 1)
    within = within or bool(node.get("optional"))
    if "edtf" in node or "bound" in node:
        return Doubt(1, int(within or _has_alternatives(node)))
    found = Doubt()
    for name, value in node.items():
        if name not in _NO_VALUES and not (name == "stage" and "milestones" in node):
            found.add(doubt(value, within=within))
    return found


def _has_alternatives(node: Mapping[str, Any]) -> bool:
    return any(isinstance(value, dict) and "any_of" in value for value in node.values())
