"""What a page's head prints: the paper's name, the issue's date, the page's number.

A date is the issue's only if its line holds nothing but what heads hold, and if other parts of a head
stand near it: so a date in a news item, a notice or a byline is not taken for it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import NamedTuple

from hyllm.archive._dateline import find_date
from hyllm.archive._furniture import NO_FURNITURE, WEEKDAY, Furniture, furniture
from hyllm.archive._metadata import Metadata

_CHARACTERS = 3_000
_LINES = 40
_LONGEST = 80
_NEAR = 12
"""Lines between the parts of one head, at most."""
_TOP = 5
"""Lines at the top of a page, where its head is expected."""
_ENOUGH = 2
"""Signs of a head that a date needs beside it."""
_TORN = 4
"""Lines that a date may be torn into."""
_KINDS = "(?:[日曰][报報]|晚[报報]|早[报報]|晨报|午报|都市报|特区报|商报|时报|周报|新报|青年报|导报)"
_PAPER = re.compile(f"([\u3400-\u9fff]{{2,5}}{_KINDS})(?:社(?:编辑)?出版)?")
_BESIDE_DATE = re.compile(f"(?:^|(?<= ))[\u3400-\u9fff]{{2,4}}{_KINDS}(?!社)")
_NUMBERED_SECTION = re.compile("[A-D]?[0-9]{1,2}\\s+(?:[\u3400-\u9fff]\\s*){2,8}")
_WEEKDAYS = "一二三四五六日"
_NUMBER = re.compile(
    "第?[A-D]?[0-9]{1,2}(?:版(?::?[\u3400-\u9fff]{0,8}))?|第[一二三四五六七八九十]{1,3}版|(?:0[0-9]|[A-D]0?[0-9]{1,2})[\u3400-\u9fff]{2,8}"
)


class Masthead(NamedTuple):
    """What a page's head says."""

    metadata: Metadata
    """Paper, issue date and page number, each `None` where the head does not say."""
    conflicts: tuple[str, ...] = ()
    """A sentence where the date and its weekday cannot both be right."""


class _Line(NamedTuple):
    """A line of the head, or several that a date is torn into: in half width, without white space."""

    at: int
    text: str
    paper: str | None
    found: Furniture
    day: date | None = None
    is_numbered: bool = False
    """A page's number and, after a blank, its section's name."""


def read_masthead(text: str) -> Masthead:
    """What the head of a page says of its paper, its issue's date and its number.

    Blanks, full width, Chinese numerals and the letters that OCR reads for digits are seen through. A page
    whose head has an issue number, a publisher or the like is page 1.
    """
    lines = _head(text)
    dated = _most_likely(lines)
    around = _near(dated, lines)
    paper = _paper(dated, around)
    if dated is None and paper is None:
        return Masthead(Metadata(page_no=_top_number(lines)))
    day = dated.day.isoformat() if dated and dated.day else None
    return Masthead(Metadata(paper, day, _page_no(dated, around)), tuple(_doubts(dated, lines)))


def _head(text: str) -> list[_Line]:
    """The first lines that are not blank; a name set a character a line is one."""
    folded = unicodedata.normalize("NFKC", text[:_CHARACTERS]).splitlines()
    raw = [line.strip() for line in folded if line.strip()][:_LINES]
    return [_line(at, line) for at, line in enumerate(_columns(raw))]


def _columns(raw: Sequence[str]) -> Iterator[str]:
    """The lines, where a column of single characters that is a paper's name is one line."""
    waiting = list(raw)
    while waiting:
        column = "".join(takewhile(lambda line: len(line) == 1, waiting))
        size = len(column) if _PAPER.fullmatch(column) else 1
        yield "".join(waiting[:size])
        del waiting[:size]


def _line(at: int, raw: str) -> _Line:
    """A line and what it is made of. One as long as a sentence is no part of a head."""
    text = "".join(raw.split())
    if len(text) > _LONGEST:
        return _Line(at, text, None, NO_FURNITURE)
    dated = find_date(text)
    rest = f"{text[: dated.start]} {text[dated.end :]}" if dated else text
    paper = _paper_in(raw, rest)
    found = furniture(rest.replace(paper, " ") if paper else rest)
    sure = bool(paper or found.page_no or found.strong or found.lunar)
    day = dated.day if dated and (found.is_plain or (found.is_section and sure)) else None
    name = paper and paper.replace("曰", "日") if found.is_section else None
    return _Line(at, text, name, found, day, _NUMBERED_SECTION.fullmatch(raw) is not None)


