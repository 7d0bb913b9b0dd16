"""Numbers in a text in match form: which characters belong to one, and whether a span cuts one in two."""

import re

NUMERALS = "0123456789零〇一二三四五六七八九十百千万亿两廿卅"

_STARTS_WITH_NUMBER = re.compile(f"[{NUMERALS}]")
_ENDS_IN_NUMBER = re.compile(f"[0-9]$|[第{NUMERALS}][{NUMERALS}]$|^[{NUMERALS}]$")
_STARTS_WITH_DATE = re.compile(r"\d{1,2}月|\d{4}年")
_STARTS_WITH_YEAR = re.compile(r"(?:1[89]|20)\d\d年")
_STARTS_WITH_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_RUNS_ON = re.compile(rf"[{NUMERALS}]|\.\d")


def cuts_number(text: str, begin: int, stop: int) -> bool:
    """Whether `text[begin:stop]` begins or ends inside a number: 5亿元 in 25亿元, 占地2 in 占地200亩."""
    return _begins_inside(text, begin, stop) or _ends_inside(text, begin, stop)


def _begins_inside(text: str, begin: int, stop: int) -> bool:
    if begin == 0 or not _STARTS_WITH_NUMBER.match(text, begin, stop):
        return False
    before = text[begin - 1]
    if before in NUMERALS:  # 第3 2022年3月15日 loses its blank here, but no year has five digits
        return not (before.isdigit() and _STARTS_WITH_YEAR.match(text, begin, stop))
    if before not in ".," or begin == 1 or not text[begin - 2].isdigit() or not text[begin].isdigit():
        return False
    if before == ",":  # 1,200亩, but 1,5月开工 are two things
        return _STARTS_WITH_THOUSANDS.match(text, begin) is not None
    return not _STARTS_WITH_DATE.match(text, begin, stop)  # 2.3月12日: the item's number is glued on


def _ends_inside(text: str, begin: int, stop: int) -> bool:
    if not _RUNS_ON.match(text, stop):
        return False
    return _ENDS_IN_NUMBER.search(text[max(begin, stop - 2) : stop]) is not None
