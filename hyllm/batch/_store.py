"""Opening a store: one SQLite file that holds an archive's pages, what was asked, what came, what was read."""

import os
import shutil
import sqlite3
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hyllm.batch._lock import Lock, refuse_network
from hyllm.batch._schema import APPLICATION_ID, MIGRATIONS, ONLY_INDEXES
from hyllm.errors import HyllmError, UsageError
from hyllm.version import __version__

_BUSY = 60.0
"""Seconds to wait for the other process of a run that is writing."""


class StoreError(HyllmError):
    """The store is damaged, full or held by somebody else. What was written before stays."""

    exit_code = 2


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection to a store, in autocommit mode; its commits are on the disk when they return."""
    mode = "rw" if write else "ro"
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, error) from error
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """What is written inside is written as a whole, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise


class Store:
    """A store opened for writing, by one run at a time; or for looking on, by anybody.

    Args:
        path: the file. For writing it is made if there is none, and brought to today's form if it is older.
        write: whether to write.
        of_folder: whether it may be the whole store of a folder of shards, of which the folder itself is what counts.

    Raises:
        UsageError: there is no such store, it is none, it lies on a network file system, or it is a folder's.
        StoreError: somebody else writes to it, or it is damaged.
    """

    def __init__(self, path: str | Path, *, write: bool = False, of_folder: bool = False) -> None:
        self.path = Path(path)
        self._lock: Lock | None = None
        if write:
            refuse_network(self.path)
            self._lock = Lock(self.path)
            try:
                self.connection = _opened_for_writing(self.path)
            except BaseException:
                self._lock.release()
                raise
            if not of_folder and self.meta("folder"):
                self.close()
                raise UsageError(f"--store {path}: belongs to a folder of shards; give the folder instead")
        else:
            self.connection = _opened_for_looking(self.path)

    def close(self) -> None:
        self.connection.close()
        if self._lock:
            self._lock.release()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise write_error(self.path, error) from error

    def meta(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def now() -> str:
    """The time, UTC, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def deflate(text: str | bytes) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, 3)


def inflate(data: bytes) -> str:
    return zlib.decompress(data).decode("utf-8", "surrogatepass")


def _opened_for_looking(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise UsageError(f"--store {path}: no such file")
    connection = connect(path, write=False)
    try:
        version = _version(connection, path)
    except BaseException:
        connection.close()
        raise
    if version != len(MIGRATIONS):
        connection.close()
        raise UsageError(
            f"--store {path}: made by an older hyllm; `hyllm batch run --store {path}` brings it up to date"
        )
    return connection


def _opened_for_writing(path: Path) -> sqlite3.Connection:
    is_new = not path.exists() or path.stat().st_size == 0
    try:
        path.touch()
    except OSError as error:
        raise UsageError(f"--store {path}: cannot be written: {error.strerror}") from error
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise UsageError(f"--store {path}: cannot be written; the folder around it must be writable too")
    connection = connect(path, write=True)
    try:
        if is_new:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        version = _version(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        _check(connection, path)
        _migrate(connection, path, version)
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """How many migrations a store has had."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    if application != APPLICATION_ID:
        raise UsageError(f"--store {path}: is no store of hyllm; nothing in it was changed")
    if version > len(MIGRATIONS):
        raise UsageError(f"--store {path}: made by a newer hyllm than {__version__}; upgrade hyllm")
    return version


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuses a damaged file where that shows at once; a whole check of a large store takes minutes."""
    size = path.stat().st_size
    (found,) = connection.execute(
        "PRAGMA integrity_check(1)" if size < 50_000_000 else "PRAGMA schema_version"
    ).fetchone()
    if isinstance(found, str) and found != "ok":
        raise StoreError(f"{path}: is damaged ({found.splitlines()[0][:120]}); {_RESCUE.format(path=path)}")


_RESCUE = "keep a copy, then `sqlite3 {path} .recover | sqlite3 new.db` saves what is whole"


def _migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Brings a store to today's form, after making a copy where that changes what is kept."""
    missing = range(version + 1, len(MIGRATIONS) + 1)
    if version and not ONLY_INDEXES.issuperset(missing):
        copy = path.with_name(f"{path.name}.before-{version + 1}")
        _copy(connection, path, copy)
    for number in missing:
        migration = MIGRATIONS[number - 1]
        connection.executescript(f"BEGIN IMMEDIATE; {migration}; PRAGMA user_version = {number}; COMMIT;")


def _copy(connection: sqlite3.Connection, path: Path, copy: Path) -> None:
    size = path.stat().st_size
    if shutil.disk_usage(path.parent).free < 2 * size:
        raise StoreError(
            f"{path}: an older form; the copy made before it is changed needs {size:,} bytes of disk"
        )
    copy.unlink(missing_ok=True)
    with sqlite3.connect(copy) as target:
        connection.backup(target)
    target.close()


def _unusable(path: Path, error: sqlite3.Error) -> HyllmError:
    said = str(error)
    if "not a database" in said:
        return UsageError(f"--store {path}: is no store of hyllm; nothing in it was changed")
    if "malformed" in said or "corrupt" in said:
        return StoreError(f"{path}: is damaged ({said}); {_RESCUE.format(path=path)}")
    return StoreError(f"--store {path}: {said}")


def write_error(path: Path, error: sqlite3.Error) -> HyllmError:
    """What an error in writing means, for people."""
    if "full" in str(error):
        return StoreError(f"{path}: the disk is full; make room, then run the same command again")
    return _unusable(path, error)


def rows(connection: sqlite3.Connection, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, one at a time."""
    yield from connection.execute(sql, values)
