"""The process that reads answers out of a store while others are being asked for.

`python -m hyllm.batch._reader STORE NUMBER OF` reads the jobs whose id leaves NUMBER when divided by OF. On
standard output it names each job before it reads it, so that a page that kills it is known, and says where it
is else: `ready` for the first, `writing` what it has read, which then is `written`. Standard input says when to
stop: `drain` once nothing is left to read, the end of it at once.
"""

import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hyllm.batch._machine import settled
from hyllm.batch._reading import Read, read_job, write_read
from hyllm.batch._setup import load_setups
from hyllm.batch._store import connect, transaction, write_error
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
    goes_on: Callable[[], bool],
) -> dict[int, Read | None]:
    """What came of reading some jobs, as far as `goes_on` after each says so."""
    found: dict[int, Read | None] = {}
    for job in jobs:
        found[job] = read_job(db, job, extractors, run)
        if not goes_on():
            break
    return found


def write_some(db: sqlite3.Connection, found: Mapping[int, Read | None]) -> None:
    """Writes what came of reading some jobs."""
    with transaction(db):
        for job, read in found.items():
            if read is not None:
                write_read(db, read)
            else:
                db.execute("UPDATE jobs SET state = 'older' WHERE id = ? AND state = 'answered'", (job,))


def main(store: str, number: str, of: str) -> None:
    """Reads until it is told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which lets this process finish
    told = _Told()
    db = connect(Path(store), write=True)
    with tempfile.TemporaryDirectory(prefix="hyllm-") as folder, asyncio.Runner() as runner, settled():
        extractors = Extractors(db, Path(folder))
        _say("ready")
        while not told.stop:
            draining = told.drain
            jobs = [row[0] for row in db.execute(_WAITING, (int(of), int(number), _GROUP))]
            if jobs:
                until = time.monotonic() + _LONGEST_GROUP
                found = read_some(
                    db,
                    _named(jobs),
                    extractors,
                    runner.run,
                    lambda until=until: not told.stop and time.monotonic() < until,
                )
                _say("writing")  # what comes now is no page's fault
                try:
                    write_some(db, found)
                except sqlite3.Error as error:
                    sys.exit(str(write_error(Path(store), error)))
                _say("written")
            elif draining:
                break
            else:
                time.sleep(_IDLE)
    db.close()


def _named(jobs: Iterable[int]) -> Iterator[int]:
    """The jobs, each named on standard output before it is read."""
    for job in jobs:
        _say(job)
        yield job


def _say(word: object) -> None:
    os.write(1, f"{word}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
