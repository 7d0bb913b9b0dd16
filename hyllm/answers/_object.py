"""The JSON object in a model's words: without what stands around it, as far as it is whole.

Mended is only what has one meaning: fences, thoughts and talk around the object, comments, a comma before
a closing bracket, raw control characters in strings. Each step reads the words a fixed number of times.
"""

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple, cast

import jiter

from hyllm.answers._message import Unreadable

_DEEPEST = 100
"""Levels of nesting; an answer has seven."""
_MOST_STARTS = 8
"""In how many places, counted from the end, the answer is looked for among other objects."""

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'  # an unfinished one runs to the end
_TOKEN = re.compile(rf"{_STRING}|//[^\n]*+|/\*(?>(?:[^*]|\*(?!/))*)(?:\*/|\Z)|[{{}}\[\]]", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|,(?=\s*+[}}\]])", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.",
    re.DOTALL,
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Found(NamedTuple):
    """The object, as far as it goes."""

    tree: dict[str, Any]
    whole: bool
    """Whether it is closed. If not, its last part is what was being written."""
    depth: int = 0
    """How many brackets are open where it ends: 1 between two lists, 2 between two items of a list."""
    damage: str = ""
    """Where it is no JSON any more; empty for one that merely ends."""


def find_object(words: str, keys: Collection[str]) -> Found:
    """The object with one of `keys` in a model's words; of several, the last.

    Raises:
        Unreadable: there is no object.
    """
    text = _LONE_SURROGATE.sub("\ufffd", words).lstrip("\ufeff \t\r\n").rstrip()
    tree = _whole(text)
    if isinstance(tree, str):  # JSON written as a string of JSON
        text, tree = tree, _whole(tree)
    if isinstance(tree, dict) and any(key in tree for key in keys):
        return Found(cast("dict[str, Any]", tree), whole=True)
    starts = [match.start() for match in _start_of(keys).finditer(text)][-_MOST_STARTS:]
    found = _last_object(text, starts)
    if found is not None:
        return found
    if isinstance(tree, dict):
        return Found(cast("dict[str, Any]", tree), whole=True)
    if tree is not None:
        raise Unreadable(f"the answer is JSON, but no object; it begins {text[:40]!r}", text)
    first = text.find("{")
    if first < 0:
        raise Unreadable(f"the answer is no JSON; it begins {text[:40]!r}", text)
    return _object_at(text, first)[0]


def _start_of(keys: Collection[str]) -> re.Pattern[str]:
    return re.compile(r"\{\s*+\"(?:" + "|".join(map(re.escape, keys)) + r")\"\s*+:", re.IGNORECASE)


def _whole(text: str) -> Any:
    """What the text says if it is JSON and nothing else; else `None`."""
    try:
        return jiter.from_json(text.encode())
    except ValueError:
        return None


def _last_object(text: str, starts: list[int]) -> Found | None:
    """The last of the objects that begin at `starts`, those inside another passed over."""
    found, end = None, 0
    for start in starts:
        if start < end:
            continue
        found, end = _object_at(text, start)
        if not found.whole:
            end = 0  # drafts are left unfinished, too: the next start may be the answer
    return found


def _object_at(text: str, start: int) -> tuple[Found, int]:
    """The object that begins at `start`, and where it ends."""
    clean, closed, end, depth = _scanned(text, start)
    clean = _COMMA.sub(lambda match: "" if match[0] == "," else match[0], clean)
    if not closed and (cut := _partial(clean)) is not None:
        return Found(cut, whole=False, depth=depth), end
    try:
        return Found(json.loads(clean, parse_int=_integer), whole=True), end
    except json.JSONDecodeError as error:
        before, after = clean[: error.pos], clean[error.pos : error.pos + 20]
    damage = f"no JSON from character {len(before)} on: {after!r}"
    depth = _scanned(before, 0)[3]
    return Found(_partial(before) or {}, whole=False, depth=depth, damage=damage), end


def _partial(text: str) -> dict[str, Any] | None:
    """What an object says that is JSON as far as it goes; `None` for one that is not."""
    try:
        tree: Any = jiter.from_json(text.encode(), partial_mode=True)
    except ValueError:
        return None
    return cast("dict[str, Any]", tree) if isinstance(tree, dict) else None


def _scanned(text: str, start: int) -> tuple[str, bool, int, int]:
    """The text from a bracket to the one that closes it, cleaned; whether it is closed; its end; how many
    brackets are open there.
    """
    parts: list[str] = []
    depth, last = 0, start
    for match in _TOKEN.finditer(text, start):
        token = match[0]
        if token[0] in '"/':
            cleaned = "" if token[0] == "/" else _clean_string(token)
            if cleaned is not token:
                parts += [text[last : match.start()], cleaned]
                last = match.end()
            continue
        depth += 1 if token in "{[" else -1
        if depth > _DEEPEST:
            raise Unreadable("the answer is nested too deeply to be one", text)
        if depth <= 0:
            parts.append(text[last : match.end()])
            return "".join(parts), True, match.end(), 0
    parts.append(text[last:])
    return "".join(parts), False, len(text), depth


def _clean_string(token: str) -> str:
    if _CONTROL.search(token):
        token = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", token)
    if "\\ud" in token or "\\uD" in token:
        token = _ESCAPE.sub(lambda m: "\\ufffd" if len(m[0]) == 6 else m[0], token)
    return token


def _integer(digits: str) -> int | str:
    """A number as a number, unless it is longer than any on a page."""
    return int(digits) if len(digits) < 40 else digits
