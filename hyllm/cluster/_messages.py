"""What a shard and the purse say to each other: plain values that can be sent to another machine; and how."""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from hyllm.batch import Progress


class Amounts(NamedTuple):
    """So much of each thing that may have a cap; tokens and pages are leased by whole numbers."""

    dollars: float = 0.0
    tokens: float = 0.0
    pages: float = 0.0


NOTHING = Amounts()


class Need(NamedTuple):
    """What a holder needs of a flow."""

    held: float
    """What it has left; below 0 where it took more than it had."""
    least: float
    """What one request takes."""


class Permits(NamedTuple):
    """What is given of a flow."""

    amount: float
    """Infinite where nothing limits the flow."""
    after: float
    """Seconds from now, from which on it may be used; until then more is not to be asked for."""


NO_PERMITS = Permits(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a holder has come, or all of them, for people."""

    progress: Progress = field(default_factory=Progress)
    open: int = 0
    """Pages not asked about yet."""
    unread: int = 0
    """Answers not read yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a holder asks for."""

    holder: str
    """Shard and epoch."""
    number: int
    """How often it has asked before."""
    used: Amounts
    """What it has used in all: spent, or reserved for requests in flight."""
    least: Amounts
    """What it must have leased in all for another request to go out."""
    like: Amounts
    """What it would like to have leased in all."""
    keeps: Amounts | None = None
    """What it keeps of what it has leased; where too little for a request is left to it, no more than it has used."""
    requests: Need | None = None
    """Of the requests that may go out; nothing where it has enough, or waits for some."""
    tokens: Need | None = None
    """The same of tokens."""
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a holder gets."""

    leased: Amounts = NOTHING
    """What it has leased in all by now; infinite where there is no cap."""
    final: bool = False
    """Whether the least that it can do anything with is not left, and nobody may hand it back."""
    requests: Permits = NO_PERMITS
    tokens: Permits = NO_PERMITS
    stop: str | None = None
    """Why it shall send no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """What a holder hands back at its end."""

    holder: str
    spent: Amounts
    """What it has really spent in all; what it had leased beyond that is free again."""
    requests: float = 0.0
    """Permits left; below 0 where it took more than it had."""
    tokens: float = 0.0
    standing: Standing = field(default_factory=Standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Where all holders stand together."""

    standing: Standing
    spent: Amounts
    """Over the archive's life: what was spent before, what holders use, and all that lost ones had leased."""
    holders: int
    """How many are at work."""
    stopping: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """What is to be known of a holder's money, should it die."""

    dollars: float
    """The most that it can have spent: leased, or where there is no cap, used so far. Closed: really spent."""
    tokens: float
    pages: float
    closed: bool
    """Whether this is its last word."""


class Purses(Protocol):
    """The run's purse, seen from a shard's machine. Both raise where it cannot be reached."""

    async def renew(self, ask: Ask) -> Grant:
        """What a holder gets, which asks for the first time or again."""
        ...

    async def hand_back(self, unused: Unused) -> None:
        """Takes back what a holder has not used; it is gone then."""
        ...
