"""Quotes with something left out, A……B: the whole run from A to B."""

import re
from collections.abc import Iterator, Sequence

from hyllm.text._choice import Span
from hyllm.text._numbers import cuts_number
from hyllm.text._occurrences import all_occurrences

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


def elided(text: str, pieces: Sequence[str], windows: Sequence[Span]) -> list[Span]:
    """The runs in the windows of `text` from the first piece to the last: the shortest of them.

    But a run that begins a clause comes before one that does not, as nobody quotes from mid-clause.
    Between them the other pieces stand in order, each within reach of the one before. A number may be cut
    where something is left out (占地1……, 开工), but not at the ends of the run. All in match form.
    """
    runs = [run for window in windows for run in _runs(text, pieces, window)]
    least = min((_likeliness(text, run) for run in runs), default=None)
    return [run for run in runs if _likeliness(text, run) == least]


def _likeliness(text: str, run: Span) -> tuple[bool, int]:
    return text[run[0] - 1 : run[0]].isalnum(), run[1] - run[0]


def _runs(text: str, pieces: Sequence[str], window: Span) -> Iterator[Span]:
    for begin, end in all_occurrences(text, pieces[0], *window) if pieces else ():
        stop = _end(text, pieces[1:], end, window[1])
        if stop is not None and not cuts_number(text, begin, stop):
            yield begin, stop


def _end(text: str, pieces: Sequence[str], end: int, stop: int) -> int | None:
    """Where the last of the pieces that follow on `end` ends; `None` if one is not within reach."""
    for piece in pieces:
        place = text.find(piece, end, min(stop, end + _FURTHEST + len(piece)))
        if place < 0:
            return None
        end = place + len(piece)
    return end
