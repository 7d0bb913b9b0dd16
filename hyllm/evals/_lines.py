"""Lines: prose broken at the column's width, headlines torn in two."""

from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import Glyphs, text_of, width
from hyllm.evals._guards import is_numeric, may_break

_NEVER_FIRST = frozenset("，。、；：！？”’）》〉」』】,.;:!?)%％…—")
_LEAST_TORN = 10
"""A headline of fewer characters stays in one piece."""


def wrapped(glyphs: Glyphs, column: int) -> list[Glyphs]:
    """A part in lines of at most `column` Han characters; closing marks hang over the edge."""
    lines: list[Glyphs] = []
    start = 0
    while start < len(glyphs):
        stop = _line_end(glyphs, start, column)
        lines.append(_without_blanks(glyphs[start:stop]))
        start = stop
    return [line for line in lines if line]


def _line_end(glyphs: Glyphs, start: int, column: int) -> int:
    stop, filled = start, 0.0
    while stop < len(glyphs) and filled + width(glyphs[stop]) <= column:
        filled += width(glyphs[stop])
        stop += 1
    while stop < len(glyphs) and (glyphs[stop].char in _NEVER_FIRST or glyphs[stop].char.isspace()):
        stop += 1
    return _before_digits(glyphs, start, stop)


def _before_digits(glyphs: Glyphs, start: int, stop: int) -> int:
    """Back to where a number begins that `stop` would cut in two: 12|00 hurts readers, not only machines."""
    if stop >= len(glyphs) or not glyphs[stop].char.isdigit():
        return stop
    back = stop
    while back > start and (glyphs[back - 1].char.isdigit() or glyphs[back - 1].char == "."):
        back -= 1
    return back if back > start else stop


def _without_blanks(line: Glyphs) -> Glyphs:
    """The line without the blanks at its ends that were put in."""
    while line and line[-1].origin is None:
        line = line[:-1]
    while line and line[0].origin is None:
        line = line[1:]
    return line


def torn(glyphs: Glyphs, dice: Dice, *, swap: float) -> list[Glyphs]:
    """A headline in two lines, the second one first in a `swap` of the cases; a short one in one line."""
    free = may_break(text_of(glyphs))
    middle = [
        place
        for place in range(len(glyphs) * 2 // 5, len(glyphs) * 3 // 5 + 1)
        if free[place] and glyphs[place].char not in _NEVER_FIRST
    ]
    if len(glyphs) < _LEAST_TORN or not middle:
        return [glyphs]
    cut = dice.pick(middle)
    lines = [_without_blanks(glyphs[:cut]), _without_blanks(glyphs[cut:])]
    runs_on = is_numeric(lines[1][-1].char) and is_numeric(lines[0][0].char)
    return lines[::-1] if dice.chance(swap) and not runs_on else lines
