"""Where the words a model reported stand on the page.

The right occurrence is what counts: most amounts on a page stand there more than once. So words are
looked for in the record's own units first, then near them, then on the whole page.

How they are looked for goes from strict to lenient, and what is stricter wins wherever it stands:

1. in match form (`MatchView`), a number never being found inside a longer one;
2. the same with 。 and 、 as the ASCII marks that models write for them;
3. where the words are text, and only then: a quote with something left out (A……B), a few characters
   wrong (`nearly`), and a quote that begins or ends in the middle of a number.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from typing import Literal, NamedTuple

from hyllm.text._choice import Span, belonging, nearest
from hyllm.text._elision import elided, elided_pieces
from hyllm.text._nearly import nearly
from hyllm.text._numbers import NUMERALS
from hyllm.text._occurrences import all_occurrences, occurrences
from hyllm.text._units import Unit, split_units
from hyllm.text._view import MatchView, fold

Status = Literal["exact", "normalised", "fuzzy", "ambiguous", "missing"]
"""`exact`: the very characters. `normalised`: they differ in blanks, widths, quotation marks, dashes or
other marks. `fuzzy`: a few characters differ or some are left out, but no number, date or negation.
`ambiguous`: the record does not say which of several places is meant. `missing`: not on the page."""

_NEAR = 3
"""How many units before and after a record's own count as near."""
_STOPS = re.compile(r"(?<!\d)[。、]|[。、](?!\d)")
_ASCII_STOPS = {"。": ".", "、": ","}
_PLAIN = re.compile(rf"[^\W\d{NUMERALS}年月日时元%第]")
"""A character that is no part of a number or a date."""
_LEAST_PLAIN = 3
"""With fewer plain characters, words are an amount or a date, and no text."""

_Look = Callable[[Sequence[Span]], Sequence[Span]]
"""A way to look for words: their places in some windows of the view."""


class Located(NamedTuple):
    """Where words stand: `page[start:end]`; both `None` where they are missing."""

    start: int | None
    end: int | None
    status: Status


_MISSING = Located(None, None, "missing")


