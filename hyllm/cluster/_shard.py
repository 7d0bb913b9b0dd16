"""A shard's task: the engine of one machine on the shard's own store, and what comes of it into the folder."""

import asyncio
import json
import sqlite3
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

from hyllm.batch import INTERRUPTED, Options, Took, load_setups, run_batch, setup_in_force
from hyllm.batch.store import Store, StoreError, connect, transaction
from hyllm.client import Endpoint
from hyllm.cluster._folder import Folder
from hyllm.cluster._identity import identity_of
from hyllm.cluster._layout import (
    MARK,
    Segment,
    Shard,
    input_name,
    part_name,
    shard_folder,
    shards_in,
    stopped_name,
    store_name,
)
from hyllm.cluster._lease import Lease
from hyllm.cluster._messages import Leased, Purses
from hyllm.cluster._patient import StorageAway, open_patiently
from hyllm.cluster._scratch import scratch
from hyllm.cluster._segments import Segmenter, restore, said_in, unaccounted
from hyllm.errors import EndpointError, HyllmError, UsageError
from hyllm.export import write_parquet
from hyllm.version import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One start of a shard, as it is sent to a machine."""

    where: str = field(repr=False)
    """The folder, as it is opened; a URL may hold secrets."""
    folder: str
    """The folder's identity: something else may stand there on another machine."""
    shard: int
    epoch: int
    """Which start of the shard this is; later ones have higher numbers."""
    endpoint: Endpoint
    options: Options
    holder: str
    """What the purse knows this start by."""
    learnt: tuple[Took, ...] = ()
    """What answers of other shards took."""
    hyllm: str = __version__


class End(NamedTuple):
    """How a shard's task ended."""

    shard: int
    is_finished: bool
    """Whether all its pages are asked about and read, and its results stand in the folder."""
    stopped: str = ""
    """Why it was not finished."""
    cause: Literal["endpoint", "storage", "machine", "run"] | None = None
    """What stopped it: `run` is a cap, the deadline or Ctrl-C; nothing where no more was to be done in this run."""


class Broke(NamedTuple):
    """A task that could not go on: the folder or the machine is at fault, or hyllm."""

    why: str
    by_machine: bool
    """Whether it is the machine's fault, not that of the shard."""
    by_storage: bool = False
    """Whether the folder's storage could not be reached, which is no shard's fault."""


def run_task(task: Task, purse: Purses) -> End | Broke:
    """Runs a shard; what goes wrong is told, not raised."""
    try:
        return run_shard(task, purse)
    except HyllmError as error:  # of the folder, or this machine
        return Broke(str(error), by_machine=True, by_storage=isinstance(error, StorageAway))
    except OSError as error:  # of temporary files: SQLite's are told as the store's
        where = error.filename or tempfile.gettempdir()
        return Broke(f"{where}: {error.strerror or error}; see to this machine's disk", by_machine=True)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{error!r} ({where.name}, line {where.lineno})"
        return Broke(f"a fault in hyllm, please report it: {said}", by_machine=False)


def run_shard(task: Task, purse: Purses) -> End:
    """Asks about the open pages of a shard, reads the answers, and puts what came of it into the folder.

    What an earlier start has got is taken over from its segments.

    Raises:
        HyllmError: the folder cannot be read or written, or this machine has another hyllm, or no pyarrow.
    """
    if task.hyllm != __version__:
        raise UsageError(
            f"this machine has hyllm {__version__}, the run was begun with {task.hyllm}; install the same"
        )
    if find_spec("pyarrow") is None:  # it is needed last, when everything is paid for
        raise UsageError("this machine has no pyarrow: pip install 'hyllm[ray]' there, too")
    folder = open_patiently(task.where)
    if not folder.exists(MARK):  # not mounted, perhaps
        raise UsageError(
            f"{folder.where}: is no folder of shards on this machine: {MARK} is missing; "
            "all machines must reach the same folder under the same name"
        )
    if identity_of(folder) != task.folder:
        raise UsageError(f"{folder.where}: is another folder on this machine; all must reach the same one")
    with scratch() as here:
        return _Running(task, purse, folder, here).run()


