"""An endpoint on loopback that says what a test tells it to, and recordings for pytest-recording."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import settings
from vcr import VCR  # pyright: ignore[reportMissingTypeStubs]

from tests.cassettes import register

# The same examples everywhere, however slow the machine; --hypothesis-profile default looks for new ones.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")


@dataclass
class Reply:
    """What the endpoint answers to one request."""

    content: str | None = '{"projects":[],"meetings":[],"officials":[]}'
    status: int = 200
    body: Any = None
    """Instead of a chat completion: JSON, or bytes as they are."""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    finish: str = "stop"
    delay: float = 0.0
    hang_up: bool = False
    drip: float = 0.0
    """Seconds between two bytes."""
    cut: int | None = None
    """How many bytes are sent before the connection breaks; `None`: all."""
    message: dict[str, Any] = field(default_factory=dict[str, Any])
    """Further keys of the message, such as tool_calls."""
    usage: dict[str, Any] | None = None

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if self.body is not None:
            return json.dumps(self.body).encode()
        message = {"role": "assistant", "content": self.content, **self.message}
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        completion = {
            "id": "c1",
            "object": "chat.completion",
            "created": 0,
            "model": "m-1",
            "choices": [choice],
        }
        return json.dumps(completion | ({"usage": self.usage} if self.usage else {})).encode()


@dataclass
class Endpoint:
    """The endpoint as a test sees it."""

    url: str
    replies: list[Reply] = field(default_factory=list[Reply])
    """What is answered, in turn; the last one again and again."""
    answer: Callable[[dict[str, Any]], Reply] | None = None
    """What is answered to a body, instead."""
    bodies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What was asked."""
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    stopping: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    told = Endpoint(f"http://127.0.0.1:{server.server_address[1]}/v1", [Reply()])
    server.RequestHandlerClass = _handler(told)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield told
    told.stopping.set()
    server.shutdown()
    server.server_close()
    thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error here."""


def _handler(told: Endpoint) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.bodies.append(body)  # another thread may append one at once
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = told.answer(body) if told.answer else told.replies[0]
            if len(told.replies) > 1:
                told.replies.pop(0)
            told.stopping.wait(reply.delay)
            if reply.hang_up:
                self.close_connection = True
                return
            data = reply.payload()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if reply.drip:
                for byte in data:
                    self.wfile.write(bytes([byte]))
                    if told.stopping.wait(reply.drip):
                        return
            self.wfile.write(data[: reply.cut])
            self.close_connection = reply.cut is not None

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    return Handler


def pytest_recording_configure(config: pytest.Config, vcr: VCR) -> None:
    register(vcr)


@pytest.fixture(scope="session")
def vcr_config() -> dict[str, Any]:
    return {"serializer": "hyllm", "match_on": ["method", "path", "hyllm_body"], "record_mode": "none"}
