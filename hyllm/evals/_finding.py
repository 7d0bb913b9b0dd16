"""Where a value of gold stands on one page, and what becomes of it on another with the same articles."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from hyllm.evals._page import MadePage, Span
from hyllm.text import Locator, MatchView, fold, joined

_SMALL_GAP = 3
"""So many characters lost in a row are still part of the words around them."""


class Fate(NamedTuple):
    """What a value's words have become."""

    intact: bool
    """The same words, but for widths and blanks, in one piece."""
    nearness: int
    """0: found in the record's evidence, -1: in its articles, -2: elsewhere on the page."""
    legible: int
    """Characters of the longest piece."""
    unchanged: int
    """Those of them that are as they were."""
    words: str
    """The longest piece as it is quoted; empty: nothing is left."""
    pieces: tuple[str, ...]
    """All pieces, as they are quoted."""


class Passage:
    """Two pages with the same articles: what stands on the first is followed to the second."""

    def __init__(self, first: MadePage, second: MadePage) -> None:
        self.first = first
        self.second = second
        self._locator = Locator(first.text)

    @cached_property
    def second_locator(self) -> Locator:
        return Locator(self.second.text)

    @cached_property
    def _all_units(self) -> list[int]:
        return [unit.number for unit in self._locator.units]

    def longest_part(self, words: str, legible: str) -> str:
        """The longest run of the words on the second page, `legible` where there is no longer one.

        Of two as long, the one with the end of the words: there stands what the thing is.
        """
        folded, best = fold(words), fold(legible)
        for length in range(len(folded) - 1, len(best) - 1, -1):
            for start in range(len(folded) - length, -1, -1):
                part = folded[start : start + length]
                if part in self._second_view.text:
                    return legible if part == best else self._quoted(part)
        return legible

    def _quoted(self, folded: str) -> str:
        begin = self._second_view.text.index(folded)
        start, end = self._second_view.span(begin, begin + len(folded))
        return joined(self.second.text[start:end])

    @cached_property
    def _second_view(self) -> MatchView:
        return MatchView(self.second.text)

    def units(self, quotes: Iterable[str]) -> list[int]:
        """The units of the first page that quotes stand in."""
        spans = [(found.start, found.end) for found in map(self._locator.find, quotes)]
        return [
            unit.number
            for unit in self._locator.units
            if any(s is not None and e is not None and unit.start < e and s < unit.end for s, e in spans)
        ]

    def fates(self, words: str, own: Sequence[int], name: str | None) -> list[Fate]:
        """What becomes of each place of the words, that which belongs to the record first.

        Args:
            words: as they stand on the first page.
            own: the units of the record's evidence.
            name: what the record is called: of several places, the one beside it is meant.
        """
        beside = self._locator.places(name, own) if name and name != words else []
        best = self._locator.find(words, own, beside)
        spans: dict[Span, int] = {}
        for nearness, units in ((0, own), (-1, self._article_units(own)), (-2, self._all_units)):
            found = self._locator.places(words, units)
            for span in sorted(found, key=lambda one: one != (best.start, best.end)):
                spans.setdefault(span, nearness)
        traced = ((self._origins(span), nearness) for span, nearness in spans.items())
        return [self._fate(words, origins, nearness) for origins, nearness in traced if origins]

    def _article_units(self, own: Sequence[int]) -> list[int]:
        numbers = set(own)
        starts = [unit.start for unit in self._locator.units if unit.number in numbers]
        articles = {name for start in starts if (name := self._article_at(start))}
        return [unit.number for unit in self._locator.units if self._article_at(unit.start) in articles]

    def _article_at(self, at: int) -> str | None:
        stretches = self.first.stretches
        place = bisect_right(stretches, at, key=lambda one: one.start) - 1
        return stretches[place].article if place >= 0 and at < stretches[place].end else None

    def _origins(self, span: Span) -> list[int]:
        """The characters of the clean text in a span of the first page, small gaps filled.

        Empty where the span is no passage of the articles: two lines that only happen to meet.
        """
        printed = [g.origin for g in self.first.glyphs[slice(*span)] if g.origin is not None]
        found = printed[:1]
        for origin in printed[1:]:
            if not 0 < origin - found[-1] <= 1 + _SMALL_GAP:
                if self._are_one_article(found[-1], origin):
                    found.append(origin)
                    continue
                return []
            found += range(found[-1] + 1, origin + 1)
        return found

    def _are_one_article(self, first: int, second: int) -> bool:
        blocks = self.first.source.block_at(first), self.first.source.block_at(second)
        return blocks[0].article is not None and blocks[0].article == blocks[1].article

    def _fate(self, words: str, origins: Sequence[int], nearness: int) -> Fate:
        spans = self.second.pieces(origins)
        texts = tuple(joined(self.second.text[start:end]) for start, end in spans)
        longest = max(spans, key=lambda one: self._legible(one), default=(0, 0))
        best = joined(self.second.text[slice(*longest)])
        whole = len(spans) == 1 and fold(best) == fold(words)
        return Fate(whole, nearness, self._legible(longest), self._unchanged(longest), best, texts)

    def _legible(self, span: Span) -> int:
        return sum(glyph.origin is not None for glyph in self.second.glyphs[slice(*span)])

    def _unchanged(self, span: Span) -> int:
        source = self.second.source.text
        return sum(
            glyph.origin is not None and _is_same(source[glyph.origin], glyph.char)
            for glyph in self.second.glyphs[slice(*span)]
        )


@lru_cache(maxsize=8192)
def _is_same(before: str, after: str) -> bool:
    return before == after or fold(before) == fold(after)
