"""The request path: paces, sends, and keeps what comes. It reads no answer and waits for no reader.

A loop takes jobs from the queue a little ahead, so that a free place is filled at once; each request is a
task of its own, and ends when what came is on the disk.
"""

import asyncio
import heapq
import json
import math
import random
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from hyllm.answers import Usage
from hyllm.batch import _ledger as ledger
from hyllm.batch._bodies import Bodies, Prepared
from hyllm.batch._budget import Budget, Reserved
from hyllm.batch._glance import cause_of, glance
from hyllm.batch._health import Health
from hyllm.batch._ledger import Job
from hyllm.batch._pace import Pace
from hyllm.batch._store import write_error
from hyllm.batch._watch import Watch, Watched, keep, watched_jobs
from hyllm.batch._writer import Writer
from hyllm.client import PassingError
from hyllm.errors import AnswerError, EndpointError, HyllmError
from hyllm.prompting import request_key

CAP_REACHED = "the cap is reached"
INTERRUPTED = "interrupted"
TRIES = 5
_TRIES_IN_TIME = 2
_MOST_THROTTLED = 200
_LONGEST_WAIT = 60.0
_IDLE = 0.1
_WAITS_FOR_ROOM = 10
"""Seconds that an answer waits for the disk to have room."""
T = TypeVar("T")


class Posts(Protocol):
    """Whoever sends bodies."""

    async def post(self, body: bytes) -> bytes:
        """The bytes that answer a body; see `Poster.post`."""
        ...

    async def aclose(self) -> None:
        """Lets go of its connections."""
        ...


@dataclass(slots=True)
class Progress:
    """What the request path has done in this run."""

    answers: int = 0
    failed: Counter[str] = field(default_factory=Counter[str])
    """Requests that failed for good, by cause."""
    passing: Counter[str] = field(default_factory=Counter[str])
    """Tries that failed in passing, by cause."""
    in_flight: int = 0


@dataclass(slots=True)
class _Ready:
    job: Job
    body: bytes
    prepared: Prepared | None
    reserved: Reserved
    """At worst, put aside of the budget."""
    expected: float
    """Tokens that it will hardly pass, for the pace."""
    is_first: bool = False
    """Whether its page counts from this try on."""


