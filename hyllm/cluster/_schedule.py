"""Which shard is started next, and on which machine; and what is done about those that come to nothing."""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

_MOST_MACHINES = 5
"""Machines that may be lost under a shard: it is hardly its fault, but may be."""
_MOST_FAILURES = 2
"""Times that a shard may fail for what may be its machine's fault, and shards in a row that may on a machine."""
_MOST_DEATHS = 5
"""Shards in a row whose processes may die on the only machine: a run does not stop for two bad ones."""
_REST = 60.0
"""Seconds for which a machine that something is wrong with gets no shard."""


class Start(NamedTuple):
    """A start of a shard on a machine."""

    shard: int
    epoch: int
    node: str

    @property
    def holder(self) -> str:
        """What the purse knows it by."""
        return f"{self.shard:06d}-{self.epoch}"


class Schedule:
    """Hands out shards in their order.

    Args:
        shards: the shards to be run, with their last epoch so far.
        per_node: how many at once on a machine.
        clock: seconds.
    """

    def __init__(
        self,
        shards: Mapping[int, int],
        *,
        per_node: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._waiting = deque(shards)
        self._epochs = dict(shards)
        self._per_node = per_node
        self._clock = clock
        self._machines = 0
        """How many there were when it was last asked for a start."""
        self._running: Counter[str] = Counter()
        self._machines_lost: Counter[int] = Counter()
        self._resting: dict[str, float] = {}
        self._said: dict[str, tuple[str, bool]] = {}
        """Why they rest, and whether it is their endpoint, or the storage."""
        self._lost: dict[str, float] = {}
        """Machines that were lost, and until when they are not believed to be there."""
        self._failures: Counter[str] = Counter()
        """Shards that failed on a machine in a row."""
        self._failed: defaultdict[int, list[str]] = defaultdict(list)
        """Where each shard has failed."""
        self.set_aside: dict[int, str] = {}
        """Shards that are not tried again in this run, with why."""
        self.stopped: str | None = None
        """Why none is started any more."""
        self.stopped_by_endpoint = False
        """Whether an endpoint is why, or the storage."""

    @property
    def waiting(self) -> Iterable[int]:
        """The shards that are to be started yet."""
        return self._waiting

    def stop(self, why: str) -> None:
        """Starts no more."""
        if self.stopped is None:
            self.stopped = why

    def next(self, nodes: Sequence[str]) -> Start | None:
        """The next start, if there is something to be started and room on one of these machines."""
        if self.stopped is not None or not self._waiting or not nodes:
            return None
        now = self._clock()
        there = [node for node in nodes if self._lost.get(node, 0.0) <= now]
        self._machines = len(there)
        usable = [node for node in there if self._resting.get(node, 0.0) <= now]
        if there and not usable and not any(self._running[node] for node in nodes):
            why, self.stopped_by_endpoint = next(reversed(self._said.values()))
            self.stop(f"no machine can go on: {why}")
            return None
        free = [node for node in usable if self._running[node] < self._per_node]
        for shard in self._waiting if free else ():
            wanted = self._fit(shard, there, usable)
            fit = [node for node in free if node in wanted]
            if fit:
                self._waiting.remove(shard)
                return self._start(shard, min(fit, key=lambda one: self._running[one]))
        return None

    def _fit(self, shard: int, there: Sequence[str], usable: Sequence[str]) -> Sequence[str]:
        """Where a shard may go: not where it failed; and if it has, to a machine on which nothing did last."""
        if not self._failed[shard]:
            return usable
        others = [node for node in there if node not in self._failed[shard]]
        sound = [node for node in others if node in usable and not self._failures[node]]
        return sound or others or there

    def _start(self, shard: int, node: str) -> Start:
        self._epochs[shard] += 1
        self._running[node] += 1
        return Start(shard, self._epochs[shard], node)

    def ended(self, start: Start) -> None:
        """A shard was run to its end, or as far as this run is to go."""
        self._running[start.node] -= 1
        self._failures[start.node] = 0

    def stopped_run(self, start: Start, why: str, *, by_endpoint: bool = False) -> None:
        """A shard was stopped for a reason that is one for all of them: a cap, the deadline, the endpoint."""
        self._running[start.node] -= 1
        self.stop(why)
        self.stopped_by_endpoint |= by_endpoint

    def cannot_reach(self, start: Start, why: str) -> None:
        """A machine cannot use its own endpoint, or reach the storage: its shard goes elsewhere, and it rests."""
        self._running[start.node] -= 1
        self._rest(start.node, why, by_endpoint=True)
        self._waiting.appendleft(start.shard)

    def failed_machine(self, start: Start, why: str) -> None:
        """A shard was stopped by what is wrong with its machine, or with the shard itself.

        It goes to the end of the queue, and to another machine if there is one; where it fails twice it is set aside.
        A machine where two in a row fail rests.
        """
        self._fail(start, why, in_a_row=_MOST_FAILURES)

    def _fail(self, start: Start, why: str, *, in_a_row: int) -> None:
        self._running[start.node] -= 1
        self._failures[start.node] += 1
        self._failed[start.shard].append(start.node)
        if self._failures[start.node] >= in_a_row:
            self._rest(start.node, why, by_endpoint=False)
        if len(self._failed[start.shard]) >= _MOST_FAILURES:
            self.set_aside[start.shard] = why
        else:
            self._waiting.append(start.shard)

    def died(self, start: Start, why: str, *, with_machine: bool) -> None:
        """A shard's process died, alone or with its machine.

        Alone: whether that is the machine's fault or the shard's, another machine has to show.
        """
        if not with_machine:
            self._fail(start, why, in_a_row=_MOST_FAILURES if self._machines > 1 else _MOST_DEATHS)
            return
        self._running[start.node] -= 1
        self._lost[start.node] = self._clock() + _REST  # it may be listed for some seconds yet
        self._machines_lost[start.shard] += 1
        if self._machines_lost[start.shard] >= _MOST_MACHINES:
            self.set_aside[start.shard] = why
        else:
            self._waiting.appendleft(start.shard)

    def _rest(self, node: str, why: str, *, by_endpoint: bool) -> None:
        self._resting[node] = self._clock() + _REST
        self._failures[node] = 0
        self._said[node] = why, by_endpoint
