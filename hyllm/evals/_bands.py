"""From clean articles to a page, in three bands of defects.

- `clean`: every part on a line of its own, in order; no character is changed.
- `wrapped`: lines broken at the column's width, widths and quotation marks mixed, blanks inside words.
- `interleaved`: all that, and columns cut into each other, headlines torn off and in two, lines pasted
  behind others, captions in between, characters misread or lost, a unit lost where a column ends.
"""

from hyllm.evals._articles import ArticleSet
from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import BLANK, NEWLINE, Glyphs, glyphs_of, set_in_lines
from hyllm.evals._interleaved import interleaved
from hyllm.evals._lines import wrapped
from hyllm.evals._page import Band, MadePage
from hyllm.evals._source import Source, source_of
from hyllm.evals._widths import Hand, rewritten

_BETWEEN: Glyphs = (NEWLINE, NEWLINE)
_BLANK_FOR_BREAK = 0.2
"""The share of paragraphs whose broken lines come out as one, with a blank where the break was."""


def make_page(articles: ArticleSet, band: Band, seed: int = 0) -> MadePage:
    """The page of these articles with the defects of a band; the same seed gives the same page."""
    source, dice = source_of(articles), Dice(articles.id, band, seed)
    glyphs = _clean(source) if band == "clean" else _damaged(source, band, dice)
    return MadePage(source, band, seed, glyphs)


def _clean(source: Source) -> Glyphs:
    blocks = [glyphs_of(source.text[block.start : block.end], block.start) for block in source.blocks]
    return set_in_lines(blocks, between=_BETWEEN)


def _damaged(source: Source, band: Band, dice: Dice) -> Glyphs:
    hand = Hand(half=dice.pick((0.3, 0.7, 0.95)), straight=0.8, after=0.12, inside=0.012)
    column = dice.between(22, 26)
    return (_wrapped if band == "wrapped" else interleaved)(source, hand, column, dice)


def _wrapped(source: Source, hand: Hand, column: int, dice: Dice) -> Glyphs:
    blocks: list[Glyphs] = []
    for block in source.blocks:
        glyphs = rewritten(glyphs_of(source.text[block.start : block.end], block.start), hand, dice)
        lines = wrapped(glyphs, column) if block.kind == "paragraphs" else [glyphs]
        between = BLANK if dice.chance(_BLANK_FOR_BREAK) else NEWLINE
        blocks.append(set_in_lines(lines, between=(between,)))
    return set_in_lines(blocks, between=_BETWEEN)
