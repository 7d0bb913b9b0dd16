"""What a person sees while answers are awaited: how many pages are done, and that something goes on."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import TracebackType

import click
from rich.console import Console

from hyllm.cli.batch_progress import duration
from hyllm.escaping import printable

EVERY = 30.0
"""Seconds between two lines where there is no terminal."""
_NAMED = 3
"""Pages that such a line names."""


class Waiting:
    """On standard error: a line that moves where that is a terminal, elsewhere a line now and then.

    Args:
        console: standard error.
        pages: how many will be asked for.
        every: seconds between two lines, where it is no terminal; `EVERY` by default.
    """

    def __init__(self, console: Console, pages: int, every: float | None = None) -> None:
        self._pages = pages
        self._done = self._failed = 0
        self._status = console.status(self._line()) if console.is_terminal else None
        self._every = EVERY if every is None else every
        self._begun: dict[str, float] = {}
        """The pages under way, those begun first before the others, and since when."""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._say_now_and_then, name="hyllm waiting", daemon=True)

    def __enter__(self) -> "Waiting":
        if self._status:
            self._status.start()
        else:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()
        else:
            self._ended.set()
            self._thread.join()

    def begin(self, page: str) -> None:
        """Notes that a page is asked for now."""
        with self._lock:
            self._begun[page] = time.monotonic()

    @contextmanager
    def making_way(self, page: str, *, failed: bool) -> Generator[None]:
        """Counts a page, and is out of the way while something else is printed."""
        with self._lock:  # no line of ours in the midst of a table
            self._begun.pop(page, None)
            self._done += 1
            self._failed += failed
            if self._status:
                self._status.stop()
            yield
            if self._status and self._done < self._pages:
                self._status.update(self._line())
                self._status.start()

    def _line(self) -> str:
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._done} of {self._pages} pages{failed}"

    def _say_now_and_then(self) -> None:
        while not self._ended.wait(self._every):
            with self._lock, suppress(OSError, ValueError):  # standard error may have been closed
                if self._begun:
                    line = f"hyllm: {self._line()}; waiting for {self._awaited()}"
                    click.echo(printable(line), err=True)

    def _awaited(self) -> str:
        """The pages that have been under way longest, and how long each."""
        now = time.monotonic()
        longest = list(self._begun.items())[:_NAMED]
        told = [f"{page} ({duration(round(now - since))})" for page, since in longest]
        more = len(self._begun) - len(told)
        return ", ".join(told) + (f" and {more} more" if more else "")
