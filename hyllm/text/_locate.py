"""Where the words a model reported stand on the page.

The right occurrence is what counts: most amounts on a page stand there more than once. So words are
looked for in the record's own units first, then near them, then on the whole page.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from hyllm.text._units import Unit, split_units
from hyllm.text._view import MatchView, fold

Status = Literal["exact", "normalised", "ambiguous", "missing"]
"""`exact`: the very characters. `normalised`: they differ in blanks, widths, quotation marks or dashes.
`ambiguous`: the record does not say which of several places is meant. `missing`: not on the page."""

_NEAR = 3
"""How many units before and after a record's own count as near."""
_NUMERAL = "0-9零〇一二三四五六七八九十百千万亿两廿"
_STARTS_WITH_NUMBER = re.compile(f"[{_NUMERAL}]")
_NUMBER_RUNS_ON = re.compile(f"[{_NUMERAL}][.,]?$")


class Located(NamedTuple):
    """Where words stand: `page[start:end]`; both `None` where they are missing."""

    start: int | None
    end: int | None
    status: Status


_MISSING = Located(None, None, "missing")
_Window = tuple[int, int]


class Locator:
    """Looks for words on one page. Built once a page; every look-up reads the page in match form."""

    def __init__(self, text: str, units: Sequence[Unit] | None = None) -> None:
        self.text = text
        self.units = tuple(split_units(text) if units is None else units)
        self._view = MatchView(text)
        self._starts = [unit.start for unit in self.units]

    def find(self, words: str, own: Iterable[int] = (), beside: Sequence[tuple[int, int]] = ()) -> Located:
        """Where `words` stand, given the numbers of the record's `own` units.

        A place in the record's units wins, else one near them, else the only one on the page. Several
        places elsewhere are `ambiguous`: the nearest to the record is given.

        Args:
            words: what the model reported.
            own: the numbers of the units the record rests on.
            beside: spans the words belong with, the record's name, say. Of several places in the record's
                units, the one that goes with a span is meant: it ends where the span begins (县长 before a
                name), or follows it most closely. Without spans, the first is.
        """
        folded = fold(words)
        if not folded:
            return _MISSING
        places = list(self._occurrences(folded))
        own = sorted(set(own))
        for reach in (0, _NEAR) if own else ():
            windows = self._windows(own, reach)
            inside = [p for p in places if any(b <= p and p + len(folded) <= s for b, s in windows)]
            if inside:
                return self._located(self._belonging(inside, len(folded), beside), folded, words)
        if not places:
            return _MISSING
        if len(places) == 1:
            return self._located(places[0], folded, words)
        nearest = self._nearest(places, own)
        return self._located(nearest, folded, words)._replace(status="ambiguous")

    def places(self, words: str, own: Iterable[int]) -> list[tuple[int, int]]:
        """Every span in the units `own` where `words` stand."""
        folded = fold(words)
        if not folded:
            return []
        windows = self._windows(sorted(set(own)), 0)
        return [
            self._view.span(p, p + len(folded))
            for p in self._occurrences(folded)
            if any(b <= p and p + len(folded) <= s for b, s in windows)
        ]

    def sentence(self, place: int) -> str:
        """The unit in which the character at `place` stands; empty between units."""
        index = bisect_right(self._starts, place) - 1
        inside = index >= 0 and place < self.units[index].end
        return self.text[self.units[index].start : self.units[index].end] if inside else ""

    def span(self, numbers: Iterable[int]) -> list[tuple[int, int]]:
        """The spans of the units `numbers`, neighbours merged to one. Unknown numbers are passed over."""
        return [(self.units[a - 1].start, self.units[b - 1].end) for a, b in self._neighbours(numbers)]

    def _neighbours(self, numbers: Iterable[int], reach: int = 0) -> Iterator[tuple[int, int]]:
        """Runs of neighbouring unit numbers, first and last, each run widened by `reach` units."""
        run: tuple[int, int] | None = None
        for number in sorted({n for n in numbers if 1 <= n <= len(self.units)}):
            first, last = max(1, number - reach), min(len(self.units), number + reach)
            if run and first <= run[1] + 1:
                run = run[0], last
                continue
            if run:
                yield run
            run = first, last
        if run:
            yield run

    def _windows(self, numbers: Sequence[int], reach: int) -> list[_Window]:
        return [
            self._view.window(self.units[first - 1].start, self.units[last - 1].end)
            for first, last in self._neighbours(numbers, reach)
        ]

    def _occurrences(self, folded: str) -> Iterator[int]:
        """Every place of `folded` in the view, but none that begins inside a number (5亿元 in 25亿元)."""
        numeric = _STARTS_WITH_NUMBER.match(folded)
        ends_in_digit = folded[-1].isdigit()
        text = self._view.text
        place = text.find(folded)
        while place >= 0:
            stop = place + len(folded)
            inside = numeric and _NUMBER_RUNS_ON.search(text[max(0, place - 2) : place])
            cut = ends_in_digit and text[stop : stop + 1].isdigit()
            if not inside and not cut:
                yield place
            place = text.find(folded, place + 1)

    def _belonging(self, places: Sequence[int], length: int, beside: Sequence[tuple[int, int]]) -> int:
        """The place that goes with one of the spans `beside`."""
        spans = [self._view.window(start, end) for start, end in beside]

        def distance(place: int) -> tuple[int, int]:
            """First what touches a span from before, then what follows one by its gap, then the rest."""
            gaps = [(0, 0) if place + length == begin else (1, place - stop) for begin, stop in spans]
            return min((gap for gap in gaps if gap[1] >= 0), default=(2, place))

        return min(places, key=distance)

    def _nearest(self, places: Sequence[int], own: Sequence[int]) -> int:
        windows = self._windows(own, 0)
        if not windows:
            return places[0]
        return min(places, key=lambda p: min(max(b - p, p - s, 0) for b, s in windows))

    def _located(self, place: int, folded: str, words: str) -> Located:
        start, end = self._view.span(place, place + len(folded))
        return Located(start, end, "exact" if self.text[start:end] == words else "normalised")


def locate(words: str, text: str, own: Iterable[int] = ()) -> Located:
    """Where `words` stand in `text`; see `Locator.find`. For many words on one page, keep a `Locator`."""
    return Locator(text).find(words, own)
