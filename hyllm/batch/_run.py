"""One run over a store: recovers what a killed one left, asks, reads beside it, and ends in an orderly way."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hyllm.batch import _ledger as ledger
from hyllm.batch._bodies import Bodies
from hyllm.batch._budget import Budget, Caps, budget_of, sizes_of
from hyllm.batch._engine import INTERRUPTED, Engine, Posts, Progress
from hyllm.batch._machine import Ballast, interrupts, settled
from hyllm.batch._pace import Bucket, Flow, Pace
from hyllm.batch._rate import Rate
from hyllm.batch._readers import Readers
from hyllm.batch._setup import Setup
from hyllm.batch._shared import Shared
from hyllm.batch._store import Store, StoreError, connect, transaction
from hyllm.batch._watch import Watch
from hyllm.batch._writer import Writer
from hyllm.client import Endpoint, Price, open_poster
from hyllm.errors import AnswerError, HyllmError
from hyllm.loop import run as run_coroutine

T = TypeVar("T")
_TOLD_EVERY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a run goes."""

    concurrency: int = 64
    """The most requests in flight; how many there are finds its level below that."""
    timeout: float = 600.0
    readers: int = 1
    """Processes that read answers. With 0 they are kept, and read by a later run."""
    caps: Caps = field(default_factory=Caps)
    price: Price | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    deadline: float | None = None
    """When to send no more, in seconds since 1970."""
    sample: int | None = None
    """Only the first pages of the shuffle: a random sample of the archive."""
    up_to: int | None = None
    """The same, as the rank of its last page."""
    watch_every: int | None = None
    """After how many answers ten pages are asked again, to see whether the model is still the same."""


@dataclass(frozen=True, slots=True)
class Now:
    """Where a run stands, for people to see."""

    progress: Progress
    open: int
    unread: int
    dollars: float
    tokens: float
    seconds: float
    """Since the run began."""
    rate: float
    """Answers a second, over the last minute."""
    stopping: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    recovered: ledger.Recovered
    progress: Progress
    left: ledger.Left
    interrupted: bool
    stopped: HyllmError | str | None
    """What ended it before all was done: an error, or a sentence on a cap."""
    dollars: float
    tokens: float
    seconds: float
    notes: tuple[str, ...] = ()
    """What watching the model has shown."""


def run_batch(
    store: Store,
    setup: Setup,
    endpoint: Endpoint,
    options: Options,
    *,
    told: Callable[[Now], None] | None = None,
    poster: Posts | None = None,
    shared: Shared | None = None,
) -> Ended:
    """Asks about all open pages of a store, and reads the answers.

    Ctrl-C sends no more and waits for what is in flight; a second one breaks that off.

    Args:
        store: opened for writing, its archive enqueued.
        setup: the setup in force.
        endpoint: where requests go.
        options: how the run goes.
        told: called every second with where the run stands.
        poster: sends the bodies, in place of a client for `endpoint`.
        shared: gives money and pace, in place of what the options say of caps and of requests and tokens a
            minute.
    """
    return run_coroutine(_Run(store, setup, endpoint, options, told, poster, shared).run())


def read_all(store: Store, readers: int = 1) -> None:
    """Reads every answer of a store that is not read yet; nothing is asked."""

    async def read() -> None:
        writer = Writer(store.connection, asyncio.get_running_loop())
        reading = Readers(store.path, readers, _blaming(writer))
        try:
            await reading.start()
            await reading.drain()
        finally:
            await reading.stop()
            writer.close()
        _check(reading)

    run_coroutine(read())


def _check(readers: Readers) -> None:
    """Says that readers have died for no page's sake."""
    if readers.given_up:
        words = readers.last_words.strip().splitlines()
        raise StoreError(f"answers are kept, but cannot be read: {words[-1] if words else 'the reader died'}")


