"""A shard's side of the purse: asks ahead of need, and uses no money before it is written that it is leased."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from hyllm.batch import Budget, Caps, Engine, Progress, StoreError, Took
from hyllm.client import Price
from hyllm.cluster._flow import LeasedFlow
from hyllm.cluster._messages import NOTHING, Amounts, Ask, Grant, Leased, Purses, Standing, Unused
from hyllm.cluster._patient import StorageAway
from hyllm.errors import HyllmError

_LEASE_LOOK_EVERY = 0.05
"""Seconds between two looks at what is left of a lease."""
_TELL_EVERY = 1.0
"""Seconds between two words to the purse at the most."""
_ASK_AGAIN = 0.25
"""Seconds after which money is asked for again, where there was none."""
_PURSE_SILENT = 60.0
"""Seconds that the purse may take for an answer."""
_SYNC_ANSWERS, _SYNC_SECONDS = 64, 5.0
"""After so many answers, or so long with something new, what came is synced."""
_HOLD_AFTER = 15.0
"""Seconds that a sync may take before nothing more is sent until it is done: what comes might be lost."""
_REQUESTS_AHEAD = 64
"""Requests that are leased for at the least, where the purse has as much."""


class Lease:
    """Money and pace of one shard, from the purse of all; a `Shared` of `run_batch`.

    Args:
        holder: shard and epoch, as in "000012-1796000001".
        purse: the purse of all.
        sync: writes down where it outlives this machine what came, and how much is leased.
        learnt: what answers of other shards took, by which the first here are reckoned.
        clock: seconds.
    """

    def __init__(
        self,
        holder: str,
        purse: Purses,
        *,
        sync: Callable[[Leased], Awaitable[None]],
        learnt: Sequence[Took] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holder = holder
        self._purse = purse
        self._sync = sync
        self._learnt = learnt
        self._clock = clock
        self._requests = LeasedFlow(1.0, clock)
        self._tokens = LeasedFlow(0.0, clock)
        self._budget = Budget(Caps(), None, prompt_tokens=0, answer_tokens=0)
        self._leased = NOTHING
        self._written = NOTHING
        """What was leased when it was last written down: so much may be used."""
        self._portion = NOTHING
        self._asked = 0
        self._asked_at = -math.inf
        self._was_short = False
        """Whether nothing came of what was last asked for."""
        self._synced_at = clock()
        self._synced = (0, 0, 0)
        self._sync_took = 0.0
        self._standing = Standing()
        self._engine: Engine | None = None
        self._began = clock()
        self._writing: asyncio.Task[None] | None = None
        self._cannot_sync = False
        self._is_held = False
        """Whether nothing is sent for now."""

    @property
    def requests(self) -> LeasedFlow:
        return self._requests

    @property
    def tokens(self) -> LeasedFlow:
        return self._tokens

    def budget(self, *, prompt_tokens: int, answer_tokens: int, price: Price | None) -> Budget:
        """A budget of nothing, which grows as leases come."""
        nothing = Caps(dollars=0.0, tokens=0, pages=0)
        self._budget = Budget(nothing, price, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens)
        self._budget.is_final = False
        for took in self._learnt:
            self._budget.learn(*took)
        return self._budget

    async def run(self, engine: Engine) -> None:
        """Asks and syncs until it is cancelled. What ends the asking stops the engine, and is synced still."""
        self._engine, self._began = engine, self._clock()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep_asking(engine))
            both.create_task(self._keep_syncing(engine))

    async def close(self) -> None:
        """Writes what was really spent, and hands back the rest."""
        if self._writing:  # cancelling does not end a write that is under way
            await asyncio.wait([self._writing])
        spent = self._used()
        try:
            await self._sync(Leased(**spent._asdict(), closed=True))
        finally:
            unused = Unused(
                holder=self._holder,
                spent=spent,
                requests=self._requests.left,
                tokens=self._tokens.left,
                standing=Standing(_copy(self._engine.progress)) if self._engine else self._standing,
            )
            with suppress(Exception):  # where the purse is gone, nobody else can use what is left
                async with asyncio.timeout(_PURSE_SILENT):
                    await self._purse.hand_back(unused)

    # --- asking ------------------------------------------------------------------------------------------

    async def _keep_asking(self, engine: Engine) -> None:
        while True:
            if self._is_due(engine):
                try:
                    async with asyncio.timeout(_PURSE_SILENT):  # wait_for may lose that it is cancelled
                        grant = await self._purse.renew(self._question(engine))
                except Exception as error:
                    cause = type(error).__name__
                    engine.stop(StoreError(f"the run's head cannot be reached ({cause})"))
                    return
                self._take(engine, grant)
            await asyncio.sleep(_LEASE_LOOK_EVERY)

    def _is_due(self, engine: Engine) -> bool:
        """Whether it is time to ask: for permits, for money, or only to say how far it has come."""
        since = self._clock() - self._asked_at
        if since >= _TELL_EVERY:
            return True
        if engine.stopped is not None or not self._standing.open:
            return False
        if self._requests.need or self._tokens.need:
            return True
        return self._is_low() and (since >= _ASK_AGAIN or not self._was_short)

    def _is_low(self) -> bool:
        """Whether less than half of the last portion is left of something, or too little for a request."""
        rows = zip(self._leased, self._used(), self._portion, self._least(), strict=True)
        return any(leased - used < portion / 2 or leased < least for leased, used, portion, least in rows)

    def _question(self, engine: Engine) -> Ask:
        """What is asked for: nothing more, if no more will be sent."""
        left = engine.left()
        self._standing = Standing(_copy(engine.progress), left.open, left.answered)
        goes_on = engine.stopped is None and left.open > 0
        used, keeps = self._used(), None
        least = like = self._bound()
        if goes_on and self._is_low():
            least = self._least()
            if not engine.progress.in_flight and _is_less(self._leased, least):
                keeps = self._give_up()
            least = least._replace(dollars=least.dollars * (1 + 1e-9))  # sums of floats are not exact
            more = max(1, min(left.open - engine.progress.in_flight, self._ahead(engine.progress)))
            expected = self._budget.expect(0)
            request = Amounts(expected.dollars, expected.tokens, 1)
            like = Amounts(*(x + more * one for x, one in zip(used, request, strict=True)))
        self._asked += 1
        self._asked_at = self._clock()
        return Ask(
            holder=self._holder,
            number=self._asked - 1,
            used=used,
            least=least,
            like=like,
            keeps=keeps,
            requests=self._requests.need if goes_on else None,
            tokens=self._tokens.need if goes_on else None,
            standing=self._standing,
        )

    def _ahead(self, progress: Progress) -> int:
        """For how many requests money is leased ahead: enough for the time that writing it down takes."""
        rate = progress.answers / max(1.0, self._clock() - self._began)
        return int(_REQUESTS_AHEAD + 4 * progress.in_flight + 4 * rate * self._sync_took)

    def _take(self, engine: Engine, grant: Grant) -> None:
        if grant.stop is not None:
            engine.stop(grant.stop)
            return
        self._requests.add(grant.requests)
        self._tokens.add(grant.tokens)
        self._was_short = grant.leased == self._leased
        if grant.leased != self._leased:
            self._portion = Amounts(*map(_added, grant.leased, self._leased))
            self._leased = grant.leased
            self._set_caps()
        self._budget.is_final = grant.final and not self._is_unwritten and not self._is_held
        engine.wake()

    # --- what is leased and used -------------------------------------------------------------------------

    def _used(self) -> Amounts:
        """Spent, or reserved for requests in flight."""
        budget = self._budget
        return Amounts(
            budget.dollars + max(0.0, budget.reserved_dollars),
            budget.tokens + max(0.0, budget.reserved_tokens),
            budget.pages,
        )

    def _request(self) -> Amounts:
        """What the next request takes at worst."""
        request, is_first = self._budget.looked_for or (self._budget.at_most(0), True)
        return Amounts(request.dollars, request.tokens, float(is_first))

    def _least(self) -> Amounts:
        """What must be leased for the next request to go out."""
        dollars, tokens, pages = (x + one for x, one in zip(self._used(), self._request(), strict=True))
        return Amounts(dollars, math.ceil(tokens), pages)

    def _bound(self) -> Amounts:
        """The most that can have been spent, before more is leased."""
        pairs = zip(self._leased, self._used(), strict=True)
        return Amounts(*(used if math.isinf(leased) else max(leased, used) for leased, used in pairs))

    @property
    def _is_unwritten(self) -> bool:
        """Whether something is leased that may not be used yet."""
        pairs = zip(self._leased, self._written, strict=True)
        return any(leased != written and math.isfinite(leased) for leased, written in pairs)

    def _give_up(self) -> Amounts:
        """Gives up what is too little for a request: others may do something with it. What is kept."""
        used = self._used()._replace(tokens=math.ceil(self._used().tokens))
        pairs = zip(self._leased, used, strict=True)
        self._leased = Amounts(*(x if math.isinf(x) else min(x, one) for x, one in pairs))
        self._written = Amounts(*map(min, self._written, self._leased))
        self._set_caps()
        return self._leased

    def _set_caps(self) -> None:
        """Lets the budget use what is leased and written, and as much as it takes of what has no cap."""
        if self._is_held:
            self._budget.caps = Caps(dollars=0.0, tokens=0, pages=0)
            self._budget.is_final = False
            return
        pairs = zip(self._leased, self._written, strict=True)
        dollars, tokens, pages = (None if math.isinf(leased) else min(leased, one) for leased, one in pairs)
        self._budget.caps = Caps(
            dollars, tokens if tokens is None else int(tokens), pages if pages is None else int(pages)
        )

    # --- syncing -----------------------------------------------------------------------------------------

    async def _keep_syncing(self, engine: Engine) -> None:
        while not self._cannot_sync:
            if self._is_to_be_synced(engine.progress):
                self._writing = asyncio.create_task(self._write(engine))
                await asyncio.wait([self._writing], timeout=_HOLD_AFTER)
                if not self._writing.done():  # the storage is away perhaps
                    self._is_held = True
                    self._set_caps()
                await asyncio.shield(self._writing)
            await asyncio.sleep(_LEASE_LOOK_EVERY)

    def _is_to_be_synced(self, progress: Progress) -> bool:
        come = _come(progress)
        if self._is_unwritten or come[0] - self._synced[0] >= _SYNC_ANSWERS:
            return True
        return come != self._synced and self._clock() - self._synced_at >= _SYNC_SECONDS

    async def _write(self, engine: Engine) -> None:
        """Syncs once; what was leased before may then be used."""
        leased, come, began = self._leased, _come(engine.progress), self._clock()
        try:
            await self._sync(Leased(**self._bound()._asdict(), closed=False))
        except Exception as error:
            self._cannot_sync = True
            says = str(error) if isinstance(error, HyllmError) else repr(error)
            kind = StorageAway if isinstance(error, StorageAway) else StoreError
            engine.stop(kind(f"what came cannot be written to the run's folder: {says}"))
            return
        self._written, self._synced, self._synced_at = leased, come, self._clock()
        self._sync_took = min(_HOLD_AFTER, self._synced_at - began)  # an outage says nothing of the next one
        self._is_held = False
        self._set_caps()
        engine.wake()


def _added(leased: float, before: float) -> float:
    """What a lease has grown by; nothing where there is no cap."""
    return leased - before if math.isfinite(leased) else 0.0


def _is_less(one: Amounts, other: Amounts) -> bool:
    """Whether there is less of anything."""
    return any(x < y for x, y in zip(one, other, strict=True))


def _come(progress: Progress) -> tuple[int, int, int]:
    """How much has come: answers, failures, failures in passing."""
    return progress.answers, progress.failed.total(), progress.passing.total()


def _copy(progress: Progress) -> Progress:
    return Progress(progress.answers, Counter(progress.failed), Counter(progress.passing), progress.in_flight)
