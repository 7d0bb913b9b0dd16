"""Files of answers into the ledger: each line as what it is, in whatever order, however often a file is read.

Nothing is read out of an answer here: it is kept as it came, and the readers of live answers read it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hyllm.batch import _ledger as ledger
from hyllm.batch._budget import price_of
from hyllm.batch._engine import TRIES
from hyllm.batch._files_lines import Line, NoAnswers, read_line
from hyllm.batch._files_out import end_empty, give_back
from hyllm.batch._files_taken import LISTED, Taken
from hyllm.batch._glance import glance
from hyllm.batch._health import HOPELESS
from hyllm.batch._ledger import Job
from hyllm.batch._setup import load_setups, setup_in_force
from hyllm.batch._store import deflate, inflate, now, transaction
from hyllm.client import Price, host_of
from hyllm.errors import UsageError
from hyllm.prompting import request_key

_GROUP = 500
_LONGEST = 64_000_000
_NO_FAULT = ("batch_expired", "batch_cancelled", "endpoint")
"""Causes that say nothing of a request, however often they come."""


class _Asked(NamedTuple):
    """The request that a line is about."""

    job: Job
    outcome: str | None
    key: bytes
    file: int
    units: bytes | None
    dollars: float
    price: str | None
    state: str
    next_turn: int
    """The turn that its job wants next."""


def take_answers(db: sqlite3.Connection, paths: Sequence[Path]) -> Taken:
    """Takes files of answers into the ledger. What no line is about stays out.

    Raises:
        UsageError: a file cannot be read, or holds requests.
    """
    taking = _Taking(db)
    for path in paths:
        taking.file(path)
    taking.finish()
    return taking.taken


class _Taking:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._host = _host(db)
        self._failed: list[tuple[int, Line]] = []
        """Files of requests, and lines that say that one of theirs gets no answer: judged at the end."""
        self._read: list[tuple[str, str]] = []
        self.taken = Taken()

    def file(self, path: Path) -> None:
        digest = hashlib.sha256()
        try:
            with path.open("rb") as file:
                numbered = enumerate(_lines(file, digest.update), 1)
                while group := list(islice(numbered, _GROUP)):
                    with transaction(self._db):
                        for number, data in group:
                            self._line(path, number, data)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        except NoAnswers:
            raise UsageError(f"{path}: holds requests, as `files write` made them, and no answers") from None
        self._read.append((str(path), digest.hexdigest()))

    def finish(self) -> None:
        """Judges failures, once all lines are known: where a file got nothing else, the fault is no page's."""
        with transaction(self._db):
            for file in {file for file, _ in self._failed}:
                lines = [line for number, line in self._failed if number == file]
                hopeless = self._is_hopeless(file, lines)
                for line in lines:
                    asked = self._asked(line.custom_id)
                    assert asked is not None
                    if hopeless:
                        self._passing(asked, line._replace(cause="endpoint"))
                    else:
                        self._never(asked, line)
                if hopeless:
                    self.taken.hopeless = lines[0].message
            end_empty(self._db)
            self._db.execute(
                "INSERT INTO batch_reads (made, files, counts) VALUES (?,?,?)",
                (now(), json.dumps(self._read), json.dumps(self.taken.to_json())),
            )

    def _line(self, path: Path, number: int, data: bytes) -> None:
        if not data.strip():
            return
        line = read_line(data, self._host)
        if line is None:
            cut = "" if data.endswith(b"\n") else ", where the file is cut off"
            self.taken.broken.append(f"{path}: line {number}{cut}")
            return
        asked = self._asked(line.custom_id)
        if asked is None:
            self.taken.unknown += 1
            if len(self.taken.some_unknown) < LISTED:
                self.taken.some_unknown.append(line.custom_id[:80])
            return
        self.taken.files.add(asked.file)
        if line.kind == "answer":
            self._answer(asked, line)
        elif line.kind == "passing":
            self._passing(asked, line)
        else:
            self._failed.append((asked.file, line))

    def _asked(self, custom_id: str) -> _Asked | None:
        row = self._db.execute(
            "SELECT a.job_id, j.text_id, a.turn, j.blame, t.tokens, a.id, a.outcome, a.request_key, r.file_id, "
            "r.units, r.dollars, f.price, j.state, j.turn FROM batch_requests r "
            "JOIN attempts a ON a.id = r.attempt_id JOIN batch_files f ON f.id = r.file_id "
            "LEFT JOIN jobs j ON j.id = a.job_id LEFT JOIN texts t ON t.id = j.text_id WHERE r.custom_id = ?",
            (custom_id,),
        ).fetchone()
        if row is None:
            return None
        job_id, text_id, turn, blame, tokens, attempt, *rest = row
        # Where the text was cleared out of the store, its tokens are not known, and nothing is to be read.
        return _Asked(
            Job(job_id, text_id, turn, blame, -1 if tokens is None else tokens, attempt=attempt), *rest
        )

    # --- what a line comes to ----------------------------------------------------------------------------

    def _answer(self, asked: _Asked, line: Line) -> None:
        if asked.outcome == "answer":
            self.taken.again += 1
            return
        db, seen = self._db, glance(line.raw)
        price = Price(*json.loads(asked.price)) if asked.price else None
        cost = None
        if price:
            told = seen.usage.prompt_tokens is not None and seen.usage.completion_tokens is not None
            cost = price_of(price, seen.usage) if told else asked.dollars
        came = ledger.Came(line.raw, seen.usage, cost, seen.model, seen.fingerprint)
        ledger.ended(db, asked.job, "answer", came=came)
        wanted = self._is_wanted(asked)
        ledger.keep(db, asked.job, deflate(line.raw), is_error=False, units=asked.units, void=not wanted)
        if wanted:
            self.taken.answers += 1
        else:
            self.taken.late += 1

    def _passing(self, asked: _Asked, line: Line) -> None:
        if asked.outcome != "out":
            self.taken.again += 1
            return
        if line.cause not in _NO_FAULT and self._tries(asked) + 1 >= TRIES:
            self._never(asked, line)
            return
        ledger.failed_in_passing(self._db, asked.job, cause=line.cause, message=line.message)
        give_back(self._db, asked.job.id, asked.job.turn)
        self.taken.passing[line.cause] += 1

    def _never(self, asked: _Asked, line: Line) -> None:
        if asked.outcome != "out":
            self.taken.again += 1
            return
        if self._is_wanted(asked):
            ledger.failed(
                self._db,
                asked.job,
                cause=line.cause,
                message=line.message,
                reason=line.reason,
                units=asked.units,
            )
        else:
            ledger.ended(self._db, asked.job, "error", cause=line.cause, message=line.message)
        self.taken.failed[line.cause] += 1

    def _is_wanted(self, asked: _Asked) -> bool:
        """Whether an answer is what its job waits for: the same request, and none came for it meanwhile."""
        job = asked.job
        if job.tokens < 0:
            return False
        if asked.outcome == "error":  # the page was given up, and gets its answer after all
            return asked.state in ("answered", "failed") and self._stands(asked)
        if asked.state not in ("open", "out", "older") or asked.next_turn != job.turn:
            return False
        if not job.turn:
            return True
        row = self._db.execute(
            "SELECT body FROM turns WHERE job_id = ? AND turn = ?", (job.id, job.turn)
        ).fetchone()
        return row is not None and bytes.fromhex(request_key(json.loads(inflate(row[0])))) == asked.key

    def _stands(self, asked: _Asked) -> bool:
        """Whether what was kept for an attempt is the last that its job has, and not asked anew."""
        row = self._db.execute(
            "SELECT attempt_id FROM answers WHERE job_id = ? AND NOT void ORDER BY attempt_id DESC LIMIT 1",
            (asked.job.id,),
        ).fetchone()
        return row is not None and row[0] == asked.job.attempt

    def _tries(self, asked: _Asked) -> int:
        """How often this request failed in passing in files, since it last failed for good."""
        (tries,) = self._db.execute(
            "SELECT count(*) FROM attempts a JOIN batch_requests r ON r.attempt_id = a.id "
            f"WHERE a.job_id = ? AND a.turn = ? AND a.outcome = 'passing' AND a.cause NOT IN {_NO_FAULT!r} "
            "AND a.id > (SELECT coalesce(max(id), 0) FROM attempts WHERE job_id = ? AND outcome = 'error')",
            (asked.job.id, asked.job.turn, asked.job.id),
        ).fetchone()
        return tries

    def _is_hopeless(self, file: int, lines: Sequence[Line]) -> bool:
        """Whether page after page of a file failed for one cause, and none was answered."""
        if len(lines) < HOPELESS or len({line.cause for line in lines}) > 1:
            return False
        answered = self._db.execute(
            "SELECT 1 FROM batch_requests r JOIN attempts a ON a.id = r.attempt_id "
            "WHERE r.file_id = ? AND a.outcome = 'answer' LIMIT 1",
            (file,),
        ).fetchone()
        return answered is None


def _host(db: sqlite3.Connection) -> str:
    """Who answers the store's requests, as a live run would say it."""
    setup = setup_in_force(load_setups(db))
    return host_of(setup.pinned.reached) if setup else "nobody"


def _lines(file: BinaryIO, told: Callable[[bytes], None]) -> Iterator[bytes]:
    """The lines of a file; of one that is longer than any answer, its pieces."""
    while line := file.readline(_LONGEST):
        told(line)
        yield line
