"""Recorded answers on disk, in vcrpy's format: `<suite>/<strategy>/<page>.yaml`, and `meta.yaml` beside.

JSON bodies are trees and Chinese is Chinese, so that a reviewer can read a recording; secrets and hosts'
volatile headers are never written. A recording answers a request with the same key, whatever the host.
"""

import difflib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import yaml

from hyllm.errors import RecordingError, StaleRecording, UsageError
from hyllm.prompting import request_key

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT_HEADERS = frozenset({"content-type", "retry-after"})
_STRATEGY = "page"
"""The folder below a suite: one request for all kinds of a page."""


Source = Literal["live", "cached", "replayed"]
"""Where an answer came from: the endpoint, recordings that are being added to, recordings alone."""


class Turn(NamedTuple):
    """A further turn about a page. It is known by these two, whatever it says: a turn that was answered is
    not asked again because the code that words it has changed.
    """

    first: str
    """The `request_key` of the page's first request."""
    number: int
    """1 for the first further turn."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and the answer it got."""

    uri: str
    request: dict[str, Any]
    answer: Any
    """The answer's JSON, or its text where it is none."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    turn: Turn | None = None

    @property
    def key(self) -> "str | Turn":
        """What it is found by: its turn, or the `request_key` of a first request."""
        return self.turn or request_key(self.request)


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    text = _LONE_SURROGATE.sub("\ufffd", text)  # which no file can hold
    lines = text.split("\n")
    block = len(lines) > 1 and all(line == line.rstrip() for line in lines)
    return dumper.represent_scalar(  # pyright: ignore[reportUnknownMemberType]
        "tag:yaml.org,2002:str", text, style="|" if block else None
    )


_Dumper.add_representer(str, _text)


def dumps(interactions: Sequence[Interaction]) -> str:
    """The text of a recording."""
    entries = [
        {
            "request": {
                "method": "POST",
                "uri": _without_secrets(one.uri),
                "headers": {"content-type": ["application/json"]},
                "json": one.request,
                **({"turn": one.turn._asdict()} if one.turn else {}),
            },
            "response": {
                "status": {"code": one.status, "message": "OK" if one.status == 200 else ""},
                "headers": {k.lower(): [v] for k, v in one.headers.items() if k.lower() in _KEPT_HEADERS},
                ("text" if isinstance(one.answer, str) else "json"): one.answer,
            },
        }
        for one in interactions
    ]
    return _yaml({"interactions": entries, "version": 1})


def _yaml(tree: Any) -> str:
    return yaml.dump(tree, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4096)


def _without_secrets(uri: str) -> str:
    """The address without user, password, query and fragment."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{netloc}:{parts.port}" if parts.port else netloc, parts.path, "", ""))