def _paper_in(raw: str, rest: str) -> str | None:
    """The paper's name, where it is a word of the line, or begins what stands before or after the date."""
    words = (_PAPER.fullmatch(word) for word in [rest, *re.split(r"[\W_]+", raw)])
    match = next(filter(None, words), None)
    if match:
        return match[1]
    beside = _BESIDE_DATE.search(rest)
    return beside[0] if beside else None


def _most_likely(lines: Sequence[_Line]) -> _Line | None:
    """The line whose date is the issue's, if enough of a head stands near it."""
    best = max(_dated(lines), key=lambda line: (_signs(line, lines), -line.at), default=None)
    return best if best and _signs(best, lines) >= _ENOUGH else None


def _dated(lines: Sequence[_Line]) -> Iterator[_Line]:
    """The lines whose date may be the issue's; where there are none, what lines it is torn into make."""
    whole = [line for line in lines if line.day]
    yield from whole
    if whole:
        return
    for size in range(2, _TORN + 1):
        for start in range(len(lines) - size + 1):
            joined = _line(start, " ".join(line.text for line in lines[start : start + size]))
            if joined.day:
                yield joined


def _near(dated: _Line | None, lines: Sequence[_Line]) -> list[_Line]:
    """The lines that are of one head with a date; all, where there is no date."""
    if dated is None:
        return list(lines)
    return [dated, *(line for line in lines if abs(line.at - dated.at) <= _NEAR)]


def _signs(dated: _Line, lines: Sequence[_Line]) -> int:
    """How many other parts of a head stand near a date."""
    around = _near(dated, lines)
    beside = [line.found for line in around if abs(line.at - dated.at) <= _ENOUGH]
    return (
        any(found.weekday for found in beside)
        + any(found.lunar for found in beside)
        + any(line.paper for line in around)
        + any(line.found.latin for line in around)
        + sum(line.found.strong for line in around if line.found.is_section)
        + _is_at_top(dated, around)
    )


def _is_at_top(dated: _Line, around: Sequence[_Line]) -> bool:
    """Whether a date stands where heads do: first of all, or near the top with a name or a number."""
    if any(line.paper for line in around):
        return dated.at < _TOP
    return dated.found.weekday and dated.at < (_TOP if dated.found.page_no else 1)


def _paper(dated: _Line | None, around: Sequence[_Line]) -> str | None:
    """The paper's name: near a date or another part of a first page's head, or at the very top."""
    sure = dated is not None or _is_front(around)
    return next((line.paper for line in around if line.paper and (sure or line.at < _ENOUGH)), None)


def _is_front(lines: Iterable[_Line]) -> bool:
    """Whether something stands there that only the first page's head has."""
    return any(line.found.strong and line.found.is_section for line in lines)


def _page_no(dated: _Line | None, around: Sequence[_Line]) -> str | None:
    """The number in the date's line; else 1 for a masthead; else the number in a line near it."""
    if dated and dated.found.page_no:
        return dated.found.page_no
    if _is_front(around):
        return "1"
    return _number_beside(dated, around) or _top_number(around) or ("1" if _is_title(dated, around) else None)


def _number_beside(dated: _Line | None, around: Sequence[_Line]) -> str | None:
    """The number before its section's name in a line next to the date's: 10 教育."""
    beside = [line for line in around if dated and line.is_numbered and abs(line.at - dated.at) <= _ENOUGH]
    return next((line.found.page_no for line in beside), None)


def _is_title(dated: _Line | None, around: Sequence[_Line]) -> bool:
    """Whether name and date stand at the top without a section's name, as they do on a first page."""
    named = any(line.paper for line in around)
    return named and dated is not None and (dated.at < _TOP and dated.found.is_plain)


def _top_number(lines: Sequence[_Line]) -> str | None:
    """The number that stands alone, or before its section's name, at the top of a page."""
    tops = (line.found for line in lines if line.at < _TOP and _NUMBER.fullmatch(line.text))
    return next((found.page_no for found in tops if found.page_no), None)


def _doubts(dated: _Line | None, lines: Sequence[_Line]) -> Iterator[str]:
    """Whether the weekday beside the date is another day's."""
    if dated is None or dated.day is None:
        return
    beside = [dated, *(line for line in lines if 0 < abs(line.at - dated.at) <= 1)]
    printed = next((match[1] for line in beside if (match := WEEKDAY.search(line.text))), None)
    if printed and _WEEKDAYS[dated.day.weekday()] != printed.replace("天", "日"):
        yield f"issue_date: the masthead says {dated.day} and 星期{printed}, which cannot both be right"
