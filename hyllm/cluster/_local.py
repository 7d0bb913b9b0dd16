"""A folder on a disk, or on one that several machines share."""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hyllm.cluster._copying import NO_FILE, copy_at, pieces_of
from hyllm.cluster._names import Stat, checked
from hyllm.errors import UsageError
from hyllm.export.atomic import is_partial, sync_folder, whole_file


class LocalFolder:
    """See `Folder`. Needs no pyarrow.

    Raises:
        UsageError: something else than a folder stands there.
    """

    def __init__(self, where: str, path: Path) -> None:
        self.given = self.where = where
        self.path = path
        """The folder."""
        with self._told("read"):
            if path.exists() and not path.is_dir():
                raise UsageError(f"{where}: is a file; give a folder")

    def names(self, below: str = "") -> list[str]:
        return sorted(self._walk(below))

    def stats(self, below: str = "") -> dict[str, Stat]:
        stats: dict[str, Stat] = {}
        for name in self.names(below):
            with self._told("read"), suppress(FileNotFoundError):  # deleted since
                found = (self.path / name).stat()
                stats[name] = Stat(found.st_size, found.st_mtime_ns)
        return stats

    def exists(self, name: str) -> bool:
        with self._told("read"):
            return self._path(name).is_file()

    def read(self, name: str) -> bytes:
        with pieces_of(self._path(name)) as pieces:
            return b"".join(pieces)

    def read_to(self, name: str, path: Path) -> None:
        with pieces_of(self._path(name)) as pieces, copy_at(path) as copy:
            copy.writelines(pieces)

    def write(self, name: str, data: bytes) -> None:
        with self._new(name) as file:
            file.write(data)

    def write_from(self, name: str, path: Path) -> None:
        with pieces_of(path) as pieces, self._new(name) as file:
            file.writelines(pieces)

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            with self._told("deleted", name), suppress(*NO_FILE):
                self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self.path / checked(name)

    def _walk(self, below: str) -> Iterator[str]:
        top = self._path(below) if below else self.path
        with self._told("read", below):
            for folder, _, files in os.walk(top, onerror=_seen):
                for file in files:
                    if not is_partial(file):
                        yield (Path(folder) / file).relative_to(self.path).as_posix()

    @contextmanager
    def _new(self, name: str) -> Generator[BinaryIO]:
        path = self._path(name)
        with self._told("written", name):
            _make(path.parent)
        with whole_file(path) as partial, partial.open("xb") as file:
            yield file

    @contextmanager
    def _told(self, done: str, name: str = "") -> Generator[None]:
        try:
            yield
        except OSError as error:
            told = f"{self.where}: {name} cannot be {done}" if name else f"{self.where}: cannot be {done}"
            raise UsageError(f"{told}: {error.strerror or error}") from error


def _make(folder: Path) -> None:
    """Makes a folder with those above it, on the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def _seen(error: OSError) -> None:
    if not isinstance(error, NO_FILE):  # deleted since, or never there
        raise error
