"""Ray: machines, the purse as an actor, shards as tasks. With `_joining` the one module that knows it."""

import asyncio
import atexit
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from hyllm.batch import Caps
from hyllm.cluster._joining import join, line_of
from hyllm.cluster._messages import Amounts, Ask, Grant, Total, Unused
from hyllm.cluster._pulse import Pulse
from hyllm.cluster._purse import Purse
from hyllm.cluster._schedule import Start
from hyllm.cluster._shard import Broke, End, Task, run_task
from hyllm.errors import EndpointError

_HEAD_ANSWERS_WITHIN = 10.0
"""Seconds that the head may take for a word."""
_MOST_SILENCES = 3
_STARTS = 180.0
"""Seconds that starting a process may take on a machine that has much to do."""
_PULSE_EVERY = 1.0
"""Seconds between two looks at which machines are there."""
_HEAD_SILENT = 30.0
"""Seconds without a word of the head after which it is lost."""


class Died(NamedTuple):
    """A task that ended without a word of its own."""

    why: str
    with_machine: bool


class HeadLost(EndpointError):
    """The cluster's head has not answered for a while."""

    def __init__(self) -> None:
        super().__init__("the cluster's head cannot be reached")


class Cluster:
    """Machines that run shards.

    Args:
        address: HOST:PORT of the cluster's head; `auto`: the one this machine is part of; `local`: one of this machine
            alone, for as long as the run takes. `None`: what RAY_ADDRESS says, else `local`.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at the address that this machine is part of.
    """

    def __init__(self, address: str | None) -> None:
        self._ray: Any = join(address)
        self._pulse = Pulse(self._alive, every=_PULSE_EVERY, patience=_HEAD_SILENT)
        self.is_lost = False
        """Whether the head is gone. Then, after `close`, this process is to be ended without Ray's leave."""
        self._run: Any = self._ray.remote(_run)  # once: Ray sends it to the head, and waits for it
        self._tasks: dict[Any, Start] = {}
        self._names: dict[str, str] = {}
        self._silences = 0

    def close(self) -> None:
        """Lets go of the cluster; one that was begun for this run ends."""
        self.is_lost |= not self._pulse.end(0.0 if self.is_lost else _HEAD_ANSWERS_WITHIN)
        if self.is_lost:  # Ray would wait for the head, now and at the end of this process
            atexit.unregister(self._ray.shutdown)
        else:
            self._ray.shutdown()

    def open_purse(
        self,
        caps: Caps,
        before: Amounts,
        *,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
    ) -> None:
        """Puts the run's purse where all machines reach it: beside this process, whose fate it shares.

        Args:
            caps: as `Purse` takes them, like all others.
            before: what was spent before this run.
            requests_per_minute: the most of all shards together.
            tokens_per_minute: the same.

        Raises:
            EndpointError: the cluster starts no process for it.
        """
        here = self._ray.get_runtime_context().get_node_id()
        actor = self._ray.remote(Purse).options(num_cpus=0, scheduling_strategy=self._on(here))
        self._purse: Any = actor.remote(
            caps, before, requests_per_minute=requests_per_minute, tokens_per_minute=tokens_per_minute
        )
        try:
            self._ray.get(self._purse.now.remote(), timeout=_STARTS)
        except (self._ray.exceptions.GetTimeoutError, self._ray.exceptions.RayError) as error:
            raise EndpointError(
                f"the cluster starts no process beside this one: {line_of(str(error), 0) or 'no answer'}"
            ) from None

    def nodes(self) -> Sequence[str]:
        """The machines that are there now.

        Raises:
            HeadLost: the head has not told for half a minute.
        """
        try:
            found = self._pulse.last()
        except TimeoutError:
            raise self._lose() from None
        self._names |= found
        return sorted(found)

    def _alive(self) -> Mapping[str, str]:
        """The machines that are there, with their names. Where the head is gone this does not return."""
        return {
            node["NodeID"]: str(node["NodeManagerHostname"]) for node in self._ray.nodes() if node["Alive"]
        }

    def name_of(self, node: str) -> str:
        """A machine's name, for people."""
        return f"machine {self._names.get(node, '?')} ({node[:8]})"

    def start(self, start: Start, task: Task) -> None:
        """Starts a shard on a machine."""
        options = {"num_cpus": 0, "max_retries": 0, "scheduling_strategy": self._on(start.node)}
        reference = self._run.options(**options).remote(task, self._purse)
        self._tasks[reference] = start

    @property
    def running(self) -> Sequence[Start]:
        """The starts that have not ended."""
        return list(self._tasks.values())

    def wait(self, seconds: float) -> Sequence[tuple[Start, End | Broke | Died]]:
        """What has ended within so many seconds, and how."""
        if not self._tasks:
            time.sleep(seconds)
            return []
        ready, _ = self._ray.wait(list(self._tasks), timeout=seconds)
        return [(self._tasks.pop(reference), self._outcome(reference)) for reference in ready]

    def _outcome(self, reference: Any) -> End | Broke | Died:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.OutOfMemoryError:
            return Died("its process was ended, since the machine's memory was full", with_machine=False)
        except (errors.WorkerCrashedError, errors.TaskCancelledError):
            return Died("its process died (killed, out of memory, or its /tmp is full?)", with_machine=False)
        except errors.RayTaskError as error:
            return Broke(task_error(str(error)), by_machine=True)
        except (errors.NodeDiedError, errors.ObjectLostError, errors.TaskUnschedulableError):
            return Died("the machine was lost", with_machine=True)
        except errors.RayError as error:
            return Died(f"the machine was lost? Ray says {type(error).__name__}", with_machine=True)

    def now(self) -> Total | None:
        """Where the shards stand; `None` if the head does not say it at once.

        Raises:
            HeadLost: it has not for half a minute.
        """
        try:
            found: Total = self._ask(self._purse.now.remote())
        except self._ray.exceptions.GetTimeoutError:
            self._silences += 1
            if self._silences >= _MOST_SILENCES:
                raise self._lose() from None
            return None
        except self._ray.exceptions.RayError:
            raise self._lose() from None
        self._silences = 0
        return found

    def _lose(self) -> HeadLost:
        self.is_lost = True
        return HeadLost()

    def tell_lost(self, holder: str) -> None:
        """Tells the purse that a holder is no more."""
        self._purse.lost.remote(holder)

    def stop(self, why: str) -> None:
        """Tells all shards to send no more, and to end when what is in flight has come."""
        self._purse.stop.remote(why)

    def break_off(self) -> None:
        """Ends all shards at once."""
        for reference in self._tasks:
            self._ray.cancel(reference, force=True)

    def _ask(self, reference: Any) -> Any:
        return self._ray.get(reference, timeout=_HEAD_ANSWERS_WITHIN)

    def _on(self, node: str) -> Any:
        strategies = import_module("ray.util.scheduling_strategies")
        return strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)


class _Far:
    """The purse, which is an actor, as a shard speaks with it."""

    def __init__(self, actor: Any) -> None:
        self._actor = actor

    async def renew(self, ask: Ask) -> Grant:
        return await self._answer(self._actor.renew.remote(ask))

    async def hand_back(self, unused: Unused) -> None:
        await self._answer(self._actor.hand_back.remote(unused))

    @staticmethod
    async def _answer(reference: Any) -> Any:
        return await asyncio.wrap_future(reference.future())


def _run(task: Task, purse: Any) -> End | Broke:
    """A shard's task, in a process of its own on the machine it was sent to."""
    return run_task(task, _Far(purse))


def task_error(said: str) -> str:
    """What is wrong where a task raised something, in a line.

    Args:
        said: Ray's account: of where it was, then the traceback, whose last line is what it was.
    """
    why = line_of(said, -1) or "it failed and said nothing"
    if why.startswith("ModuleNotFoundError"):
        what = "hyllm (or a kind of your own) is not installed on this machine"
        return f"{what}: pip install 'hyllm[ray]' there ({why})"
    return why
