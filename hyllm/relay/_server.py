"""`Relay`: a folder, the requests waiting on it, and the server they come by."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from hyllm.errors import UsageError

from ._folder import RelayFolder
from ._http import Server
from ._waiting import WaitingRoom

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _silent(_line: str) -> None:
    pass


class Relay:
    """An OpenAI-compatible server that parks requests in a folder. Listens from the moment it is made.

    Args:
        folder: Where requests and answers lie. Made with mode 0700 if it is not there; a folder that is
            there keeps its mode.
        host: `127.0.0.1`, `localhost` or `::1`.
        port: The port to listen on; 0 takes a free one.
        strict: Put aside every answer that is no JSON object, with a note on what is wrong.
        idle: Seconds after which `serve_forever` returns by itself, with nothing parked and no request
            in that time; 0 means never.
        poll: Seconds between two looks into the folder, one for all that is parked.
        report: Gets a line for each request that is parked, answered or rejected.

    Raises:
        UsageError: the folder cannot be used, the host is not loopback, or the port is taken.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        strict: bool = False,
        idle: float = 0,
        poll: float = 0.2,
        report: Callable[[str], None] = _silent,
    ) -> None:
        if host not in _LOOPBACK:
            raise UsageError(f"A relay listens on loopback only ({', '.join(_LOOPBACK)}), not on {host}.")
        self._host = host
        self._idle = idle
        self._busy_at = time.monotonic()
        self._serving = False
        self._thread: threading.Thread | None = None
        self._room = WaitingRoom(_made(folder), strict=strict, report=report)
        self._server = self._listening(port, poll, report)

    def _listening(self, port: int, poll: float, report: Callable[[str], None]) -> Server:
        try:
            return Server(
                self._host,
                port,
                poll=poll,
                room=self._room,
                on_tick=self._tick,
                on_request=self._touch,
                report=report,
            )
        except OSError as error:
            raise UsageError(
                f"Cannot listen on {self._host} port {port}: {error.strerror}. Choose another with --port."
            ) from error

    @property
    def url(self) -> str:
        """The base URL for clients."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._server.port}/v1"

    def serve_forever(self) -> None:
        """Serve until `close` is called, or for as long as `idle` allows."""
        self._serving = True
        self._touch()
        with suppress(_IdleLongEnough):
            self._server.run()

    def start(self) -> None:
        """Serve in a thread, until `close`."""
        self._serving = True
        self._thread = threading.Thread(target=self.serve_forever, name="hyllm-relay")
        self._thread.start()

    def close(self) -> None:
        """Stop. Clients that still wait get a 503; what they asked stays parked."""
        if self._serving:
            self._server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._room.close()
        self._server.hang_up()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _touch(self) -> None:
        self._busy_at = time.monotonic()

    def _tick(self) -> None:
        self._room.look()
        if not self._room.empty:
            self._touch()
        elif 0 < self._idle < time.monotonic() - self._busy_at:
            raise _IdleLongEnough


class _IdleLongEnough(Exception):
    """Ends the serving loop from within it."""


def _made(path: str | os.PathLike[str]) -> RelayFolder:
    folder = RelayFolder(Path(path))
    try:
        folder.create()
        folder.names()
    except OSError as error:
        raise UsageError(f"Cannot use {path} as a relay folder: {error.strerror}.") from error
    return folder
