"""What a shard has got since a moment ago, put into a file; and a shard's store made again from such files.

Whatever an attempt became since the segment before is in the next one, with what came for it. So the input and
the counting segments give the store as it was when the last of them was written. What was read from the answers
is not in them: reading costs nothing.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hyllm.batch import pages_asked
from hyllm.batch.store import transaction
from hyllm.cluster._messages import Amounts
from hyllm.cluster._pieces import attached, copy_rows


class Segmenter:
    """Writes what is new in a shard's store, a segment at a time.

    Args:
        store: the shard's store.
        db: a connection to look on with, of its own.
    """

    def __init__(self, store: Path, db: sqlite3.Connection) -> None:
        self._store = store
        self._db = db
        (self._last,) = db.execute("SELECT coalesce(max(id), 0) FROM attempts").fetchone()
        self._before = self._last
        self._under_way: set[int] = {
            row[0] for row in db.execute("SELECT id FROM attempts WHERE outcome IS NULL")
        }
        self._written = self._last, self._under_way

    def keep(self) -> None:
        """What was written last is kept: the next segment is of what is new since then."""
        self._last, self._under_way = self._written

    def write(self, path: Path, said: dict[str, Any]) -> bool:
        """Writes a segment to a local file; whether there is anything new in it since the last that is kept.

        Args:
            path: the file, of which there is none.
            said: what the segment says beside: what is leased, and whether it is the last.
        """
        db = self._db
        db.execute("ATTACH ? AS segment", (str(path),))
        try:
            (version,) = db.execute("PRAGMA main.user_version").fetchone()
            db.execute(f"PRAGMA segment.user_version = {version}")
            db.execute("PRAGMA segment.journal_mode = OFF")
            db.execute("PRAGMA segment.synchronous = OFF")  # it is synced where it goes to
            db.execute("BEGIN")
            db.execute("CREATE TEMP TABLE IF NOT EXISTS news (id INTEGER PRIMARY KEY)")
            db.execute("DELETE FROM news")
            db.execute("INSERT INTO news SELECT id FROM attempts WHERE id > ?", (self._last,))
            db.executemany("INSERT OR IGNORE INTO news VALUES (?)", ((one,) for one in self._under_way))
            gone = [
                row[0] for row in db.execute("SELECT id FROM news WHERE id NOT IN (SELECT id FROM attempts)")
            ]
            for table, select in (
                ("attempts", "SELECT a.* FROM attempts a JOIN news USING (id)"),
                ("answers", "SELECT a.* FROM answers a JOIN news ON news.id = a.attempt_id"),
                (
                    "turns",
                    "SELECT DISTINCT t.* FROM turns t JOIN attempts a ON a.job_id = t.job_id AND a.turn = t.turn "
                    "JOIN news ON news.id = a.id",
                ),
                ("runs", "SELECT * FROM runs"),
                ("blamed", "SELECT id, blame, state, cause, message FROM jobs WHERE blame > 0"),
            ):
                db.execute(f"CREATE TABLE segment.{table} AS {select}")
            db.execute("CREATE TABLE segment.meta (name TEXT PRIMARY KEY, value TEXT)")
            for name, value in {**said, "gone": gone, "spent": self._spent()}.items():
                db.execute("INSERT INTO segment.meta VALUES (?, ?)", (name, json.dumps(value)))
            under_way = {
                row[0] for row in db.execute("SELECT id FROM segment.attempts WHERE outcome IS NULL")
            }
            (last,) = db.execute(
                "SELECT coalesce(max(id), ?) FROM segment.attempts", (self._last,)
            ).fetchone()
            (news,) = db.execute("SELECT count(*) FROM segment.attempts").fetchone()
            db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        finally:
            db.execute("DETACH segment")
        is_new = bool(news or gone) and (under_way != self._under_way or last != self._last or bool(gone))
        self._written = last, under_way
        return is_new

    def _spent(self) -> Amounts:
        """What the attempts of this epoch have cost, as far as is known."""
        dollars, tokens = self._db.execute(
            "SELECT total(cost), total(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)) "
            "FROM attempts WHERE id > ?",
            (self._before,),
        ).fetchone()
        return Amounts(dollars, tokens, pages_asked(self._db, self._before))


def said_in(path: Path) -> dict[str, Any]:
    """What a segment says beside its rows."""
    with sqlite3.connect(path) as db:
        found = {name: json.loads(value) for name, value in db.execute("SELECT name, value FROM meta")}
    db.close()
    return found


def unaccounted(last: Iterable[dict[str, Any]]) -> Amounts:
    """What starts of shards may have spent beyond what their segments tell.

    Args:
        last: what the last segment of each start says.
    """
    lost = [0.0, 0.0, 0.0]
    for said in last:
        if not said["closed"]:
            for number, (leased, spent) in enumerate(zip(said["leased"], said["spent"], strict=True)):
                lost[number] += max(0.0, leased - spent)
    return Amounts(*lost)


def restore(db: sqlite3.Connection, segments: Iterable[Path]) -> None:
    """Makes of a shard's input what it was when the last segment was written.

    Args:
        db: the shard's store, as it was cut.
        segments: local copies of those that count, in order.
    """
    for path in segments:
        gone = said_in(path)["gone"]
        with attached(db, path, "segment"), transaction(db):
            for table in ("runs", "attempts", "answers", "turns"):
                copy_rows(db, table, "segment", "main")
            db.executemany("DELETE FROM attempts WHERE id = ?", ((one,) for one in gone))
            db.execute(
                "UPDATE jobs SET blame = b.blame, state = CASE b.state WHEN 'aside' THEN 'aside' ELSE jobs.state END, "
                "cause = b.cause, message = b.message FROM segment.blamed b WHERE b.id = jobs.id"
            )
    with transaction(db):
        db.execute(
            "UPDATE jobs SET state = 'answered' WHERE state = 'open' "
            "AND id IN (SELECT job_id FROM answers WHERE NOT void)"
        )
        db.execute(
            "UPDATE jobs SET cause = a.cause, message = a.message "
            "FROM attempts a JOIN answers r ON r.attempt_id = a.id "
            "WHERE r.is_error AND NOT r.void AND a.job_id = jobs.id"
        )
