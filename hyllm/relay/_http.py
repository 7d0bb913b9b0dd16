"""The relay's HTTP: who may ask, what may be asked, and how it is answered."""

import json
import re
import socket
import socketserver
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from email.message import Message
from functools import partial
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from ._waiting import WaitingRoom
from ._wire import Refusal, completion, models, read_ask

MAX_BODY = 20_000_000
"""Bytes a request's body may have."""

_CLIENT_CHECK = 10
"""Looks into the folder between two checks whether a parked request still has its client."""

_DISCARD_TIMEOUT, _BLOCK, _DISCARD_BLOCKS = 2.0, 65_536, 2_000


class Server(ThreadingMixIn, TCPServer):
    """One thread a connection; a parked one costs a sleeping thread and a socket."""

    request_queue_size = 512
    # On Windows this option would let two relays listen on one port.
    allow_reuse_address = not hasattr(socket, "SO_EXCLUSIVEADDRUSE")

    def __init__(
        self,
        host: str,
        port: int,
        *,
        poll: float,
        room: WaitingRoom,
        on_tick: Callable[[], None],
        on_request: Callable[[], None],
        report: Callable[[str], None],
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.poll = poll
        self.room = room
        self.on_request = on_request
        self._on_tick = on_tick
        self._report = report
        self._connections: set[socket.socket] = set()
        super().__init__((host, port), partial(_Handler, self))

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def run(self) -> None:
        """Serve until `shutdown`, or until `on_tick` raises."""
        self.serve_forever(self.poll)

    def service_actions(self) -> None:
        self._on_tick()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Read nothing more from anybody, so that `server_close` need not wait; replies still go out."""
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; anything else is one line, and the relay goes on."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            self._report(f"failed   {error!r}")


def _has_body(headers: Message) -> bool:
    return "Content-Length" in headers or "Transfer-Encoding" in headers


class _Handler(BaseHTTPRequestHandler):
    """One connection: one request, one reply."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    """Seconds a client may take over sending or receiving the next bytes; being parked does not count."""

    def __init__(
        self, relay: Server, request: socket.socket, client: Any, server: socketserver.BaseServer
    ) -> None:
        self._relay = relay
        self._body_read = False
        super().__init__(request, client, server)

    def _serve(self) -> None:
        self._relay.on_request()
        try:
            status, reply = 200, self._answer()
        except Refusal as refusal:
            status, reply = refusal.status, refusal.body
        self._relay.on_request()
        self._reply(status, reply)
        if not self._body_read and _has_body(self.headers):
            self._discard_body()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - the base class's names

    def _answer(self) -> dict[str, Any]:
        self._check_caller()
        match self.command, self.path.partition("?")[0]:
            case "GET", "/health":
                return {"status": "ok"}
            case "GET", "/v1/models":
                return models()
            case "POST", "/v1/chat/completions":
                return self._complete()
            case _:
                raise Refusal(404, "There is only POST /v1/chat/completions, GET /v1/models and GET /health.")

    def _check_caller(self) -> None:
        """Keep web pages out: they name their origin, or (DNS rebinding) the host they came by."""
        if "Origin" in self.headers:
            raise Refusal(403, "Requests from web pages are refused.")
        hosts = [host.lower() for host in self.headers.get_all("Host", [])]
        expected = [f"{name}:{self._relay.port}" for name in ("127.0.0.1", "localhost", "[::1]")]
        if len(hosts) != 1 or hosts[0] not in expected:
            raise Refusal(403, f"The Host header must be {expected[0]}.")

    def _complete(self) -> dict[str, Any]:
        ask = read_ask(self._read_body())
        text, written = self._wait(self._relay.room.ask(ask))
        return completion(ask, text, created=written)

    def _read_body(self) -> bytes:
        if self.headers.get_content_type() != "application/json" or "Content-Type" not in self.headers:
            raise Refusal(415, "The Content-Type must be application/json.")
        length = self._body_length()
        raw = self.rfile.read(length)
        if len(raw) < length:
            raise ConnectionAbortedError
        self._body_read = True
        return raw

    def _body_length(self) -> int:
        length = self.headers.get("Content-Length")
        if length is None or "Transfer-Encoding" in self.headers:
            raise Refusal(411, "The request must have a Content-Length.")
        if not re.fullmatch("[0-9]{1,18}", length):
            raise Refusal(400, "The Content-Length must be a number.")
        if int(length) > MAX_BODY:
            raise Refusal(413, f"The body is larger than {MAX_BODY // 1_000_000} MB.")
        return int(length)

    def _wait(self, future: Future[tuple[str, float]]) -> tuple[str, float]:
        while True:
            try:
                return future.result(timeout=_CLIENT_CHECK * self._relay.poll)
            except TimeoutError:
                if not self._client_is_there():
                    raise ConnectionAbortedError from None

    def _client_is_there(self) -> bool:
        # Only this thread uses the socket, so that its mode may be changed for a moment.
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.connection.settimeout(self.timeout)

    def _reply(self, status: int, reply: dict[str, Any]) -> None:
        body = json.dumps(reply, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _discard_body(self) -> None:
        """Take in the body of a refused request: closing on unread bytes may destroy the reply on its way."""
        self.connection.settimeout(_DISCARD_TIMEOUT)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(_DISCARD_BLOCKS):
                if not self.rfile.read1(_BLOCK):
                    return

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses (no HTTP, headers too long) is refused as the rest is."""
        self._reply(code, Refusal(code, message or "Not a request this server understands.").body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: the relay tells its user of requests and answers, not of HTTP."""
