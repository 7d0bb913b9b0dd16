"""Chance that is the same for the same seed, on every machine and version of Python."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded source of chance.

    Rests on `random()` alone, the only method whose sequence Python promises to keep.
    """

    def __init__(self, *seeds: object) -> None:
        """Takes what the chance depends on: seed, band, step, block."""
        self._random = random.Random("/".join(map(str, seeds)))

    def chance(self, share: float) -> bool:
        """True in `share` of the cases."""
        return self._random.random() < share

    def between(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self._random.random() * (most - least + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, which must not be empty."""
        return choices[self.between(0, len(choices) - 1)]
