"""Files of requests to an endpoint's Batch API, and its answers back: each step in the ledger before the next.

What is submitted is paid for. So a batch is begun once: where nobody knows whether it was, the endpoint is asked.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple, Protocol

from hyllm.batch._files_out import OutFile, take_back
from hyllm.batch._files_read import Taken, take_answers
from hyllm.batch._store import Store, transaction
from hyllm.client import BatchState
from hyllm.errors import EndpointError, UsageError


class Sends(Protocol):
    """Whoever has Files and Batches; see `hyllm.client.Batches`."""

    async def upload(self, path: Path) -> str: ...
    async def begin(self, input_file: str, metadata: dict[str, str]) -> BatchState: ...
    async def find(self, input_file: str) -> BatchState | None: ...
    async def look(self, batch: str) -> BatchState: ...
    async def download(self, file: str, path: Path) -> bool: ...


class Fetched(NamedTuple):
    """What came of a batch."""

    file: OutFile
    state: BatchState
    taken: Taken | None
    """What its answers were; `None` while it is under way."""
    back: int = 0
    """Requests that it did not answer: they are open again."""
    doubt: str = ""
    """Why what it did not answer is not taken back yet."""


def check_submittable(file: OutFile, base_url: str) -> None:
    """Refuses a file that must not be sent.

    Raises:
        UsageError: it is changed or gone, some of it was answered otherwise, or it may be under way elsewhere.
    """
    name = file.path.name
    if file.batch:
        raise UsageError(f"{name}: was submitted as {file.batch}")
    if not file.out:
        raise UsageError(f"{name}: nothing of it is out any more")
    if file.stale:
        raise UsageError(
            f"{name}: {file.stale:,} of its requests were answered otherwise, and would be paid for twice: "
            f"hyllm batch files take-back {name} --unsent, and write anew"
        )
    if file.input_file and file.base_url != base_url:
        raise UsageError(
            f"{name}: was uploaded to {file.base_url}, where a batch may have begun: submit it there"
        )
    try:
        with file.path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").digest()
    except OSError as error:
        raise UsageError(f"{file.path}: cannot be read: {error.strerror}") from error
    if digest != file.sha256:
        raise UsageError(f"{file.path}: is not as it was written: take it back, and write anew")


async def submit(store: Store, file: OutFile, batches: Sends, base_url: str) -> BatchState:
    """Uploads a file and begins its batch, or finds the one that was begun.

    Raises:
        UsageError: see `check_submittable`; nothing was sent.
        EndpointError: the endpoint is unusable, or cannot say whether a batch was begun.
        AnswerError: it may do better later. Submitting again is safe.
    """
    check_submittable(file, base_url)
    state: BatchState | None = None
    input_file = file.input_file
    if input_file is None:
        input_file = await batches.upload(file.path)
        with transaction(store.connection) as db:
            db.execute(
                "UPDATE batch_files SET input_file = ?, base_url = ? WHERE id = ?",
                (input_file, base_url, file.id),
            )
    else:
        try:
            state = await batches.find(input_file)
        except EndpointError as error:
            raise EndpointError(
                f"{file.path.name}: whether a batch was begun for {input_file} cannot be asked ({error}); "
                f"look there, then hyllm batch files take-back {file.path.name}"
            ) from error
    if state is None:
        state = await batches.begin(input_file, {"hyllm": file.path.name})
    with transaction(store.connection) as db:
        db.execute(
            "UPDATE batch_files SET batch = ?, status = ? WHERE id = ?", (state.id, str(state), file.id)
        )
    return state


async def fetch(store: Store, file: OutFile, batches: Sends, folder: Path) -> Fetched:
    """Asks where a batch stands, and takes its answers if it has ended. What it did not answer is open again.

    Args:
        store: opened for writing.
        file: a file that was submitted.
        batches: where.
        folder: where the files of answers are put.
    """
    assert file.batch is not None
    state = await batches.look(file.batch)
    with transaction(store.connection) as db:
        db.execute("UPDATE batch_files SET status = ? WHERE id = ?", (str(state), file.id))
    if not state.ended:
        return Fetched(file, state, None)
    paths, whole = await _downloaded(file, state, batches, folder)
    taken = take_answers(store.connection, paths)
    doubt = ""
    if not whole or taken.broken:
        doubt = "a file of answers is cut off or damaged"
    elif state.completed and not state.output_file:
        doubt = f"{state.completed:,} are said to be answered, but no file is given"
    back = 0
    if not doubt:
        with transaction(store.connection) as db:
            if state.status == "completed":
                back = take_back(db, file.id, "uncertain", "no line about it")
            else:  # what such a batch has not answered is not paid for
                back = take_back(db, file.id, "passing", f"batch {state.status}")
    return Fetched(file, state, taken, back, doubt)


async def _downloaded(
    file: OutFile, state: BatchState, batches: Sends, folder: Path
) -> tuple[list[Path], bool]:
    """The files of answers of a batch, and whether they are whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from error
    paths: list[Path] = []
    whole = True
    for name, number in (("output", state.output_file), ("errors", state.error_file)):
        if number:
            path = folder / f"{file.path.stem}.{name}.jsonl"
            whole &= await batches.download(number, path)
            paths.append(path)
    return paths, whole
