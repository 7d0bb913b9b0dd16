"""A slice of a page as it is quoted: without the line breaks the column forced on it."""

import re

_LINE_BREAK = re.compile(r"[^\S\r\n]*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


def line_breaks(text: str) -> int:
    """How many lines end in `text`; CR LF ends one."""
    return len(f"{text}x".splitlines()) - 1 if text else 0


def joined(text: str) -> str:
    """`text` without line breaks and the white space around them, nor at its ends."""
    if len(text.splitlines()) > 1:  # which knows the same line breaks
        text = _LINE_BREAK.sub("", text)
    return text.strip()
