"""Folding pieces into the whole store.

Attempts and runs have ids of their shard, and get the shard's number in front. Folding the same piece again changes
nothing, and neither does the order in which shards are folded: of a page that is in two, the later one's word counts.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from hyllm.batch.store import transaction
from hyllm.cluster._pieces import ARCHIVE, attached, columns_of, copy_rows

_SHIFT = 32
_PLACED = "(SELECT shard FROM main.placed p WHERE p.text_id = piece.jobs.text_id)"
"""The last shard of a job's text, one look by its key: there are millions of others."""
_DESCRIBED = ("paper", "issue_date", "page_no", "city", "extra", "conflicts")
"""What is known of a page, and its values are read by."""


def create_tables(whole: sqlite3.Connection) -> None:
    """Makes the tables that only a whole store has."""
    for table in (
        "placed (text_id INTEGER PRIMARY KEY, shard INTEGER NOT NULL)",  # the last shard that each text is in
        "folded (name TEXT PRIMARY KEY) WITHOUT ROWID",  # pieces
        # what the last segment of each start says of its money
        "said (shard INTEGER, epoch INTEGER, leased TEXT NOT NULL, PRIMARY KEY (shard, epoch)) WITHOUT ROWID",
    ):
        whole.execute(f"CREATE TABLE IF NOT EXISTS {table}")


def forget_unplaced(whole: sqlite3.Connection) -> None:
    """Forgets texts that are in no shard, and the files they came from, which will be read again.

    Another machine may have given their ids to others.
    """
    with transaction(whole) as db:
        for table, column in (("jobs", "text_id"), ("texts", "id")):
            db.execute(f"DELETE FROM {table} WHERE {column} NOT IN (SELECT text_id FROM placed)")
        gone = "SELECT file_id FROM pages WHERE text_id NOT IN (SELECT id FROM texts)"
        db.execute(f"DELETE FROM files WHERE id IN ({gone})")
        db.execute("DELETE FROM pages WHERE text_id NOT IN (SELECT id FROM texts)")


def fold_index(whole: sqlite3.Connection, path: Path) -> None:
    """Takes an index into the whole store, in place of what it knew of the archive."""
    with attached(whole, path, "piece") as db, transaction(db):
        db.execute("CREATE TEMP TABLE before AS SELECT * FROM main.pages")
        db.execute("CREATE INDEX temp.before_text ON before (text_id, seen DESC, page)")
        db.execute("CREATE INDEX temp.before_id ON before (id)")
        for table in ARCHIVE:
            if table != "meta":
                db.execute(f"DELETE FROM main.{table}")
            copy_rows(db, table, "piece", "main")
        _give_changed_to_readers(db, "temp.before", "SELECT text_id FROM temp.before")
        db.execute("DROP TABLE temp.before")


def fold_input(whole: sqlite3.Connection, path: Path, shard: int) -> None:
    """Takes a shard that is not finished into the whole store: its jobs are out."""
    with attached(whole, path, "piece") as db, transaction(db):
        _set_aside_earlier(db, shard)
        _take(db, shard)
        _mark_out(db, "SELECT id FROM piece.texts")


def mark_cut(whole: sqlite3.Connection, shard: int, texts: Iterable[int]) -> None:
    """Notes that texts were put into a shard, as if its input were folded in."""
    for text in texts:
        whole.execute("INSERT OR REPLACE INTO placed VALUES (?, ?)", (text, shard))
        whole.execute("UPDATE jobs SET state = 'out' WHERE state = 'open' AND text_id = ?", (text,))


def fold_segment(whole: sqlite3.Connection, path: Path, shard: int, gone: Iterable[int]) -> None:
    """Takes the requests of a segment into the whole store, for what they cost; what came waits for the shard.

    Args:
        whole: the whole store.
        path: the segment.
        shard: its shard.
        gone: attempts that were taken back, since they never went out.
    """
    base = shard << _SHIFT
    with attached(whole, path, "piece") as db, transaction(db):
        copy_rows(db, "attempts", "piece", "main", instead=_own_ids("attempts", shard))
        db.executemany("DELETE FROM main.attempts WHERE id = ?", ((base + one,) for one in gone))
        db.execute(
            "UPDATE attempts SET outcome = 'uncertain', cause = 'under way' "
            "WHERE outcome IS NULL AND id > ? AND id < ?",
            (base, base + (1 << _SHIFT)),
        )


