"""Characters that know where they come from: what the steps from clean text to page work on."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Glyph(NamedTuple):
    """One printed character."""

    char: str
    origin: int | None
    """Its index in the clean text, kept when the character is changed; `None`: it was put in."""


Glyphs = tuple[Glyph, ...]
NEWLINE = Glyph("\n", None)
BLANK = Glyph(" ", None)


def glyphs_of(text: str, start: int) -> Glyphs:
    """The characters of a piece of clean text that begins at index `start`."""
    return tuple(Glyph(char, start + place) for place, char in enumerate(text))


def text_of(glyphs: Iterable[Glyph]) -> str:
    """What the glyphs say."""
    return "".join(glyph.char for glyph in glyphs)


def set_in_lines(lines: Sequence[Glyphs], *, between: Glyphs = (NEWLINE,)) -> Glyphs:
    """The lines as one run with `between` from one to the next."""
    found: list[Glyph] = []
    for place, line in enumerate(lines):
        found += [*between, *line] if place else line
    return tuple(found)


def width(glyph: Glyph) -> float:
    """The width of a character, in Han characters."""
    return 1.0 if unicodedata.east_asian_width(glyph.char) in "WFA" else 0.5


def is_han(char: str) -> bool:
    """Whether a character is an ideograph of the common block."""
    return "一" <= char <= "鿿"
