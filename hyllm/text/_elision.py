"""Quotes with something left out, A……B: the whole run from A to B."""

import re
from collections.abc import Sequence

from hyllm.text._occurrences import occurrences

_ELLIPSIS = re.compile(r"[\[(]?(?:\.{3,}|·{3,})[\])]?")
_FURTHEST = 300
"""The most characters that may be left out at one place: a long sentence or two, not half an article."""
_SHORTEST_PIECE = 2
_SHORTEST_QUOTE = 8
"""In fewer characters than this, the pieces stand near each other by chance."""


def elided_pieces(words: str) -> list[str]:
    """What stands before, between and after the ellipses in words in match form.

    Empty where what is left is too short to be found again.
    """
    pieces = [piece for piece in _ELLIPSIS.split(words) if piece]
    long_enough = len("".join(pieces)) >= _SHORTEST_QUOTE and min(map(len, pieces)) >= _SHORTEST_PIECE
    return pieces if long_enough else []


def elided(
    text: str, pieces: Sequence[str], begin: int = 0, stop: int | None = None
) -> list[tuple[int, int]]:
    """The runs of `text[begin:stop]` from the first piece to the last, in printed order.

    Between them the other pieces stand in order, each within reach of the one before. Of several
    beginnings that have the same end, the nearest to it counts.
    """
    if not pieces:
        return []
    stop = len(text) if stop is None else stop
    runs: dict[int, int] = {}  # a later beginning with the same end takes the place of an earlier one
    for start, first_end in occurrences(text, pieces[0], begin, stop):
        end = _end(text, pieces[1:], first_end, stop)
        if end is not None:
            runs[end] = start
    return [(start, end) for end, start in runs.items()]


def _end(text: str, pieces: Sequence[str], end: int, stop: int) -> int | None:
    """Where the last of the pieces that follow on `end` ends; `None` if one is not within reach."""
    for piece in pieces:
        place = next(occurrences(text, piece, end, min(stop, end + _FURTHEST + len(piece))), None)
        if place is None:
            return None
        end = place[1]
    return end