def loads(text: str, name: str) -> list[Interaction]:
    """The interactions of a recording's text; `name` stands in errors.

    Raises:
        RecordingError: the text is no recording. No tag of it is obeyed: a hostile file runs no code.
    """
    try:
        entries: list[Any] = _safe_load(text)["interactions"]
        return [
            Interaction(
                uri=entry["request"]["uri"],
                request=dict(entry["request"]["json"]),
                answer=entry["response"].get("json", entry["response"].get("text")),
                status=int(entry["response"]["status"]["code"]),
                headers={k: v[0] for k, v in entry["response"]["headers"].items()},
                turn=_turn(entry["request"].get("turn")),
            )
            for entry in entries
        ]
    except (
        yaml.YAMLError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as error:
        raise RecordingError(f"{name}: no recording hyllm can read: {error}") from error


def _turn(found: Mapping[str, Any] | None) -> Turn | None:
    return None if found is None else Turn(str(found["first"]), int(found["number"]))


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAYBE_ALIAS = re.compile(r"[\s\[{,:-]\*\w")


def _safe_load(text: str) -> Any:
    """The tree of a recording. No tag is obeyed, and no alias: a few lines of them make a tree without end."""
    if _MAYBE_ALIAS.search(text):
        events: Iterator[object] = yaml.parse(text, Loader=_LOADER)  # pyright: ignore[reportUnknownMemberType]
        if any(isinstance(event, yaml.AliasEvent) for event in events):
            raise ValueError("it has aliases, which hyllm never writes")
    return yaml.load(text, Loader=_LOADER)


@dataclass(frozen=True, slots=True)
class Meta:
    """What `meta.yaml` says of a suite's recordings in one strategy."""

    model: str
    reached: str
    """How the model was reached, in words: `https://api.deepseek.com/v1`, `hyllm relay`."""
    recorded: str
    """Date of the first recording, YYYY-MM-DD."""
    kinds: tuple[str, ...]
    prompt_hash: str
    schema_hash: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The request's other settings: wire, temperature, …"""


class Recordings:
    """The recordings of one suite: a folder `<suite>`, its pages in `<suite>/page/`."""

    def __init__(self, suite: Path) -> None:
        self.folder = suite / _STRATEGY
        self._read: dict[str, list[Interaction]] = {}
        self._used: dict[str, list[Interaction]] = {}
        """What was found or added in this run. The rest of a page's file goes when something is added."""

    def find(self, page: str, body: Mapping[str, Any], turn: Turn | None = None) -> Interaction | None:
        """The recording of this very request, or of this turn; or `None`."""
        key = turn or request_key(body)
        found = next((one for one in self._interactions(page) if one.key == key), None)
        used = self._used.setdefault(page, [])
        if found is not None and found not in used:
            used.append(found)
        return found

    def get(self, page: str, body: Mapping[str, Any], turn: Turn | None = None) -> Interaction:
        """The recording of this very request, or of this turn.

        Raises:
            StaleRecording: the page is recorded, with another request; the message says what has changed.
            RecordingError: the page is not recorded.
        """
        found = self.find(page, body, turn)
        if found is not None:
            return found
        others = [one for one in self._interactions(page) if one.turn is None]
        if not others or turn is not None:
            what = f"{page}: further turn {turn.number}" if turn else page
            raise RecordingError(f"{what}: not recorded in {self.folder}; record it with {self._anew()}")
        changes = explain(others[-1].request, body)
        raise StaleRecording(f"{page}: its recording is stale. {changes}\nRecord it anew with {self._anew()}")

    def add(self, page: str, interaction: Interaction) -> None:
        """Writes an answer at once. What the page's file held from other requests is replaced."""
        used = self._used.setdefault(page, [])
        used.append(interaction)
        self._read[page] = list(used)
        _write(self._path(page), dumps(used))

    def _anew(self) -> str:
        return f"hyllm extract … --record {self.folder.parent}"

    def meta(self) -> Meta:
        """What is known of the recordings as a whole.

        Raises:
            RecordingError: there is no `meta.yaml`, or it cannot be read.
        """
        path = self.folder / "meta.yaml"
        if not path.is_file():
            raise RecordingError(f"no recordings in {self.folder.parent}: {path} is missing")
        try:
            found: dict[str, Any] = _safe_load(path.read_text(encoding="utf-8"))
            found["kinds"] = tuple(found["kinds"])
            return Meta(**found)
        except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError, RecursionError) as error:
            raise RecordingError(f"{path}: cannot be read: {error}") from error

    def begin(self, meta: Meta) -> None:
        """Writes `meta.yaml`; the date of recordings that are already there, in this very form, stays."""
        path = self.folder / "meta.yaml"
        if path.is_file():
            known = self.meta()
            same = (known.model, known.prompt_hash, known.schema_hash) == (
                meta.model,
                meta.prompt_hash,
                meta.schema_hash,
            )
            if same:
                return
        tree = {name: getattr(meta, name) for name in Meta.__dataclass_fields__}
        _write(path, _yaml(tree | {"kinds": list(meta.kinds), "options": dict(meta.options)}))

    def _interactions(self, page: str) -> list[Interaction]:
        if page not in self._read:
            path = self._path(page)
            try:
                text = path.read_text(encoding="utf-8")
            except FileNotFoundError:
                self._read[page] = []
            except (OSError, UnicodeDecodeError) as error:
                raise RecordingError(f"{path}: cannot be read: {error}") from error
            else:
                self._read[page] = loads(text, str(path))
        return self._read[page]

    def _path(self, page: str) -> Path:
        path = self.folder / f"{page}.yaml"
        if not path.resolve().is_relative_to(self.folder.resolve()) or page == "meta":
            raise UsageError(f"page id {page!r} cannot name a recording")
        return path


def _write(path: Path, text: str) -> None:
    """Writes the whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


_NAMES = {
    "messages.system": "the prompt",
    "messages.user": "the page",
    "response_format": "the schema",
    "tools": "the schema",
    "model": "the model",
}


def explain(recorded: Mapping[str, Any], today: Mapping[str, Any]) -> str:
    """What differs between a recorded request and today's, for people."""
    before, after = _parts(recorded), _parts(today)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    names = ", ".join(dict.fromkeys(_NAMES.get(name, name) for name in changed))
    diff = [line for name in changed for line in _diff(before.get(name), after.get(name))]
    return f"Changed since: {names}.\n" + "\n".join(diff[:20])


def _parts(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a body, its messages by their roles."""
    parts = {name: value for name, value in body.items() if name != "messages"}
    messages: Sequence[Mapping[str, Any]] = body.get("messages") or []
    for message in messages:
        parts[f"messages.{message.get('role')}"] = message.get("content")
    return parts


def _diff(recorded: Any, today: Any) -> list[str]:
    before, after = (_lines(value) for value in (recorded, today))
    return [f"  {line[:200]}" for line in difflib.unified_diff(before, after, n=0, lineterm="")][2:]


def _lines(value: Any) -> list[str]:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return text.replace("\\n", "\n").split("\n")
