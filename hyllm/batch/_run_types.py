"""What goes into a run, what is told of it meanwhile, and what comes out of it."""

from dataclasses import dataclass, field

from hyllm.batch import _ledger as ledger
from hyllm.batch._budget import Caps
from hyllm.batch._engine import Progress
from hyllm.client import Price
from hyllm.errors import HyllmError


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