def fold_store(whole: sqlite3.Connection, path: Path, shard: int) -> None:
    """Takes the store of a shard that is finished, or was stopped in order, into the whole store.

    Pages whose metadata are others than when it was cut are left for the readers.
    """
    base = shard << _SHIFT
    with attached(whole, path, "piece") as db, transaction(db):
        db.execute("DELETE FROM attempts WHERE id > ? AND id < ?", (base, base + (1 << _SHIFT)))
        _set_aside_earlier(db, shard)
        for table in ("runs", "attempts"):
            copy_rows(db, table, "piece", "main", instead=_own_ids(table, shard))
        own = "attempt_id > 0"  # the others came in an earlier shard
        copy_rows(db, "answers", "piece", "main", own, instead=_own_ids("answers", shard))
        db.execute(
            "UPDATE answers SET void = 1 WHERE attempt_id > ? AND attempt_id < ? AND job_id IN "
            f"(SELECT id FROM piece.jobs WHERE {_PLACED} > ?)",
            (base, base + (1 << _SHIFT), shard),
        )
        _take(db, shard)
        for table in ("turns", "results"):
            copy_rows(db, table, "piece", "main", f"job_id IN ({_jobs_of(shard)})")
        _mark_out(db, f"SELECT text_id FROM piece.jobs WHERE id IN ({_jobs_of(shard)})")
        db.execute(
            "INSERT OR REPLACE INTO main.meta SELECT ?, value FROM piece.meta WHERE name = 'lost'",
            (f"lost {shard}",),
        )
        _give_changed_to_readers(db, "piece.pages", "SELECT id FROM piece.texts")


def _take(db: sqlite3.Connection, shard: int) -> None:
    """Copies what a shard is about, but for jobs that are in a later one."""
    for table in ("setups", "texts"):
        copy_rows(db, table, "piece", "main")
    db.execute(
        "INSERT OR REPLACE INTO placed SELECT id, ? FROM piece.texts "
        "WHERE coalesce((SELECT shard FROM placed WHERE text_id = texts.id), 0) <= ?",
        (shard, shard),
    )
    copy_rows(db, "jobs", "piece", "main", f"id IN ({_jobs_of(shard)})")
    # Pages come with the index; where the one who cut this did not get so far, they are here.
    names = ", ".join(name for name in columns_of(db, "pages", "main") if name not in ("id", "file_id"))
    db.execute(f"INSERT OR IGNORE INTO main.pages ({names}) SELECT {names} FROM piece.pages")


def _jobs_of(shard: int) -> str:
    """The jobs of the piece whose last shard this is."""
    return f"SELECT id FROM piece.jobs WHERE {_PLACED} = {shard}"


def _mark_out(db: sqlite3.Connection, texts: str) -> None:
    """Says that what is still to be asked about some texts, given as a query, is out in their shard."""
    waiting = "('open', 'sent', 'answered')"
    db.execute(f"UPDATE main.jobs SET state = 'out' WHERE state IN {waiting} AND text_id IN ({texts})")


def _set_aside_earlier(db: sqlite3.Connection, shard: int) -> None:
    """Sets aside what an earlier shard got for pages that this one asks anew, not going on where that one was."""
    anew = (
        "SELECT id FROM piece.jobs WHERE state != 'older' AND id NOT IN (SELECT job_id FROM piece.answers "
        f"WHERE attempt_id < 0) AND coalesce({_PLACED}, 0) <= {shard}"
    )
    db.execute(
        f"UPDATE main.answers SET void = 1 WHERE attempt_id < ? AND job_id IN ({anew})", (shard << _SHIFT,)
    )
    for table in ("turns", "results"):
        db.execute(f"DELETE FROM main.{table} WHERE job_id IN ({anew})")


def _give_changed_to_readers(db: sqlite3.Connection, pages: str, texts: str) -> None:
    """Marks jobs to be read again whose page has other metadata in the whole store than in another table of pages."""
    first = "(SELECT p.id FROM {0} p WHERE p.text_id = t.id ORDER BY p.seen DESC, p.page LIMIT 1)"
    differs = " OR ".join(f"today.{name} IS NOT once.{name}" for name in _DESCRIBED)
    db.execute(
        "UPDATE main.jobs SET state = 'answered' WHERE state IN ('done', 'partial', 'failed') "
        "AND id IN (SELECT job_id FROM main.results) AND text_id IN (SELECT t.id FROM main.texts t "
        f"JOIN main.pages today ON today.id = {first.format('main.pages')} "
        f"JOIN {pages} once ON once.id = {first.format(pages)} WHERE t.id IN ({texts}) AND ({differs}))"
    )


def _own_ids(table: str, shard: int) -> Mapping[str, str]:
    """Columns that hold ids of the shard, with its number in front."""
    names = {"runs": ("id",), "attempts": ("id", "run_id"), "answers": ("attempt_id",)}[table]
    return {name: f"{name} + {shard << _SHIFT}" for name in names}
