"""The pages of a store in the order of their ids, each with its state and what was read from it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hyllm.batch import load_setups, setup_in_force
from hyllm.batch.store import inflate, versions

_STATES = {
    "done": "done",
    "partial": "partial",
    "failed": "failed",
    "aside": "failed",
    "fault": "unread",
    "answered": "unread",
    "sent": "open",
    "open": "open",
    "out": "open",
    "older": "older",
}


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of the archive."""

    page: str
    state: str
    """`done`; `empty`: done, and nothing found; `partial`; `failed`; `unread`: answered, not read; `open`: not
    asked yet, or no answer yet; `double`: its text is another page's; `older`: an older version of another page."""
    stands_for: str | None
    """Of a double or an older version: the page that has its records."""
    conflict: str | None
    """Another page with the same paper, date and number, and another text."""
    text_sha256: str
    chars: int
    about: Mapping[str, Any]
    """paper, issue_date, page_no, city, extra, conflicts."""
    cause: str | None
    message: str | None
    line: Mapping[str, Any] | None
    """The prediction line, where the page was read and is exported."""
    hyllm: str | None
    """The version that read it."""
    text_id: int


_SQL = """
SELECT p.page, p.text_id, p.paper, p.issue_date, p.page_no, p.city, p.extra, p.conflicts,
       t.sha256, t.chars,
       (SELECT q.page FROM pages q WHERE q.text_id = p.text_id ORDER BY q.seen DESC, q.page LIMIT 1),
       j.state, j.cause, j.message, r.line, r.hyllm
FROM pages p
JOIN texts t ON t.id = p.text_id
LEFT JOIN jobs j ON j.id = (
    SELECT k.id FROM jobs k LEFT JOIN results s ON s.job_id = k.id
    WHERE k.text_id = p.text_id AND k.setup_id <= ? ORDER BY s.job_id IS NULL, k.setup_id DESC LIMIT 1)
LEFT JOIN results r ON r.job_id = j.id
ORDER BY p.page
"""


def stored_pages(db: sqlite3.Connection) -> Iterator[StoredPage]:
    """Every page of a store, one at a time. Its records are those of the setup in force, else of one before."""
    setup = setup_in_force(load_setups(db))
    newer: dict[int, tuple[str, bool]] = {}
    conflicting: dict[int, str] = {}
    for version in versions(db):
        newer[version.text_id] = version.newest_page, version.is_older
        if not version.is_older:
            conflicting[version.newest_text_id] = version.page
    for row in db.execute(_SQL, (setup.id if setup else 0,)):
        (page, text_id, paper, issue_date, page_no, city, extra, conflicts) = row[:8]
        sha256, chars, first, state, cause, message, packed, version = row[8:]
        about = {"paper": paper, "issue_date": issue_date, "page_no": page_no, "city": city}
        about |= {"extra": json.loads(extra), "conflicts": json.loads(conflicts)}
        newest, is_older = newer.get(text_id, (None, False))
        line: dict[str, Any] | None = None
        stands_for = None
        if page != first:
            state, stands_for = "double", first
        elif is_older:
            state, stands_for = "older", newest
        else:
            line = _line(packed, page, about) if packed else None
            state = "empty" if line and _is_empty(line, state) else _STATES.get(state or "open", "open")
        yield StoredPage(
            page,
            state,
            stands_for,
            conflicting.get(text_id) or (None if is_older else newest),
            bytes(sha256).hex(),
            chars,
            about,
            cause if state in ("failed", "unread") else None,
            message if state in ("failed", "unread") else None,
            line,
            version,
            text_id,
        )


def _line(packed: bytes, page: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction line under the page's present name: a moved file is not read again."""
    line: dict[str, Any] = json.loads(inflate(packed))
    return line | {"page": page} | {name: about[name] for name in ("paper", "issue_date", "page_no", "extra")}


def _is_empty(line: Mapping[str, Any], state: str) -> bool:
    return state == "done" and not any(
        value
        for value in line.values()
        if isinstance(value, list) and value and _holds_records(value)  # pyright: ignore
    )


def _holds_records(value: list[Any]) -> bool:
    return isinstance(value[0], dict) and "evidence" in value[0]
