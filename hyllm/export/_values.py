"""One row a value: what was reported, where it stands, what was computed from it; and what stands unclaimed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from hyllm.export._tables import RUN_COLUMNS, Cell

VALUE_COLUMNS = (
    "page",
    "kind",
    "record_id",
    "field",
    "text",
    "start",
    "end",
    "status",
    "anchor_start",
    "anchor_end",
    "computed",
    "problems",
    *RUN_COLUMNS,
)
PROBLEM_COLUMNS = ("page", "at", "reason", "text", "message")
LINK_COLUMNS = ("page", "source", "record_id", "relation")
_COMPUTED = ("edtf", "amount", "currency", "value", "unit", "bound", "upper")


def value_rows(line: Mapping[str, Any], run: Sequence[Cell]) -> Iterator[list[Cell]]:
    """The values of a page, in the order of its line; the unclaimed ones, without a record, last."""
    problems: dict[str, list[str]] = {}
    for problem in line["problems"]:
        problems.setdefault(problem["at"], []).append(problem["reason"])
    for mark in line["grounding"]:
        at: str = mark["at"]
        plural, index, field = at.removeprefix("/").split("/", 2)
        record = line[plural][int(index)]
        holder, value = _holder(record, field)
        computed = {name: holder[name] for name in _COMPUTED if name in holder} if "text" in holder else {}
        anchor = mark.get("anchor") or (None, None)
        reasons = [reason for where, some in problems.items() if _is_of(where, at) for reason in some]
        yield [
            line["page"],
            plural,
            record["id"],
            field,
            value if isinstance(value, str) else None,
            mark["start"],
            mark["end"],
            mark["status"],
            *anchor,
            json.dumps(computed, ensure_ascii=False) if computed else _number(value),
            " ".join(dict.fromkeys(reasons)) or None,
            *run,
        ]
    for value in line["unclaimed"]:
        place: list[Cell] = [value["text"], value["start"], value["end"], "unclaimed"]
        yield [line["page"], None, None, value["type"], *place, None, None, None, None, *run]


def _holder(record: Mapping[str, Any], field: str) -> tuple[Mapping[str, Any], Any]:
    """What a value stands in (a date, a sum, the record), and the value."""
    node: Any = record
    holder: Any = record
    for step in field.split("/"):
        if isinstance(node, dict):
            holder = cast("dict[str, Any]", node)
            node = holder.get(step)
        else:
            node = node[int(step)]
    return holder, node


def _is_of(problem: str, at: str) -> bool:
    """Whether a problem is of the value at a pointer: `/…/date/edtf` is of `/…/date/text`."""
    return problem == at or (
        at.endswith("/text") and problem in (at[: -len("/text")], f"{at[: -len('/text')]}/edtf")
    )


def _number(value: Any) -> Cell:
    return json.dumps(value) if isinstance(value, int | float) else None


def problem_rows(line: Mapping[str, Any]) -> Iterator[list[Cell]]:
    for problem in line["problems"]:
        yield [line["page"], problem["at"], problem["reason"], problem["text"], problem["message"]]


def link_rows(line: Mapping[str, Any]) -> Iterator[list[Cell]]:
    for link in line["links"]:
        yield [line["page"], link["from"], link["to"], link["relation"]]
