"""What a store says of itself: how far it is, what failed and why, and all there is about one page."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from hyllm.batch._enqueue import Look, look_at
from hyllm.batch._ledger import Spent, spent
from hyllm.batch._setup import load_setups, setup_in_force
from hyllm.batch._store import inflate
from hyllm.batch._versions import versions
from hyllm.errors import UsageError

FAILED = ("failed", "aside", "fault")
"""The states of a job that no answer could be read for."""
_IN_FORCE_OR_ON_TRIAL = "setup_id >= (SELECT max(id) FROM setups WHERE adopted)"
"""Of jobs: what is not of a setup that gave way to another."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a store is."""

    look: Look
    states: dict[str, int]
    """How many texts are in each state, with the setup in force."""
    records: int
    """Those of the setup in force."""
    spent: Spent
    requests: int
    model: str
    models: tuple[tuple[str | None, str | None, int], ...]
    """Name and fingerprint that the endpoint reported, and in how many answers."""
    runs: int
    last_run: tuple[str, str | None, str | None] | None
    """When the last run started and ended, and how."""
    older: int
    conflicts: int
    """Pages that share paper, date and number with another of another text."""
    read_by: tuple[tuple[str, int], ...]
    """Versions of hyllm that read results, and how many."""

    def to_json(self) -> dict[str, Any]:
        return {
            "pages": self.look.pages,
            "texts": self.look.texts,
            "dated": self.look.dated,
            "doubles": self.look.doubles,
            "unreadable": self.look.unreadable,
            "states": self.states,
            "records": self.records,
            "dollars": self.spent.dollars,
            "tokens": self.spent.tokens,
            "requests": self.requests,
            "unsure": self.spent.unsure,
            "out": self.spent.out,
            "model": self.model,
            "models": [list(one) for one in self.models],
            "runs": self.runs,
            "last_run": list(self.last_run) if self.last_run else None,
            "older": self.older,
            "conflicts": self.conflicts,
        }


def status(db: sqlite3.Connection) -> Status:
    """How far a store is."""
    setup = setup_in_force(load_setups(db))
    number = setup.id if setup else 0
    (records,) = db.execute(
        "SELECT total(r.records) FROM jobs j JOIN results r ON r.job_id = j.id WHERE j.setup_id = ?",
        (number,),
    ).fetchone()
    (requests,) = db.execute("SELECT count(*) FROM attempts").fetchone()
    models = db.execute(
        "SELECT model, fingerprint, count(*) FROM attempts WHERE outcome = 'answer' GROUP BY 1, 2 ORDER BY 3 DESC"
    ).fetchall()
    (runs,) = db.execute("SELECT count(*) FROM runs").fetchone()
    last = db.execute(
        "SELECT started, ended, outcome FROM runs ORDER BY started DESC, id DESC LIMIT 1"
    ).fetchone()
    found = list(versions(db))
    read_by = db.execute("SELECT hyllm, count(*) FROM results GROUP BY 1 ORDER BY 1").fetchall()
    return Status(
        look_at(db),
        count_states(db, number),
        int(records),
        spent(db),
        requests,
        setup.model if setup else "",
        tuple(models),
        runs,
        last,
        sum(version.is_older for version in found),
        sum(not version.is_older for version in found),
        tuple(read_by),
    )


def count_states(db: sqlite3.Connection, setup: int, up_to: int | None = None) -> dict[str, int]:
    """How many texts are in each state.

    Args:
        db: the store.
        setup: the setup that they are asked about with.
        up_to: with a sample, the rank of its last text.
    """
    within = "" if up_to is None else "AND rank <= ?"
    values = (setup,) if up_to is None else (setup, up_to)
    sql = f"SELECT state, count(*) FROM jobs WHERE setup_id = ? {within} GROUP BY state ORDER BY state"
    return dict(db.execute(sql, values).fetchall())


class Failure(NamedTuple):
    """A page that failed."""

    page: str
    state: str
    cause: str
    message: str


def failures(db: sqlite3.Connection, cause: str | None = None) -> Iterator[Failure]:
    """The pages that failed, with why; inputs that are no page last, under the cause `unreadable`."""
    sql = (
        "SELECT (SELECT p.page FROM pages p WHERE p.text_id = j.text_id ORDER BY p.seen DESC, p.page LIMIT 1), "
        "j.state, coalesce(j.cause, ''), coalesce(j.message, '') FROM jobs j "
        f"WHERE j.state IN {FAILED} AND j.{_IN_FORCE_OR_ON_TRIAL} AND (? IS NULL OR j.cause = ?) "
        "ORDER BY j.cause, 1"
    )
    yield from (Failure(*row) for row in db.execute(sql, (cause, cause)))
    if cause in (None, "unreadable"):
        for place, message in db.execute("SELECT place, message FROM unreadable ORDER BY place"):
            yield Failure(place, "unreadable", "unreadable", message)


def retry(db: sqlite3.Connection, cause: str | None = None) -> int:
    """Puts failed pages back into the queue, to be asked and paid for anew; how many.

    What came before stays in the store.
    """
    where = f"state IN {FAILED} AND {_IN_FORCE_OR_ON_TRIAL} AND (? IS NULL OR cause = ?)"
    jobs = [row[0] for row in db.execute(f"SELECT id FROM jobs WHERE {where}", (cause, cause))]
    for job in jobs:
        db.execute("UPDATE answers SET void = 1 WHERE job_id = ?", (job,))
        db.execute("DELETE FROM turns WHERE job_id = ?", (job,))
        db.execute("DELETE FROM results WHERE job_id = ?", (job,))
        db.execute(
            "UPDATE jobs SET state = 'open', turn = 0, blame = 0, cause = NULL, message = NULL WHERE id = ?",
            (job,),
        )
    return len(jobs)


