"""Whether it makes sense to go on: an endpoint that is gone, and page after page that fails, stop a run."""

import time
from collections import deque

from hyllm.errors import EndpointError

_UNREACHABLE_FOR = 5.0
"""Seconds without a connection after which an endpoint that never answered counts as dead."""
_AWAY_FOR = 120.0
"""The same of one that has answered: a laptop wakes up, a server is started again."""
_SLEPT = 20.0
"""Seconds by which the clock on the wall runs ahead where the machine has slept."""
HOPELESS = 25
"""Pages in a row that fail for good, after which the fault is not theirs."""


class Health:
    """Watches what comes of requests. Each method gives an error where the run is to stop."""

    def __init__(self) -> None:
        self.has_answered = False
        self._out_since: float | None = None
        self._clock_gap = time.time() - time.monotonic()
        self._in_a_row: deque[str] = deque(maxlen=HOPELESS)

    def reached(self) -> None:
        """The endpoint has answered, whatever it said."""
        self.has_answered, self._out_since = True, None

    def unreachable(self) -> EndpointError | None:
        """There was no connection."""
        now = time.monotonic()
        gap = time.time() - now
        if self._out_since is None or gap - self._clock_gap > _SLEPT:  # what failed in its sleep says nothing
            self._out_since, self._clock_gap = now, gap
        patience = _AWAY_FOR if self.has_answered else _UNREACHABLE_FOR
        if now - self._out_since <= patience:
            return None
        return EndpointError("the endpoint cannot be reached")

    def kept(self) -> None:
        """A page has got an answer."""
        self._in_a_row.clear()

    def lost(self, cause: str) -> EndpointError | None:
        """A page gets none, for this cause."""
        self._in_a_row.append(cause)
        if len(self._in_a_row) < HOPELESS or len(set(self._in_a_row)) > 1:
            return None
        return EndpointError(f"{HOPELESS} pages in a row failed ({cause}); see hyllm batch failures")
