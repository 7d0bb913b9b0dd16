"""Open requests as files in OpenAI's Batch form, and in the ledger as being out.

A file is written whole under another name, then the ledger says that its requests are out, then it gets its name:
so whatever breaks off, no request stands in a file of which the ledger knows nothing.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hyllm.batch import _ledger as ledger
from hyllm.batch._bodies import Bodies
from hyllm.batch._budget import Budget, Caps, Reserved, budget_of
from hyllm.batch._ledger import Job
from hyllm.batch._setup import Setup
from hyllm.batch._store import Store, StoreError, now, transaction
from hyllm.client import Price
from hyllm.errors import UsageError
from hyllm.prompting import request_key

MOST_LINES = 50_000
MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """What is written to files."""

    caps: Caps = field(default_factory=Caps)
    price: Price | None = None
    """Of the batch, for a million tokens; kept with each file, to reckon with when its answers come."""
    sample: int | None = None
    """Only the first pages of the shuffle: a random sample of the archive."""
    most_lines: int = MOST_LINES
    most_bytes: int = MOST_BYTES


class WrittenFile(NamedTuple):
    """A file of requests."""

    path: Path
    requests: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Written:
    """What was written to files."""

    files: tuple[WrittenFile, ...]
    left: int
    """Open jobs that are in no file."""
    dollars: float
    """What the store may have cost when all that is out is answered; the answers before included."""
    capped: bool
    """Whether a cap is why some are left."""


class _Line(NamedTuple):
    """A request in a file."""

    job: Job
    key: bytes
    custom_id: str
    units: bytes | None
    reserved: Reserved


def write_files(store: Store, setup: Setup, folder: Path, options: WriteOptions) -> Written:
    """Writes a store's open requests to files, further turns first, then in the order of the shuffle.

    Args:
        store: opened for writing, its archive enqueued, what is answered read.
        setup: the setup in force.
        folder: where the files go; made if there is none.
        options: which requests, and how large the files may be.

    Raises:
        UsageError: the folder cannot be written to, or holds a file of the name already.
    """
    db = store.connection
    with transaction(db):
        ledger.recover(db)
    finish_interrupted(db)
    up_to = ledger.sample_rank(db, setup.id, options.sample) if options.sample else None
    budget = budget_of(db, setup, options.caps, options.price)
    files: list[WrittenFile] = []
    capped = False
    with tempfile.TemporaryDirectory(prefix="hyllm-") as prompts:
        writing = _Writing(store, setup, Bodies(setup.extractor(Path(prompts))), options, budget)
        run = 0
        while not capped and (jobs := _open_jobs(db, setup.id, options.most_lines, up_to)):
            if not run:
                _make(folder)
                with transaction(db):
                    run = ledger.begin_run(db, os.getpid())
            path = folder.absolute() / f"{store.path.stem}-{run}-{len(files) + 1:03d}.jsonl"
            written, capped = writing.write(path, jobs, run)
            if written:
                files.append(written)
        if run:
            with transaction(db):
                ledger.end_run(db, run, "written to files", ())
    left = ledger.left(db, setup.id, up_to).open
    dollars = budget.dollars + budget.reserved_dollars
    return Written(tuple(files), left, dollars, capped)


def finish_interrupted(db: sqlite3.Connection) -> None:
    """Gives files their names whose writing was broken off after the ledger knew of them."""
    for (name,) in db.execute("SELECT path FROM batch_files WHERE ended IS NULL").fetchall():
        path = Path(name)
        if not path.exists() and _partial(path).exists():
            _partial(path).rename(path)


class _Writing:
    def __init__(
        self, store: Store, setup: Setup, bodies: Bodies, options: WriteOptions, budget: Budget
    ) -> None:
        self._db = store.connection
        self._setup = setup
        self._bodies = bodies
        self._options = options
        self._budget = budget

    def write(self, path: Path, jobs: list[Job], run: int) -> tuple[WrittenFile | None, bool]:
        """Writes one file of as many of the jobs as fit; and whether a cap ended it. `None` if none did."""
        if path.exists():
            raise UsageError(f"{path}: is there already; give another folder")
        partial = _partial(path)
        try:
            try:
                with partial.open("wb") as file:
                    lines, size, digest, capped = self._lines(file, jobs)
                    file.flush()
                    os.fsync(file.fileno())
                if not lines:
                    partial.unlink()
                    return None, capped
                with transaction(self._db):
                    self._out(path, lines, size, digest, run)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
            partial.rename(path)  # if that fails, `finish_interrupted` does it
        except OSError as error:
            raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
        return WrittenFile(path, len(lines), size), capped

    def _lines(self, file: BinaryIO, jobs: list[Job]) -> tuple[list[_Line], int, bytes, bool]:
        """Writes lines; these, their bytes, their SHA-256, and whether a cap ended them."""
        lines: list[_Line] = []
        size, digest = 0, hashlib.sha256()
        for job in jobs:
            reserved = self._budget.expect(job.tokens)
            is_first = job.is_first
            if not self._budget.room_for(reserved, is_first=is_first):
                return lines, size, digest.digest(), True
            line, data = self._line(job, reserved)
            if lines and size + len(data) > self._options.most_bytes:
                break
            self._budget.reserve(reserved, is_first=is_first)
            file.write(data)
            digest.update(data)
            size += len(data)
            lines.append(line)
        return lines, size, digest.digest(), False

    def _line(self, job: Job, reserved: Reserved) -> tuple[_Line, bytes]:
        """A request, and its line: the very body that is sent live."""
        units = None
        if job.turn:
            body = ledger.body_of_turn(self._db, job.id, job.turn).encode()
            key = bytes.fromhex(request_key(json.loads(body)))
        else:
            prepared = self._bodies.prepare(ledger.text_of(self._db, job.text_id))
            body, key, units = prepared.body, prepared.key, prepared.units
        custom_id = self._custom_id(job)
        start = json.dumps({"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions"})
        data = start[:-1].encode() + b', "body": ' + body + b"}\n"
        return _Line(job, key, custom_id, units, reserved), data

    def _custom_id(self, job: Job) -> str:
        """The job's key and turn, and how often this turn was written: a late answer is known from a second."""
        (sha256,) = self._db.execute("SELECT sha256 FROM texts WHERE id = ?", (job.text_id,)).fetchone()
        (before,) = self._db.execute(
            "SELECT count(*) FROM attempts a JOIN batch_requests r ON r.attempt_id = a.id "
            "WHERE a.job_id = ? AND a.turn = ?",
            (job.id, job.turn),
        ).fetchone()
        return f"{bytes(sha256[:16]).hex()}-{self._setup.key[:4].hex()}-{job.turn}-{before + 1}"

    def _out(self, path: Path, lines: list[_Line], size: int, digest: bytes, run: int) -> None:
        """Says in the ledger that the requests are out."""
        db, price = self._db, self._options.price
        file = db.execute(
            "INSERT INTO batch_files (path, setup_id, run_id, written, requests, bytes, sha256, price) "
            "VALUES (?,?,?,?,?,?,?,?)",
            (
                str(path),
                self._setup.id,
                run,
                now(),
                len(lines),
                size,
                digest,
                json.dumps(astuple(price)) if price else None,
            ),
        ).lastrowid
        ledger.begin(db, run, ((line.job, line.key) for line in lines), outcome="out")
        db.executemany(
            "INSERT INTO batch_requests (attempt_id, file_id, custom_id, units, tokens, dollars) VALUES (?,?,?,?,?,?)",
            (
                (one.job.attempt, file, one.custom_id, one.units, one.reserved.tokens, one.reserved.dollars)
                for one in lines
            ),
        )
        db.executemany("UPDATE jobs SET state = 'out' WHERE id = ?", ((one.job.id,) for one in lines))


def _open_jobs(db: sqlite3.Connection, setup: int, most: int, up_to: int | None) -> list[Job]:
    """The next open jobs, in the order in which a run would ask."""
    found: list[Job] = []
    for blame in range(3):
        found += ledger.next_jobs(db, setup, most - len(found), blame=blame, up_to=up_to)
    return found


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from error


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")