def reparse(db: sqlite3.Connection, page: str | None = None) -> int:
    """Gives answered pages to the readers again: nothing is asked. How many.

    Args:
        db: the store.
        page: only this page.
    """
    where = "" if page is None else "AND text_id = (SELECT text_id FROM pages WHERE page = ?)"
    changed = db.execute(
        "UPDATE jobs SET state = 'answered' WHERE state IN ('done', 'partial', 'failed', 'fault') "
        f"AND EXISTS (SELECT 1 FROM answers a WHERE a.job_id = jobs.id AND NOT a.void) {where}",
        () if page is None else (page,),
    ).rowcount
    if page is not None and not changed:
        raise UsageError(f"page {page!r}: not in the store, or not answered")
    return changed


def everything_about(db: sqlite3.Connection, page: str) -> dict[str, Any]:
    """All a store knows of a page: its text, its requests, the answers as they came, and what was read.

    Raises:
        UsageError: there is no such page.
    """
    row = db.execute(
        "SELECT p.text_id, p.paper, p.issue_date, p.page_no, p.city, p.extra, p.conflicts, t.text, t.chars "
        "FROM pages p JOIN texts t ON t.id = p.text_id WHERE p.page = ?",
        (page,),
    ).fetchone()
    if row is None:
        near = db.execute("SELECT page FROM pages WHERE page LIKE ? LIMIT 3", (f"%{page}%",)).fetchall()
        hint = f"; did you mean {', '.join(str(one[0]) for one in near)}?" if near else ""
        raise UsageError(f"page {page!r}: not in the store{hint}")
    text_id = row[0]
    same = db.execute("SELECT page FROM pages WHERE text_id = ? AND page != ? ORDER BY page", (text_id, page))
    return {
        "page": page,
        "paper": row[1],
        "issue_date": row[2],
        "page_no": row[3],
        "city": row[4],
        "extra": json.loads(row[5]),
        "conflicts": json.loads(row[6]),
        "chars": row[8],
        "same_text": [one[0] for one in same],
        "text": inflate(row[7]),
        "jobs": [_job(db, *job) for job in db.execute(_JOBS, (text_id,)).fetchall()],
    }


_JOBS = "SELECT id, setup_id, state, cause, message, blame FROM jobs WHERE text_id = ? ORDER BY setup_id"


def _job(
    db: sqlite3.Connection,
    job: int,
    setup: int,
    state: str,
    cause: str | None,
    message: str | None,
    blame: int,
) -> dict[str, Any]:
    attempts = db.execute(
        "SELECT a.turn, a.started, a.ended, a.outcome, a.cause, a.message, a.model, a.fingerprint, a.prompt_tokens, "
        "a.completion_tokens, a.cost, r.raw, r.void FROM attempts a LEFT JOIN answers r ON r.attempt_id = a.id "
        "WHERE a.job_id = ? ORDER BY a.id",
        (job,),
    )
    names = ("turn", "started", "ended", "outcome", "cause", "message", "model", "fingerprint")
    names += ("prompt_tokens", "completion_tokens", "cost")
    line = db.execute("SELECT line FROM results WHERE job_id = ?", (job,)).fetchone()
    return {
        "setup": setup,
        "state": state,
        "cause": cause,
        "message": message,
        "blame": blame,
        "attempts": [
            dict(zip(names, row, strict=False))
            | {"answer": inflate(row[11]) if row[11] else None, "void": bool(row[12])}
            for row in attempts
        ],
        "line": json.loads(inflate(line[0])) if line else None,
    }


class Freed(NamedTuple):
    """What was cleared out of a store."""

    texts: int
    answers: int
    bytes: int


def gc(db: sqlite3.Connection, *, size: int) -> Freed:
    """Clears out texts no page has any more, with their jobs, and answers that were asked anew since.

    What was paid stays in `attempts`. The file shrinks by what is freed.

    Args:
        db: the store, outside a transaction.
        size: the size of the file, in bytes.
    """
    pages_free = db.execute("PRAGMA freelist_count").fetchone()[0]
    db.execute("BEGIN IMMEDIATE")
    answers = db.execute("DELETE FROM answers WHERE void").rowcount
    gone = "text_id NOT IN (SELECT text_id FROM pages)"
    for table in ("answers", "turns", "results"):
        db.execute(f"DELETE FROM {table} WHERE job_id IN (SELECT id FROM jobs WHERE {gone})")
    db.execute(f"DELETE FROM jobs WHERE {gone} AND id NOT IN (SELECT job_id FROM attempts)")
    db.execute(f"UPDATE jobs SET state = 'older' WHERE {gone}")
    texts = db.execute("DELETE FROM texts WHERE id NOT IN (SELECT text_id FROM pages)").rowcount
    db.execute("DELETE FROM files WHERE id NOT IN (SELECT file_id FROM pages WHERE file_id IS NOT NULL)")
    db.execute("COMMIT")
    freed = db.execute("PRAGMA freelist_count").fetchone()[0] - pages_free
    page_size = db.execute("PRAGMA page_size").fetchone()[0]
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Freed(texts, answers, max(0, min(size, freed * page_size)))
