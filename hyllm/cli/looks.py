"""Results as a file to look at in a browser, and files that are written."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from hyllm.archive import Page
from hyllm.errors import UsageError
from hyllm.extraction import Extraction
from hyllm.pageview import page_view


def view_of(pages: Sequence[Page], results: Iterable[Extraction]) -> str:
    """The HTML of what has come, in the order of the pages."""
    come = {result.page.page: result for result in results}
    shown = [come[page.page] for page in pages if page.page in come]
    return page_view(((result.to_json(), result.page.text) for result in shown), "hyllm")


def opened(path: Path, option: str) -> TextIO:
    """A file opened for writing before anything is sent.

    Raises:
        UsageError: it cannot be written; the message names the option.
    """
    try:
        return path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be written: {error.strerror}") from error
