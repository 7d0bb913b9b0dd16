"""An endpoint on loopback with Files and Batches, as honest or hostile as a test wants it."""

import email
import json
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.batch.batching import Line, answered


@dataclass
class Ending:
    """How a batch ends."""

    lines: Sequence[Line] = ()
    """Of the file of answers."""
    errors: Sequence[Line] = ()
    status: str = "completed"
    cut: int | None = None
    """How many bytes of the answers are given; `None`: all."""
    admits_cut: bool = True
    """Whether the endpoint says how long the file should be."""
    no_file: bool = False
    message: str = ""


def honest(lines: Sequence[Line]) -> Ending:
    return Ending([answered(line) for line in lines])


@dataclass
class BatchServer:
    """The endpoint as a test sees it."""

    url: str = ""
    finish: Callable[[Sequence[Line]], Ending] = honest
    under_way: bool = False
    """Whether batches go on."""
    loses_begin: bool = False
    """Whether a batch is begun, and the answer to that lost."""
    refuses: dict[str, int] = field(default_factory=dict[str, int])
    """Statuses given to requests whose method and path begin so."""
    uploads: dict[str, bytes] = field(default_factory=dict[str, bytes])
    batches: dict[str, str] = field(default_factory=dict[str, str])
    """The files that batches were begun of."""
    asked: list[str] = field(default_factory=list[str])

    def requests(self, batch: str) -> list[Line]:
        return [json.loads(line) for line in self.uploads[self.batches[batch]].splitlines()]

    def begun(self) -> list[Line]:
        """Every request that was begun, and would be paid for."""
        return [line for batch in self.batches for line in self.requests(batch)]

    def tree(self, batch: str) -> Line:
        ending = self.finish(self.requests(batch))
        number = batch.removeprefix("batch-")
        return {
            "id": batch,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "created_at": 0,
            "input_file_id": self.batches[batch],
            "status": "in_progress" if self.under_way else ending.status,
            "output_file_id": f"out-{number}" if ending.lines and not ending.no_file else None,
            "error_file_id": f"err-{number}" if ending.errors else None,
            "request_counts": {
                "total": len(self.requests(batch)),
                "completed": len(ending.lines),
                "failed": len(ending.errors),
            },
            "errors": {"object": "list", "data": [{"message": ending.message}]} if ending.message else None,
        }

    def content(self, file: str) -> tuple[bytes, int]:
        """A file of answers as it is given, and how long it is said to be."""
        kind, _, number = file.partition("-")
        ending = self.finish(self.requests(f"batch-{number}"))
        lines = ending.lines if kind == "out" else ending.errors
        data = "".join(json.dumps(line) + "\n" for line in lines).encode()
        given = data[: ending.cut] if kind == "out" else data
        return given, len(data) if ending.admits_cut else len(given)

    def answer(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, Any]:
        """The status of an answer, and its JSON or bytes."""
        self.asked.append(f"{method} {path}")
        for start, status in self.refuses.items():
            if f"{method} {path}".startswith(start):
                return status, {"error": {"message": "refused"}}
        parts = path.partition("?")[0].removeprefix("/v1/").split("/")
        match method, parts:
            case "POST", ["files"]:
                number = f"file-{len(self.uploads) + 1}"
                self.uploads[number] = _uploaded(body, kind)
                return 200, {"id": number, "object": "file", "bytes": len(body), "purpose": "batch"}
            case "POST", ["batches"]:
                batch = f"batch-{len(self.batches) + 1}"
                self.batches[batch] = json.loads(body)["input_file_id"]
                return (502, {}) if self.loses_begin else (200, self.tree(batch))
            case "GET", ["batches"]:
                found = [self.tree(batch) for batch in reversed(self.batches)]
                return 200, {"object": "list", "data": found, "has_more": False}
            case "GET", ["batches", batch] if batch in self.batches:
                return 200, self.tree(batch)
            case "GET", ["files", file]:
                return 200, {"id": file, "object": "file", "bytes": self.content(file)[1]}
            case "GET", ["files", file, "content"]:
                return 200, self.content(file)[0]
            case _:
                return 404, {"error": {"message": "no such path"}}


def _uploaded(body: bytes, kind: str) -> bytes:
    """The file in a multipart body."""
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for part in message.walk():
        if part.get_filename():
            found = part.get_payload(decode=True)
            assert isinstance(found, bytes)
            return found
    raise AssertionError("no file in the upload")


@contextmanager
def serving(told: BatchServer) -> Generator[BatchServer]:
    """Serves it."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = told.answer(self.command, self.path, body, self.headers.get("Content-Type") or "")
            data = found if isinstance(found, bytes) else json.dumps(found).encode()
            self.send_response(status)
            self.send_header(
                "Content-Type", "application/octet-stream" if isinstance(found, bytes) else "application/json"
            )
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
