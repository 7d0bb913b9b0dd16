"""What is said of batch files, for people."""

from collections.abc import Iterator

from hyllm.batch.files import OutFile, Taken

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
