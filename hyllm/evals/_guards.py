"""What no defect may change, since it would turn one valid value into another.

OCR that reads 25亿元 as 26亿元 leaves no trace on the page: gold could not say what is true. So numbers,
their units, dates and negations are never misread and never lost one by one.
"""

import re
from functools import lru_cache

from hyllm.evals._glyphs import is_han

GUARDED = frozenset(
    "0123456789.%％零〇一二两三四五六七八九十百千万亿半数几第"
    "元角年月日号旬季时点初底末昨今明去前后上下中起至到"
    "约近超逾余多过足"
    "不未无没非免原拟将曾代副任长"
    "亩家人个只户名吨台套件座条项批期次届栋间所斤米里"
)
"""Digits, numerals, units, words of dates and bounds, negations, and what states a post's standing."""

# Not hyllm.values: a page must not change because its readers learn a new unit.
_NUMBER = (
    r"(?:[0-9][0-9.,]*|[零〇一二两三四五六七八九十百千万亿半]{2,})[余多]?(?:[百千万亿](?![瓦米克]))*[余多]?"
)
_UNIT = (
    r"(?:美元|欧元|港元|日元|元|亩|公顷|平方公里|平方米|立方米|公里|千米|米|公斤|斤|万?吨|标箱|人次|[人家个户名台套件座条项张次期届栋"
    r"幢只辆根种处所批场岁倍间度头株瓶颗支天块位年里]|[兆吉]瓦时?|千瓦时|千瓦|小时|分钟|%|％)"
)
_DAY = r"(?:上旬|中旬|下旬|初|底|末|[0-9]{1,2}日?(?:上午|下午|晚上|晚|凌晨|中午)?)"
_TIME = (
    r"(?:(?:[0-9]{4}年|[今去明前后同次当]年)(?:前?[0-9]{1,2}(?:[至到\-—]+[0-9]{1,2}月|个月)|[0-9]{1,2}月(?:份)?"
    rf"{_DAY}?|上半年|下半年|[前第]?[一二三四]季度|[初底末中])?|[0-9]{{1,2}}月(?:份)?{_DAY}?|[昨今][日天](?:上午|下午|晚)?|年[初底末内]"
    r"|[前第]?[一二三四]季度|[同当]日|[次同]月)"
)
_VALUE = re.compile(
    rf"{_TIME}(?:[至到\-—]+(?:[0-9]{{1,2}}月)?{_DAY})?(?:起|以来|底?前|之前)?"
    rf"|(?:约|近|超过|超|逾|突破|不低于|不超过|不足|不少于)?{_NUMBER}(?:{_UNIT})?(?:[至到~\-—]+{_NUMBER})?(?:{_UNIT})?"
    r"(?:以上|以下|以内|左右|上下)?"
)

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
    found = (match.span() for match in _VALUE.finditer(packed))
    return tuple((kept[start], kept[end - 1] + 1) for start, end in found)


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
