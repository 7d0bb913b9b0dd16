"""What has changed between a recorded request and today's."""

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

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


def shown_page(body: Mapping[str, Any]) -> str | None:
    """The page as the body of a first request shows it to the model."""
    return _parts(body).get("messages.user")


def likeness(recorded: Mapping[str, Any], today: Mapping[str, Any]) -> float:
    """The share of lines that the messages of two bodies have in common, 0 to 1."""
    before, after = (
        {line for part in _parts(body).values() if isinstance(part, str) for line in part.split("\n")}
        for body in (recorded, today)
    )
    return len(before & after) / max(1, len(before | after))


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
