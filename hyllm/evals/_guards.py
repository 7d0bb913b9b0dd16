"""What no defect may change, since it would turn one valid value into another.

OCR that reads 25亿元 as 26亿元 leaves no trace on the page: gold could not say what is true. So numbers,
their units, dates and negations are never misread and never lost one by one.
"""

from functools import lru_cache

from hyllm.evals._glyphs import is_han
from hyllm.values import find_values

GUARDED = frozenset(
    "0123456789.%％零〇一二两三四五六七八九十百千万亿半数几第"
    "元角年月日号旬季时点初底末昨今明去前后上下中起至到"
    "约近超逾余多过足"
    "不未无没非免原拟将曾代副任长"
    "亩家人个只户名吨台套件座条项批期次届栋间所斤米里"
)
"""Digits, numerals, units, words of dates and bounds, negations, and what states a post's standing."""

_BINDS_NEXT = frozenset("副原代曾不未无没非免拟将约近超逾第")
"""What turns the word behind it into another."""


def guarded(text: str) -> list[bool]:
    """For each character of a line of text: whether it must stay as it is."""
    found = [char in GUARDED or (char.isascii() and char.isalnum()) for char in text]
    for start, end in value_spans(text):
        found[start:end] = [True] * (end - start)
    return found


@lru_cache(maxsize=1024)
def value_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The dates, sums and quantities of a line, as spans of it, in order."""
    kept = [place for place, char in enumerate(text) if not char.isspace()]
    packed = "".join(text[place] for place in kept)
    return tuple(sorted((kept[found.start], kept[found.end - 1] + 1) for found in find_values(packed)))


def is_numeric(char: str) -> bool:
    """Whether a character belongs to a number."""
    return char.isdigit() or char in ".%％零〇一二两三四五六七八九十百千万亿半"


def _belong_together(before: str, after: str) -> bool:
    if is_numeric(before) and (is_numeric(after) or is_han(after)):
        return True
    # 副|市长 would be another post, 书|记 none at all
    return before in _BINDS_NEXT or after == "长" or before + after == "书记"


def may_break(text: str) -> list[bool]:
    """For each index of a line: whether a column may end before it.

    Not within a value or a number, nor where what is left would say something else.
    """
    free = [True] * (len(text) + 1)
    for start, end in value_spans(text):
        free[start + 1 : end] = [False] * (end - start - 1)
    for place in range(1, len(text)):
        if _belong_together(text[place - 1], text[place]):
            free[place] = False
    return free
