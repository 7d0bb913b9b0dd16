"""An archive in object storage, copied to where it can be looked through; what has not changed is not copied again."""

import os
from collections.abc import Callable, Container
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from hyllm.archive import SUFFIXES
from hyllm.cluster._folder import Folder, open_folder
from hyllm.cluster._names import Stat, is_name
from hyllm.cluster._scratch import cache_folder
from hyllm.errors import UsageError

_SIDECAR = ".json"
_NAMED = 3
"""Of files that are passed over."""


def bring_here(url: str, told: Callable[[str], None]) -> Path:
    """Copies the files of an archive into the user's cache.

    Args:
        url: of a folder, or of one file that holds pages.
        told: told in sentences what is copied, and where to, and what is passed over.

    Returns:
        The copy: a folder with the same names below it, or the file.

    Raises:
        UsageError: it cannot be read, or nothing is there.
        EndpointError: the storage cannot be reached.
    """
    parts = urlsplit(url)
    path = PurePosixPath(parts.path)
    last = unquote(path.name)
    is_file = PurePosixPath(last).suffix.lower() in SUFFIXES
    folder = open_folder(urlunsplit(parts._replace(path=str(path.parent))) if is_file else url)
    here = cache_folder("archives", folder.where)
    only = last if is_file else None
    found = {name: stat for name, stat in folder.stats().items() if _is_wanted(name, only)}
    wanted = {name: stat for name, stat in found.items() if is_name(name)}
    if strange := [name for name in found if name not in wanted]:
        some = ", ".join(strange[:_NAMED]) + ", …" * (len(strange) > _NAMED)
        told(
            f"{folder.where}: {len(strange):,} files are passed over, since no file here can be named like them "
            f"(//, \\, . or .. in their names): {some}"
        )
    if only is not None and only not in wanted:
        raise UsageError(f"{folder.where}/{only}: no such file")
    if not wanted:
        raise UsageError(f"{folder.where}: no *.txt, *.jsonl, *.parquet or *.zip there")
    new = {name: stat for name, stat in wanted.items() if _differs(here / name, stat)}
    if new:
        size = sum(stat.size for stat in new.values())
        told(f"{folder.where}: {len(new):,} files, {size / 1e6:,.1f} MB, are copied to {here}")
    for name, stat in new.items():
        _copy(folder, name, stat, here / name)
    if not is_file:
        _forget(here, wanted.keys())
    return here / last if is_file else here


def _is_wanted(name: str, only: str | None) -> bool:
    path = PurePosixPath(name)
    if only is not None:
        return name in (only, PurePosixPath(only).with_suffix(_SIDECAR).name)
    return path.suffix.lower() in (*SUFFIXES, _SIDECAR)


def _differs(path: Path, stat: Stat) -> bool:
    try:
        found = path.stat()
    except OSError:
        return True
    return (found.st_size, found.st_mtime_ns) != stat


def _copy(folder: Folder, name: str, stat: Stat, path: Path) -> None:
    """Copies a file with its time of change, by which it is known to be unchanged later."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder.read_to(name, path)
        os.utime(path, ns=(stat.changed, stat.changed))
    except FileNotFoundError:  # it was deleted since
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _forget(here: Path, names: Container[str]) -> None:
    """Deletes copies of what is not there any more."""
    for path in sorted(here.rglob("*")):
        if path.is_file() and path.relative_to(here).as_posix() not in names:
            path.unlink()
