"""The files of an archive of any size, one at a time: folders, globs, JSON Lines, Parquet and zip files."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hyllm.archive._files import page_id
from hyllm.archive._page import shown
from hyllm.errors import PageError

LINES = (".jsonl", ".ndjson")
PARQUET = (".parquet",)
ZIP = (".zip",)
SUFFIXES = (".txt", *LINES, *PARQUET, *ZIP)
"""Of the files that a folder is looked through for."""
_MAGIC = set("*?[")


class ArchiveFile(NamedTuple):
    """A file that holds a page, or many."""

    path: Path
    page: str
    """The id of the page, where it holds one."""
    size: int
    changed: int
    """When it, or the sidecar beside it, changed last: nanoseconds since 1970."""

    @property
    def holds_many(self) -> bool:
        return self.path.suffix.lower() in (*LINES, *PARQUET, *ZIP)


def archive_files(paths: Iterable[str | Path]) -> Iterator[ArchiveFile | PageError]:
    """The files that `paths` name, and an error in place of each that cannot be.

    A folder means every *.txt, *.jsonl, *.parquet and *.zip below it; a link that leads out of the folder is
    refused, a link to a folder not followed. A path with *, ? or [ that is no file is a glob, ** any folders.
    """
    for given in paths:
        path = Path(given)
        try:
            if path.is_dir():
                yield from _below(path)
            elif not path.exists() and _MAGIC & set(str(given)):
                yield from _globbed(str(given))
            else:
                yield _file(path, page_id(path.stem))
        except (OSError, ValueError) as error:  # a name too long, or with a NUL
            yield PageError(f"{shown(path)}: cannot be read: {getattr(error, 'strerror', None) or error}")


def _globbed(pattern: str) -> Iterator[ArchiveFile | PageError]:
    root = Path(*_fixed(Path(pattern)))
    found = False
    for path in root.glob(str(Path(pattern).relative_to(root))):
        if path.is_dir():
            continue
        found = True
        yield _in_tree(path, root)
    if not found:
        yield PageError(f"{shown(pattern)}: no file is of this pattern")


def _fixed(pattern: Path) -> Iterator[str]:
    """The parts of a pattern up to the first that is one."""
    for part in pattern.parts[:-1]:
        if _MAGIC & set(part):
            return
        yield part


def _below(folder: Path) -> Iterator[ArchiveFile | PageError]:
    errors: list[OSError] = []
    found = False
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders.sort()
        for error in errors:
            yield PageError(f"{shown(error.filename)}: this folder cannot be read: {error.strerror}")
        errors.clear()
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in SUFFIXES:
                found = True
                yield _in_tree(path, folder)
    for error in errors:
        yield PageError(f"{shown(error.filename)}: this folder cannot be read: {error.strerror}")
    if not found:
        yield PageError(f"{shown(folder)}: no *.txt, *.jsonl, *.parquet or *.zip below this folder")


def _in_tree(path: Path, root: Path) -> ArchiveFile | PageError:
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
            return PageError(f"{shown(path)}: a link that leads out of {shown(root)}")
        name = path.relative_to(root) if path.is_relative_to(root) else path
        return _file(path, page_id(name.with_suffix("").as_posix()))
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself
        return PageError(f"{shown(path)}: cannot be read: {getattr(error, 'strerror', None) or error}")


def _file(path: Path, page: str) -> ArchiveFile | PageError:
    try:
        known = path.stat()
    except FileNotFoundError:
        return PageError(f"{shown(path)}: no such file or folder")
    if not path.is_file():
        return PageError(f"{shown(path)}: no regular file")
    changed = known.st_mtime_ns
    if path.suffix.lower() not in (*LINES, *PARQUET, *ZIP):
        with suppress(OSError):
            changed = max(changed, path.with_suffix(".json").stat().st_mtime_ns)
    return ArchiveFile(path, page, known.st_size, changed)
