"""One run over a store: recovers what a killed one left, asks, reads beside it, and ends in an orderly way."""

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from hyllm.batch import _ledger as ledger
from hyllm.batch._bodies import Bodies
from hyllm.batch._budget import Budget, budget_of, sizes_of
from hyllm.batch._engine import INTERRUPTED, Engine, Posts
from hyllm.batch._machine import Ballast, interrupts, settled
from hyllm.batch._pace import Bucket, Flow, Pace
from hyllm.batch._rate import Rate
from hyllm.batch._readers import Readers
from hyllm.batch._run_types import Ended, Now, Options
from hyllm.batch._setup import Setup
from hyllm.batch._shared import Shared
from hyllm.batch._store import Store, connect, transaction
from hyllm.batch._watch import Watch
from hyllm.batch._writer import Writer
from hyllm.client import Endpoint, open_poster
from hyllm.errors import AnswerError, HyllmError
from hyllm.loop import run as run_coroutine

_TOLD_EVERY = 1.0


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

    Raises:
        StoreError: the store cannot be written; or the answers are kept, but cannot be read.
    """
    with store.errors_told():
        return run_coroutine(_Run(store, setup, endpoint, options, told, poster, shared).run())


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
        self._watch = Watch(options.watch_every) if options.watch_every else None
        self._interrupts = 0
        self._outcome = "fault"
        self._began = time.monotonic()
        self._rate = Rate()

    async def run(self) -> Ended:
        try:
            return await self._run()
        finally:
            if self._shared:
                await self._shared.close()

    async def _run(self) -> Ended:
        db, path, options = self._store.connection, self._store.path, self._options
        with transaction(db):
            recovered = ledger.recover(db)
            run = ledger.begin_run(db, os.getpid())
        async with AsyncExitStack() as ends:  # the other way round, whatever happens
            ends.callback(self._note_end, run)
            up_to = options.up_to
            if options.sample:
                up_to = ledger.sample_rank(db, self._setup.id, options.sample)
            ballast = Ballast(path)
            ends.callback(ballast.release)
            writer = Writer(db, asyncio.get_running_loop())
            ends.callback(writer.close)
            look = ends.enter_context(closing(connect(path, write=False)))
            poster = self._given or open_poster(
                self._endpoint, timeout=options.timeout, most=options.concurrency
            )
            ends.push_async_callback(poster.aclose)
            folder = ends.enter_context(tempfile.TemporaryDirectory(prefix="hyllm-"))
            budget = self._budget(look)
            self._engine = Engine(
                writer,
                path,
                look,
                poster,
                Bodies(self._setup.extractor(Path(folder), self._endpoint)),
                setup=self._setup.id,
                run=run,
                pace=self._pace(),
                budget=budget,
                up_to=up_to,
                full=ballast.give_up,
                watch=self._watch,
            )
            readers = Readers(path, options.readers, writer)
            ends.enter_context(interrupts(asyncio.get_running_loop(), self._interrupted))
            ends.enter_context(settled())
            async with (
                _beside(self._share()),
                self._read_by(readers),
                _beside(self._tell(budget)),
                _beside(self._watch_time()),
            ):
                await self._ask(readers)
            self._outcome = self._outcome_of(readers)
        readers.check()
        return Ended(
            recovered,
            self._engine.progress,
            ledger.left(db, self._setup.id, up_to),
            bool(self._interrupts),
            self._engine.stopped,
            budget.dollars,
            budget.tokens,
            time.monotonic() - self._began,
            self._notes,
        )

    # --- what it begins with, and ends with --------------------------------------------------------------

    def _budget(self, look: sqlite3.Connection) -> Budget:
        if self._shared is None:
            return budget_of(look, self._setup, self._options.caps, self._options.price)
        prompt_tokens, answer_tokens = sizes_of(self._setup)
        return self._shared.budget(
            prompt_tokens=prompt_tokens, answer_tokens=answer_tokens, price=self._options.price
        )

    def _pace(self) -> Pace:
        requests, tokens = self._flows()
        return Pace(self._options.concurrency, requests=requests, tokens=tokens)

    def _flows(self) -> tuple[Flow | None, Flow | None]:
        """Requests and tokens."""
        if self._shared:
            return self._shared.requests, self._shared.tokens
        requests, tokens = self._options.requests_per_minute, self._options.tokens_per_minute
        return Bucket(requests) if requests else None, Bucket(tokens) if tokens else None

    @property
    def _notes(self) -> tuple[str, ...]:
        return tuple(self._watch.notes) if self._watch else ()

    def _outcome_of(self, readers: Readers) -> str:
        if self._interrupts:
            return "interrupted"
        return "stopped" if self._engine.stopped or readers.given_up else "done"

    def _note_end(self, run: int) -> None:
        """Writes that the run is over, and puts back what it did not wait for."""
        with transaction(self._store.connection) as db:
            ledger.abandon(db, run)
            ledger.end_run(db, run, self._outcome, self._notes)

    # --- asking, and what goes on beside it --------------------------------------------------------------

    async def _ask(self, readers: Readers) -> None:
        """Asks until nothing is open, and nothing unread that might ask further."""
        while self._engine.stopped is None:
            await self._engine.run()
            left = self._engine.left()
            if not left.open and (not left.answered or not self._options.readers or readers.given_up):
                return
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def _read_by(self, readers: Readers) -> AsyncGenerator[None]:
        """Reads what comes, and at the end what is left: in seconds, unless a second Ctrl-C says that is too long."""
        await readers.start()
        try:
            yield
            await self._drain(readers)
        finally:
            await readers.stop()

    async def _drain(self, readers: Readers) -> None:
        draining = asyncio.create_task(readers.drain())
        while not draining.done():
            if self._interrupts > 1:
                await readers.stop()
            await asyncio.wait([draining], timeout=0.2)
        draining.result()

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

    async def _tell(self, budget: Budget) -> None:
        while self._told:
            progress = self._engine.progress
            counted = time.monotonic()
            left = self._engine.left()
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


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Does something beside what is inside; with that it ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
