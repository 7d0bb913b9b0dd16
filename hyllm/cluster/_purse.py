"""The one purse of a run on many machines: what may still be spent, and how fast requests go out.

A shard's start is a *holder*, named by shard and epoch ("000012-1796000001"). It asks again and again, saying what it
has used in all and what it would like to have leased in all; so an answer that was lost does no harm. Portions
are a share that shrinks as the purse empties. What a holder has not used it hands back at its end, or when it is
too little for its next request and others may do something with it; what a lost one had leased stays spent. So what
all have leased never exceeds the caps, and less than a request's worth of them is left over.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from hyllm.batch import Bucket, Caps, Progress
from hyllm.cluster._messages import (
    NO_PERMITS,
    NOTHING,
    Amounts,
    Ask,
    Grant,
    Need,
    Permits,
    Standing,
    Total,
    Unused,
)

_HOLDER_SILENT = 30.0
"""Seconds without a word after which nobody waits for what a holder may hand back."""
_FLOW_AHEAD_SECONDS = 2.0
"""Seconds of flow that all holders may keep ahead together."""
_SLICE = 0.5
"""Seconds of flow that are given at a time."""


@dataclass(slots=True)
class _Holder:
    leased: Amounts = NOTHING
    used: Amounts = NOTHING
    standing: Standing = field(default_factory=Standing)
    heard: float = 0.0
    asked: int = -1
    """The number of its last question."""
    waits: bool = False
    """Whether there was too little for it when it last asked, and it has nothing to hand back."""


class Purse:
    """Holds a run's money and pace for all its shards. To be called from one thread.

    Args:
        caps: what the archive may cost over its life.
        before: what was spent before this run.
        requests_per_minute: the most requests a minute.
        tokens_per_minute: the most tokens a minute, sent and received.
        clock: seconds.
    """

    def __init__(
        self,
        caps: Caps,
        before: Amounts = NOTHING,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        most = Amounts(*(math.inf if cap is None else cap for cap in (caps.dollars, caps.tokens, caps.pages)))
        self._clock = clock
        self._left = _minus(most, before)
        self._requests = _Spring(requests_per_minute, clock) if requests_per_minute else None
        self._tokens = _Spring(tokens_per_minute, clock) if tokens_per_minute else None
        self._holders: dict[str, _Holder] = {}
        """Those at work."""
        self._gone: set[str] = set()
        self._newest: dict[str, int] = {}
        """The newest epoch of each shard."""
        self._spent = before
        """By earlier runs and by those who are gone."""
        self._progress = Progress()
        """Of those who are gone."""
        self._stopped: str | None = None

    def renew(self, ask: Ask) -> Grant:
        """What a holder gets, which asks for the first time or again."""
        if why := self._refusal(ask):
            return Grant(stop=why)
        holder = self._holders.setdefault(ask.holder, _Holder())
        holder.used, holder.standing, holder.heard = ask.used, ask.standing, self._clock()
        is_new = ask.number > holder.asked  # of a question that comes twice, nothing is taken back twice
        if ask.keeps is not None and is_new:
            self._take_back(holder, ask.keeps)
        holder.asked = max(holder.asked, ask.number)
        at_work = max(1, len(self._heard()))
        least = _minus(_whole(ask.least, math.ceil), holder.leased)
        is_short = any(more > left and more > 0 for more, left in zip(least, self._left, strict=True))
        holder.waits = is_short and ask.keeps is not None
        if not is_short and self._stopped is None:
            like = _minus(ask.like, holder.leased)
            more = _whole(Amounts(*map(_portion, self._left, least, like, [at_work] * 3)), math.floor)
            holder.leased = _plus(holder.leased, more)
            self._left = Amounts(
                *(x if math.isinf(x) else x - y for x, y in zip(self._left, more, strict=True))
            )
        return Grant(
            leased=holder.leased,
            final=holder.waits and all(one.waits for one in self._heard()),
            requests=_permits(self._requests, ask.requests, at_work),
            tokens=_permits(self._tokens, ask.tokens, at_work),
            stop=self._stopped,
        )

    def hand_back(self, unused: Unused) -> None:
        """Takes back what a holder has not used; it is gone then. Of one that was taken for dead, nothing is."""
        holder = self._holders.pop(unused.holder, None)
        self._gone.add(unused.holder)
        if holder is None:
            return
        self._left = Amounts(
            *(
                left if math.isinf(left) else left + leased - spent
                for left, leased, spent in zip(self._left, holder.leased, unused.spent, strict=True)
            )
        )
        self._spent = _plus(self._spent, unused.spent)
        self._count(unused.standing.progress)
        if self._requests and math.isfinite(unused.requests):
            self._requests.put_back(unused.requests)
        if self._tokens and math.isfinite(unused.tokens):
            self._tokens.put_back(unused.tokens)

    def lost(self, holder: str) -> None:
        """Gives a holder up: what it had leased counts as spent, and if it asks again it is told to stop."""
        self._gone.add(holder)
        if (found := self._holders.pop(holder, None)) is None:
            return
        self._spent = _plus(self._spent, _bound(found))
        self._count(found.standing.progress)

    def stop(self, why: str) -> None:
        """Tells all holders to send no more, each when it asks next."""
        if self._stopped is None:
            self._stopped = why

    def now(self) -> Total:
        """Where all holders stand together."""
        standings = [one.standing for one in self._holders.values()]
        progress = _sum([self._progress, *(one.progress for one in standings)])
        progress.in_flight = sum(one.progress.in_flight for one in standings)
        spent = self._spent
        for one in self._holders.values():
            spent = _plus(spent, one.used)
        return Total(
            standing=Standing(
                progress, sum(one.open for one in standings), sum(one.unread for one in standings)
            ),
            spent=spent,
            holders=len(standings),
            stopping=self._stopped,
        )

    def _refusal(self, ask: Ask) -> str | None:
        """Why a holder gets nothing at all. An older epoch of its shard is given up."""
        shard, epoch = _parts(ask.holder)
        newest = self._newest.setdefault(shard, epoch)
        if epoch < newest:
            return "another machine has taken over this shard"
        if epoch > newest:
            self._newest[shard] = epoch
            for one in [one for one in self._holders if _parts(one)[0] == shard]:
                self.lost(one)
        if ask.holder in self._gone:
            return "this machine was taken for lost"
        if ask.number and ask.holder not in self._holders:
            return "the run that this shard was part of is over"
        return None

    def _take_back(self, holder: _Holder, keeps: Amounts) -> None:
        kept = Amounts(*map(min, holder.leased, keeps))
        rows = zip(self._left, holder.leased, kept, strict=True)
        self._left = Amounts(*(left if math.isinf(left) else left + had - has for left, had, has in rows))
        holder.leased = kept

    def _heard(self) -> list[_Holder]:
        """Those that are at work."""
        since = self._clock() - _HOLDER_SILENT
        return [one for one in self._holders.values() if one.heard >= since]

    def _count(self, progress: Progress) -> None:
        self._progress = _sum([self._progress, progress])


class _Spring:
    """A flow that is given away in advance: who comes later waits longer."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        self._bucket = Bucket(per_minute, clock)
        self._rate = per_minute / 60

    def give(self, need: Need, holders: int) -> Permits:
        """A holder's next permits: no more than its share of what may be kept ahead."""
        short = max(need.least, self._rate * _FLOW_AHEAD_SECONDS / holders) - need.held
        amount = min(short, max(1.0, self._rate * _SLICE))
        if amount <= 0:
            return NO_PERMITS
        after = self._bucket.wait(amount)
        self._bucket.take(amount)
        return Permits(amount, after)

    def put_back(self, amount: float) -> None:
        self._bucket.take(-amount)