class _Run:
    def __init__(
        self,
        store: Store,
        setup: Setup,
        endpoint: Endpoint,
        options: Options,
        told: Callable[[Now], None] | None,
        poster: Posts | None,
        shared: Shared | None,
    ) -> None:
        self._store = store
        self._setup = setup
        self._endpoint = endpoint
        self._options = options
        self._told = told
        self._given = poster
        self._shared = shared
        self._interrupts = 0
        self._began = time.monotonic()
        self._rate = Rate()

    async def run(self) -> Ended:
        try:
            return await self._run()
        finally:
            if self._shared:
                await self._shared.close()

    async def _run(self) -> Ended:
        db = self._store.connection
        recovered = _in_transaction(db, ledger.recover)
        run = _in_transaction(db, lambda db: ledger.begin_run(db, os.getpid()))
        options = self._options
        up_to = options.up_to
        if options.sample:
            up_to = ledger.sample_rank(db, self._setup.id, options.sample)
        writer = Writer(db, asyncio.get_running_loop())
        look = connect(self._store.path, write=False)
        poster = self._given or open_poster(self._endpoint, timeout=options.timeout, most=options.concurrency)
        ballast = Ballast(self._store.path)
        watch = Watch(options.watch_every) if options.watch_every else None
        outcome = "fault"
        with tempfile.TemporaryDirectory(prefix="hyllm-") as folder:
            extractor = self._setup.extractor(Path(folder), self._endpoint)
            budget = self._budget(look)
            requests, tokens = self._flows()
            self._engine = Engine(
                writer,
                self._store.path,
                look,
                poster,
                Bodies(extractor),
                setup=self._setup.id,
                run=run,
                pace=Pace(options.concurrency, requests=requests, tokens=tokens),
                budget=budget,
                up_to=up_to,
                full=ballast.give_up,
                watch=watch,
            )
            readers = Readers(self._store.path, options.readers, _blaming(writer))
            await readers.start()
            telling = asyncio.create_task(self._tell(look, budget, up_to))
            timing = asyncio.create_task(self._watch_time())
            sharing = asyncio.create_task(self._share())
            with interrupts(asyncio.get_running_loop(), self._interrupted), settled():
                try:
                    await self._ask(look, readers, up_to)
                    outcome = (
                        "interrupted" if self._interrupts else "stopped" if self._engine.stopped else "done"
                    )
                finally:
                    telling.cancel()
                    timing.cancel()
                    await poster.aclose()
                    # What is left to read takes seconds, unless a second Ctrl-C says that it is too long.
                    await (readers.stop() if self._interrupts > 1 else self._drained(readers))
                    sharing.cancel()
                    await asyncio.wait([sharing])
                    writer.close()
        _in_transaction(db, lambda db: ledger.abandon(db, run))
        _check(readers)
        left = ledger.left(look, self._setup.id, up_to)
        look.close()
        notes = tuple(watch.notes) if watch else ()
        _in_transaction(db, lambda db: ledger.end_run(db, run, outcome, notes))
        ballast.release()
        return Ended(
            recovered,
            self._engine.progress,
            left,
            bool(self._interrupts),
            self._engine.stopped,
            budget.dollars,
            budget.tokens,
            time.monotonic() - self._began,
            notes,
        )

    def _budget(self, look: sqlite3.Connection) -> Budget:
        if self._shared is None:
            return budget_of(look, self._setup, self._options.caps, self._options.price)
        prompt_tokens, answer_tokens = sizes_of(self._setup)
        return self._shared.budget(
            prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, price=self._options.price
        )

    def _flows(self) -> tuple[Flow | None, Flow | None]:
        """Requests and tokens."""
        if self._shared:
            return self._shared.requests, self._shared.tokens
        requests, tokens = self._options.requests_per_minute, self._options.tokens_per_minute
        return Bucket(requests) if requests else None, Bucket(tokens) if tokens else None

    async def _share(self) -> None:
        """Lets whoever gives money and pace do so; without it nothing more is sent."""
        if self._shared is None:
            return
        try:
            await self._shared.run(self._engine)
        except HyllmError as error:
            self._engine.stop(error)
        except Exception as error:
            self._engine.stop(AnswerError(f"a fault in hyllm: {error!r}"))

    async def _ask(self, look: sqlite3.Connection, readers: Readers, up_to: int | None) -> None:
        """Asks until nothing is open, and nothing unread that might ask further."""
        while self._engine.stopped is None:
            await self._engine.run()
            left = ledger.left(look, self._setup.id, up_to)
            if not left.open and (not left.answered or not self._options.readers or readers.given_up):
                return
            await asyncio.sleep(0.05)

    async def _drained(self, readers: Readers) -> None:
        """Waits for the readers to read what is left; Ctrl-C may cut that short."""
        draining = asyncio.create_task(readers.drain())
        while not draining.done():
            await asyncio.wait([draining], timeout=0.2)
            if self._interrupts > 1:
                await readers.stop()
        draining.result()

    def _interrupted(self) -> None:
        self._interrupts += 1
        if self._interrupts == 1:
            self._engine.stop(INTERRUPTED)
        else:
            asyncio.create_task(self._engine.cancel())  # noqa: RUF006 - the run waits for what it cancels

    async def _watch_time(self) -> None:
        """Stops at the deadline: by the clock on the wall, which goes on while a laptop sleeps."""
        while self._options.deadline is not None:
            if time.time() >= self._options.deadline:
                self._engine.stop("the deadline has come")
                return
            await asyncio.sleep(0.25)

    async def _tell(self, look: sqlite3.Connection, budget: Budget, up_to: int | None) -> None:
        while self._told:
            progress = self._engine.progress
            counted = time.monotonic()
            left = ledger.left(look, self._setup.id, up_to)
            seconds = time.monotonic() - self._began
            pause = max(_TOLD_EVERY, 50 * (time.monotonic() - counted))  # counting millions takes a while
            rate = self._rate.note(seconds, progress.answers)
            stopping = None if self._engine.stopped is None else str(self._engine.stopped)
            self._told(
                Now(
                    progress, left.open, left.answered, budget.dollars, budget.tokens, seconds, rate, stopping
                )
            )
            await asyncio.sleep(pause)


def _blaming(writer: Writer) -> Callable[[int], "asyncio.Future[None]"]:
    """Writes that a page has killed its reader."""

    def blame(db: sqlite3.Connection, job: int) -> None:
        db.execute("UPDATE jobs SET blame = blame + ? WHERE id = ?", (ledger.ALONE, job))
        ledger.set_aside(db, [job])

    return lambda job: asyncio.ensure_future(writer.write(lambda db: blame(db, job)))


def _in_transaction(db: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    with transaction(db):
        return work(db)
