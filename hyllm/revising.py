"""What prompts of one's own change: which files, and which recordings they make stale."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hyllm.errors import RecordingError
from hyllm.files import shipped
from hyllm.kinds import KINDS, find_named_kinds
from hyllm.prompting import common_prompt, prompt_file, read_prompt
from hyllm.recordings import Recordings, loads
from hyllm.strategies import Strategy, plans

_OF_A_KIND = ("rules.md", "example.txt", "example.json")


class Changed(NamedTuple):
    """One prompt file that differs."""

    name: str
    """Below a folder of prompts: `meeting/rules.md`."""
    concerns: str
    """Which requests say it."""
    lines: list[str]
    """The unified diff."""


def changed_files(before: Path | None, after: Path | None) -> list[Changed]:
    """The files in which two folders of prompts differ; `None` is what is shipped, which fills gaps, too.

    Raises:
        UsageError: a file cannot be read.
    """
    first, second = _files(before), _files(after)
    found: list[Changed] = []
    for name in first:
        old, new = (read_prompt(files[name]).split("\n") for files in (first, second))
        lines = list(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="", n=1))
        if lines:
            found.append(Changed(name, _concerns(name), lines))
    return found


def _files(folder: Path | None) -> Mapping[str, Path]:
    """Every prompt file by its name below a folder of prompts, and where it is read from."""
    common = [
        "frame.md",
        "rows.md",
        *(f"again/{path.name}" for path in sorted(shipped("prompts", "again").glob("*.md"))),
    ]
    found = {name: common_prompt(name, folder) for name in common}
    for record in KINDS.values():
        for name in _OF_A_KIND:
            found[f"{record.hyllm.name}/{name}"] = prompt_file(record, name, folder)
    return found


def _concerns(name: str) -> str:
    kind, _, _ = name.partition("/")
    if name == "rows.md":
        return "first requests with --rows"
    if name == "frame.md":
        return "every first request"
    if name == "again/second.md":
        return "the further turn of strategy second; recordings of it stay"
    if kind == "again":
        return "further turns; recordings of them stay"
    return f"first requests that ask for {KINDS[kind].hyllm.plural}"


def unread_files(folder: Path | None) -> list[Path]:
    """The files of a folder of prompts that no built-in kind reads: a misspelt name, a kind of one's own."""
    if folder is None:
        return []
    known = {folder / name for name in _files(None)}
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in known]


def stale_pages(
    suite: Path, strategy: Strategy, folder: Path | None, named: Sequence[str] = ()
) -> tuple[list[str], int]:
    """The recorded pages of which a first request says another prompt than those in `folder`, and all pages.

    Args:
        suite: the recordings.
        strategy: the one of theirs that is looked at.
        folder: prompts; `None`: those shipped.
        named: the kinds of one's own that may be loaded.

    Raises:
        UsageError: a prompt cannot be used, or a recorded kind is not known here.
        RecordingError: a recording cannot be read.
    """
    recordings = Recordings(suite, strategy)
    meta = recordings.meta()
    kinds = find_named_kinds(meta.kinds, named, f"the recording in {suite}")
    prompts = {plan.prompt for plan in plans(strategy, kinds, folder, meta.form)}
    pages = list(_pages(recordings.folder))
    stale = [name for name, path in pages if not _recorded_prompts(path) <= prompts]
    return stale, len(pages)


def _pages(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name != "meta":
            yield name, path


def _recorded_prompts(path: Path) -> set[str]:
    """The system messages of a page's first requests."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: cannot be read: {error}") from error
    firsts = [one.request for one in loads(text, str(path)) if one.turn is None]
    return {str(message["content"]) for body in firsts for message in body["messages"][:1]}