def _permits(spring: _Spring | None, need: Need | None, holders: int) -> Permits:
    if need is None:
        return NO_PERMITS
    return spring.give(need, holders) if spring else Permits(math.inf, 0.0)


def _portion(left: float, least: float, like: float, holders: int) -> float:
    """What is added to a lease: as much as is liked, within a share of what is left; the least at any rate."""
    if math.isinf(left):
        return math.inf
    return max(0.0, min(left, max(least, min(like, left / (2 * holders)))))


def _whole(amounts: Amounts, rounded: Callable[[float], int]) -> Amounts:
    """The same with whole tokens and pages."""
    tokens, pages = (x if math.isinf(x) else rounded(x) for x in amounts[1:])
    return Amounts(amounts.dollars, tokens, pages)


def _bound(holder: _Holder) -> Amounts:
    """The most that a holder can have spent, as far as that is known."""
    pairs = zip(holder.leased, holder.used, strict=True)
    return Amounts(*(used if math.isinf(leased) else leased for leased, used in pairs))


def _parts(holder: str) -> tuple[str, int]:
    """Shard and epoch."""
    shard, _, epoch = holder.rpartition("-")
    return shard, int(epoch)


def _sum(progress: list[Progress]) -> Progress:
    failed, passing = Counter[str](), Counter[str]()
    for one in progress:
        failed.update(one.failed)
        passing.update(one.passing)
    return Progress(sum(one.answers for one in progress), failed, passing)


def _plus(one: Amounts, other: Amounts) -> Amounts:
    return Amounts(*(x + y for x, y in zip(one, other, strict=True)))


def _minus(one: Amounts, other: Amounts) -> Amounts:
    return Amounts(*(x - y for x, y in zip(one, other, strict=True)))
