"""A store as a SQLite file to open in Datasette: tables, a view a kind, full-text search, metadata."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyllm.export._dictionary import dictionary_rows
from hyllm.export._rows import Exported
from hyllm.export._tables import Cell
from hyllm.export.atomic import whole_file

_GROUP = 2000
_KEYS: Mapping[str, str] = {"pages": "page"}
_INDEXES = ("page", "record_id", "issue_date", "name", "id")
_SEARCH = """
SELECT p.paper, p.issue_date, p.page_no, p.page,
       substr(p.text, max(1, instr(p.text, :words) - 30), 90) AS passage
FROM pages p
WHERE :words != '' AND CASE WHEN length(:words) < 3 THEN instr(p.text, :words) > 0
      ELSE p.rowid IN (SELECT rowid FROM pages_fts WHERE pages_fts MATCH '"' || replace(:words, '"', '""') || '"') END
ORDER BY p.issue_date, p.page LIMIT 200
"""
"""Trigrams find three characters and more; shorter words are looked for in the texts themselves."""


def write_sqlite(
    db: sqlite3.Connection, path: Path, *, without_text: bool = False, attempts: bool = False
) -> Path:
    """Writes the tables into one file; returns the path of Datasette's metadata beside it.

    Open it with `datasette FILE --metadata FILE.metadata.json`.

    Args:
        db: the store.
        path: the file.
        without_text: leave the pages' text and all passages of it out.
        attempts: every request too; then two stores with the same answers do not give the same bytes.

    Raises:
        UsageError: it cannot be written.
    """
    exported = Exported(db, without_text=without_text)
    names = [*exported.columns, *(["attempts"] if attempts else [])]
    with whole_file(path) as partial:
        partial.touch()  # where that cannot be, SQLite would not say which file it means
        out = sqlite3.connect(partial, isolation_level=None)
        try:
            out.execute("PRAGMA journal_mode = OFF")
            out.execute("PRAGMA synchronous = OFF")
            out.execute("BEGIN")
            for name in names:
                out.execute(_create(name, exported))
            filling = _Filling(out, exported)
            for table, row in exported.rows():
                filling.add(table, row)
            for row in exported.attempts() if attempts else ():
                filling.add("attempts", row)
            filling.flush()
            _finish(out, exported, names)
            out.execute("COMMIT")
        finally:
            out.close()
    metadata = path.with_name(f"{path.name}.metadata.json")
    with whole_file(metadata) as partial:
        partial.write_text(
            json.dumps(_metadata(path, exported), ensure_ascii=False, indent=1), encoding="utf-8"
        )
    return metadata


def _create(name: str, exported: Exported) -> str:
    columns = [
        f"{_quoted(column)} {kind.upper()}{' PRIMARY KEY' if _KEYS.get(name) == column else ''}"
        for column, kind in exported.typed(name)
    ]
    return f"CREATE TABLE {_quoted(name)} ({', '.join(columns)})"


class _Filling:
    """Inserts rows, a group of a table at a time."""

    def __init__(self, out: sqlite3.Connection, exported: Exported) -> None:
        self._out = out
        self._exported = exported
        self._rows: dict[str, list[Sequence[Cell]]] = {}

    def add(self, table: str, row: Sequence[Cell]) -> None:
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if len(rows) >= _GROUP:
            self._insert(table)

    def flush(self) -> None:
        for table in self._rows:
            self._insert(table)

    def _insert(self, table: str) -> None:
        marks = ",".join("?" * len(self._exported.typed(table)))
        self._out.executemany(f"INSERT INTO {_quoted(table)} VALUES ({marks})", self._rows[table])
        self._rows[table] = []


def _finish(out: sqlite3.Connection, exported: Exported, names: Sequence[str]) -> None:
    """Indexes, views, full-text search and the data dictionary."""
    for name in names:
        columns = {column for column, _ in exported.typed(name)}
        for column in _INDEXES:
            if column in columns and _KEYS.get(name) != column:
                out.execute(
                    f"CREATE INDEX {_quoted(f'{name}_{column}')} ON {_quoted(name)} ({_quoted(column)})"
                )
    for table in exported.kinds:
        if table.field is None:
            out.execute(
                f"CREATE VIEW {_quoted(f'{table.name}_dated')} AS SELECT p.paper, p.issue_date, p.page_no, "
                f"r.* FROM {_quoted(table.name)} r JOIN pages p ON p.page = r.page"
            )
    if any(column == "text" for column, _ in exported.typed("pages")):
        _index_text(out, "pages")
    _index_text(out, "values")
    out.execute(
        'CREATE TABLE dictionary ("table" TEXT, "column" TEXT, type TEXT, "中文" TEXT, "English" TEXT)'
    )
    out.executemany("INSERT INTO dictionary VALUES (?,?,?,?,?)", dictionary_rows(exported))


def _index_text(out: sqlite3.Connection, table: str) -> None:
    out.execute(
        f"CREATE VIRTUAL TABLE {table}_fts USING fts5(text, content='{table}', tokenize='trigram', detail=full)"
    )
    out.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")


def _metadata(path: Path, exported: Exported) -> Mapping[str, Any]:
    tables: dict[str, Any] = {}
    for table, column, _, chinese, english in dictionary_rows(exported):
        if not column:
            tables[table] = {"description": f"{chinese} / {english}", "columns": {}}
        else:
            tables[table]["columns"][column] = f"{chinese} / {english}"
    searchable = any(column == "text" for column, _ in exported.typed("pages"))
    queries = {"search": {"title": "全文检索 / search", "sql": _SEARCH.strip()}} if searchable else {}
    return {"databases": {path.stem: {"tables": tables, "queries": queries}}}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
