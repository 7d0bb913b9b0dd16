"""The requests that clients wait on, and the one look at the folder that serves them all."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from hyllm.escaping import one_line

from ._answer import Answer
from ._folder import RelayFolder
from ._wire import Ask, Refusal

_SETTLED_AFTER = 1.0
"""Seconds for which a file that is no whole JSON object may still be in the writing."""


class WaitingRoom:
    """Parks requests and gives out their answers.

    A request has one future, however many clients wait on it, and keeps it when they all leave.
    """

    def __init__(self, folder: RelayFolder, *, strict: bool, report: Callable[[str], None]) -> None:
        self._folder = folder
        self._strict = strict
        self._report = report
        self._lock = threading.Lock()
        self._futures: dict[str, Future[tuple[str, float]]] = {}
        self._closed = False

    @property
    def empty(self) -> bool:
        """Whether everything that was asked for has been answered."""
        return not self._futures

    def ask(self, ask: Ask) -> Future[tuple[str, float]]:
        """The text that answers a request and when it was written, once they are there.

        The future, and this call itself, may raise `Refusal`.
        """
        stem, new = self._park(ask)
        if new:
            self._report(f"parked   {stem}  {one_line(ask.model)}  {ask.characters} characters")
        with self._lock:
            if self._closed:
                raise _stopped()
            future = self._futures.setdefault(stem, Future())
        self.look()
        return future

    def _park(self, ask: Ask) -> tuple[str, bool]:
        try:
            return self._folder.park(ask)
        except OSError as error:
            raise self._disk_refusal(error) from error

    def look(self) -> None:
        """Look into the folder once and hand out the answers that are there."""
        with self._lock:
            if not self._futures:
                return
            try:
                names = self._folder.names()
            except OSError as error:
                self._refuse_all(self._disk_refusal(error))
                return
            for stem in tuple(self._futures):
                self._look_at(stem, names)

    def _look_at(self, stem: str, names: set[str]) -> None:
        try:
            answer = self._folder.answer(stem, names)
            if answer is not None and not _unfinished(answer):
                self._receive(stem, answer)
        except FileNotFoundError:
            pass  # its writer has taken it back
        except OSError as error:
            self._futures.pop(stem).set_exception(self._disk_refusal(error))

    def _receive(self, stem: str, answer: Answer) -> None:
        if answer.text is None or (self._strict and answer.problem):
            self._folder.reject(stem, answer)
            self._report(f"rejected {stem}  {answer.problem}")
            return
        self._folder.forget_problem(stem)
        self._futures.pop(stem).set_result((answer.text, answer.written))
        self._report(f"answered {stem}  {len(answer.text)} characters")

    def close(self) -> None:
        """Send everybody away. What is parked stays parked."""
        with self._lock:
            self._closed = True
            self._refuse_all(_stopped())

    def _refuse_all(self, refusal: Refusal) -> None:
        for future in self._futures.values():
            future.set_exception(refusal)
        self._futures.clear()

    def _disk_refusal(self, error: OSError) -> Refusal:
        message = f"The relay cannot use its folder {self._folder.path}: {error.strerror or error}."
        self._report(f"failed   {message}")
        return Refusal(500, message)


def _unfinished(answer: Answer) -> bool:
    # A date in the future is a clock that differs, on a network drive: waiting for it may take for ever.
    return answer.problem is not None and 0 <= time.time() - answer.written < _SETTLED_AFTER


def _stopped() -> Refusal:
    return Refusal(503, "The relay was stopped. The request stays parked: ask again when the relay runs.")
