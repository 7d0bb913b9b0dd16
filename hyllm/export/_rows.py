"""All rows of an export, page by page: what CSV, Parquet and SQLite are written from."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyllm.batch import load_setups, setup_in_force
from hyllm.batch.store import inflate
from hyllm.export._lines import is_passage, without_passages
from hyllm.export._pages import StoredPage, stored_pages
from hyllm.export._tables import Cell, Table, Type, rows_of, tables_of
from hyllm.export._values import (
    LINK_COLUMNS,
    PROBLEM_COLUMNS,
    VALUE_COLUMNS,
    link_rows,
    problem_rows,
    value_rows,
)

PAGE_COLUMNS = (
    *("page", "state", "stands_for", "conflict", "paper", "issue_date", "page_no", "city", "extra"),
    *("text_sha256", "chars", "records", "problems", "unclaimed", "cause", "message"),
    *("model", "prompt_sha256", "schema_sha256", "hyllm", "text"),
)
ATTEMPT_COLUMNS = (
    *("page", "turn", "purpose", "started", "ended", "outcome", "cause", "model", "fingerprint"),
    *("prompt_tokens", "cached_tokens", "completion_tokens", "cost", "request_key"),
)
UNREADABLE_COLUMNS = ("place", "message")
_INTEGERS = frozenset(
    "start end anchor_start anchor_end chars records turn position "
    "prompt_tokens cached_tokens completion_tokens".split()
)
_REALS = frozenset(("started", "ended", "cost"))
_COUNTS = frozenset(("problems", "unclaimed"))
"""Numbers in the pages table, words in that of values."""


class Exported:
    """What a store exports.

    Args:
        db: the store.
        without_text: leave the pages' text and all passages of it out.
    """

    def __init__(self, db: sqlite3.Connection, *, without_text: bool = False) -> None:
        self._db = db
        self._without_text = without_text
        setup = setup_in_force(load_setups(db))
        self.kinds: list[Table] = tables_of(setup.schemas if setup else {})
        self.columns: dict[str, Sequence[str]] = {
            "pages": PAGE_COLUMNS[:-1] if without_text else PAGE_COLUMNS,
            **{table.name: table.names for table in self.kinds},
            "values": VALUE_COLUMNS,
            "problems": PROBLEM_COLUMNS,
            "links": LINK_COLUMNS,
            "unreadable": UNREADABLE_COLUMNS,
        }
        """The columns of each table, in order. What is left out by `without_text` is empty."""

    def typed(self, table: str) -> list[tuple[str, Type]]:
        """A table's columns with their types."""
        own: dict[str, Type] = {c.name: c.type for t in self.kinds if t.name == table for c in t.columns}
        names = ATTEMPT_COLUMNS if table == "attempts" else self.columns[table]
        return [(name, own.get(name) or _type(table, name)) for name in names]

    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        """Every row with the name of its table, page by page in the order of their ids."""
        for page in stored_pages(self._db):
            yield "pages", self._page(page)
            if page.line is None:
                continue
            line: Mapping[str, Any] = without_passages(page.line) if self._without_text else page.line
            run = _run(page)
            yield from rows_of(self.kinds, line, run)
            yield from (("values", self._trimmed(row)) for row in value_rows(line, run))
            yield from (("problems", row) for row in problem_rows(line))
            yield from (("links", row) for row in link_rows(line))
        for place, message in self._db.execute("SELECT place, message FROM unreadable ORDER BY place"):
            yield "unreadable", [place, message]

    def attempts(self) -> Iterator[list[Cell]]:
        """Every request: how an answer came, and what it cost."""
        sql = (
            "SELECT (SELECT p.page FROM pages p WHERE p.text_id = j.text_id ORDER BY p.seen DESC, p.page LIMIT 1), "
            "a.turn, a.purpose, a.started, a.ended, coalesce(a.outcome, 'under way'), a.cause, a.model, a.fingerprint, "
            "a.prompt_tokens, a.cached_tokens, a.completion_tokens, a.cost, lower(hex(a.request_key)) "
            "FROM attempts a JOIN jobs j ON j.id = a.job_id ORDER BY a.id"
        )
        yield from (list(row) for row in self._db.execute(sql))

    def _page(self, page: StoredPage) -> list[Cell]:
        about, line = page.about, page.line
        counts: list[Cell] = [None, None, None]
        if line is not None:
            plurals = {table.plural for table in self.kinds}
            counts = [
                sum(len(line.get(plural) or ()) for plural in plurals),
                len(line["problems"]),
                len(line["unclaimed"]),
            ]
        row: list[Cell] = [
            *(page.page, page.state, page.stands_for, page.conflict),
            *(
                about["paper"],
                about["issue_date"],
                about["page_no"],
                about["city"],
                self._extra(about["extra"]),
            ),
            *(page.text_sha256, page.chars, *counts, page.cause, page.message),
            *_run(page),
        ]
        return row if self._without_text else [*row, self._text(page.text_id)]

    def _extra(self, extra: Mapping[str, Any]) -> str | None:
        """What else is known of a page, as JSON."""
        kept: object = without_passages(extra) if self._without_text else extra
        return json.dumps(kept, ensure_ascii=False) if kept else None

    def _text(self, text_id: int) -> str:
        return inflate(self._db.execute("SELECT text FROM texts WHERE id = ?", (text_id,)).fetchone()[0])

    def _trimmed(self, row: list[Cell]) -> list[Cell]:
        """A value's row; without text, passages go."""
        text = row[4]
        return (
            [*row[:4], None, *row[5:]]
            if self._without_text and isinstance(text, str) and is_passage(text)
            else row
        )


def _run(page: StoredPage) -> list[Cell]:
    """What made a page's records, as in `RUN_COLUMNS`."""
    made: Mapping[str, Any] = (page.line or {}).get("provenance") or {}
    return [made.get("model"), made.get("prompt_sha256"), made.get("schema_sha256"), made.get("hyllm")]


def _type(table: str, name: str) -> Type:
    if name in _INTEGERS or (table == "pages" and name in _COUNTS):
        return "integer"
    return "real" if name in _REALS else "text"
