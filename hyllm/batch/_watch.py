"""Watching the model: some pages are asked again now and then, and what comes is held against what came first.

An endpoint may put another model behind the same name. Where it says so (name, fingerprint), that is seen in
any answer; where it does not, answers to the same requests begin to differ more than they did before.
"""

import sqlite3
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from rapidfuzz.distance import Indel

from hyllm.batch import _ledger as ledger
from hyllm.batch._ledger import Job
from hyllm.batch._store import inflate
from hyllm.batch._stored import completion
from hyllm.errors import AnswerError

PAGES = 10
_LIKE = 0.75
"""How like answers of one model are to each other at least, if nothing is known of this one."""
_LESS_LIKE = 0.15
"""How much less like than before is a change."""


class Watched(NamedTuple):
    """A page that was asked again."""

    job: int
    raw: bytes
    model: str | None
    fingerprint: str | None


class Watch:
    """Compares answers to pages that are asked again.

    Args:
        every: how many answers lie between two rounds.
    """

    def __init__(self, every: int = 5000) -> None:
        self._every = every
        self._next = every
        self._usual: float | None = None
        self._come: list[Watched] = []
        self.notes: list[str] = []
        """What was found, a sentence a round."""

    def is_due(self, answers: int) -> bool:
        """Whether so many answers call for a round; it is then due again after as many more."""
        if answers < self._next:
            return False
        self._next = answers + self._every
        return True

    def add(self, db: sqlite3.Connection, watched: Watched, answers: int) -> None:
        """Notes an answer; after the last of a round, says what the round has shown."""
        self._come.append(watched)
        if len(self._come) >= PAGES:
            self.notes.append(f"after {answers:,} answers: {self._verdict(db, self._come)}")
            self._come = []

    def _verdict(self, db: sqlite3.Connection, round_: Sequence[Watched]) -> str:
        likeness: list[float] = []
        before: set[tuple[str | None, str | None]] = set()
        for one in round_:
            raw, model, fingerprint = db.execute(
                "SELECT r.raw, a.model, a.fingerprint FROM answers r JOIN attempts a ON a.id = r.attempt_id "
                "WHERE r.job_id = ? AND r.turn = 0 AND NOT r.void ORDER BY r.attempt_id LIMIT 1",
                (one.job,),
            ).fetchone()
            before.add((model, fingerprint))
            likeness.append(
                Indel.normalized_similarity(_said(inflate(raw)), _said(one.raw.decode("utf-8", "replace")))
            )
        mean = fmean(likeness)
        told = {(one.model, one.fingerprint) for one in round_} - before
        usual, self._usual = self._usual, mean if self._usual is None else self._usual
        if told:
            names = ", ".join(" ".join(filter(None, one)) or "nothing" for one in sorted(told, key=str))
            return f"THE MODEL HAS CHANGED: the endpoint now answers as {names} (likeness {mean:.0%})"
        if mean < (_LIKE if usual is None else usual - _LESS_LIKE):
            return f"THE MODEL MAY HAVE CHANGED: its answers are {mean:.0%} like those it gave first"
        return f"the model answers as before (likeness {mean:.0%})"


def watched_jobs(db: sqlite3.Connection, setup: int) -> list[Job]:
    """The pages that are asked again: always the same, the first of the shuffle that are done."""
    rows = db.execute(
        "SELECT j.id, j.text_id, 0, 0, t.tokens FROM jobs j JOIN texts t ON t.id = j.text_id "
        "WHERE j.setup_id = ? AND j.state = 'done' ORDER BY j.rank LIMIT ?",
        (setup, PAGES),
    ).fetchall()
    return [Job(*row, purpose="watch") for row in rows] if len(rows) == PAGES else []


def keep(db: sqlite3.Connection, job: Job, came: ledger.Came) -> None:
    """Keeps the answer to a page asked again, apart from those that are read."""
    ledger.ended(db, job, "answer", came=came)


def _said(raw: str) -> str:
    """The words of an answer."""
    try:
        choices = completion(raw).get("choices")
        return str(choices[0]["message"]["content"]) if choices else ""
    except (AnswerError, KeyError, TypeError, IndexError):
        return ""
