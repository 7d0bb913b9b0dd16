"""How damaged a made page is, in numbers: what tells the bands apart, and what stands in a report."""

import re
from typing import NamedTuple

from hyllm.evals._glyphs import is_han
from hyllm.evals._page import MadePage
from hyllm.text import fold

_HALF = re.compile(r"[,:;()\"']")
_FULL = re.compile("[，：；（）“”‘’]")


class Measures(NamedTuple):
    """The defects of one page."""

    lines: int
    """Lines that are not blank."""
    half: float
    """The share of marks that are half width or straight."""
    blanks: int
    """Blanks that were put in."""
    misread: int
    """Characters that are others now, widths aside."""
    lost: int
    """Characters of the clean text that are not printed."""
    returns: int
    """How often the page comes back to an article after another."""
    torn: int
    """Parts of articles that other lines, or their own later ones, cut in two or more."""


def measures(page: MadePage) -> Measures:
    """The defects of a page."""
    half, full = len(_HALF.findall(page.text)), len(_FULL.findall(page.text))
    asked = sum(block.end - block.start for block in page.source.blocks)
    articles = [stretch.article for stretch in page.stretches]
    return Measures(
        lines=sum(bool(line.strip()) for line in page.text.split("\n")),
        half=half / (half + full) if half + full else 0.0,
        blanks=sum(glyph.origin is None and glyph.char == " " for glyph in page.glyphs),
        misread=sum(_is_misread(before, after) for _, before, after in page.changed()),
        lost=asked - len(page.printed),
        returns=sum(name in articles[:place] for place, name in enumerate(articles)),
        torn=sum(len(page.pieces(range(block.start, block.end))) > 1 for block in page.source.blocks),
    )


def _is_misread(before: str, after: str) -> bool:
    return (is_han(before) or is_han(after)) and fold(before) != fold(after)
