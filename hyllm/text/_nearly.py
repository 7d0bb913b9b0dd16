"""Where words stand that OCR or a model got wrong in a few characters.

If at most k characters of some words are wrong, and the words are cut into k + 1 pieces, one piece stands
on the page as it is. So the pieces are looked for as they are, which takes microseconds, and only around
them are the words compared: no place with k differences is overlooked, but for pieces that stand in a
text a thousand times.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from hyllm.text._choice import Span
from hyllm.text._guard import may_be_misread
from hyllm.text._numbers import cuts_number

_SHORTEST = 8
"""The shortest words that are looked for with differences: in fewer characters, one is another word."""
_LONGEST = 1000
"""The longest: comparing takes the square of the length, and nobody quotes half a page by mistake."""
_MOST_ALLOWED = 20
_SHIFTS = (0, 1, -1, 2, -2, 3, -3)
"""How many characters more than the words may stand before or after a piece: words lose some sooner than
they gain some."""
_MOST_PLACES = 1000
"""Of a piece that stands more often than this in a window, the rest is passed over."""


def allowed_differences(length: int) -> int:
    """How many characters may be wrong in words of this length."""
    if not _SHORTEST <= length <= _LONGEST:
        return 0
    return max(min(3, length // 2 - 3), min(_MOST_ALLOWED, length // 8))


def nearly(text: str, words: str, windows: Sequence[Span]) -> list[Span]:
    """The places in the windows of `text` where the fewest characters make the difference to `words`.

    None of these characters is a fact, nor is there a number that a place cuts. In printed order; places
    do not overlap. Empty where there are more differences than `allowed_differences`. All in match form.
    """
    least = allowed_differences(len(words))
    if not least:
        return []
    seeds = sorted(seed for window in windows for seed in _seeds(text, words, window, least))
    found: set[_Fitted] = set()
    for seed in seeds:
        if seed.roughly > 2 * least:
            break
        fitted = _fitted(text, words, seed)
        if fitted.differences <= least and _is_meant(text, words, fitted):
            least = fitted.differences
            found.add(fitted)
    closest = min((_distance(text, words, fitted) for fitted in found), default=(0, 0))
    return _apart(sorted(f.place for f in found if _distance(text, words, f) == closest))


class _Seed(NamedTuple):
    """A piece of the words, `words[offset:end]`, that stands at `place`."""

    roughly: int
    """The differences between the words and as many characters around the place. As each end may be off
    by what is allowed to differ, they are at most twice what they are once the ends are fitted."""
    offset: int
    end: int
    place: int
    window: Span


def _seeds(text: str, words: str, window: Span, allowed: int) -> Iterator[_Seed]:
    """Where pieces of the words stand with something like the words around them, once for each place."""
    begin, stop = window
    seen: set[int] = set()
    for offset, end, place in _pieces(text, words, window, allowed + 1):
        start = place - offset
        if start in seen:
            continue
        seen.add(start)
        around = text[max(begin, start) : min(stop, start + len(words))]
        roughly = Levenshtein.distance(words, around, score_cutoff=2 * allowed)
        if roughly <= 2 * allowed:
            yield _Seed(roughly, offset, end, place, window)


def _pieces(text: str, words: str, window: Span, count: int) -> Iterator[tuple[int, int, int]]:
    """Where each of `count` pieces of the words stands: its begin and end in the words, and its place."""
    bounds = [len(words) * n // count for n in range(count + 1)]
    for offset, end in pairwise(bounds):
        for place in islice(_standing(text, words[offset:end], window), _MOST_PLACES):
            yield offset, end, place


def _standing(text: str, piece: str, window: Span) -> Iterator[int]:
    begin, stop = window
    place = text.find(piece, begin, stop)
    while place >= 0:
        yield place
        place = text.find(piece, place + 1, stop)


class _Fitted(NamedTuple):
    place: Span
    differences: int


def _fitted(text: str, words: str, seed: _Seed) -> _Fitted:
    """The place around a seed that differs least from the words, each end fitted on its own."""
    before, after = words[: seed.offset], words[seed.end :]
    head, tail = seed.place, seed.place + seed.end - seed.offset
    first, last = seed.window
    starts = (max(first, min(head, head - len(before) - shift)) for shift in _SHIFTS)
    ends = (min(last, max(tail, tail + len(after) + shift)) for shift in _SHIFTS)
    at_head, start = _closest(before, ((start, text[start:head]) for start in starts), 0)
    at_tail, end = _closest(after, ((end, text[tail:end]) for end in ends), -1)
    return _Fitted((start, end), at_head + at_tail)


def _distance(text: str, words: str, fitted: _Fitted) -> tuple[int, int]:
    """How far a place is from the words: its differences, then how many of its ends are among them.

    车县 is 车江县 with a character lost sooner than the 江县 of another name.
    """
    start, end = fitted.place
    return fitted.differences, (text[start] != words[0]) + (text[end - 1] != words[-1])


def _closest(words: str, candidates: Iterable[tuple[int, str]], outer: int) -> tuple[int, int]:
    """The fewest differences to one of the candidates, and its bound.

    Of those that differ as little, one with the words' own character at the outer end is best.
    """
    best: tuple[int, bool, int] | None = None
    for bound, piece in candidates:
        differences = Levenshtein.distance(words, piece)
        if not differences:
            return 0, bound
        candidate = differences, not piece or piece[outer] != words[outer : outer + 1 or None], bound
        if best is None or candidate[:2] < best[:2]:
            best = candidate
    assert best is not None
    return best[0], best[2]


def _is_meant(text: str, words: str, fitted: _Fitted) -> bool:
    here = text[slice(*fitted.place)]
    return not cuts_number(text, *fitted.place) and may_be_misread(words, here, text)


def _apart(places: Iterable[Span]) -> list[Span]:
    """Places in printed order without those that overlap the one before."""
    apart: list[Span] = []
    for place in places:
        if not apart or place[0] >= apart[-1][1]:
            apart.append(place)
    return apart