class Locator:
    """Looks for words on one page. Built once a page; every look-up reads the page in match form."""

    def __init__(self, text: str, units: Sequence[Unit] | None = None) -> None:
        self.text = text
        self.units = tuple(split_units(text) if units is None else units)
        self.view = MatchView(text)
        """The page in match form: made once, for all who look things up on it."""
        self._starts = [unit.start for unit in self.units]
        self._known_windows: dict[tuple[tuple[int, ...], int], list[Span]] = {}

    def find(
        self,
        words: str,
        own: Iterable[int] = (),
        beside: Sequence[tuple[int, int]] = (),
        *,
        fuzzy: bool = False,
    ) -> Located:
        """Where `words` stand, given the numbers of the record's `own` units.

        A place in the record's units wins, else the nearest of those near them, else the only one on the
        page. Several places elsewhere are `ambiguous`: the nearest to the record is given.

        Args:
            words: what the model reported.
            own: the numbers of the units the record rests on.
            beside: spans the words belong with, the record's name, say. Of several places in the record's
                units, the one that goes with a span is meant: it leads up to the span (县长 before a
                name), or follows it most closely. Without spans, the first is.
            fuzzy: whether the words are text (a clause, a topic, the name of a project), of which a few
                characters may be wrong or left out if there are eight or more. Never say so of names of
                persons, money, quantities or dates.
        """
        folded = fold(words)
        if not folded:
            return _MISSING
        own = sorted(set(own))
        within, close = self._windows(own, 0), self._windows(own, _NEAR)
        for look in self._looks(folded, fuzzy):
            found = self._chosen(look, within, close, beside)
            if found is not None:
                place, ambiguous = found
                return self._located(place, folded, words, ambiguous)
        return _MISSING

    def places(self, words: str, own: Iterable[int]) -> list[tuple[int, int]]:
        """Every span in the units `own` where `words` stand, in match form."""
        folded = fold(words)
        if not folded:
            return []
        windows = self._windows(sorted(set(own)), 0)
        return [self.view.span(*place) for place in _standing(self.view.text, folded, windows)]

    def sentence(self, place: int) -> str:
        """The unit in which the character at `place` stands; empty between units."""
        index = bisect_right(self._starts, place) - 1
        inside = index >= 0 and place < self.units[index].end
        return self.text[self.units[index].start : self.units[index].end] if inside else ""

    def folded(self, numbers: Iterable[int]) -> str:
        """What the units `numbers` say, in match form: a line a run of neighbours."""
        runs = [self.view.window(start, end) for start, end in self.span(numbers)]
        return "\n".join(self.view.text[start:end] for start, end in runs)

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

    def _windows(self, numbers: Sequence[int], reach: int) -> list[Span]:
        key = tuple(numbers), reach
        if key not in self._known_windows:
            self._known_windows[key] = [
                self.view.window(self.units[first - 1].start, self.units[last - 1].end)
                for first, last in self._neighbours(numbers, reach)
            ]
        return self._known_windows[key]

    @cached_property
    def _loose(self) -> str:
        return _loosened(self.view.text)

    def _looks(self, folded: str, fuzzy: bool) -> Iterator[_Look]:
        """The ways to look for words, strict ones first."""
        yield partial(_standing, self.view.text, folded)
        loose = _loosened(folded)
        if "." in loose or "," in loose:
            yield partial(_standing, self._loose, loose)
        plain = len(_PLAIN.findall(loose)) if fuzzy else 0
        if "..." in loose and plain >= _LEAST_PLAIN:
            yield partial(elided, self._loose, elided_pieces(loose))
            return
        if plain >= _LEAST_PLAIN and folded in self.view.text:
            yield partial(_standing_cut, self.view.text, folded)
        if plain >= _LEAST_PLAIN:
            yield partial(nearly, self._loose, loose)

    def _chosen(
        self, look: _Look, own: Sequence[Span], close: Sequence[Span], beside: Sequence[tuple[int, int]]
    ) -> tuple[Span, bool] | None:
        """The place that is meant of those that a look finds, and whether it is one of several."""
        if found := look(own):
            spans = [self.view.window(start, end) for start, end in beside]
            return belonging(self.view.text, found, spans), False
        if found := look(close):
            return nearest(found, own), False
        found = look([(0, len(self.view.text))])
        return (nearest(found, own), len(found) > 1) if found else None

    def _located(self, place: Span, folded: str, words: str, ambiguous: bool) -> Located:
        start, end = self.view.span(*place)
        if ambiguous:
            return Located(start, end, "ambiguous")
        if self.text[start:end] == words:
            return Located(start, end, "exact")
        same = self._loose[place[0] : place[1]] == _loosened(folded)
        return Located(start, end, "normalised" if same else "fuzzy")


def _loosened(folded: str) -> str:
    """Words in match form with 。 and 、 as ASCII, character for character; between digits they stay."""
    return _STOPS.sub(lambda stop: _ASCII_STOPS[stop.group()], folded)


def _standing(text: str, words: str, windows: Sequence[Span]) -> list[Span]:
    return [place for window in windows for place in occurrences(text, words, *window)]


def _standing_cut(text: str, words: str, windows: Sequence[Span]) -> list[Span]:
    return [place for window in windows for place in all_occurrences(text, words, *window)]


@lru_cache(maxsize=4)
def _locator(text: str) -> Locator:
    return Locator(text)


def locate(words: str, text: str, own: Iterable[int] = (), *, fuzzy: bool = True) -> Located:
    """Where `words` stand in `text`; see `Locator.find`.

    The pages last used are remembered: many words on one page cost little more than one.
    """
    return _locator(text).find(words, own, fuzzy=fuzzy)
