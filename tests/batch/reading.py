"""Reading answers in the tests' own process: a process for it takes a second to start."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from hyllm.batch._reader import Extractors, read_some, write_some

_WAITING = "SELECT id FROM jobs WHERE state = 'answered' ORDER BY id LIMIT 32"


def read_here(db: sqlite3.Connection) -> None:
    """Reads all that is answered."""
    with tempfile.TemporaryDirectory(prefix="hyllm-") as folder, asyncio.Runner() as runner:
        extractors = Extractors(db, Path(folder))
        while jobs := [row[0] for row in db.execute(_WAITING)]:
            write_some(db, read_some(db, jobs, extractors, runner.run, lambda: True))
