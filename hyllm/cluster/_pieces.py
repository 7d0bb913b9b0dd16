"""Pieces of a store, cut out of the whole one.

Texts and jobs have the same ids in all pieces of an archive. Attempts and runs have those of their shard.
"""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path

from hyllm.batch.store import Store, transaction
from hyllm.errors import UsageError

ARCHIVE = ("meta", "setups", "files", "pages", "unreadable")
"""What an index holds."""
_AS_THEY_ARE: Mapping[str, str] = {}


def cut(whole: sqlite3.Connection, path: Path, texts: Iterable[int], meta: Mapping[str, str]) -> None:
    """Makes the store of a shard: some texts of the whole store, with their pages and with jobs to be asked.

    Of a page of which only a further turn is to be asked, the answers before are in it too, under ids below 0.

    Args:
        whole: the whole store.
        path: where the shard's store is made; there is none yet.
        texts: ids of texts.
        meta: what is known of the store itself.
    """
    with Store(path, write=True) as store, attached(store.connection, _file_of(whole), "whole") as db:
        with transaction(db):
            db.execute("CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY)")
            db.executemany("INSERT INTO wanted VALUES (?)", ((text,) for text in texts))
            db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            for table, where in (
                ("setups", "1"),
                ("texts", "id IN (SELECT id FROM wanted)"),
                ("pages", "text_id IN (SELECT id FROM wanted)"),
                ("jobs", "text_id IN (SELECT id FROM wanted) AND state IN ('open', 'older')"),
            ):
                copy_rows(db, table, "whole", "main", where)
            going_on = "SELECT id FROM main.jobs WHERE state = 'open' AND turn > 0"
            copy_rows(db, "turns", "whole", "main", f"job_id IN ({going_on})")
            copy_rows(db, "answers", "whole", "main", f"NOT void AND job_id IN ({going_on})")
            db.execute("UPDATE main.answers SET attempt_id = -attempt_id")
            db.execute("UPDATE main.jobs SET blame = 0, cause = NULL, message = NULL")
        db.execute("DROP TABLE wanted")
    _close_up(path)


def save_index(whole: sqlite3.Connection, path: Path) -> None:
    """Makes an index: what the whole store knows of the archive, without texts."""
    with (
        Store(path, write=True) as store,
        attached(store.connection, _file_of(whole), "whole") as db,
        transaction(db),
    ):
        for table in ARCHIVE:
            copy_rows(db, table, "whole", "main")
    _close_up(path)


def copy_rows(
    db: sqlite3.Connection,
    table: str,
    source: str,
    target: str,
    where: str = "1",
    instead: Mapping[str, str] = _AS_THEY_ARE,
) -> None:
    """Copies rows, in place of those of the same key, in the columns that both have.

    Args:
        db: a connection that has both.
        table: the table.
        source: the file it is in, by the name it is attached as.
        target: the file it goes into.
        where: which rows, in SQL.
        instead: SQL for columns that are not copied as they are.
    """
    there = columns_of(db, table, source)
    names = [name for name in columns_of(db, table, target) if name in there]
    read = ", ".join(instead.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    db.execute(
        f"INSERT OR REPLACE INTO {target}.{table} ({listed}) SELECT {read} FROM {source}.{table} WHERE {where}"
    )


def columns_of(db: sqlite3.Connection, table: str, schema: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA {schema}.table_info({table})")]


@contextmanager
def attached(db: sqlite3.Connection, path: Path, name: str) -> Generator[sqlite3.Connection]:
    """Another file's tables beside those of a connection."""
    db.execute(f"ATTACH ? AS {name}", (str(path),))
    try:
        here, there = (db.execute(f"PRAGMA {one}.user_version").fetchone()[0] for one in ("main", name))
        if there > here:
            raise UsageError("the folder of shards was written by a newer hyllm; upgrade hyllm")
        yield db
    finally:
        db.execute(f"DETACH {name}")


def _file_of(db: sqlite3.Connection) -> Path:
    return Path(db.execute("PRAGMA database_list").fetchone()[2])


def _close_up(path: Path) -> None:
    """Makes a piece one file: without a log beside it, and without a lock."""
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
