"""A run on many machines, as its head sees it: starts shards, folds in what is finished, tells how far it is."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from hyllm.batch import (
    CAP_REACHED,
    INTERRUPTED,
    Caps,
    Now,
    Options,
    Rate,
    Setup,
    Took,
    last_answers,
    spent,
)
from hyllm.batch.store import Store
from hyllm.client import Endpoint, Price
from hyllm.cluster._folder import Folder
from hyllm.cluster._guard import Guard
from hyllm.cluster._identity import identity_of
from hyllm.cluster._messages import Amounts, Total
from hyllm.cluster._ray import Cluster, Died, HeadLost
from hyllm.cluster._schedule import Schedule, Start
from hyllm.cluster._shard import Broke, End, Task
from hyllm.cluster._whole import fold_shard, lost_amounts, refresh
from hyllm.cluster._work import Work
from hyllm.errors import EndpointError, HyllmError, UsageError

_LET_GO = 20.0
"""Seconds for which a run without a head waits for what is in flight."""
_ENDS_LOOK_EVERY = 0.5
"""Seconds between two looks at what has ended."""


@dataclass(slots=True)
class Driven:
    """How a run on many machines ended."""

    finished: int = 0
    """Shards that this run has finished."""
    set_aside: Mapping[int, str] = field(default_factory=dict[int, str])
    """Shards that took several processes or machines with them, and why."""
    interrupted: bool = False
    stopped: HyllmError | str | None = None
    answers: int = 0
    dollars: float = 0.0
    seconds: float = 0.0


class Driver:
    """Runs what is unfinished in a folder of shards.

    Args:
        cluster: the machines.
        folder: the shards.
        store: the whole store.
        setup: the setup in force.
        endpoint: where requests go; of each machine its own, if `own_endpoints`.
        options: how the run goes: `concurrency` is that of a shard, caps and limits are those of all together.
        work: what is to be done: it says which shards and pages, not `options`.
        per_node: shards at once on a machine.
        own_endpoints: whether each machine serves its own model.
        told: called with where the run stands.
        said: told sentences for people.
        guard: what says whether the run may go on.
    """

    def __init__(
        self,
        cluster: Cluster,
        folder: Folder,
        store: Store,
        setup: Setup,
        endpoint: Endpoint,
        options: Options,
        work: Work,
        *,
        per_node: int,
        own_endpoints: bool,
        told: Callable[[Now], None],
        said: Callable[[str], None],
        guard: Guard | None = None,
    ) -> None:
        self._cluster = cluster
        self._folder = folder
        self._identity = identity_of(folder)
        self._setup = setup.id
        self._store = store
        self._endpoint = endpoint
        self._told = told
        self._said = said
        self._guard = guard
        self._options = replace(
            options,
            caps=Caps(),
            requests_per_minute=None,
            tokens_per_minute=None,
            sample=None,
            up_to=work.up_to,
        )
        self._of_all = options
        self._sizes = work.sizes
        self._schedule = Schedule(
            # By the clock, so that no start has the epoch of one in an earlier run that has left no trace yet.
            {shard.number: max(shard.epoch, int(time.time())) for shard in work.shards},
            per_node=per_node,
        )
        self._own_endpoints = own_endpoints
        self._to_fold: list[int] = []
        self._interrupts = 0
        self._ended = Driven()
        self._began = time.monotonic()
        self._rate = Rate()

    def interrupt(self) -> None:
        """Starts and sends no more, and waits for what is in flight; the second time it does not wait."""
        self._interrupts += 1

    def run(self) -> Driven:
        """Runs until all is finished, a cap is reached, or it is told to stop."""
        ended = self._ended
        if self._schedule.waiting:  # else there is no purse to speak with, and nothing to say to it
            options = self._of_all
            self._cluster.open_purse(
                options.caps,
                _spent_before(self._store.connection, options.price),
                requests_per_minute=options.requests_per_minute,
                tokens_per_minute=options.tokens_per_minute,
            )
            self._run_shards()
        ended.interrupted = bool(self._interrupts)
        ended.set_aside = self._schedule.set_aside
        ended.seconds = time.monotonic() - self._began
        why = self._schedule.stopped
        if ended.stopped is None and why is not None:
            ended.stopped = EndpointError(why) if self._schedule.stopped_by_endpoint else why
        return ended

    def _run_shards(self) -> None:
        try:
            while self._goes_on():
                self._fold()
                for start, outcome in self._cluster.wait(_ENDS_LOOK_EVERY):
                    self._take(start, outcome)
                self._tell()
        except HeadLost as error:
            self._ended.stopped = self._ended.stopped or error
            self._let_go(str(error))
        self._fold()
        self._fold_begun()

    def _goes_on(self) -> bool:
        """Passes on Ctrl-C and the guard's word, and starts what can be; whether anything is running."""
        if self._guard and self._ended.stopped is None and (lost := self._guard.stopped):
            self._ended.stopped = EndpointError(lost) if self._guard.is_silent else UsageError(lost)
            self._stop(lost)
        if self._interrupts and self._schedule.stopped is None:
            self._stop(INTERRUPTED)
        if self._interrupts > 1:
            self._cluster.break_off()
        nodes = self._cluster.nodes()
        learnt: tuple[Took, ...] | None = None
        while start := self._schedule.next(nodes):
            if learnt is None:
                learnt = tuple(last_answers(self._store.connection, self._setup))
            task = Task(
                where=self._folder.given,
                folder=self._identity,
                shard=start.shard,
                epoch=start.epoch,
                holder=start.holder,
                learnt=learnt,
                endpoint=self._endpoint,
                options=self._options,
            )
            self._cluster.start(start, task)
        return bool(self._cluster.running) or (
            bool(self._schedule.waiting) and self._schedule.stopped is None
        )

    def _let_go(self, why: str) -> None:
        """Without a head: machines that still hear this one write down what comes, for as long as that may take."""
        until = time.monotonic() + _LET_GO
        self._stop(why)
        while self._cluster.running and time.monotonic() < until:
            for start, outcome in self._cluster.wait(_ENDS_LOOK_EVERY):
                if isinstance(outcome, End) and outcome.is_finished:
                    self._finish(start.shard)

    def _stop(self, why: str) -> None:
        self._schedule.stop(why)
        self._cluster.stop(why)

    def _take(self, start: Start, outcome: End | Broke | Died) -> None:
        """What has become of a start."""
        if isinstance(outcome, End):
            self._take_end(start, outcome)
            return
        self._cluster.tell_lost(start.holder)
        if not self._interrupts:
            self._said(f"shard {start.shard} on {self._cluster.name_of(start.node)}: {outcome.why}")
        if isinstance(outcome, Broke) and outcome.by_storage:
            self._schedule.cannot_reach(start, outcome.why)
        elif isinstance(outcome, Broke) and outcome.by_machine:
            self._schedule.failed_machine(start, outcome.why)
        else:
            with_machine = isinstance(outcome, Died) and outcome.with_machine
            self._schedule.died(start, outcome.why, with_machine=with_machine)

    def _take_end(self, start: Start, end: End) -> None:
        if end.is_finished:
            self._schedule.ended(start)
            self._finish(start.shard)
        elif end.cause is None:
            self._schedule.ended(start)
        elif end.cause == "machine":
            self._said(f"{self._cluster.name_of(start.node)}: {end.stopped}")
            self._schedule.failed_machine(start, end.stopped)
        elif end.cause == "storage" or (end.cause == "endpoint" and self._own_endpoints):
            self._said(f"{self._cluster.name_of(start.node)}: {end.stopped}")
            self._schedule.cannot_reach(start, end.stopped)
        elif end.stopped == INTERRUPTED and not self._interrupts:  # its machine was told to shut down
            self._schedule.died(start, "the machine was shut down", with_machine=True)
        else:
            self._schedule.stopped_run(start, end.stopped, by_endpoint=end.cause == "endpoint")
            if end.stopped != CAP_REACHED:  # at a cap those that have leased something may use it
                self._cluster.stop(end.stopped)

    def _finish(self, shard: int) -> None:
        self._ended.finished += 1
        self._to_fold.append(shard)

    def _fold(self) -> None:
        """Folds finished shards into the whole store; where that fails, the next look at the folder does it."""
        while self._to_fold:
            shard = self._to_fold.pop()
            try:
                fold_shard(self._store, self._folder, shard)
            except (HyllmError, sqlite3.Error) as error:
                self._said(
                    f"shard {shard} is finished, but cannot be folded into the whole store now: {error}"
                )

    def _fold_begun(self) -> None:
        """Folds in what has come for shards that are not finished, so that it can be looked at."""
        try:
            refresh(self._store, self._folder)
        except (HyllmError, sqlite3.Error) as error:
            self._said(f"what has come for unfinished shards cannot be folded in now: {error}")

    def _tell(self) -> None:
        total = self._cluster.now()
        if total is None:
            return
        ended, progress = self._ended, total.standing.progress
        ended.answers, ended.dollars = progress.answers, total.spent.dollars
        seconds = time.monotonic() - self._began
        self._told(self._now(total, seconds, self._rate.note(seconds, progress.answers)))

    def _now(self, total: Total, seconds: float, rate: float) -> Now:
        starts = self._cluster.running
        to_go = sum(self._sizes.get(shard, 0) for shard in self._schedule.waiting)
        if total.holders < len(starts):  # not all have said how far they are
            to_go += sum(self._sizes.get(start.shard, 0) for start in starts)
        else:
            to_go += total.standing.open
        return Now(
            total.standing.progress,
            to_go,
            total.standing.unread,
            total.spent.dollars,
            total.spent.tokens,
            seconds,
            rate,
            self._schedule.stopped,
        )


def _spent_before(db: sqlite3.Connection, price: Price | None) -> Amounts:
    """What the archive has cost so far, and may have cost where machines were lost."""
    known, lost = spent(db, price), lost_amounts(db)
    return Amounts(known.dollars + lost.dollars, known.tokens + lost.tokens, known.pages + lost.pages)
