"""Numbers beside a quantity that are none: dates, ordinals, percentages, sums of money, 5G."""

import re

from ._money import CURRENCY_WORDS
from ._numerals import NUMERAL

BLOT = "□"
"""What stands where such a number was."""
_DATES = re.compile(
    "(?:[0-9]{4}|[〇零一二三四五六七八九]{4})(?:[-至到][0-9]{4})?年度?"
    "|(?:[0-9]{2}年)?(?:[0-9一二三四五六七八九十]{1,2}月?[-至到])?[0-9一二三四五六七八九十]{1,2}月份?"
    "(?:[0-9一二三四五六七八九十]{1,3}[日号])?(?:[-至到][0-9一二三四五六七八九十]{1,3}[日号])?"
    "|[0-9]{1,2}日|[0-9]{1,2}(?:[时点](?:[0-9]{1,2}分)?|:[0-9]{2})"
)
_ORDINALS = re.compile(rf"第{NUMERAL}[届次期批季号]?|前{NUMERAL}[名位强]")
_PERCENTAGES = re.compile(
    rf"{NUMERAL}个?(?:%|‰|百分点|成(?!员|为)|倍|折)|百分之{NUMERAL}|{NUMERAL}分之{NUMERAL}"
)
_SUMS = re.compile(rf"{NUMERAL}(?:{CURRENCY_WORDS})")
# 5G, C919, 4+3+X and 4A are names with digits in them.
_NAMES = re.compile(
    r"[A-Za-z]+-?[0-9]+[A-Za-z]*|[0-9]+(?:\+[0-9A-Za-z]+)+|[0-9]+\+|[0-9]+[A-Z](?![A-Za-z])|[0-9]+[期号强]"
)
# 一批, 一类 and 一次 are words, not numbers.
_WORDS = re.compile("(?<![0-9零〇十百千万])一(?:大?批(?!次)|[面片道类起层步度代头次])")
_PER_YEAR_OR_DAY = re.compile("/[年日天]")
_OTHERS = (_ORDINALS, _DATES, _PERCENTAGES, _SUMS, _NAMES, _WORDS)


def without_other_numbers(words: str) -> str:
    """The words with every number blotted out that can be no quantity, and without a closing /年 or /日."""
    words = _PER_YEAR_OR_DAY.sub("", words)
    for pattern in _OTHERS:
        words = pattern.sub(BLOT, words)
    return words
