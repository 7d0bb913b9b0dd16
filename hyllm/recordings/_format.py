"""The text of a recording, in vcrpy's format: JSON bodies are trees, and Chinese is Chinese, so that a
reviewer can read it. Secrets and hosts' volatile headers are never written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import yaml

from hyllm.errors import RecordingError
from hyllm.prompting import request_key

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT_HEADERS = frozenset({"content-type", "retry-after"})

Source = Literal["live", "cached", "replayed"]
"""Where an answer came from: the endpoint, recordings that are being added to, recordings alone."""


class Turn(NamedTuple):
    """A further turn about a page. It is known by these two, whatever it says: a turn that was answered is
    not asked again because the code that words it has changed.
    """

    first: str
    """The `request_key` of the page's first request."""
    number: int
    """1 for the first that asks for what failed; 0 for a second look."""


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
    recorded_key: str | None = None
    """The `request_key` at the time of recording, where the request is kept without its page's text."""

    @property
    def key(self) -> "str | Turn":
        """What it is found by: its turn, or the `request_key` of a first request."""
        return self.turn or self.recorded_key or request_key(self.request)


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
                **({"key": one.recorded_key} if one.recorded_key else {}),
            },
            "response": {
                "status": {"code": one.status, "message": "OK" if one.status == 200 else ""},
                "headers": {k.lower(): [v] for k, v in one.headers.items() if k.lower() in _KEPT_HEADERS},
                ("text" if isinstance(one.answer, str) else "json"): one.answer,
            },
        }
        for one in interactions
    ]
    return dump_yaml({"interactions": entries, "version": 1})


def dump_yaml(tree: Any) -> str:
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
        entries: list[Any] = load_yaml(text)["interactions"]
        return [
            Interaction(
                uri=entry["request"]["uri"],
                request=dict(entry["request"]["json"]),
                answer=entry["response"].get("json", entry["response"].get("text")),
                status=int(entry["response"]["status"]["code"]),
                headers={k: v[0] for k, v in entry["response"]["headers"].items()},
                turn=_turn(entry["request"].get("turn")),
                recorded_key=entry["request"].get("key"),
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


def load_yaml(text: str) -> Any:
    """The tree of a recording. No tag is obeyed, and no alias: a few of them make a tree without end."""
    if _MAYBE_ALIAS.search(text):
        events: Iterator[object] = yaml.parse(text, Loader=_LOADER)  # pyright: ignore[reportUnknownMemberType]
        if any(isinstance(event, yaml.AliasEvent) for event in events):
            raise ValueError("it has aliases, which hyllm never writes")
    return yaml.load(text, Loader=_LOADER)
