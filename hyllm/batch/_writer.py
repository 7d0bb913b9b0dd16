"""Group commits: what many tasks want written is written in one transaction by one thread.

A commit that is safe against power loss waits for the disk, some milliseconds. So it is shared: whatever has
gathered while one commit was under way goes into the next.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

from hyllm.batch._store import transaction

T = TypeVar("T")
_Work = tuple[Callable[[sqlite3.Connection], Any], "asyncio.Future[Any]"]
_MOST = 1024


class Writer:
    """Runs pieces of writing one after another, in groups, in a thread of its own.

    Args:
        connection: the store's; nobody else uses it meanwhile.
        loop: the event loop of those who wait.
    """

    def __init__(self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop) -> None:
        self._db = connection
        self._loop = loop
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="hyllm-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` on the store; returns when it is on the disk.

        Raises:
            sqlite3.Error: nothing of it was written.
        """
        future: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put((work, future))
        return cast("T", await future)

    def close(self) -> None:
        """Writes what is waiting, and ends."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group = [first]
            ended = False
            while len(group) < _MOST:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ended = True
                    break
                group.append(more)
            self._commit(group)
            if ended:
                return

    def _commit(self, group: list[_Work]) -> None:
        try:
            with transaction(self._db):
                results = [work(self._db) for work, _ in group]
        except Exception as error:
            if len(group) == 1:
                self._tell(group[0][1], error)
            else:  # one of them is to blame, and shall not take the others along
                for one in group:
                    self._commit([one])
            return
        for (_, future), result in zip(group, results, strict=True):
            self._tell(future, result)

    def _tell(self, future: "asyncio.Future[Any]", result: Any) -> None:
        def told() -> None:
            if future.done():
                return
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

        self._loop.call_soon_threadsafe(told)
