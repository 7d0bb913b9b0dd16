"""Where a text has dates, money and quantities: candidates by form, kept if they can be read."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from ._bounds import NOT_IN_OTHER_WORDS
from ._dates import is_vague_date, parse_date
from ._money import parse_money
from ._quantity import parse_quantity
from ._types import Refusal
from ._units import UNIT

_DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,12})(?:\.\d{1,6})?"
_HAN = "[零〇一二两三四五六七八九十百千万亿半]"
_MANY = rf"(?<![0-9.])(?<!{_HAN})(?:(?:{_DIGITS}|{_HAN}{{2,12}})(?:[千百]?[万亿]|[千百](?![瓦米克])){{0,3}})"
_NUMBER = rf"{_MANY}(?:[余多][万亿]{{0,2}})?"
_BEFORE = rf"(?:{NOT_IN_OTHER_WORDS}(?:约|近|超过|超|逾|突破|不低于|不超过|不足|不少于))?"
_AFTER = r"(?:左右|上下|以上|以下|以内)?"
_RANGE = r"(?:[至到~—–\-]+)"
_MONEY = re.compile(
    rf"{_BEFORE}{_NUMBER}(?:(?:元|美元|欧元|港元|日元)?{_RANGE}{_NUMBER})?(?:多|余)?"
    rf"(?:元|美元|欧元|港元|港币|日元|英镑)(?:人民币)?{_AFTER}(?!/|每)"
)
_QUANTITY = re.compile(rf"{_BEFORE}{_NUMBER}(?:{_RANGE}{_NUMBER})?(?:多|余)?{UNIT}{_AFTER}")
_HOUR = "(?:上午|下午|晚上|晚|凌晨|中午)?"
_DAY = rf"(?:上旬|中旬|下旬|初|底|末|(?:\d{{1,2}}日?|[一二三四五六七八九十]{{1,3}}日){_HOUR})"
_MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])月(?:份)?"
_PART = r"(?:上半年|下半年|年初|年底|年末|年中|[一二三四]季度|第[一二三四]季度|前三季度)"
_YEAR_WRITTEN = r"(?:(?:19|20)\d\d|[一二][〇零○一二三四五六七八九]{3})年"
_YEAR = rf"(?:{_YEAR_WRITTEN}|今年|去年|明年|前年|后年|同年|次年|当年)"
_TAIL = r"(?:起|以来|前|底前|之前)?"
_UNTIL = rf"(?:{_RANGE}(?:{_MONTH})?{_DAY})?"
_DATE = re.compile(
    rf"(?:{_YEAR}(?:前?\d{{1,2}}(?:{_RANGE}{_MONTH}|个月)|{_MONTH}{_DAY}?{_UNTIL}|{_PART}|[春夏秋冬]季?)"
    rf"|{_YEAR_WRITTEN}(?!\d)|(?:今年|去年)(?=以来|起)|{_MONTH}{_DAY}{_UNTIL}|\d{{1,2}}月?{_RANGE}{_MONTH}"
    rf"|(?<!\d)(?:1[0-2]|[1-9])月(?:份)?(?!\d)|(?:上|本|下)个?月{_DAY}?|[昨前][日天]{_HOUR}|昨晚"
    rf"|(?:上个?|\d\d)世纪(?:\d0|[二三四五六七八九]十)年代[初末]?|同日|次月|同月|当日|{_PART}){_TAIL}"
)
_RATE_BEFORE = re.compile("(?:每(?![年日天])|[人户亩]均)[^,。;、:0-9]{0,6}$")
_SAMPLE_ISSUE = "2020-06-15"
"""Any date will do: what the issue date leaves ambiguous is a date all the same."""


class Found(NamedTuple):
    """A value in a text: `text[start:end]`."""

    type: str
    """`date`, `money` or `quantity`."""
    start: int
    end: int


def find_values(text: str) -> Iterator[Found]:
    """The dates, then the money, then the quantities of a text without white space, none inside another."""
    taken: list[tuple[int, int]] = []
    for kind, pattern, reads in _SORTS:
        mine: list[tuple[int, int]] = []
        for match in pattern.finditer(text):
            if _overlaps(taken, match.span()) or not _stands_alone(text, match):
                continue
            if not (kind != "date" and _is_rate(text, match)) and reads(match.group()):
                mine.append(match.span())
                yield Found(kind, *match.span())
        taken = sorted([*taken, *mine])


def _overlaps(taken: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    index = _first_ending_after(taken, span[0])
    return index < len(taken) and taken[index][0] < span[1]


def _first_ending_after(taken: list[tuple[int, int]], start: int) -> int:
    low, high = 0, len(taken)
    while low < high:
        middle = (low + high) // 2
        if taken[middle][1] > start:
            high = middle
        else:
            low = middle + 1
    return low


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether a match does not begin inside a longer number or word (第5届, A3座)."""
    before = text[match.start() - 1 : match.start()]
    return not (before.isascii() and (before.isalnum() or before in (".", "+"))) and before not in ("第", "×")


def _is_rate(text: str, match: re.Match[str]) -> bool:
    """Whether the words before it make it one of many (每户补助3000元)."""
    return _RATE_BEFORE.search(text[max(0, match.start() - 9) : match.start()]) is not None


@lru_cache(maxsize=8192)
def _is_date(words: str) -> bool:
    if is_vague_date(words):
        return False
    value = parse_date(words, issue_date=_SAMPLE_ISSUE)
    return not isinstance(value, Refusal) or value.reason in ("needs_anchor", "ambiguous")


def _is_read_by(parse: Callable[[str], Any]) -> Callable[[str], bool]:
    @lru_cache(maxsize=8192)
    def is_read(words: str) -> bool:
        return not isinstance(parse(words), Refusal)

    return is_read


_SORTS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("date", _DATE, _is_date),
    ("money", _MONEY, _is_read_by(parse_money)),
    ("quantity", _QUANTITY, _is_read_by(parse_quantity)),
)
