"""The data dictionary: what each column of an export holds."""

from collections.abc import Iterator

from hyllm.export._rows import Exported
from hyllm.export._words import BY_TABLE, COLUMNS, SUFFIXES, TABLES, Said


def dictionary_rows(exported: Exported) -> Iterator[tuple[str, str, str, str, str]]:
    """Table, column (empty: the table itself), type, what it holds in Chinese and in English."""
    described = {(t.name, c.name): c.description for t in exported.kinds for c in t.columns}
    for table in (*exported.columns, "attempts"):
        chinese, english = TABLES.get(table, (table, table))
        yield table, "", "", chinese, english
        for column, kind in exported.typed(table):
            chinese, english = _said(table, column, described.get((table, column), ""))
            yield table, column, kind, chinese, english


def _said(table: str, column: str, description: str) -> Said:
    if found := BY_TABLE.get((table, column)) or COLUMNS.get(column):
        return found
    base, _, suffix = column.rpartition("_")
    if suffix in SUFFIXES and (known := COLUMNS.get(base)):
        return f"{known[0]}：{SUFFIXES[suffix][0]}", f"{known[1]}: {SUFFIXES[suffix][1]}"
    if column in SUFFIXES:
        return SUFFIXES[column]
    return column, description or column