class _Running:
    def __init__(self, task: Task, purse: Purses, folder: Folder, scratch: Path) -> None:
        self._task = task
        self._purse = purse
        self._folder = folder
        self._scratch = scratch
        self._path = scratch / "store.db"
        self._leased: Leased | None = None
        """As the last segment says."""

    def run(self) -> End:
        task = self._task
        shard = shards_in(self._folder.names(shard_folder(task.shard))).get(task.shard, Shard(task.shard))
        if shard.is_finished:  # by a machine that was taken for dead
            return End(task.shard, is_finished=True)
        try:
            self._folder.read_to(input_name(task.shard), self._path)
            segments = self._copy_segments(shard)
        except FileNotFoundError:
            if self._folder.exists(store_name(task.shard)):  # finished since, by a machine taken for dead
                return End(task.shard, is_finished=True)
            raise UsageError(
                f"{self._folder.where}: {input_name(task.shard)} is not there on this machine; "
                "all machines must reach the same folder under the same name"
            ) from None
        with self._opened() as store:
            self._restore(store.connection, segments)
            self._next = 1 + max((segment.number for segment in shard.segments), default=0)
            setup = setup_in_force(load_setups(store.connection))
            assert setup is not None
            look = connect(self._path, write=True)
            try:
                self._segmenter = Segmenter(self._path, look)
                nothing = Leased(dollars=0.0, tokens=0.0, pages=0.0, closed=False)
                self._write_segment(nothing)  # claims the epoch
                lease = Lease(task.holder, self._purse, sync=self._sync, learnt=task.learnt)
                ended = run_batch(store, setup, task.endpoint, task.options, shared=lease)
            finally:
                look.close()
            is_stopped = ended.stopped is not None or ended.interrupted
            if is_stopped or _has_work(store.connection):
                self._keep_stopped(store.connection)
                if is_stopped:
                    return _stopped(task.shard, INTERRUPTED if ended.interrupted else ended.stopped)
                return End(task.shard, is_finished=False)
            self._publish(store.connection)
        clear_finished(self._folder, task.shard)
        return End(task.shard, is_finished=True)

    def _opened(self) -> Store:
        try:
            return Store(self._path, write=True)
        except (StoreError, UsageError, sqlite3.Error) as error:
            if isinstance(error.__cause__, OSError | sqlite3.OperationalError):  # a full disk
                raise
            name = input_name(self._task.shard)
            raise StoreError(f"{self._folder.where}: {name} is damaged, and cannot be opened") from None

    def _copy_segments(self, shard: Shard) -> Mapping[Segment, Path]:
        """Those that count, in order."""
        copies: dict[Segment, Path] = {}
        for number, segment in enumerate(shard.counting()):
            copies[segment] = self._scratch / f"{number}.segment"
            self._folder.read_to(segment.name(shard.number), copies[segment])
        return copies

    def _restore(self, db: sqlite3.Connection, copies: Mapping[Segment, Path]) -> None:
        """Takes over what earlier starts have got."""
        restore(db, copies.values())
        last = {segment.epoch: copy for segment, copy in copies.items()}
        lost = unaccounted(map(said_in, last.values()))
        with transaction(db):
            db.execute("INSERT OR REPLACE INTO meta VALUES ('lost', ?)", (json.dumps(lost),))
        for copy in copies.values():
            copy.unlink()

    async def _sync(self, leased: Leased) -> None:
        await asyncio.to_thread(self._write_segment, leased)

    def _write_segment(self, leased: Leased) -> None:
        """Puts what is new in the shard's store into the folder, and what is leased."""
        path = self._scratch / "new.segment"
        path.unlink(missing_ok=True)
        said = {"leased": [leased.dollars, leased.tokens, leased.pages], "closed": leased.closed}
        is_new = self._segmenter.write(path, said)
        if not is_new and leased == self._leased:
            return
        name = Segment(self._task.epoch, self._next).name(self._task.shard)
        self._folder.write_from(name, path)
        self._segmenter.keep()
        self._leased = leased
        self._next += 1

    def _keep_stopped(self, db: sqlite3.Connection) -> None:
        """Puts the shard's store into the folder as it is, to be looked at; in place of one kept before."""
        if not db.execute("SELECT 1 FROM answers WHERE attempt_id > 0 LIMIT 1").fetchone():
            return
        number = self._task.shard
        before = shards_in(self._folder.names(shard_folder(number))).get(number, Shard(number)).stopped
        self._put(db, stopped_name(number, self._task.epoch))
        self._folder.delete(stopped_name(number, epoch) for epoch in before if epoch < self._task.epoch)

    def _publish(self, db: sqlite3.Connection) -> None:
        """Puts the shard's results into the folder, the store last: then it is finished."""
        name = store_name(self._task.shard)
        if self._folder.exists(name):  # a machine taken for dead was first: its word stands
            return
        tables = self._scratch / "tables"
        write_parquet(db, tables)
        for part in sorted(tables.glob("*.parquet")):
            if part.stem != "unreadable":  # it is of the archive, not of a shard
                self._folder.write_from(part_name(part.stem, self._task.shard), part)
        self._put(db, name)

    def _put(self, db: sqlite3.Connection, name: str) -> None:
        """Puts a copy of the shard's store into the folder."""
        copy = self._scratch / "copy.db"
        copy.unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", (str(copy),))
        self._folder.write_from(name, copy)


def clear_finished(folder: Folder, shard: int) -> None:
    """Deletes what a finished shard needs no more."""
    name = store_name(shard)
    folder.delete(one for one in folder.names(shard_folder(shard)) if one != name)


def _stopped(shard: int, why: HyllmError | str | None) -> End:
    if isinstance(why, StorageAway):
        return End(shard, False, str(why), "storage")
    if isinstance(why, EndpointError):
        return End(shard, False, str(why), "endpoint")
    return End(shard, False, str(why), "machine" if isinstance(why, HyllmError) else "run")


def _has_work(db: sqlite3.Connection) -> bool:
    found = db.execute("SELECT 1 FROM jobs WHERE state IN ('open', 'sent', 'answered') LIMIT 1").fetchone()
    return found is not None
