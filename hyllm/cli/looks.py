"""Results as a file to look at in a browser, and files that are written."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from hyllm.archive import Page
from hyllm.errors import UsageError
from hyllm.extraction import Extraction
from hyllm.pageview import page_view


def view_of(pages: Sequence[Page], results: Iterable[Extraction]) -> str:
    """The HTML of what has come, in the order of the pages."""
    come = {result.page.page: result for result in results}
    shown = [come[page.page] for page in pages if page.page in come]
    return page_view(((result.to_json(), result.page.text) for result in shown), "hyllm")


class Output:
    """A file that is opened before anything is sent, and keeps what an earlier run wrote until there is more.

    Raises:
        UsageError: it cannot be written; the message names the option.
    """

    def __init__(self, path: Path, option: str) -> None:
        self.path = path
        try:
            self._file = path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{option} {path}: cannot be written: {error.strerror}") from error
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def holds_earlier(self) -> bool:
        """Whether what an earlier run wrote is still there."""
        return not self._begun and self._file.seekable() and self._file.tell() > 0

    def write(self, text: str) -> None:
        """Adds text; the first takes the place of what an earlier run wrote."""
        if not self._begun:
            with suppress(OSError):  # a pipe has no length
                self._file.truncate(0)
            self._begun = True
        self._file.write(text)
        self._file.flush()
