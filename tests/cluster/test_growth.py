"""What folding a shard costs as an archive grows: counted in steps of SQLite, which are the same on any machine."""

import sqlite3
from pathlib import Path

from hyllm.batch._schema import MIGRATIONS
from hyllm.cluster._folding import create_tables, fold_store
from tests.batch.test_growth import steps

SHARD = 50


def add(db: sqlite3.Connection, ids: range, state: str) -> None:
    """Adds texts of these ids, with a page and a job each."""
    db.executemany("INSERT INTO texts VALUES (?,?,1,1,x'00')", ((i, i.to_bytes(32, "big")) for i in ids))
    db.executemany(
        "INSERT INTO jobs (id, text_id, setup_id, rank, state) VALUES (?,?,1,?,?)",
        ((i, i, i * 7919 % 100_003, state) for i in ids),
    )
    db.executemany(
        "INSERT INTO pages (id, page, text_id, extra, conflicts, changed, added, seen) "
        "VALUES (?,?,?,'{}','[]',0,1,1)",
        ((i, f"p{i}", i) for i in ids),
    )


def store_at(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    for migration in MIGRATIONS:
        db.executescript(migration)
    return db


def test_folding_a_shard_costs_the_same_however_many_there_are(tmp_path: Path) -> None:
    def cost(pages: int) -> int:
        whole, piece = store_at(tmp_path / f"{pages}.db"), store_at(tmp_path / f"piece-{pages}.db")
        create_tables(whole)
        whole.execute("BEGIN")
        add(whole, range(1, pages + 1), "out")
        whole.executemany(
            "INSERT INTO placed VALUES (?,?)", ((i, 1 + (i - 1) // SHARD) for i in range(1, pages + 1))
        )
        whole.execute("COMMIT")
        add(piece, range(SHARD + 1, 2 * SHARD + 1), "done")
        piece.executemany(
            "INSERT INTO attempts (id, job_id, turn, run_id, request_key, started, outcome) "
            "VALUES (?,?,0,1,x'00',0,'answer')",
            ((i, i) for i in range(SHARD + 1, 2 * SHARD + 1)),
        )
        piece.close()
        taken = steps(whole, lambda: fold_store(whole, tmp_path / f"piece-{pages}.db", 2))
        done = whole.execute("SELECT count(*) FROM jobs WHERE state = 'done'").fetchone()
        whole.close()
        assert done == (SHARD,)
        return taken

    assert cost(40 * SHARD) < 1.5 * cost(4 * SHARD)
