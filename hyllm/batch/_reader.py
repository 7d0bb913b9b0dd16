"""The process that reads answers out of a store while others are being asked for.

`python -m hyllm.batch._reader STORE NUMBER OF` reads the jobs whose id leaves NUMBER when divided by OF. On
standard output it names each job before it reads it, so that a page that kills it is known. Standard input
says when to stop: `drain` once nothing is left to read, the end of it at once.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hyllm.batch._machine import settled
from hyllm.batch._reading import Read, read_job, write_read
from hyllm.batch._setup import load_setups
from hyllm.batch._store import connect, transaction
from hyllm.extract import Extractor
from hyllm.extraction import Extraction

_GROUP = 32
_LONGEST_GROUP = 0.5
"""Seconds after which what is read is written."""
_IDLE = 0.05


class _Told:
    """What standard input has said so far."""

    def __init__(self) -> None:
        self.drain = False
        self.stop = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self.drain |= line.strip() == "drain"
        self.stop = True


class Extractors:
    """The extractors of a store's setups, each made when it is first needed."""

    def __init__(self, db: sqlite3.Connection, folder: Path) -> None:
        self._setups = {setup.id: setup for setup in load_setups(db)}
        self._folder = folder
        self._made: dict[int, Extractor] = {}

    def __call__(self, setup: int) -> Extractor:
        if setup not in self._made:
            folder = self._folder / str(setup)
            folder.mkdir(exist_ok=True)
            self._made[setup] = self._setups[setup].extractor(folder)
        return self._made[setup]


_WAITING = "SELECT id FROM jobs WHERE state = 'answered' AND id % ? = ? ORDER BY id LIMIT ?"


def read_some(
    db: sqlite3.Connection,
    jobs: Iterable[int],
    extractors: Extractors,
    run: Callable[[Any], Extraction],
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Reads some jobs and writes what came of them, as far as `goes_on` after each says so."""
    group: list[Read] = []
    nowhere: list[int] = []
    for job in jobs:
        found = read_job(db, job, extractors, run)
        if found is None:
            nowhere.append(job)
        else:
            group.append(found)
        if not goes_on():
            break
    with transaction(db):
        for read in group:
            write_read(db, read)
        for job in nowhere:
            db.execute("UPDATE jobs SET state = 'older' WHERE id = ? AND state = 'answered'", (job,))


def main(store: str, number: str, of: str) -> None:
    """Reads until it is told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which lets this process finish
    told = _Told()
    db = connect(Path(store), write=True)
    with tempfile.TemporaryDirectory(prefix="hyllm-") as folder, asyncio.Runner() as runner, settled():
        extractors = Extractors(db, Path(folder))
        while not told.stop:
            draining = told.drain
            jobs = [row[0] for row in db.execute(_WAITING, (int(of), int(number), _GROUP))]
            if jobs:
                until = time.monotonic() + _LONGEST_GROUP
                read_some(
                    db,
                    _named(jobs),
                    extractors,
                    runner.run,
                    lambda until=until: not told.stop and time.monotonic() < until,
                )
                os.write(1, b"0\n")
            elif draining:
                break
            else:
                time.sleep(_IDLE)
    db.close()


def _named(jobs: Iterable[int]) -> Iterator[int]:
    """The jobs, each named on standard output before it is read."""
    for job in jobs:
        os.write(1, f"{job}\n".encode())
        yield job


if __name__ == "__main__":
    main(*sys.argv[1:])
