"""Foreign text on its way out: a page, an answer and an endpoint's message may hold what a terminal obeys."""

import json
import re
from typing import Any

# C0 and C1 controls, direction marks and overrides, line separators, lone surrogates.
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Foreign text for a terminal, its control and direction characters made visible."""
    return "".join(c if c.isprintable() or c in "\n\u3000" else f"\\x{ord(c):02x}" for c in text)


def one_line(text: str, *, limit: int = 60) -> str:
    """Foreign text for one line of a terminal, as `printable`, cut after `limit` characters."""
    shown = printable(text[:limit]).replace("\n", "\\n")
    return shown + "…" if len(text) > limit else shown


def json_line(tree: Any) -> str:
    """A tree as JSON in one line, Chinese as Chinese; what a terminal would obey is escaped as in JSON."""
    line = json.dumps(tree, ensure_ascii=False)
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", line)
