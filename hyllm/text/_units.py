"""The numbered units in which a page is shown to a model: sentences, headlines, lines.

A unit is a sentence up to 。！？； with the quotation marks that close it, or what a line holds without
such a mark. A column sets prose in lines of one width, so a sentence runs on over a line end where the
line is full; anywhere else (headlines, captions, lists) a line end is an end.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

_SENTENCE_END = re.compile(r"[。！？；!?;]+")
_CLOSERS = "”’」』）)】》〉]"
_MAY_CLOSE = _CLOSERS + '"'
_PROSE_MARK = re.compile(r"[，。；、：！？,;:]")
_NEW_ITEM = re.compile(
    r"\s{2}|\u3000"  # an indent begins a paragraph
    r"|[■▲●◆★□△○◇▶►☆◎※▼•]"
    r"|\(?（?(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:[、）)]|[.．](?!\d))"  # 3. but not 3.5亿元
    r"|本报讯|新华社"
)

_FULL = 0.85
"""The share of the column's width from which a line is full: blanks and half-width marks shorten it."""
_NARROWEST = 12
"""The narrowest column, in Han characters. Shorter lines are headlines."""


class Unit(NamedTuple):
    """One unit of a page: `text[start:end]`, without white space at its ends."""

    number: int
    """Counted from 1 in printed order; what a model cites."""
    start: int
    end: int


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str

    @cached_property
    def width(self) -> float:
        """In Han characters; of most lines nobody needs it."""
        return sum(map(_WIDTHS.__getitem__, self.text.strip()))


def split_units(text: str) -> list[Unit]:
    """The units of a page in printed order, numbered from 1. White space between them belongs to none."""
    blocks = list(_blocks(text))
    columns = [_widest(block) for block in blocks if _is_hard_wrapped(block)]
    spans = [
        span
        for block in blocks
        for start, end in _runs(block, columns)
        for span in _sentences(text, start, end)
    ]
    return [Unit(number, start, end) for number, (start, end) in enumerate(spans, 1)]


def _blocks(text: str) -> Iterator[list[_Line]]:
    """The lines of the page in blocks: what stands together without a blank line between."""
    block: list[_Line] = []
    start = 0
    for line, with_end in zip(text.splitlines(), text.splitlines(keepends=True), strict=True):
        if line.strip():
            block.append(_Line(start, start + len(line), line))
        elif block:
            yield block
            block = []
        start += len(with_end)
    if block:
        yield block


class _Widths(dict[str, float]):
    """The width of each character that was asked for."""

    def __missing__(self, character: str) -> float:
        width = self[character] = 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5
        return width


_WIDTHS = _Widths()


def _widest(block: list[_Line]) -> float:
    return max(line.width for line in block)


def _is_hard_wrapped(block: list[_Line]) -> bool:
    """Whether a block is prose set in a column: three lines or more, most of them full, with commas."""
    if len(block) < 3 or (widest := _widest(block)) < _NARROWEST:
        return False
    full = sum(line.width >= _FULL * widest for line in block[:-1])
    marked = sum(bool(_PROSE_MARK.search(line.text)) for line in block)
    return 5 * full >= 3 * (len(block) - 1) and 2 * marked >= len(block)


def _runs(block: list[_Line], columns: list[float]) -> Iterator[tuple[int, int]]:
    """The lines of a block, joined where a full line runs on into the next."""
    if _is_hard_wrapped(block):
        column = _widest(block)
    else:  # the two lines of a short paragraph are recognised by the page's other columns
        column = next((c for c in columns if len(block) == 2 and abs(block[0].width - c) <= 0.15 * c), None)
    start = block[0].start
    for line, following in pairwise(block):
        full = column is not None and line.width >= _FULL * column
        if not full or _NEW_ITEM.match(following.text):
            yield start, line.end
            start = following.start
    yield start, block[-1].end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of a run, stripped of the white space around them."""
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        first, stop = match.span()
        if first < begin:
            continue
        if stop < end and text[stop] in _MAY_CLOSE:
            stop = _after_closers(text, begin, stop, end)
        yield from _stripped(text, begin, stop)
        begin = stop
    yield from _stripped(text, begin, end)


def _after_closers(text: str, begin: int, stop: int, end: int) -> int:
    """Past the quotation marks and brackets that close at `stop`.

    A straight quotation mark closes if an odd number of them stands in the sentence before it.
    """
    while stop < end:
        straight = text[stop] == '"' and text.count('"', begin, stop) % 2 == 1
        if not straight and text[stop] not in _CLOSERS:
            break
        stop += 1
    return stop


def _stripped(text: str, begin: int, stop: int) -> tuple[tuple[int, int], ...]:
    piece = text[begin:stop]
    inner = piece.strip()
    if not inner:
        return ()
    start = begin if inner[0] == piece[0] else begin + len(piece) - len(piece.lstrip())
    return ((start, start + len(inner)),)
