"""A page as the rules read it: its units in match form, with their values, in passages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from hyllm.text import Locator, fold
from hyllm.values import Found, find_values, needs_anchor

_BREAK = re.compile("[,。;:!?]")
_PROSE = re.compile("[。;!?]$|,")
_NEW_ARTICLE = re.compile("本报讯|新华社|[▲■●◆]")
_DATE_FIRST = re.compile(r"(?:\d{4}年)?\d{1,2}月")
_LONGEST_HEADLINE = 40
_LONGEST = 800
"""Characters of a line. A longer unit is no sentence but a table or noise: cut, the time stays linear."""
_FARTHEST = 12
"""How many lines back an anchor or the date of an occasion is looked for."""


@dataclass(frozen=True)
class Line:
    """One unit of the page, or a part of a very long one."""

    number: int
    text: str
    """In match form: no white space, half-width marks, straight quotation marks."""
    passage: int
    """Lines with the same number follow each other in one article, as far as the print shows."""
    index: int
    """Its place in the passage, from 0."""

    @cached_property
    def values(self) -> Sequence[Found]:
        """Its dates, money and quantities in printed order."""
        return sorted(find_values(self.text), key=lambda value: value.start)

    @property
    def is_headline(self) -> bool:
        return not _PROSE.search(self.text)

    def of_type(self, *types: str) -> list[Found]:
        return [value for value in self.values if value.type in types]


class Clause(NamedTuple):
    """A part of a line between two marks: `line.text[start:end]`."""

    start: int
    end: int


class Sheet:
    """All lines of a page."""

    def __init__(self, locator: Locator) -> None:
        self.lines = list(_lines(locator))
        self._passages: dict[int, list[Line]] = {}
        for line in self.lines:
            self._passages.setdefault(line.passage, []).append(line)

    def following(self, line: Line, count: int) -> list[Line]:
        """The line, and up to `count` that follow it in its passage."""
        passage = self._passages[line.passage]
        return passage[line.index : line.index + count + 1]

    def before(self, line: Line) -> list[Line]:
        """The lines of the passage shortly before this one, the nearest first."""
        return self._passages[line.passage][max(0, line.index - _FARTHEST) : line.index][::-1]

    def date(self, line: Line, value: Found) -> dict[str, Any]:
        """The reading of a date; one that leans on another gets the nearest before it as its anchor."""
        words = _whole(line.text, value)
        if not needs_anchor(words):
            return {"text": words}
        earlier = [(line, v) for v in line.of_type("date") if v.end <= value.start][::-1]
        earlier += [(one, v) for one in self.before(line) for v in one.of_type("date")[::-1]]
        anchors = (one.text[v.start : v.end] for one, v in earlier)
        anchor = next((found for found in anchors if not needs_anchor(found)), None)
        return {"text": words, "anchor": anchor} if anchor else {"text": words}


def _whole(text: str, value: Found) -> str:
    """The words of a date, with the character that says of which year: 明 before 年底."""
    words = text[value.start : value.end]
    which = text[value.start - 1 : value.start] if words.startswith("年") and value.start else ""
    return which + words if which and which in "今明去前后" else words


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a line in match form, without the marks that end them."""
    start = 0
    for mark in _BREAK.finditer(text):
        if mark.start() > start:
            yield Clause(start, mark.start())
        start = mark.end()
    if start < len(text):
        yield Clause(start, len(text))


def _lines(locator: Locator) -> Iterator[Line]:
    passage, index, after_headline = 0, -1, True
    for unit in locator.units:
        text = fold(locator.text[unit.start : unit.end])
        begins_line = unit.start == 0 or locator.text[unit.start - 1] in "\r\n\u3000 "
        headline = not _PROSE.search(text) and len(text) <= _LONGEST_HEADLINE
        if (
            headline
            or after_headline
            or _NEW_ARTICLE.match(text)
            or (begins_line and _DATE_FIRST.match(text))
        ):
            passage, index = passage + 1, -1
        after_headline = headline
        for start in range(0, len(text), _LONGEST):
            index += 1
            yield Line(unit.number, text[start : start + _LONGEST], passage, index)
