"""Reading and writing local files piece by piece, with errors that name them."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hyllm.errors import UsageError

PIECE = 8_000_000
"""Bytes that are held at a time."""

NO_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""What opening or deleting a file raises if there is none."""


@contextmanager
def pieces_of(path: Path) -> Generator[Iterator[bytes]]:
    """The content of a file, in pieces of at most `PIECE` bytes.

    Raises:
        FileNotFoundError: there is no such file.
        UsageError: it cannot be read.
    """
    try:
        file = path.open("rb")
    except NO_FILE:
        raise FileNotFoundError(f"there is no file {path}") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    with file:
        yield _pieces(file, path)


def _pieces(file: BinaryIO, path: Path) -> Iterator[bytes]:
    try:
        while piece := file.read(PIECE):
            yield piece
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error


@contextmanager
def copy_at(path: Path) -> Generator[BinaryIO]:
    """A file to write to, of which nothing is left if anything fails.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        copy = path.open("wb")
        try:
            with copy:
                yield copy
        except BaseException:
            path.unlink()
            raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
