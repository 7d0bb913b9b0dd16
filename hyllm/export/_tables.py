"""Records as rows of named tables that join by id, whatever the kind: the columns follow from its JSON Schema.

A record's own table has its single values. A list of parts (milestones, participants) is a table of its own,
whose rows name their record. A date, a sum of money or a quantity is several columns (`investment_amount`,
`investment_currency`), a list of words one, parted by ` | `.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

Type = Literal["text", "integer", "real"]
Cell = str | int | float | None
_PARTED = " | "
RUN_COLUMNS = ("model", "prompt_sha256", "schema_sha256", "hyllm")
"""What made a row: on every row of records and values."""
MARKS = "marks"
"""What is not as it should be with a row's values, so that none passes for one that was found."""


class Column(NamedTuple):
    name: str
    type: Type
    path: tuple[str, ...]
    """Where its value stands below the record or part."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of records, or of their parts."""

    name: str
    plural: str
    """The kind's plural key."""
    field: str | None
    """Of a table of parts: the record's field that lists them."""
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return ("id", "page") if self.field is None else ("record_id", "page", "position")

    @property
    def names(self) -> tuple[str, ...]:
        """All its columns."""
        return (*self.keys, *(column.name for column in self.columns), MARKS, *RUN_COLUMNS)


_Schema = Mapping[str, Any]


def tables_of(schemas: Mapping[str, _Schema]) -> list[Table]:
    """The tables of records of these kinds, from the JSON Schema of each under its plural key."""
    found: list[Table] = []
    taken = set(schemas) | {"pages", "values", "attempts", "problems", "links", "unreadable", "corrections"}
    for plural, schema in schemas.items():
        parts: list[Table] = []
        columns: list[Column] = []
        for name, field in schema["properties"].items():
            if name == "id":
                continue
            part = _listed_part(field, schema)
            if part is None or name == "evidence":
                columns += _columns((name,), field, schema)
            else:
                table = name if name not in taken else f"{plural}_{name}"
                taken.add(table)
                inner = [c for n, f in part["properties"].items() for c in _columns((n,), f, schema)]
                parts.append(Table(table, plural, name, tuple(inner)))
        found += [Table(plural, plural, None, tuple(columns)), *parts]
    return found


def _listed_part(field: _Schema, schema: _Schema) -> _Schema | None:
    """The schema of the parts a field lists, if it lists parts."""
    items = field.get("items")
    found = _resolved(items, schema) if items else None
    return found if found and "properties" in found else None


def _resolved(field: _Schema, schema: _Schema) -> _Schema:
    name = str(field.get("$ref", "")).rpartition("/")[2]
    return schema["$defs"][name] if name else field


def _columns(path: tuple[str, ...], field: _Schema, schema: _Schema) -> list[Column]:
    """The columns of one field: one, or one for each of its parts' fields."""
    options = [_resolved(one, schema) for one in field.get("anyOf", [field])]
    parts = [one for one in options if "properties" in one]
    description = str(field.get("description", ""))
    if not parts:
        types = {one.get("type") for one in options} - {"null"}
        kind: Type = (
            "integer" if types == {"integer"} else "real" if types <= {"integer", "number"} else "text"
        )
        return [Column("_".join(path), kind, path, description)]
    found: dict[str, Column] = {}
    for part in parts:
        for name, inner in part["properties"].items():
            for column in _columns((*path, name), inner, schema):
                found.setdefault(column.name, column)
    return list(found.values())


def rows_of(
    tables: Sequence[Table], line: Mapping[str, Any], run: Sequence[Cell]
) -> Iterator[tuple[str, list[Cell]]]:
    """The rows of a page's records: each with the name of its table.

    Args:
        tables: from `tables_of`.
        line: the prediction line.
        run: what made the records, as in `RUN_COLUMNS`.
    """
    for table in tables:
        for index, record in enumerate(line.get(table.plural) or ()):
            at = f"/{table.plural}/{index}"
            if table.field is None:
                keys: list[Cell] = [record["id"], line["page"]]
                yield table.name, [*keys, *_cells(table, record), _marks(line, at), *run]
                continue
            parts = cast("list[Mapping[str, Any]]", record.get(table.field) or [])
            for position, part in enumerate(parts):
                marks = _marks(line, f"{at}/{table.field}/{position}")
                yield table.name, [record["id"], line["page"], position, *_cells(table, part), marks, *run]


def _marks(line: Mapping[str, Any], at: str) -> str | None:
    """The problems at a record or part and below it: `investment/text: ungrounded`."""
    found = [
        f"{problem['at'][len(at) + 1 :] or 'all'}: {problem['reason']}"
        for problem in line["problems"]
        if f"{problem['at']}/".startswith(f"{at}/")
    ]
    return _PARTED.join(found) or None


def _cells(table: Table, tree: Mapping[str, Any]) -> list[Cell]:
    return [_cell(_at(tree, column.path)) for column in table.columns]


def _at(tree: Any, path: Sequence[str]) -> Any:
    for step in path:
        tree = cast("dict[str, Any]", tree).get(step) if isinstance(tree, dict) else None
    return tree


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return _PARTED.join(map(_word, cast("list[Any]", value)))
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _word(item: Any) -> str:
    """An item of a list of words; of evidence its quote."""
    return str(cast("dict[str, Any]", item).get("quote") or "") if isinstance(item, dict) else str(item)
