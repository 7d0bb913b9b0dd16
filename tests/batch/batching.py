"""A runner of batch files: answers as a Batch endpoint or an offline runner gives them."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hyllm.batch import Store, load_setups
from hyllm.batch.files import Taken, WriteOptions, Written, take_answers, write_files
from tests.batch.making import answer_to
from tests.batch.reading import read_here
from tests.conftest import Reply

Line = dict[str, Any]


def requests_in(*paths: Path) -> list[Line]:
    """The requests in files."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def answered(request: Line, reply: Reply | None = None) -> Line:
    """The line that answers a request, as the endpoint would live."""
    given = reply or answer_to(request["body"])
    body = json.loads(given.payload())
    response = {"status_code": given.status, "request_id": "r1", "body": body}
    return {
        "id": "batch_req_1",
        "custom_id": request["custom_id"],
        "response": response,
        "error": None,
    }


def expired(request: Line) -> Line:
    error = {"code": "batch_expired", "message": "This request could not be executed in time."}
    return {"id": "batch_req_1", "custom_id": request["custom_id"], "response": None, "error": error}


def save(path: Path, lines: Iterable[Line]) -> Path:
    """A file of answers."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def run_all(written: Written, out: Path, answer: Callable[[Line], Line] = answered) -> Path:
    """What a runner that answers all makes of files that were written."""
    return save(out, map(answer, requests_in(*(file.path for file in written.files))))


def write(store: Store, folder: Path, **options: Any) -> Written:
    return write_files(store, load_setups(store.connection)[-1], folder, WriteOptions(**options))


def take(store: Store, *paths: Path) -> Taken:
    """Takes files of answers, and reads what has come in this process."""
    taken = take_answers(store.connection, paths)
    read_here(store.connection)
    return taken


def states(store: Store) -> dict[str, int]:
    return dict(store.connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())


def outcomes(store: Store) -> dict[str, int]:
    return dict(
        store.connection.execute("SELECT outcome, count(*) FROM attempts GROUP BY outcome").fetchall()
    )
