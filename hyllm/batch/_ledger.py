"""What a run writes down of its requests: before one goes out, and when something comes.

Plain functions on a connection, each to be run inside a transaction.
"""

import json
import sqlite3
import time
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hyllm.answers import Usage
from hyllm.batch._store import deflate, inflate, now
from hyllm.client import Price
from hyllm.text import Unit
from hyllm.version import __version__

ALONE, IN_COMPANY = 2, 1
"""How much a page is to blame for a run that died while it was in flight, alone or with others."""
SET_ASIDE = 4
"""From how much blame on a page is set aside. Two deaths alone with it are enough. Pages that were among
others come last in the queue, and then alone: so no page is set aside because somebody killed a run.
"""

LAST_RANK = 2**63 - 1
"""No job comes after it in the shuffle."""
_LEARNT_FROM = 500


@dataclass(slots=True)
class Job:
    """A page to be asked about: one request of it."""

    id: int
    text_id: int
    turn: int
    blame: int
    tokens: int
    """Of the page's text, estimated."""
    tries: int = 0
    """How often this request failed in passing in this run."""
    throttled: int = 0
    """How often it was turned away because the endpoint had too much to do."""
    attempt: int = 0
    """The attempt that is under way."""
    purpose: str = "page"

    @property
    def is_repeated(self) -> bool:
        """Whether this request went out before in this run."""
        return bool(self.tries or self.throttled)

    @property
    def is_first(self) -> bool:
        """Whether this is the first of a page's requests, and goes out for the first time."""
        return self.turn == 0 and self.purpose == "page" and not self.is_repeated


class Recovered(NamedTuple):
    """What a run that was killed has left."""

    uncertain: int
    """Requests that were in flight: they may have been paid for, and are sent again."""
    aside: int
    """Pages that are set aside because runs died with them."""


def recover(db: sqlite3.Connection) -> Recovered:
    """Puts back what a killed run had in flight."""
    jobs = [
        row[0] for row in db.execute("SELECT job_id FROM attempts WHERE outcome IS NULL AND purpose = 'page'")
    ]
    blame = ALONE if len(jobs) == 1 else IN_COMPANY
    db.executemany("UPDATE jobs SET blame = blame + ? WHERE id = ?", ((blame, job) for job in jobs))
    db.execute(
        "UPDATE attempts SET outcome = 'uncertain', cause = 'the run was killed' WHERE outcome IS NULL"
    )
    db.execute("UPDATE runs SET outcome = 'killed' WHERE outcome IS NULL")
    aside = set_aside(db, jobs)
    db.execute("UPDATE jobs SET state = 'open' WHERE state = 'sent'")
    return Recovered(len(jobs), aside)


def set_aside(db: sqlite3.Connection, jobs: Iterable[int]) -> int:
    """Takes those of the jobs out of the queue that have too much blame; how many."""
    message = "runs died while this page was in flight or being read"
    return sum(
        db.execute(
            "UPDATE jobs SET state = 'aside', cause = 'set aside', message = ? "
            "WHERE id = ? AND blame >= ? AND state IN ('open', 'sent', 'answered')",
            (message, job, SET_ASIDE),
        ).rowcount
        for job in jobs
    )


