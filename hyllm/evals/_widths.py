"""Widths, quotation marks and blanks: what OCR writes differently without misreading it."""

from typing import NamedTuple

from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import BLANK, Glyph, Glyphs, is_han
from hyllm.evals._guards import is_numeric

_HALF = dict(zip("，：；（）！？％", ",:;()!?%", strict=True))
_STRAIGHT = {"“": '"', "”": '"', "‘": "'", "’": "'"}
_SPACED = ",:;"


class Hand(NamedTuple):
    """How one page's OCR writes marks and blanks, as shares."""

    half: float
    """Of full-width marks that come out half width."""
    straight: float
    """Of parts whose quotation marks come out straight."""
    after: float
    """Of half-width commas and colons that a blank follows."""
    inside: float
    """Of places between two Han characters that a blank tears open."""


def rewritten(glyphs: Glyphs, hand: Hand, dice: Dice) -> Glyphs:
    """One part as this hand writes it."""
    straight = dice.chance(hand.straight)
    found: list[Glyph] = []
    for place, glyph in enumerate(glyphs):
        before = glyphs[place - 1].char if place else ""
        after = glyphs[place + 1].char if place + 1 < len(glyphs) else ""
        char = _mark(glyph.char, before, after, hand, dice, straight=straight)
        found.append(glyph._replace(char=char))
        if after and _is_torn_open(char, after, hand, dice):
            found.append(BLANK)
    return tuple(found)


def _mark(char: str, before: str, after: str, hand: Hand, dice: Dice, *, straight: bool) -> str:
    if char in _STRAIGHT:
        return _STRAIGHT[char] if straight else char
    # 1200，30 must not become 1200,30
    in_number = before and after and is_numeric(before) and is_numeric(after)
    if char in _HALF and not in_number and dice.chance(hand.half):
        return _HALF[char]
    return char


def _is_torn_open(char: str, after: str, hand: Hand, dice: Dice) -> bool:
    if after.isspace():
        return False
    if char in _SPACED:
        return dice.chance(hand.after)
    return is_han(char) and is_han(after) and dice.chance(hand.inside)
