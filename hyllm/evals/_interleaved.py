"""The worst band: what an OCR program makes of a page whose columns it does not understand."""

from typing import NamedTuple

from hyllm.evals._columns import Part, Piece, apart, columns_of, pasted, strung, with_strays
from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import NEWLINE, Glyphs, glyphs_of, set_in_lines
from hyllm.evals._guards import guarded
from hyllm.evals._lines import torn, wrapped
from hyllm.evals._lost_units import Strip, without_a_unit
from hyllm.evals._misread import clipped, flat_dashes, misread
from hyllm.evals._source import Block, Source
from hyllm.evals._widths import Hand, rewritten

_BETWEEN: Glyphs = (NEWLINE, NEWLINE)


class Rates(NamedTuple):
    """How often what happens, as shares of the places where it could."""

    misread: float = 0.04
    """Of the characters that look like another."""
    dashes: float = 0.5
    """Of the dashes between words."""
    clipped: float = 0.02
    """Of the lines."""
    torn: float = 0.5
    """Of the headlines long enough to tear."""
    swapped: float = 0.3
    """Of the torn ones: the second half first."""
    late: float = 0.5
    """Of the headlines: read after a column of their article."""
    unit: float = 0.4
    """Of the pages: one figure loses its unit."""
    joined: float = 0.4
    """Of the pages: the lines of a column come out as one."""


RATES = Rates()


def interleaved(source: Source, hand: Hand, column: int, dice: Dice, rates: Rates = RATES) -> Glyphs:
    """The page with everything that befalls it, its prose in columns of `column` Han characters."""
    strips = [Strip(block, _misread(source, block, hand, dice, rates)) for block in source.blocks]
    if dice.chance(rates.unit):
        strips = without_a_unit(strips, dice)
    parts = [_in_lines(strip, column, dice, rates) for strip in strips]
    pieces = [piece for pieces in _strung(source, parts, dice, rates) for piece in pieces]
    return _set(apart(pasted(pieces, dice.between(1, 2), dice)), _kept(source), dice, rates)


def _misread(source: Source, block: Block, hand: Hand, dice: Dice, rates: Rates) -> Glyphs:
    glyphs = glyphs_of(source.text[block.start : block.end], block.start)
    if block.kind != "furniture":  # a masthead in large type is read well, and says which paper it is
        glyphs = flat_dashes(misread(glyphs, rates.misread, dice), rates.dashes, dice)
    return rewritten(glyphs, hand, dice)


def _in_lines(strip: Strip, column: int, dice: Dice, rates: Rates) -> Part:
    block, glyphs, ends_column = strip
    if block.kind == "paragraphs":
        lines = wrapped(glyphs, column)
    elif block.kind == "titles" and dice.chance(rates.torn):
        lines = torn(glyphs, dice, swap=rates.swapped)
    else:
        lines = [glyphs]
    return Part(block.article, block.kind, lines, glyphs, ends_column)


def _strung(source: Source, parts: list[Part], dice: Dice, rates: Rates) -> list[list[Piece]]:
    """The columns of the page in the OCR's order, below the first line of its furniture."""
    furniture = [_whole(part) for part in parts if part.kind == "furniture"]
    captions = [_whole(part) for part in parts if part.kind == "captions"]
    articles = [
        _columns([part for part in parts if part.article == article.id], dice, rates)
        for article in source.articles.articles
    ]
    columns = with_strays(strung(articles, dice), furniture[1:] + captions, dice)
    return [furniture[:1], *columns]


def _columns(parts: list[Part], dice: Dice, rates: Rates) -> list[list[Piece]]:
    """One article: its prose in columns, its headline before one of them. Captions go their own way."""
    prose = [part for part in parts if part.kind != "captions"]
    headline: list[Piece] = []
    while prose and prose[0].kind == "titles":
        headline.append(_whole(prose.pop(0)))
    columns = columns_of(prose, dice)
    before = dice.between(1, 2) if dice.chance(rates.late) else 0
    columns.insert(min(before, len(columns)), headline)
    return [column for column in columns if column]


def _whole(part: Part) -> Piece:
    return Piece(part.article, part.kind, part.lines)


def _kept(source: Source) -> frozenset[int]:
    """The characters that no line may lose."""
    return frozenset(
        block.start + place
        for block in source.blocks
        for place, stays in enumerate(guarded(source.text[block.start : block.end]))
        if stays
    )


def _set(pieces: list[Piece], kept: frozenset[int], dice: Dice, rates: Rates) -> Glyphs:
    """The pieces as they are printed, with a blank line between."""
    in_one_line = dice.chance(rates.joined)
    blocks: list[Glyphs] = []
    for piece in pieces:
        lines = [clipped(line, kept, rates.clipped, dice) for line in piece.lines]
        prose = in_one_line and piece.kind == "paragraphs"
        blocks.append(set_in_lines(lines, between=() if prose else (NEWLINE,)))
    return set_in_lines([block for block in blocks if block], between=_BETWEEN)
