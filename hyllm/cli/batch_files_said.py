"""What is said of batch files, for people; and how the commands end that take answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from hyllm.batch import Setup, Store, count_states, read_all
from hyllm.batch.files import OutFile, Taken
from hyllm.cli.batch_progress import ENDED, counted_states
from hyllm.cli.exits import SOME_FAILED, STOPPED
from hyllm.escaping import printable

_LISTED = 5


def file_lines(file: OutFile, state: str | None) -> Iterator[str]:
    """A file of requests, and what has become of it; `state` is where its batch stands."""
    words = {"answered": file.answered, "failed": file.failed, "taken back": file.back, "out": file.out}
    counted = ", ".join(f"{number:,} {word}" for word, number in words.items() if number)
    yield f"{file.path}: {file.requests:,} requests of {file.written}: {counted}"
    if file.batch:
        yield f"  {file.batch} at {file.base_url}: {state or 'submitted'}"
    elif file.out:
        yield f"  {'uploaded, not begun' if file.input_file else 'not submitted'}"
    if file.stale:
        yield f"  {file.stale:,} of them were answered otherwise: take the file back, unless it is under way"


def taken_lines(taken: Taken) -> Iterator[str]:
    """What the lines of files of answers were."""
    yield f"{taken.answers:,} answers"
    if taken.late:
        yield f"{taken.late:,} more came late, for pages that were asked otherwise meanwhile: kept, not read"
    for cause, number in taken.failed.most_common():
        yield f"{number:,} failed: {cause}"
    for cause, number in taken.passing.most_common():
        yield f"{number:,} open again: {cause}"
    if taken.hopeless:
        yield f"all that was asked failed for one cause, so no page is to blame: {taken.hopeless}"
    if taken.again:
        yield f"{taken.again:,} lines say what was known before"
    if taken.unknown:
        yield f"{taken.unknown:,} lines are about requests this store never wrote: {', '.join(taken.some_unknown)}"
    for place in taken.broken[:_LISTED]:
        yield f"no line of answers: {place}"
    if len(taken.broken) > _LISTED:
        yield f"and {len(taken.broken) - _LISTED:,} more such lines"


def read_waiting(store: Store, readers: int) -> None:
    """Reads what is answered: what it lacks is asked for further."""
    if store.connection.execute("SELECT 1 FROM jobs WHERE state = 'answered' LIMIT 1").fetchone():
        read_all(store, readers)


def say_taken(taken: Taken) -> None:
    for line in taken_lines(taken):
        click.echo(printable(line), err=True)


def end_reading(store: Store, path: Path, setup: Setup, taken: Sequence[Taken], readers: int) -> None:
    """Reads what has come, says where the store stands, and exits with what that means."""
    read_waiting(store, readers)
    states = count_states(store.connection, setup.id)
    words = {**ENDED, "out": "out", "open": "open"}
    click.echo(", ".join(counted_states(states, words)) or "nothing to do", err=True)
    if states.get("open"):
        click.echo(
            f"to go on: hyllm batch files write DIR --store {path}, or hyllm batch run --store {path}",
            err=True,
        )
    if any(one.hopeless for one in taken):
        raise SystemExit(STOPPED)
    damaged = any(one.broken or one.unknown for one in taken)
    if damaged or any(states.get(one) for one in words if one not in ("done", "partial")):
        raise SystemExit(SOME_FAILED)