def begin_run(db: sqlite3.Connection, process: int) -> int:
    cursor = db.execute(
        "INSERT INTO runs (started, hyllm, process) VALUES (?, ?, ?)", (now(), __version__, process)
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def end_run(db: sqlite3.Connection, run: int, outcome: str, notes: Sequence[str]) -> None:
    said = "\n".join(notes) or None
    db.execute("UPDATE runs SET ended = ?, outcome = ?, notes = ? WHERE id = ?", (now(), outcome, said, run))


def abandon(db: sqlite3.Connection, run: int) -> None:
    """Puts back what a run was told not to wait for. No page is to blame for that."""
    db.execute(
        "UPDATE attempts SET outcome = 'uncertain', cause = 'not waited for', ended = ? "
        "WHERE run_id = ? AND outcome IS NULL",
        (time.time(), run),
    )
    db.execute("UPDATE jobs SET state = 'open' WHERE state = 'sent'")


def claim(db: sqlite3.Connection, setup: int, most: int, *, blame: int, up_to: int | None) -> list[Job]:
    """The next jobs of the queue, taken out of it; the arguments are those of `next_jobs`."""
    found = next_jobs(db, setup, most, blame=blame, up_to=up_to)
    db.executemany("UPDATE jobs SET state = 'sent' WHERE id = ?", ((job.id,) for job in found))
    return found


def next_jobs(db: sqlite3.Connection, setup: int, most: int, *, blame: int, up_to: int | None) -> list[Job]:
    """The next jobs of the queue: further turns first, then in the order of the shuffle.

    Args:
        db: the store.
        setup: the setup that is asked with.
        most: how many.
        blame: the lane: 0 the unsuspected, 1 those that were among others when a run died, 2 and more.
        up_to: with a sample, the rank of its last job.
    """
    found: list[Job] = []
    for turn in ("j.turn > 0", "j.turn = 0"):  # each is one stretch of the index, however long the queue is
        sql = (
            "SELECT j.id, j.text_id, j.turn, j.blame, t.tokens FROM jobs j INDEXED BY jobs_open "
            "CROSS JOIN texts t ON t.id = j.text_id WHERE j.state = 'open' AND j.setup_id = ? "
            f"AND j.blame {'>=' if blame > 1 else '='} ? AND {turn} AND j.rank <= ? "
            "ORDER BY j.blame, j.turn DESC, j.rank LIMIT ?"
        )
        values = (setup, blame, LAST_RANK if up_to is None else up_to, most - len(found))
        found += [Job(*row) for row in db.execute(sql, values)]
    return found


def put_back(db: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Returns jobs to the queue as they were."""
    db.executemany("UPDATE jobs SET state = 'open' WHERE id = ? AND state = 'sent'", ((j.id,) for j in jobs))


def begin(
    db: sqlite3.Connection, run: int, prepared: Iterable[tuple[Job, bytes]], outcome: str | None = None
) -> None:
    """Writes that requests go out, given their keys; each job learns its attempt.

    Args:
        db: the store.
        run: the id of this run.
        prepared: jobs and the keys of their requests.
        outcome: `out` for requests that are written to a file; nothing for those that are under way.
    """
    for job, key in prepared:
        attempt = db.execute(
            "INSERT INTO attempts (job_id, turn, run_id, purpose, request_key, started, outcome) "
            "VALUES (?,?,?,?,?,?,?)",
            (job.id, job.turn, run, job.purpose, key, time.time(), outcome),
        ).lastrowid
        assert attempt is not None
        job.attempt = attempt


def unsent(db: sqlite3.Connection, jobs: Iterable[Job]) -> None:
    """Takes back attempts that never went out."""
    gone = [job for job in jobs if job.attempt]
    db.executemany("DELETE FROM attempts WHERE id = ?", ((job.attempt,) for job in gone))


class Came(NamedTuple):
    """What came for a request, and what it took."""

    raw: bytes
    usage: Usage
    cost: float | None
    model: str | None
    fingerprint: str | None


def answered(db: sqlite3.Connection, job: Job, came: Came, units: bytes | None) -> None:
    """Keeps an answer as it came; its page is for the readers to read."""
    ended(db, job, "answer", came=came)
    keep(db, job, deflate(came.raw), is_error=False, units=units)


def failed(
    db: sqlite3.Connection, job: Job, *, cause: str, message: str, reason: str, units: bytes | None
) -> None:
    """Keeps that no answer will come for a request: trying again would not help."""
    ended(db, job, "error", cause=cause, message=message)
    raw = json.dumps({"message": message, "reason": reason}, ensure_ascii=False)
    keep(db, job, deflate(raw), is_error=True, units=units)
    db.execute("UPDATE jobs SET cause = ?, message = ? WHERE id = ?", (cause, message, job.id))


def failed_in_passing(db: sqlite3.Connection, job: Job, *, cause: str, message: str) -> None:
    ended(db, job, "passing", cause=cause, message=message)


def turned_away(db: sqlite3.Connection, job: Job, message: str) -> None:
    """Returns a job to the queue whose request failed for no fault of its own."""
    ended(db, job, "passing", cause="endpoint", message=message)
    put_back(db, [job])


def ended(
    db: sqlite3.Connection,
    job: Job,
    outcome: str,
    *,
    cause: str | None = None,
    message: str | None = None,
    came: Came | None = None,
) -> None:
    """Writes how an attempt ended."""
    usage = came.usage if came else None
    db.execute(
        "UPDATE attempts SET ended = ?, outcome = ?, cause = ?, message = ?, model = ?, fingerprint = ?, "
        "prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, cost = ? WHERE id = ?",
        (
            time.time(),
            outcome,
            cause,
            message,
            came.model if came else None,
            came.fingerprint if came else None,
            usage.prompt_tokens if usage else None,
            usage.cached_tokens if usage else None,
            usage.completion_tokens if usage else None,
            came.cost if came else None,
            job.attempt,
        ),
    )


def keep(
    db: sqlite3.Connection, job: Job, raw: bytes, *, is_error: bool, units: bytes | None, void: bool = False
) -> None:
    """Keeps what came, deflated, in place of what came before for the same attempt; its page is to be read.

    Args:
        db: the store.
        job: the job, with its attempt.
        raw: what came.
        is_error: whether it says that no answer will come.
        units: the packed units of a first request.
        void: whether it came too late to be read: it is kept, and nothing more.
    """
    db.execute(
        "INSERT OR REPLACE INTO answers (attempt_id, job_id, turn, is_error, units, raw, void) "
        "VALUES (?,?,?,?,?,?,?)",
        (job.attempt, job.id, job.turn, is_error, units, raw, void),
    )
    if not void:
        db.execute("UPDATE jobs SET state = 'answered' WHERE id = ?", (job.id,))


def pack_units(units: Sequence[Unit]) -> bytes:
    """The places of units, so that an answer can be read by the numbers its model saw."""
    places = array("I", [place for unit in units for place in (unit.start, unit.end)])
    return deflate(places.tobytes())


def unpack_units(packed: bytes) -> list[Unit]:
    import zlib

    places = array("I")
    places.frombytes(zlib.decompress(packed))
    pairs = zip(places[::2], places[1::2], strict=True)
    return [Unit(number, start, end) for number, (start, end) in enumerate(pairs, 1)]


def text_of(db: sqlite3.Connection, text_id: int) -> str:
    """A page's text."""
    return inflate(db.execute("SELECT text FROM texts WHERE id = ?", (text_id,)).fetchone()[0])


def body_of_turn(db: sqlite3.Connection, job: int, turn: int) -> str:
    """The JSON of a further turn's body."""
    row = db.execute("SELECT body FROM turns WHERE job_id = ? AND turn = ?", (job, turn)).fetchone()
    return inflate(row[0])


class Left(NamedTuple):
    """What is still to do for a setup."""

    open: int
    """Not asked, or under way."""
    answered: int
    """Answered, and not yet read."""


def left(db: sqlite3.Connection, setup: int, up_to: int | None) -> Left:
    """How many jobs are still to be asked, and to be read."""
    # In this order: a reader that asks further takes a job from the answered to the open.
    (answered,) = db.execute("SELECT count(*) FROM jobs WHERE state = 'answered'").fetchone()
    waiting = 0
    for lane in ("blame = 0 AND turn = 0", "blame = 0 AND turn > 0", "blame > 0"):  # stretches of the index
        (count,) = db.execute(
            "SELECT count(*) FROM jobs INDEXED BY jobs_open WHERE state = 'open' AND setup_id = ? "
            f"AND {lane} AND rank <= ?",
            (setup, LAST_RANK if up_to is None else up_to),
        ).fetchone()
        waiting += count
    (sent,) = db.execute("SELECT count(*) FROM jobs WHERE state = 'sent'").fetchone()
    return Left(waiting + sent, answered)


def sample_rank(db: sqlite3.Connection, setup: int, size: int) -> int | None:
    """The rank of the last job of a sample; `None` if the archive is no larger."""
    row = db.execute(
        "SELECT rank FROM jobs WHERE setup_id = ? AND state != 'older' ORDER BY rank LIMIT 1 OFFSET ?",
        (setup, size - 1),
    ).fetchone()
    return row[0] if row else None


class Took(NamedTuple):
    """What an answer took, in tokens."""

    sent: int
    came: int
    page: int
    """Of its page's text, estimated."""


def last_answers(db: sqlite3.Connection, setup: int) -> list[Took]:
    """What the last answers took, by which the next may be reckoned; the newest first."""
    found = db.execute(
        "SELECT a.prompt_tokens, a.completion_tokens, t.tokens FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id "
        "CROSS JOIN texts t ON t.id = j.text_id WHERE a.outcome = 'answer' AND j.setup_id = ? "
        "AND a.prompt_tokens IS NOT NULL AND a.completion_tokens IS NOT NULL ORDER BY a.id DESC LIMIT ?",
        (setup, _LEARNT_FROM),
    )
    return [Took(*row) for row in found]


class Spent(NamedTuple):
    """What a store has cost so far."""

    dollars: float
    tokens: int
    pages: int
    """Pages that were asked about."""
    unsure: int
    """Requests of which nobody knows whether they are paid for; counted like the mean of the others."""
    out: int = 0
    """Requests that are out in files."""
    out_dollars: float = 0.0
    """What those may take, at worst or nearly."""
    out_tokens: int = 0


def spent(db: sqlite3.Connection, price: Price | None = None) -> Spent:
    """What the attempts of all runs took, and what those that are out in files may take.

    Args:
        db: the store.
        price: what those are reckoned at for which no price was known when they were made.
    """
    sent, cached, came = (price.prompt, price.cached, price.completion) if price else (0.0, 0.0, 0.0)
    reckoned = (
        "((coalesce(prompt_tokens, 0) - coalesce(cached_tokens, 0)) * ? + coalesce(cached_tokens, 0) * ? "
        "+ coalesce(completion_tokens, 0) * ?) / 1e6"
    )
    dollars, tokens, answers, unsure = db.execute(
        f"SELECT total(coalesce(cost, {reckoned})), "
        "total(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)), "
        "count(*) FILTER (WHERE outcome = 'answer'), "
        "count(*) FILTER (WHERE outcome = 'uncertain' OR cause IN ('time-out', 'broken off')) FROM attempts",
        (sent, cached, came),
    ).fetchone()
    (pages,) = db.execute(
        "SELECT count(DISTINCT job_id) FROM attempts WHERE purpose = 'page' AND outcome IS NOT 'unsent' "
        "AND cause IS NOT 'unreachable'"
    ).fetchone()
    out, out_dollars, out_tokens = db.execute(
        "SELECT count(*), total(r.dollars), total(r.tokens) FROM attempts a "
        "JOIN batch_requests r ON r.attempt_id = a.id WHERE a.outcome = 'out'"
    ).fetchone()
    share = 1 + unsure / answers if answers else 1
    return Spent(dollars * share, int(tokens * share), pages, unsure, out, out_dollars, int(out_tokens))
