"""A figure that loses its unit where a column ends: 年税收达800, and no more."""

import re
from typing import NamedTuple

from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import Glyphs, text_of
from hyllm.evals._guards import value_spans
from hyllm.evals._source import Block

_FIGURE = re.compile(
    r"\D{0,3}(?P<number>\d+(?:\.\d+)?)(?P<unit>(?:[万亿]?(?:元|吨|亩|平方米)|万[人只]次?)\D{0,2})"
)
_MARKS = "，。、；,.;"


class Strip(NamedTuple):
    """A part, or what stands of it before or behind the end of a column."""

    block: Block
    glyphs: Glyphs
    ends_column: bool = False


def without_a_unit(strips: list[Strip], dice: Dice) -> list[Strip]:
    """The strips with one figure's unit lost, and the column broken off there; unchanged without figures."""
    places = [
        (n, cut)
        for n, strip in enumerate(strips)
        if strip.block.kind == "paragraphs"
        for cut in _figures(text_of(strip.glyphs))
    ]
    if not places:
        return strips
    n, (start, end) = dice.pick(places)
    block, glyphs, _ = strips[n]
    halves = [Strip(block, glyphs[:start], ends_column=True), Strip(block, glyphs[end:])]
    return [*strips[:n], *halves, *strips[n + 1 :]]


def _figures(text: str) -> list[tuple[int, int]]:
    """The spans of the units of a line's simple figures with the marks behind them.

    A figure that closes the line has nothing behind it that could stand in another column.
    """
    found: list[tuple[int, int]] = []
    for start, end in value_spans(text):
        match = _FIGURE.fullmatch(text[start:end])
        rest = text[end:].lstrip(_MARKS)
        if match and rest:
            found.append((start + match.start("unit"), len(text) - len(rest)))
    return found
