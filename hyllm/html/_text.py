"""Foreign text in HTML, and a page's text with marks in it."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

# Everything that a browser would obey, drop or choke on: controls but tab and line break, direction marks
# and overrides, invisible characters, line separators, halves of characters, noncharacters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)


class Mark(NamedTuple):
    """A stretch of a text that is marked: `text[start:end]`."""

    start: int
    end: int
    classes: str
    """One or more names of classes, parted by blanks."""
    ref: str = ""
    """What the mark belongs to; it becomes part of `data-refs`."""
    title: str = ""
    """What is told where the pointer rests on it, as text."""


def bidi_safe(text: str) -> str:
    """Foreign text as HTML that stays where it is put, its unseen characters made visible."""
    return f"<bdi>{_escaped(text)}</bdi>"


def plain(text: str) -> str:
    """Foreign text where no element can stand: in attributes in quotes, titles, options and drawings."""
    return html.escape(_UNSEEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text))


def both(english: str, chinese: str) -> str:
    """Words of ours as HTML, in English and then in Chinese, if there are any."""
    return f"{plain(english)} <span lang=zh-Hans>{plain(chinese)}</span>" if chinese else plain(english)


def _escaped(text: str) -> str:
    parts: list[str] = []
    last = 0
    for match in _UNSEEN.finditer(text):
        parts += [html.escape(text[last : match.start()]), f"<i class=unseen>U+{ord(match[0]):04X}</i>"]
        last = match.end()
    return "".join(parts) + html.escape(text[last:])


def marked(text: str, marks: Iterable[Mark], *, start: int = 0, end: int | None = None) -> str:
    """A stretch of a text as HTML, its marks as `<mark class="…" data-refs="…">`.

    Marks may overlap: each stretch between two ends of marks is one element with the classes and
    references and titles of all that cover it. Marks outside the text are cut.

    Args:
        text: the whole text.
        marks: in offsets of the whole text.
        start: where the stretch begins.
        end: where it ends; by default with the text.
    """
    end = len(text) if end is None else min(end, len(text))
    inside = [_cut(mark, start, end) for mark in marks]
    inside = sorted((mark for mark in inside if mark.start < mark.end), key=lambda mark: mark[:2])
    return "<bdi>" + "".join(_pieces(text, inside, start, end)) + "</bdi>"


def _cut(mark: Mark, start: int, end: int) -> Mark:
    return mark._replace(start=max(start, mark.start), end=min(end, mark.end))


def _pieces(text: str, marks: Sequence[Mark], start: int, end: int) -> Iterator[str]:
    edges = sorted({start, end, *(mark.start for mark in marks), *(mark.end for mark in marks)})
    open_marks: list[Mark] = []
    waiting = list(reversed(marks))
    for left, right in pairwise(edges):
        open_marks = [mark for mark in open_marks if mark.end > left]
        while waiting and waiting[-1].start <= left:
            open_marks.append(waiting.pop())
        piece = _escaped(text[left:right])
        yield _element(piece, open_marks) if open_marks else piece


def _element(piece: str, marks: Sequence[Mark]) -> str:
    classes = " ".join(dict.fromkeys(name for mark in marks for name in mark.classes.split()))
    refs = " ".join(dict.fromkeys(mark.ref for mark in marks if mark.ref))
    shown = f' data-refs="{html.escape(refs)}"' if refs else ""
    titles = " · ".join(dict.fromkeys(mark.title for mark in marks if mark.title))
    shown += f' title="{plain(titles)}"' if titles else ""
    return f'<mark class="{html.escape(classes)}"{shown}>{piece}</mark>'


def snippet(text: str, marks: Sequence[Mark], around: int = 24) -> str:
    """The first mark in its context as HTML, `around` characters on either side; empty without a mark."""
    if not marks:
        return ""
    first = min(marks, key=lambda mark: mark[:2])
    start, end = max(0, first.start - around), min(len(text), first.end + around)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return before + marked(text, marks, start=start, end=end) + after
