"""The reading processes of a run: started, watched, and started again where a page has killed one."""

import asyncio
import os
import sqlite3
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from hyllm.batch import _ledger as ledger
from hyllm.batch._store import Store, StoreError
from hyllm.batch._writer import Writer
from hyllm.loop import run as run_coroutine

_HANGS = 120.0
"""Seconds one page may be read, and a reader may take to start; reading one takes hundredths."""
_MOST_DEATHS = 5
"""Deaths in a row of one reader, without a page to blame, after which reading is given up."""


def read_all(store: Store, readers: int = 1) -> None:
    """Reads every answer of a store that is not read yet; nothing is asked.

    Raises:
        StoreError: the store cannot be written; or the answers are kept, but cannot be read.
    """

    async def read() -> None:
        with closing(Writer(store.connection, asyncio.get_running_loop())) as writer:
            reading = Readers(store.path, readers, writer)
            await reading.start()
            try:
                await reading.drain()
            finally:
                await reading.stop()
        reading.check()

    with store.errors_told():
        run_coroutine(read())


@dataclass(slots=True)
class _Process:
    number: int
    process: asyncio.subprocess.Process
    job: int = 0
    """What it is reading; 0: nothing."""
    is_idle: bool = False
    """Whether it may have nothing to do."""
    since: float = field(default_factory=time.monotonic)


class Readers:
    """Reading processes.

    Args:
        store: the store's file.
        number: how many; with 0 nothing is read.
        writer: writes down that a page has killed its reader.
    """

    def __init__(self, store: Path, number: int, writer: Writer) -> None:
        self._store = store
        self._number = number
        self._writer = writer
        self._watching: list[asyncio.Task[None]] = []
        self._processes: dict[int, _Process] = {}
        self._draining = False
        self._stopping = False
        self._deaths = [0] * number
        """Of each reader, since it last wrote what it had read."""
        self._last_words = ""

    async def start(self) -> None:
        self._watching = [asyncio.create_task(self._keep(number)) for number in range(self._number)]

    @property
    def given_up(self) -> bool:
        """Whether readers die without a page to blame."""
        return max(self._deaths, default=0) >= _MOST_DEATHS

    def check(self) -> None:
        """Does nothing while readers read.

        Raises:
            StoreError: they were given up.
        """
        if self.given_up:
            words = self._last_words.strip().splitlines()
            raise StoreError(
                f"answers are kept, but cannot be read: {words[-1] if words else 'the reader died'}"
            )

    async def drain(self) -> None:
        """Lets the readers read what is left; returns when they have."""
        self._draining = True
        for process in self._processes.values():
            self._tell(process, b"drain\n")
        await asyncio.gather(*self._watching)

    async def stop(self) -> None:
        """Ends the readers now: what they have not written is read the next time."""
        self._stopping = True
        for process in self._processes.values():
            if process.process.stdin:
                process.process.stdin.close()
        if self._watching:
            await asyncio.wait(self._watching, timeout=5)
        if not all(task.done() for task in self._watching):
            for process in self._processes.values():
                with suppress(ProcessLookupError):
                    process.process.kill()
        await asyncio.gather(*self._watching)

    async def _keep(self, number: int) -> None:
        """Keeps one reader going until it is told to end."""
        while not self._stopping and not self.given_up:
            process = _Process(number, await self._spawn(number))
            self._processes[number] = process
            if self._draining:
                self._tell(process, b"drain\n")
            watch = asyncio.create_task(self._watch(process))
            words = asyncio.create_task(self._listen(process))
            code = await process.process.wait()
            watch.cancel()
            await words
            if code == 0 or self._stopping:
                return
            if job := process.job:
                await self._writer.write(lambda db, job=job: _blame(db, job))
            else:
                self._deaths[number] += 1

    async def _spawn(self, number: int) -> asyncio.subprocess.Process:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        arguments = (str(self._store.resolve()), str(number), str(self._number))
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "hyllm.batch._reader", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )

    async def _listen(self, process: _Process) -> None:
        async def jobs() -> None:
            assert process.process.stdout
            async for line in process.process.stdout:
                said = line.decode().strip()
                process.job = int(said) if said.isdecimal() else 0
                process.is_idle = said in ("ready", "written")
                process.since = time.monotonic()
                if said == "written":
                    self._deaths[process.number] = 0

        async def words() -> None:
            assert process.process.stderr
            while chunk := await process.process.stderr.read(4096):
                self._last_words = (self._last_words + chunk.decode("utf-8", "replace"))[-2000:]

        await asyncio.gather(jobs(), words())

    async def _watch(self, process: _Process) -> None:
        """Ends a reader that hangs."""
        while True:
            await asyncio.sleep(1)
            if not process.is_idle and time.monotonic() - process.since > _HANGS:
                process.process.kill()
                return

    @staticmethod
    def _tell(process: _Process, words: bytes) -> None:
        if process.process.stdin and not process.process.stdin.is_closing():
            with suppress(ConnectionError, RuntimeError):
                process.process.stdin.write(words)


def _blame(db: sqlite3.Connection, job: int) -> None:
    """Writes that a page has killed its reader."""
    db.execute("UPDATE jobs SET blame = blame + ? WHERE id = ?", (ledger.ALONE, job))
    ledger.set_aside(db, [job])
