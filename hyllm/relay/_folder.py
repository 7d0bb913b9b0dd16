"""The relay folder: which files it holds, what they are called, and how they come to be there.

    0007-1a2b3c4d.request.json   the body, for programs
    0007-1a2b3c4d.request.md     the same to read
    0007-1a2b3c4d.answer.json    the answer, or .answer.txt
    0007-1a2b3c4d.rejected-1.txt an answer that could not be used
    0007-1a2b3c4d.problem.txt    what was wrong with it

Nothing about it is kept in memory: whoever deletes, moves or adds files is always right.
"""

import json
import os
import re
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast

from hyllm.errors import UsageError
from hyllm.prompting import request_key

from ._answer import Answer, read_answer
from ._wire import Ask, count_characters

_STEM = re.compile(r"([0-9]{4,9})-([0-9a-f]{8})(?=\.)")
_REQUEST = ".request.json"
_READABLE = ".request.md"
_ANSWERS = (".answer.json", ".answer.txt")
_PROBLEM = ".problem.txt"


@dataclass(frozen=True)
class Status:
    """One parked request, as `hyllm relay FOLDER --status` lists it."""

    number: int
    """Its place in the order of parking, from 1."""
    key8: str
    """The first 8 hex digits of its request key."""
    model: str | None
    """The model the request names; None when the file cannot be read as a request."""
    characters: int | None
    """How many characters its messages have; None likewise."""
    parked_since: datetime
    """When it was parked, in UTC."""
    state: Literal["waiting", "answered"]
    """Whether an answer lies beside it."""


def status(folder: str | os.PathLike[str]) -> list[Status]:
    """The requests in a relay folder by number, whether or not a relay is running.

    Raises:
        UsageError: there is no such folder, or it cannot be read.
    """
    try:
        return RelayFolder(folder).status()
    except OSError as error:
        raise UsageError(f"Cannot read the relay folder {folder}: {error.strerror}.") from error


class RelayFolder:
    """A relay's folder. Its methods raise `OSError` for what the disk refuses."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._parking = threading.Lock()

    def create(self) -> None:
        """Make the folder, for its owner's eyes only; one that is there keeps the mode its owner gave it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def names(self) -> set[str]:
        """The names of all files in the folder."""
        return set(os.listdir(self.path))  # noqa: PTH208 - one set of names, made twice a second

    def park(self, ask: Ask) -> tuple[str, bool]:
        """The stem under which the request lies in the folder, and whether it was put there just now."""
        with self._parking:
            names = self.names()
            stem = self._parked_already(ask.key, names)
            if stem is not None:
                return stem, False
            stem = f"{_highest_number(names) + 1:04d}-{ask.key[:8]}"
            self._write(stem + _READABLE, ask.as_text)
            self._write(stem + _REQUEST, ask.as_json)  # last: it is what makes the request parked
            return stem, True

    def _parked_already(self, key: str, names: Collection[str]) -> str | None:
        for stem in _requests(names):
            if stem.endswith(f"-{key[:8]}") and self._key(stem) == key:
                return stem
        return None

    def _key(self, stem: str) -> str | None:
        body = self._body(stem)
        return None if body is None else request_key(body)

    def _body(self, stem: str) -> dict[str, Any] | None:
        """The parked request; None when someone has made it unreadable."""
        try:
            body = json.loads(self._path(stem + _REQUEST).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return cast("dict[str, Any]", body) if isinstance(body, dict) else None

    def answer(self, stem: str, names: Collection[str]) -> Answer | None:
        """The answer to a request, where `names` has one."""
        for name in (stem + suffix for suffix in _ANSWERS):
            path = self._path(name)
            if name in names and path.is_file():  # a pipe would hold up every other request
                with suppress(FileNotFoundError), path.open("rb") as file:
                    return read_answer(name, file.read(), written=os.fstat(file.fileno()).st_mtime)
        return None

    def reject(self, stem: str, answer: Answer) -> None:
        """Put an answer aside, and write down what is wrong with it and what to do."""
        free = (f"{stem}.rejected-{number}.txt" for number in count(1))
        rejected = next(name for name in free if not self._path(name).exists())
        self._path(answer.name).rename(self._path(rejected))
        self._write(
            stem + _PROBLEM,
            f"{answer.name} was not accepted and is now called {rejected}.\n{answer.problem}\n"
            f"Write a corrected answer to {stem}{_ANSWERS[0]}: one JSON object and nothing else.\n",
        )

    def forget_problem(self, stem: str) -> None:
        """Remove what was said about an earlier answer."""
        self._path(stem + _PROBLEM).unlink(missing_ok=True)

    def status(self) -> list[Status]:
        """Every request in the folder, by number."""
        names = self.names()
        return [self._status(stem, names) for stem in _requests(names)]

    def _status(self, stem: str, names: Collection[str]) -> Status:
        number, key8 = stem.split("-")
        body = self._body(stem)
        parked = self._path(stem + _REQUEST).stat().st_mtime
        answered = any(stem + suffix in names for suffix in _ANSWERS)
        return Status(
            number=int(number),
            key8=key8,
            model=None if body is None else str(body.get("model")),
            characters=_characters(body),
            parked_since=datetime.fromtimestamp(int(parked), UTC),
            state="answered" if answered else "waiting",
        )

    def _path(self, name: str) -> Path:
        return self.path / name

    def _write(self, name: str, text: str) -> None:
        """Write a file that nobody sees half-written, and leave nothing behind when that fails."""
        unfinished = self._path(f".{name}.tmp")
        try:
            unfinished.write_bytes(text.encode())
            unfinished.replace(self._path(name))
        except OSError:
            with suppress(OSError):
                unfinished.unlink()
            raise


def _requests(names: Collection[str]) -> Iterator[str]:
    """The stems of the parked requests, by number."""
    stems = (match[0] for name in names if (match := _STEM.match(name)) and name == match[0] + _REQUEST)
    yield from sorted(stems, key=lambda stem: (int(stem.split("-")[0]), stem))


def _highest_number(names: Collection[str]) -> int:
    return max((int(match[1]) for name in names if (match := _STEM.match(name))), default=0)


def _characters(body: dict[str, Any] | None) -> int | None:
    try:
        return None if body is None else count_characters(body)
    except (KeyError, TypeError, AttributeError):  # someone has edited the file
        return None
