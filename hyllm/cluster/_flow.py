"""A flow that another machine gives permits for."""

from collections.abc import Callable

from hyllm.cluster._messages import Need, Permits

_SOON = 0.05
"""Seconds to wait where nobody knows when more comes."""


class LeasedFlow:
    """Requests or tokens as the purse gives permits for them. May go below nothing: then that is asked for."""

    def __init__(self, least: float, clock: Callable[[], float]) -> None:
        self._level = 0.0
        self._coming = 0.0
        """Given, but not to be used yet."""
        self._comes_at = 0.0
        self._portion = 0.0
        self._least = least
        """What a request takes."""
        self._clock = clock

    def wait(self, amount: float) -> float:
        """Seconds until `amount` may be taken, as far as it is known."""
        self._least = amount
        self._flow()
        if self._level >= amount:
            return 0.0
        return max(self._comes_at - self._clock(), _SOON) if self._coming else _SOON

    def take(self, amount: float) -> None:
        self._flow()
        self._level -= amount

    def add(self, permits: Permits) -> None:
        """Adds what the purse gave."""
        if permits.amount:
            self._portion = permits.amount
            self._coming += permits.amount
            self._comes_at = self._clock() + permits.after
            self._flow()

    @property
    def left(self) -> float:
        """What could be handed back; below 0 where more was taken than given."""
        return self._level + self._coming

    @property
    def need(self) -> Need | None:
        """What is to be asked for; nothing where there is enough, or some is on its way."""
        self._flow()
        if self._coming or self._level >= max(self._least, self._portion / 2):
            return None
        return Need(self._level, self._least)

    def _flow(self) -> None:
        if self._coming and self._clock() >= self._comes_at:
            self._level, self._coming = self._level + self._coming, 0.0
