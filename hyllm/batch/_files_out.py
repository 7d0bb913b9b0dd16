"""What is out in files, and how it comes back into the queue."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyllm.batch._store import now
from hyllm.errors import UsageError


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file of requests, and what became of them."""

    id: int
    path: Path
    written: str
    requests: int
    sha256: bytes
    base_url: str | None
    """Where it was submitted."""
    input_file: str | None
    batch: str | None
    status: str | None
    ended: str | None
    out: int
    answered: int
    failed: int
    stale: int
    """Requests that are out here, though their jobs have gone on without them."""

    @property
    def back(self) -> int:
        """Requests that went back into the queue."""
        return self.requests - self.out - self.answered - self.failed

    def to_json(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "written": self.written,
            "requests": self.requests,
            "out": self.out,
            "answered": self.answered,
            "failed": self.failed,
            "back": self.back,
            "base_url": self.base_url,
            "batch": self.batch,
            "status": self.status,
            "ended": self.ended,
        }


def out_files(db: sqlite3.Connection) -> list[OutFile]:
    """All files of requests that were written, in their order."""
    rows = db.execute(
        "SELECT f.id, f.path, f.written, f.requests, f.sha256, f.base_url, f.input_file, f.batch, f.status, f.ended, "
        "count(*) FILTER (WHERE a.outcome = 'out'), count(*) FILTER (WHERE a.outcome = 'answer'), "
        "count(*) FILTER (WHERE a.outcome = 'error'), "
        "count(*) FILTER (WHERE a.outcome = 'out' AND (j.state IS NOT 'out' OR j.turn != a.turn)) "
        "FROM batch_files f JOIN batch_requests r ON r.file_id = f.id JOIN attempts a ON a.id = r.attempt_id "
        "LEFT JOIN jobs j ON j.id = a.job_id GROUP BY f.id ORDER BY f.id"
    )
    return [OutFile(row[0], Path(row[1]), *row[2:]) for row in rows]


def jobs_out(db: sqlite3.Connection, setup: int) -> int:
    """How many of a setup's jobs are out in files."""
    return db.execute("SELECT count(*) FROM jobs WHERE state = 'out' AND setup_id = ?", (setup,)).fetchone()[
        0
    ]


def find_files(db: sqlite3.Connection, names: list[str]) -> list[OutFile]:
    """The written files of these names or paths.

    Raises:
        UsageError: the store knows none of the name.
    """
    files = out_files(db)
    found: list[OutFile] = []
    for name in names:
        same = [file for file in files if name in (file.path.name, str(file.path))]
        same = same or [file for file in files if Path(name).absolute() == file.path]
        if not same:
            raise UsageError(f"{name}: no file that this store wrote; `hyllm batch files status` lists them")
        found += same
    return found


def take_back(db: sqlite3.Connection, file: int, outcome: str, cause: str) -> int:
    """Puts what is out in a file back into the queue; how many requests. An answer that comes later is kept.

    Args:
        db: the store, in a transaction.
        file: the file's id.
        outcome: `uncertain` if they may have been paid for, `passing` if not, `unsent` if the file went nowhere.
        cause: in a few words.
    """
    rows = db.execute(
        "SELECT a.id, a.job_id, a.turn FROM batch_requests r JOIN attempts a ON a.id = r.attempt_id "
        "WHERE r.file_id = ? AND a.outcome = 'out'",
        (file,),
    ).fetchall()
    for attempt, job, turn in rows:
        db.execute("UPDATE attempts SET outcome = ?, cause = ? WHERE id = ?", (outcome, cause, attempt))
        give_back(db, job, turn)
    end_empty(db)
    return len(rows)


def give_back(db: sqlite3.Connection, job: int, turn: int) -> None:
    """Puts a job back into the queue, unless it has gone on, or is out in another file."""
    db.execute(
        "UPDATE jobs SET state = 'open' WHERE id = ? AND state = 'out' AND turn = ? AND NOT EXISTS "
        "(SELECT 1 FROM attempts a WHERE a.job_id = jobs.id AND a.turn = jobs.turn AND a.outcome = 'out')",
        (job, turn),
    )


def end_empty(db: sqlite3.Connection) -> None:
    """Notes of which files nothing is out any more."""
    db.execute(
        "UPDATE batch_files SET ended = ? WHERE ended IS NULL AND NOT EXISTS (SELECT 1 FROM batch_requests r "
        "JOIN attempts a ON a.id = r.attempt_id WHERE r.file_id = batch_files.id AND a.outcome = 'out')",
        (now(),),
    )
