"""How fast requests go out: a limit of those in flight that finds its level, and what an endpoint asks for.

The limit grows while answers come (doubling each round trip until the first refusal, then by one a round
trip) and shrinks by a fifth when the endpoint says that it has too much to do: once for all requests that
were in flight together, which are refused together.
"""

import math
import time
from collections.abc import Callable
from typing import Protocol

_FIRST = 16
_SHRINK = 0.8
_LONGEST_HOLD = 600.0


class Flow(Protocol):
    """Something that flows in and is taken: requests or tokens."""

    def wait(self, amount: float) -> float:
        """Seconds until `amount` may be taken; 0 if it may be now."""
        ...

    def take(self, amount: float) -> None:
        """Takes `amount`, below nothing if need be; an amount below 0 is put back."""
        ...


class Bucket:
    """So much a minute, evenly: what was not used for some seconds may be made up for.

    Args:
        per_minute: how much flows in.
        clock: seconds.
    """

    _SAVED = 5.0
    """Seconds of flow that can be saved up."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, self._rate * self._SAVED)
        self._level = min(self._most, max(1.0, self._rate))
        self._clock = clock
        self._at = clock()

    def wait(self, amount: float) -> float:
        """Seconds until `amount` may be taken; 0 if it may be now. More than fits waits for a full bucket."""
        self._flow()
        return max(0.0, (min(amount, self._most) - self._level) / self._rate)

    def take(self, amount: float) -> None:
        """Takes `amount`, below nothing if need be: who comes later waits for it."""
        self._flow()
        self._level -= amount

    def _flow(self) -> None:
        now = self._clock()
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now


class Pace:
    """Says when the next request may go out.

    Args:
        most: the most requests in flight.
        requests: what lets requests out; `None`: as many as may be in flight.
        tokens: the same of tokens, sent and received.
        clock: seconds.
    """

    def __init__(
        self,
        most: int,
        *,
        requests: Flow | None = None,
        tokens: Flow | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._limit = float(min(most, _FIRST))
        self._clock = clock
        self._starting = True
        self._requests = requests
        self._tokens = tokens
        self._held_until = -math.inf
        self._number = 0
        self._shrunk_at = 0
        """The number of the last request that had gone out when the limit shrank."""
        self._pressed_at = 0
        """The same when the limit was last in the way of another."""
        self.in_flight = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def wait(self, tokens: float) -> float:
        """Seconds until a request of so many tokens may go out; infinite while another must end first."""
        if self.in_flight >= self.limit:
            self._pressed_at = self._number
            return math.inf
        waits = [self._held_until - self._clock()]
        waits += [self._requests.wait(1)] if self._requests else []
        waits += [self._tokens.wait(tokens)] if self._tokens else []
        return max(0.0, *waits)

    def sent(self, tokens: float) -> int:
        """Notes that a request went out; gives its number, which `ended` is to be told."""
        self.in_flight += 1
        self._number += 1
        if self._requests:
            self._requests.take(1)
        if self._tokens:
            self._tokens.take(tokens)
        return self._number

    def ended(self, number: int, *, answered: bool, throttled: bool = False, took: float = 0.0) -> None:
        """Notes that a request ended.

        Args:
            number: what `sent` gave.
            answered: whether an answer came.
            throttled: whether the endpoint says that it has too much to do.
            took: how many tokens it took beyond those foreseen.
        """
        self.in_flight -= 1
        if self._tokens and took:
            self._tokens.take(took)
        if throttled:
            if number > self._shrunk_at:  # else it was refused together with those that shrank the limit
                self._starting = False
                self._limit = max(1.0, self._limit * _SHRINK)
                self._shrunk_at = self._number
        elif answered and number <= self._pressed_at:  # the limit was in the way while it was in flight
            step = 1.0 if self._starting else 1.0 / self._limit
            self._limit = min(float(self._most), self._limit + step)

    def hold(self, seconds: float) -> None:
        """Lets nothing out for a while, as an endpoint asks."""
        until = self._clock() + min(seconds, _LONGEST_HOLD)
        self._held_until = max(self._held_until, until)
