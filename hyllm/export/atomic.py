"""Writing a file or a folder as a whole: it stands under its name when it is complete, or not at all."""

import errno
import os
import shutil
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from hyllm.errors import UsageError


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """A path to write to; the file is moved to `path`, in place of what is there, if all goes well.

    It is then on the disk, name and all.

    Raises:
        UsageError: it cannot be written.
    """
    partial = path.with_name(partial_name(path.name))
    try:
        yield partial
        _sync(partial)
        partial.replace(path)
        sync_folder(path.parent)
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
    partial = path.with_name(partial_name(path.name))
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"{path}: is no earlier export; give a new folder")
    try:
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


def partial_name(name: str) -> str:
    """A name to write under until all is there, which nobody else takes, on this machine or another."""
    return f".{name}.{socket.gethostname()}-{os.getpid()}-{token_hex(4)}.part"


def is_partial(name: str) -> bool:
    """Whether something of this name is being written, or was when its writer was killed."""
    return name.startswith(".") and name.endswith(".part")


def sync_folder(folder: Path) -> None:
    """Puts the names in a folder on the disk, where the system can do that."""
    if sys.platform == "win32":  # which cannot open a folder
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some of CIFS and FUSE have their own ways
            raise
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
