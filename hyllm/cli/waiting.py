"""What a person sees while answers are awaited: how many pages are done, and that something goes on."""

from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console


class Waiting:
    """A line that moves, on standard error, where that is a terminal; else nothing."""

    def __init__(self, console: Console, pages: int) -> None:
        self._pages = pages
        self._done = self._failed = 0
        self._status = console.status(self._line()) if console.is_terminal else None

    def __enter__(self) -> "Waiting":
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    @contextmanager
    def making_way(self, *, failed: bool) -> Generator[None]:
        """Counts a page, and is out of the way while something else is printed."""
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
