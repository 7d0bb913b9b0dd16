"""What an answer tells at a glance, before it is read: what it took, and which model gave it."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from hyllm.answers import NO_USAGE, Usage, read_usage
from hyllm.client import PassingError


class Glance(NamedTuple):
    """What is seen of an answer."""

    is_completion: bool
    """Whether it has choices, as a chat completion has."""
    usage: Usage
    model: str | None
    fingerprint: str | None


def glance(raw: bytes) -> Glance:
    """What is seen of an answer's body.

    Raises:
        PassingError: it says that those behind a gateway have failed, though its status is 200.
    """
    try:
        found: object = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Glance(False, NO_USAGE, None, None)
    tree = cast("Mapping[str, Any]", found)
    if "error" in tree and not tree.get("choices"):
        said = " ".join(json.dumps(tree["error"], ensure_ascii=False).split())[:200]
        raise PassingError(f"the endpoint answers with an error: {said}", cause="error in 200")
    return Glance(
        bool(tree.get("choices")),
        read_usage(tree),
        _word(tree.get("model")),
        _word(tree.get("system_fingerprint")),
    )


def _word(value: object) -> str | None:
    return value[:200] if isinstance(value, str) else None


def cause_of(message: str) -> str:
    """Why a page failed, in a word or two, from an error's words: `HTTP 400` of `host answers 400: …`."""
    found = re.search(r" answers (\d{3})\b", message)
    return f"HTTP {found[1]}" if found else "no answer"
