"""A question that is asked again and again in a thread of its own, since it may never be answered."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Pulse(Generic[T]):
    """The last answer to a question.

    Args:
        question: may raise, or take for ever: both are no answer.
        every: seconds between two times that it is asked.
        patience: seconds for which an answer holds.
    """

    def __init__(self, question: Callable[[], T], *, every: float, patience: float) -> None:
        self._question = question
        self._every = every
        self._patience = patience
        self._last: tuple[float, T] | None = None
        self._answered = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_asking, daemon=True)
        self._thread.start()

    def last(self) -> T:
        """The last answer; the first is waited for.

        Raises:
            TimeoutError: there was none for too long.
        """
        with self._answered:
            self._answered.wait_for(lambda: self._last is not None, self._patience)
            if self._last is None or time.monotonic() - self._last[0] > self._patience:
                raise TimeoutError
            return self._last[1]

    def end(self, patience: float) -> bool:
        """Asks no more; whether what was asked last is answered within so many seconds."""
        self._ended.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _keep_asking(self) -> None:
        while not self._ended.is_set():
            with suppress(Exception):  # whatever it is, there was no answer
                answer = self._question()
                with self._answered:
                    self._last = time.monotonic(), answer
                    self._answered.notify_all()
            self._ended.wait(self._every)
