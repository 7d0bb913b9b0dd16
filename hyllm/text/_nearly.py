"""Where words stand that OCR or a model got wrong in a few characters.

If at most k characters of some words are wrong, and the words are cut into k + 1 pieces, one piece stands
on the page as it is. So the pieces are looked for as they are, which takes a few microseconds a page, and
only around them are the words compared: no place with k differences is overlooked, bar those of a piece
that stands on the page a thousand times.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from hyllm.text._guard import same_facts
from hyllm.text._numbers import cuts_number

SHORTEST = 8
"""The shortest words that are looked for with differences: in fewer characters, one is another word."""
_LONGEST = 2000
"""The longest. Comparing takes the square of the length, and nobody quotes half a page by mistake."""
_SHIFTS = sorted(range(-3, 4), key=abs)
"""By how much each end may be off: characters more or less than the words have before or after a piece."""
_MOST_PLACES = 1000
"""Of a piece that stands more often than this in a text, the rest is passed over."""


class Near(NamedTuple):
    """A place `text[begin:stop]`, and how many characters must change to make it the words."""

    begin: int
    stop: int
    differences: int


def allowed_differences(length: int) -> int:
    """How many characters may be wrong in words of this length."""
    if not SHORTEST <= length <= _LONGEST:
        return 0
    return max(min(3, (length - 4) // 3), length // 8)


def nearly(text: str, words: str, begin: int = 0, stop: int | None = None) -> list[Near]:
    """The places in `text[begin:stop]` where `words` stand but for a few characters, none of them a fact.

    In printed order; of places that overlap, the one with the fewest differences. Both in match form.
    """
    allowed = allowed_differences(len(words))
    if not allowed:
        return []
    stop = len(text) if stop is None else stop
    found = {_fitted(text, words, seed, begin, stop) for seed in _seeds(text, words, begin, stop, allowed)}
    return _apart(
        near
        for near in sorted(found)
        if near.differences <= allowed
        and not cuts_number(text, near.begin, near.stop)
        and same_facts(words, text[near.begin : near.stop])
    )


class _Seed(NamedTuple):
    """A piece of the words, `words[offset:end]`, that stands at `place`."""

    offset: int
    end: int
    place: int


def _seeds(text: str, words: str, begin: int, stop: int, allowed: int) -> Iterator[_Seed]:
    """Where pieces of the words stand with something like the words around them, one a place."""
    seen: set[int] = set()
    length = len(words)
    for seed in _pieces(text, words, begin, stop, allowed + 1):
        start = seed.place - seed.offset
        if start in seen:
            continue
        seen.add(start)
        around = text[max(begin, start) : min(stop, start + length)]
        # Each end may be off by as many characters as are allowed to differ, hence twice.
        if Levenshtein.distance(words, around, score_cutoff=2 * allowed) <= 2 * allowed:
            yield seed


def _pieces(text: str, words: str, begin: int, stop: int, count: int) -> Iterator[_Seed]:
    """Where each of `count` pieces of the words stands."""
    bounds = [len(words) * n // count for n in range(count + 1)]
    for offset, end in pairwise(bounds):
        for place in islice(_standing(text, words[offset:end], begin, stop), _MOST_PLACES):
            yield _Seed(offset, end, place)


def _standing(text: str, piece: str, begin: int, stop: int) -> Iterator[int]:
    place = text.find(piece, begin, stop)
    while place >= 0:
        yield place
        place = text.find(piece, place + 1, stop)


def _fitted(text: str, words: str, seed: _Seed, begin: int, stop: int) -> Near:
    """The place around a seed that differs least from the words, each end fitted on its own."""
    before, after = words[: seed.offset], words[seed.end :]
    middle, tail = seed.place, seed.place + seed.end - seed.offset

    def head_differences(shift: int) -> int:
        return Levenshtein.distance(before, text[max(begin, middle - len(before) + shift) : middle])

    def tail_differences(shift: int) -> int:
        return Levenshtein.distance(after, text[tail : min(stop, tail + len(after) + shift)])

    first = min(_SHIFTS if before else (0,), key=head_differences)
    last = min(_SHIFTS if after else (0,), key=tail_differences)
    return Near(
        max(begin, min(middle, middle - len(before) + first)),
        min(stop, max(tail, tail + len(after) + last)),
        head_differences(first) + tail_differences(last),
    )


def _apart(places: Iterable[Near]) -> list[Near]:
    """Places in printed order without those that overlap a better one before or after them."""
    apart: list[Near] = []
    for near in places:
        if not apart or near.begin >= apart[-1].stop:
            apart.append(near)
        elif near.differences < apart[-1].differences:
            apart[-1] = near
    return apart
