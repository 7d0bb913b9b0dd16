"""The files that hold pages: a file is a page, a folder means every *.txt below it."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from hyllm.archive._page import shown
from hyllm.errors import PageError

STDIN = Path("-")
"""Stands for standard input among paths."""


class PageFile(NamedTuple):
    """A page's file, and the id the page has in a run."""

    path: Path
    page: str


def find_pages(paths: Iterable[str | Path]) -> list[PageFile]:
    """The files of the pages that `paths` name: a file is one, a folder means every *.txt below it, sorted.

    Links to files are followed, links to folders below a folder are not, so that no walk is endless.

    Raises:
        PageError: a path does not exist, a folder cannot be read or holds no page, or two files have the
            same id. The message names everything that is wrong.
    """
    found: list[PageFile] = []
    wrong: list[str] = []
    for path in paths:
        try:
            found += _pages_of(path)
        except PageError as error:
            wrong.append(str(error))
        except (OSError, ValueError) as error:  # a name too long, or with a NUL
            wrong.append(f"{shown(path)}: cannot be read: {getattr(error, 'strerror', error)}")
    fail_if(wrong + duplicates((file.page, str(file.path)) for file in found))
    return found


def fail_if(wrong: Iterable[str]) -> None:
    """Raises one error that names everything that is wrong, if anything is.

    Raises:
        PageError: there is something.
    """
    lines = list(wrong)
    if len(lines) == 1:
        raise PageError(lines[0])
    if lines:
        raise PageError("\n  ".join([f"{len(lines)} inputs cannot be used; nothing was sent:", *lines]))


def duplicates(pages: Iterable[tuple[str, str]]) -> list[str]:
    """A sentence for each page whose id another has, of ids and where they come from."""
    seen: dict[str, str] = {}
    wrong: list[str] = []
    for page, place in pages:
        if page in seen:
            wrong.append(
                f"two inputs are page {page!r}: {shown(seen[page])} and {shown(place)}; "
                "rename one, or give the folder they are both in"
            )
        seen.setdefault(page, place)
    return wrong


def _pages_of(given: str | Path) -> Iterator[PageFile]:
    path = Path(given)
    if given == "":
        raise PageError("an empty path; for the working folder give .")
    if path.is_dir():
        files = sorted(_texts_below(path))
        if not files:
            raise PageError(f"{shown(path)}: no *.txt below this folder")
        for file in files:
            yield PageFile(file, page_id(file.relative_to(path).with_suffix("").as_posix()))
    elif path == STDIN:
        yield PageFile(path, "stdin")
    elif path.is_symlink() or path.exists():
        yield PageFile(path, page_id(path.stem))
    else:
        raise PageError(f"{shown(path)}: no such file or folder")


def _texts_below(folder: Path) -> Iterator[Path]:
    """The *.txt below a folder that are no folders themselves, links that lead nowhere among them."""
    for parent, _, names in os.walk(folder, onerror=_unreadable):
        for path in (Path(parent, name) for name in names):
            if path.suffix.lower() == ".txt" and not path.is_dir():
                if path.exists() and not path.is_file():
                    raise PageError(f"{shown(path)}: no regular file")
                yield path


def _unreadable(error: OSError) -> None:
    raise PageError(f"{shown(error.filename)}: this folder cannot be read: {error.strerror}") from error


def page_id(name: str) -> str:
    """A file's name as an id that any file can hold: bytes that are no text are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
