"""The whole store of a folder of shards: one store like any other, folded from the pieces in the folder.

It is a cache: the folder is what counts, and where the file is lost it is made again. On a local disk it lies in
the folder itself, for object storage and network folders in the user's own cache.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from hyllm.batch import load_setups, read_all, refuse_foreign_code
from hyllm.batch.store import InUseError, Store, StoreError, is_on_network, transaction
from hyllm.cluster._folder import Folder
from hyllm.cluster._folding import (
    create_tables,
    fold_index,
    fold_input,
    fold_segment,
    fold_store,
    forget_unplaced,
)
from hyllm.cluster._identity import identity_of, open_shards
from hyllm.cluster._layout import (
    RUN,
    Shard,
    index_name,
    indexes_in,
    input_name,
    shards_in,
    stopped_name,
    store_name,
)
from hyllm.cluster._local import LocalFolder
from hyllm.cluster._messages import Amounts
from hyllm.cluster._pieces import save_index
from hyllm.cluster._scratch import cache_folder, scratch
from hyllm.cluster._segments import said_in, unaccounted
from hyllm.errors import UsageError

_FILE = "archive.db"
_TRY_EVERY = 0.5
"""Seconds between two tries to get at a store that another process has."""
_TRY_FOR = 10.0
"""Seconds after which it is looked at as it is: another look is over by then, a `reparse` may take hours."""


def open_whole(folder: Folder) -> Store:
    """The whole store, for writing, with what is new in the folder folded in.

    Raises:
        UsageError: another run has it.
    """
    identity, path = identity_of(folder), whole_path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_on_network(path.parent):
        raise UsageError(
            f"--store {folder.where}: what is known of all of it cannot lie on a network file system ({path.parent}); "
            "set XDG_CACHE_HOME to a folder on a local disk"
        )
    store = Store(path, write=True, of_folder=True)
    try:
        if store.meta("folder") not in (None, identity):  # another folder of the same name stood here once
            store.close()
            _remove(path)
            store = Store(path, write=True, of_folder=True)
        with transaction(store.connection) as db:
            create_tables(db)
            store.set_meta("folder", identity)
        refresh(store, folder)
    except BaseException:
        store.close()
        raise
    return store


def look_at_whole(where: str, told: Callable[[str], None]) -> Store:
    """The whole store, to look at, as of now; while another process has it, as that has left it so far.

    Args:
        where: the folder.
        told: told in a sentence if what is seen is not all there is.
    """
    folder = open_shards(where)
    until: float | None = None
    while True:
        try:
            with open_whole(folder) as store:
                _read_if_allowed(store, told)
            break
        except InUseError as error:
            if folder.exists(RUN):
                told("a run is under way: this is as of the last shard that it has finished")
                break
            if until is None:
                until = time.monotonic() + _TRY_FOR
                told(f"{error}; waiting up to {_TRY_FOR:.0f} s for it")
            elif time.monotonic() >= until:
                told("it is in use still: this is as it is now, without what may be new in the folder")
                break
            time.sleep(_TRY_EVERY)
    return Store(whole_path(folder))


def _read_if_allowed(store: Store, told: Callable[[str], None]) -> None:
    try:
        read_changed(store)
    except UsageError as error:
        told(f"pages whose metadata have changed are not read again: {error}, with hyllm batch reparse")


def read_changed(store: Store, kinds: Sequence[str] = ()) -> None:
    """Reads pages again whose metadata have changed since their shard read them; nothing is asked.

    Args:
        store: the whole store.
        kinds: kinds of one's own that the user has named.

    Raises:
        UsageError: the folder asks for another one's code.
    """
    if store.connection.execute("SELECT 1 FROM jobs WHERE state = 'answered' LIMIT 1").fetchone():
        for setup in load_setups(store.connection):
            refuse_foreign_code(setup, kinds)
        read_all(store)


def refresh(store: Store, folder: Folder) -> None:
    """Folds into the whole store what has come into the folder since."""
    names = folder.names()
    with scratch() as here:
        folding = _Folding(store, folder, here / "piece.db")
        indexes, shards = indexes_in(names), shards_in(names).values()
        pieces = [index_name(number) for number in indexes[-1:]]
        pieces += [name for shard in shards for name in folding.pieces_of(shard)]
        if not all(folding.is_folded(name) for name in pieces):
            forget_unplaced(store.connection)
        for number in indexes[-1:]:
            folding.take(index_name(number), fold_index)
        for shard in shards:
            folding.take_shard(shard)


def fold_shard(store: Store, folder: Folder, shard: int) -> None:
    """Folds a shard that is finished into the whole store.

    Raises:
        UsageError: it is not in the folder, as this machine sees it.
    """
    if not folder.exists(store_name(shard)):
        raise UsageError(
            f"{folder.where}: {store_name(shard)} is not there; do all machines reach the same folder?"
        )
    with scratch() as here:
        _Folding(store, folder, here / "piece.db").take_shard(Shard(shard, is_finished=True))


def lost_amounts(db: sqlite3.Connection) -> Amounts:
    """What shards may have spent on machines that were lost, beyond what is known.

    Args:
        db: the whole store.
    """
    return unaccounted(json.loads(row[0]) for row in db.execute("SELECT leased FROM said"))


def note_folded(store: Store, name: str) -> None:
    """Notes that a piece need not be folded in any more."""
    store.connection.execute("INSERT OR IGNORE INTO folded VALUES (?)", (name,))


def publish_index(store: Store, folder: Folder) -> None:
    """Puts what the whole store knows of the archive into the folder, unless that is there."""
    number = int(store.meta("scans") or 0)
    if store.meta("published") == str(number) and folder.exists(index_name(number)):
        return
    with scratch() as here:
        path = here / "index.db"
        save_index(store.connection, path)
        folder.write_from(index_name(number), path)
    note_folded(store, index_name(number))
    store.set_meta("published", str(number))
    folder.delete(index_name(old) for old in indexes_in(folder.names("index")) if old < number)


class _Folding:
    def __init__(self, store: Store, folder: Folder, path: Path) -> None:
        self._store = store
        self._folder = folder
        self._path = path

    def pieces_of(self, shard: Shard) -> Sequence[str]:
        """The names of a shard's pieces that count, in the order in which they are folded in."""
        if shard.is_finished:
            return [store_name(shard.number)]
        if not shard.has_input:
            return []
        later = [(one.epoch, one.name(shard.number)) for one in shard.counting()]
        later += [(epoch, stopped_name(shard.number, epoch)) for epoch in shard.stopped]  # after its segments
        return [input_name(shard.number), *(name for _, name in sorted(later, key=lambda one: one[0]))]

    def take_shard(self, shard: Shard) -> None:
        """Folds in what is new of a shard."""
        folds: dict[str, Callable[[sqlite3.Connection, Path], None]] = {}
        number = shard.number
        folds[input_name(number)] = lambda db, path: fold_input(db, path, number)
        folds[store_name(number)] = lambda db, path: self._fold_finished(db, path, number)
        for epoch in shard.stopped:
            folds[stopped_name(number, epoch)] = lambda db, path: fold_store(db, path, number)
        for segment in shard.segments:
            folds[segment.name(number)] = partial(self._fold_segment, shard=number, epoch=segment.epoch)
        for name in self.pieces_of(shard):
            self.take(name, folds[name])

    def take(self, name: str, fold: Callable[[sqlite3.Connection, Path], None]) -> None:
        """Folds a piece in, unless it is already."""
        if self.is_folded(name):
            return
        try:
            self._folder.read_to(name, self._path)
        except FileNotFoundError:  # the shard has been finished meanwhile: the next look sees it
            return
        try:
            fold(self._store.connection, self._path)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._folder.where}: {name} is damaged: {error}") from error
        note_folded(self._store, name)
        self._path.unlink()

    def is_folded(self, name: str) -> bool:
        row = self._store.connection.execute("SELECT 1 FROM folded WHERE name = ?", (name,)).fetchone()
        return row is not None

    @staticmethod
    def _fold_segment(db: sqlite3.Connection, path: Path, *, shard: int, epoch: int) -> None:
        said = said_in(path)
        fold_segment(db, path, shard, said["gone"])
        db.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", (shard, epoch, json.dumps(said)))

    @staticmethod
    def _fold_finished(db: sqlite3.Connection, path: Path, shard: int) -> None:
        fold_store(db, path, shard)
        lost = db.execute("SELECT value FROM meta WHERE name = ?", (f"lost {shard}",)).fetchone()
        db.execute("DELETE FROM said WHERE shard = ?", (shard,))
        if lost:
            leased = {"leased": json.loads(lost[0]), "spent": [0, 0, 0], "closed": False}
            db.execute("INSERT INTO said VALUES (?, 0, ?)", (shard, json.dumps(leased)))


def whole_path(folder: Folder) -> Path:
    """Where the whole store of a folder lies."""
    if isinstance(folder, LocalFolder) and not is_on_network(folder.path) and os.access(folder.path, os.W_OK):
        return folder.path / _FILE
    return cache_folder("shards", f"{identity_of(folder)} {folder.where}") / _FILE


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", ".ballast"):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
