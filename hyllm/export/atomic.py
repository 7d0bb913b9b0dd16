"""Writing a file or a folder as a whole: it stands under its name when it is complete, or not at all."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hyllm.errors import UsageError


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """A path to write to; the file is moved to `path`, in place of what is there, if all goes well.

    Raises:
        UsageError: it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Generator[Path]:
    """The same of a folder.

    Raises:
        UsageError: it cannot be written, or something else than an earlier export stands there.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path}: is no earlier export; give a new folder")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        for file in partial.iterdir():
            _sync(file)
        old = path.with_name(f".{path.name}.{os.getpid()}.old")
        if path.exists():
            path.rename(old)
        partial.rename(path)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


MARK = "dictionary.csv"
"""The file every exported folder has."""


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