class Engine:
    """Sends what is open in a store until nothing is, a cap is reached, or it is told to stop.

    Args:
        writer: writes to the store.
        store: its file, for messages.
        look: a connection to read with.
        poster: sends the bodies.
        bodies: makes those of first requests.
        setup: the id of the setup that is asked with.
        run: the id of this run.
        pace: when requests go out.
        budget: how many.
        up_to: with a sample, the rank of its last job.
        full: makes some room when the disk is full.
        watch: compares pages that are asked again; without it none are.
    """

    def __init__(
        self,
        writer: Writer,
        store: Path,
        look: sqlite3.Connection,
        poster: Posts,
        bodies: Bodies,
        *,
        setup: int,
        run: int,
        pace: Pace,
        budget: Budget,
        up_to: int | None = None,
        full: Callable[[], None] = lambda: None,
        watch: Watch | None = None,
    ) -> None:
        self._writer = writer
        self._store = store
        self._look = look
        self._poster = poster
        self._bodies = bodies
        self._setup = setup
        self._run = run
        self._pace = pace
        self._budget = budget
        self._up_to = up_to
        self._full = full
        self._watch = watch
        self._ready: deque[_Ready] = deque()
        self._again: list[tuple[float, int, _Ready]] = []
        """Requests that failed in passing, by when they are due."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._filling: asyncio.Task[None] | None = None
        self._emptied = False
        self._health = Health()
        self.progress = Progress()
        self.stopped: HyllmError | str | None = None
        """Why no more is sent, if something ended it: an error, or a sentence."""

    def stop(self, why: HyllmError | str) -> None:
        """Sends no more; what is in flight is waited for."""
        if self.stopped is None:
            self.stopped = why
        self._changed.set()

    def wake(self) -> None:
        """Looks at once whether more may go out: the budget or the pace has changed."""
        self._changed.set()

    def left(self) -> ledger.Left:
        """What is still to be asked, and to be read."""
        return ledger.left(self._look, self._setup, self._up_to)

    async def run(self) -> None:
        """Sends what is open; returns when nothing is, and nothing is in flight."""
        self._emptied = False
        try:
            while self.stopped is None:
                await self._fill()
                if self.stopped is not None:  # while the queue was asked
                    return
                if not self._start_next() and not await self._wait():
                    return
        finally:
            await self._drain()

    async def cancel(self) -> None:
        """Breaks off what is in flight: it counts as if it were paid for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- what goes out -----------------------------------------------------------------------------------

    def _start_next(self) -> bool:
        """Starts the next request, if one may go out now: first those that are due to be tried again."""
        due = bool(self._again) and self._again[0][0] <= time.monotonic()
        if not due and (not self._ready or len(self._again) > 2 * self._pace.limit + 64):
            return False
        ready = self._again[0][2] if due else self._ready[0]
        if self._pace.wait(ready.expected) > 0:
            return False
        ready.reserved, ready.expected = self._foreseen(ready.job)
        ready.is_first = ready.job.is_first
        if not self._budget.room_for(ready.reserved, is_first=ready.is_first):
            if not self._tasks and self._budget.is_final:
                self.stop(CAP_REACHED)
            return False
        if due:
            heapq.heappop(self._again)
        else:
            self._ready.popleft()
        self._budget.reserve(ready.reserved, is_first=ready.is_first)
        ready.job.was_asked = True
        sent = self._pace.sent(ready.expected)
        self.progress.in_flight = self._pace.in_flight
        task = asyncio.create_task(self._one(ready, sent))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self.progress.in_flight = self._pace.in_flight
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            self.stop(error if isinstance(error, HyllmError) else AnswerError(f"a fault in hyllm: {error!r}"))

    async def _wait(self) -> bool:
        """Waits until something may have changed; `False` if there is nothing left to wait for."""
        if not (self._tasks or self._ready or self._again or self._filling) and self._emptied:
            return False
        self._changed.clear()
        seconds = _IDLE
        if self._ready:
            seconds = self._pace.wait(self._ready[0].expected) or _IDLE
        if self._again and (due := self._again[0][0] - time.monotonic()) > 0:
            seconds = min(seconds, due)
        try:
            await asyncio.wait_for(self._changed.wait(), None if math.isinf(seconds) else max(0.001, seconds))
        except TimeoutError:
            self._emptied = False  # a reader may have put a further turn into the queue
        return True

    # --- the queue ---------------------------------------------------------------------------------------

    async def _fill(self) -> None:
        """Takes jobs from the queue when few are ready; the first time it waits for them."""
        if self._filling and self._filling.done():
            self._filling.result()
            self._filling = None
        ahead = max(1, min(128, self._pace.limit // 4))
        if self._filling or len(self._ready) >= ahead or self._emptied:
            return
        self._filling = asyncio.create_task(self._refill(2 * ahead))
        if not self._ready:
            await self._filling
            self._filling = None

    async def _refill(self, most: int) -> None:
        """Takes the next jobs, and writes that their requests go out."""
        waiting = [*self._ready, *(one for _, _, one in self._again)]
        room = self._budget.pages_left - sum(one.job.is_first for one in waiting)
        jobs = await self._write(lambda db: self._claimed(db, most, room))
        found: list[_Ready] = []
        for job in jobs:
            found.append(self._prepared(job))
            await asyncio.sleep(0)  # making a body takes a millisecond: answers come in between
        if self._watch and self._watch.is_due(self.progress.answers):
            again = watched_jobs(self._look, self._setup)
            found = [*(self._prepared(job) for job in again), *found]
        # Were the run killed now, what is written would count as asked: no more pages than there is room for.
        if begun := [one for one in found if room >= 1 or not one.job.is_first]:
            await self._write(
                lambda db: ledger.begin(db, self._run, ((one.job, self._key(one)) for one in begun))
            )
        self._ready += found
        self._emptied = not found
        self._changed.set()

    def _claimed(self, db: sqlite3.Connection, most: int, room: float) -> list[Job]:
        """The next jobs. Where no more pages may be asked about, those that were go on before it ends with one more."""
        if room >= 1:
            return self._in_lanes(db, int(min(most, room)))
        found = self._in_lanes(db, most, asked=True)
        return found if found or self._busy else self._in_lanes(db, 1)

    def _in_lanes(self, db: sqlite3.Connection, most: int, *, asked: bool = False) -> list[Job]:
        """The next jobs. Those suspected of killing runs come last: some at a time, then each alone."""
        if found := ledger.claim(db, self._setup, most, blame=0, up_to=self._up_to, asked=asked):
            return found
        few = max(1, self._pace.limit // 8) - self._busy
        if few > 0 and (found := ledger.claim(db, self._setup, few, blame=1, up_to=self._up_to, asked=asked)):
            return found
        return [] if self._busy else ledger.claim(db, self._setup, 1, blame=2, up_to=self._up_to, asked=asked)

    @property
    def _busy(self) -> int:
        return len(self._tasks) + len(self._ready) + len(self._again)

    def _prepared(self, job: Job) -> _Ready:
        """A job with its body."""
        foreseen = self._foreseen(job)
        if job.turn:
            body = ledger.body_of_turn(self._look, job.id, job.turn).encode()
            return _Ready(job, body, None, *foreseen)
        prepared = self._bodies.prepare(ledger.text_of(self._look, job.text_id))
        return _Ready(job, prepared.body, prepared, *foreseen)

    def _foreseen(self, job: Job) -> tuple[Reserved, float]:
        """What a request takes at worst, and the tokens that it will hardly pass."""
        return self._budget.at_most(job.tokens), self._budget.expect(job.tokens).tokens

    @staticmethod
    def _key(ready: _Ready) -> bytes:
        return ready.prepared.key if ready.prepared else bytes.fromhex(request_key(json.loads(ready.body)))

    # --- one request -------------------------------------------------------------------------------------

    async def _one(self, ready: _Ready, sent: int) -> None:
        """One try of one request, and what comes of it."""
        job = ready.job
        if job.purpose == "watch":
            await self._asked_again(ready, sent)
            return
        if job.is_repeated or not job.attempt:
            await self._write(lambda db: ledger.begin(db, self._run, [(job, self._key(ready))]))
        try:
            raw = await self._poster.post(ready.body)
            came, is_completion = self._came(ready, raw)
        except PassingError as error:
            self._pace_down(sent, error)
            await self._later(ready, error)
            return
        except EndpointError as error:
            self._pace.ended(sent, answered=False)
            self._budget.release(ready.reserved)
            self._not_asked(ready)
            self.stop(error)
            said = str(error)
            await self._write(lambda db: ledger.turned_away(db, job, said))
            return
        except AnswerError as error:
            self._health.reached()
            self._budget.release(ready.reserved)
            await self._never(ready, error)
            self._pace.ended(sent, answered=True)
            return
        await self._kept(ready, came, is_completion=is_completion)
        self._pace.ended(sent, answered=True, took=_took(came.usage, ready.expected))

    async def _asked_again(self, ready: _Ready, sent: int) -> None:
        """One request about a page that is asked again to watch the model: if it fails, no harm is done."""
        assert self._watch is not None
        try:
            came, _ = self._came(ready, await self._poster.post(ready.body))
        except (PassingError, EndpointError, AnswerError) as error:
            said, cause = str(error), "watch"
            self._budget.release(ready.reserved)
            if isinstance(error, PassingError) and error.maybe_paid:
                cause = error.cause
                self._budget.may_have_spent(ready.reserved)
            await self._write(lambda db: ledger.failed_in_passing(db, ready.job, cause=cause, message=said))
        else:
            await self._write(lambda db: keep(db, ready.job, came))
            watched = Watched(ready.job.id, came.raw, came.model, came.fingerprint)
            self._watch.add(self._look, watched, self.progress.answers)
        self._pace.ended(sent, answered=True)

    def _came(self, ready: _Ready, raw: bytes) -> tuple[ledger.Came, bool]:
        """What an answer took, as far as the endpoint tells it; and whether it is one."""
        seen = glance(raw)
        self._budget.release(ready.reserved)
        cost = self._budget.spend(seen.usage, ready.reserved, ready.job.tokens)
        return ledger.Came(raw, seen.usage, cost, seen.model, seen.fingerprint), seen.is_completion

    async def _kept(self, ready: _Ready, came: ledger.Came, *, is_completion: bool) -> None:
        units = ready.prepared.units if ready.prepared else None
        self._health.reached()
        await self._write(lambda db: ledger.answered(db, ready.job, came, units))
        self.progress.answers += 1
        if is_completion:
            self._health.kept()
        else:
            self._stop_if(self._health.lost("no chat completion"))

    async def _never(self, ready: _Ready, error: AnswerError, cause: str | None = None) -> None:
        """Keeps that this page gets no answer."""
        cause = cause or (error.reason if error.reason != "failed" else cause_of(str(error)))
        units = ready.prepared.units if ready.prepared else None
        await self._write(
            lambda db: ledger.failed(
                db, ready.job, cause=cause, message=str(error), reason=error.reason, units=units
            )
        )
        self.progress.failed[cause] += 1
        self._stop_if(self._health.lost(cause))

    def _stop_if(self, error: HyllmError | None) -> None:
        if error is not None:
            self.stop(error)

    def _pace_down(self, sent: int, error: PassingError) -> None:
        throttled = error.throttled or (error.late and self._health.has_answered)
        self._pace.ended(sent, answered=False, throttled=throttled)
        if error.retry_after is not None:
            self._pace.hold(error.retry_after)
        if error.unreachable:
            self._stop_if(self._health.unreachable())
        else:
            self._health.reached()
        self.progress.passing[error.cause] += 1

    async def _later(self, ready: _Ready, error: PassingError) -> None:
        """Tries a request again in a while, or gives it up."""
        job = ready.job
        self._budget.release(ready.reserved)
        if error.maybe_paid:
            self._budget.may_have_spent(ready.reserved)
        if error.unreachable:
            self._not_asked(ready)
        if error.throttled or error.unreachable:
            job.throttled += 1
        else:
            job.tries += 1
        most = _TRIES_IN_TIME if error.late else TRIES
        if job.tries >= most or (job.throttled >= _MOST_THROTTLED and not error.unreachable):
            await self._never(ready, AnswerError(str(error)), cause=error.cause)
            return
        await self._write(lambda db: ledger.failed_in_passing(db, job, cause=error.cause, message=str(error)))
        wait = error.retry_after if error.retry_after is not None else backoff(job.tries + job.throttled)
        heapq.heappush(self._again, (time.monotonic() + wait, job.id, ready))

    def _not_asked(self, ready: _Ready) -> None:
        """Notes that the endpoint has seen nothing of a request: if it was its page's first, the next one is."""
        if ready.is_first:
            self._budget.pages -= 1
            ready.job.was_asked = False

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Writes to the store. Where the disk is full, nothing more is sent, and what has come waits for room."""
        for waited in range(_WAITS_FOR_ROOM):
            try:
                return await self._writer.write(work)
            except sqlite3.Error as error:
                self.stop(write_error(self._store, error))
                self._full()
                if waited == _WAITS_FOR_ROOM - 1:
                    raise write_error(self._store, error) from error
            await asyncio.sleep(1)
        raise AssertionError("unreachable")

    # --- the end -----------------------------------------------------------------------------------------

    async def _drain(self) -> None:
        """Waits for what is in flight, and puts back what was not sent."""
        if self._filling:
            await asyncio.gather(self._filling, return_exceptions=True)
        while self._tasks:
            await asyncio.wait(self._tasks)
        waiting = [one.job for one in self._ready]
        again = [ready.job for _, _, ready in self._again]
        self._ready.clear()
        self._again.clear()
        if waiting or again:
            await self._write(
                lambda db: (ledger.unsent(db, waiting), ledger.put_back(db, [*waiting, *again]))
            )


def backoff(attempt: int) -> float:
    """Seconds to wait after so many tries, not the same for all who wait."""
    return min(_LONGEST_WAIT, 0.5 * 2 ** (min(attempt, 10) - 1)) * random.uniform(0.75, 1)


def _took(usage: Usage, expected: float) -> float:
    """The tokens an answer took beyond those foreseen; below 0 if fewer."""
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return 0.0
    return usage.prompt_tokens + usage.completion_tokens - expected
