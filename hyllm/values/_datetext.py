"""Date words made plain: Arabic numbers, no parts of the day, no weekdays, no list numbers."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from ._numerals import read_numeral

_Replacement: TypeAlias = str | Callable[[re.Match[str]], str]

_DIGITS = {digit: str(value) for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "O": "0",
    "o": "0",
}
_HAN_DIGIT = "〇零一二三四五六七八九"
_HAN = "零一二三四五六七八九十廿卅"
_QUOTES = "\"'“”‘’「」『』《》【】"
_MARKS = f"{_QUOTES},，。.;:、!?…*■▲●◆"
_TIME_OF_DAY = (
    "(?:凌晨|清晨|清早|早晨|早上|一早|上午|中午|正午|午间|午后|下午|傍晚|晚上|晚间|夜间|夜里|夜晚|深夜|午夜|半夜"
    "|(?<=[日号天])[早晚晨夜午](?!前)"
    "|[0-9]{1,2}[时点](?:[0-9]{1,2}分?|半|整|[0-9]刻)?(?:许|左右)?|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)"
)
_WEEKDAY = "(?:星期|礼拜|周)[一二三四五六日天1-6]"

_LUNAR_GLOSS = re.compile(r"\((?:农历|夏历|[一二三四五六七八九十]月初?)[^()]*\)")


def _by_value(match: re.Match[str]) -> str:
    numeral = read_numeral(match[0])
    return match[0] if numeral is None else str(numeral.value)


def _by_digit(match: re.Match[str]) -> str:
    return "".join(_DIGITS.get(character, character) for character in match[0])


def _with_century(match: re.Match[str]) -> str:
    century = "19" if match["short"] >= "50" else "20"
    return f"{century}{match['short']}"


_STEPS: tuple[tuple[str, _Replacement], ...] = (
    (r"^['‘’](?P<short>[0-9]{2})(?=年)", _with_century),
    (f"^[{_MARKS}]+|[{_MARKS}]+$|[{_QUOTES}]", ""),
    (r"^\(([^()]*)\)$", r"\1"),
    (r"\(?(?:当地|北京)时间\)?", ""),
    (rf"\({_WEEKDAY}(?:[-至到、]{_WEEKDAY})?\)|(?<=[日号]),?{_WEEKDAY}", ""),
    # 昨(30)日, 昨日(5月30日) and 5月30日(昨日) say the same day twice.
    (r"(?<=^[昨今明])\([0-9]{1,2}\)(?=日)|(?<=^[昨今明前][日天])\([^()]*\)|\([昨今明前][日天]\)$", ""),
    ("^公元(?!前)", ""),
    (
        rf"(?<![{_HAN_DIGIT}0-9])[12一二][{_HAN_DIGIT}0-9Oo]{{3}}(?=年|[-至到][12一二][{_HAN_DIGIT}]{{3}}年)",
        _by_digit,
    ),
    (rf"^[{_HAN_DIGIT}]{{2}}(?=年[{_HAN}0-9]{{1,3}}月|年$)", _by_digit),
    ("的", ""),
    ("元月", "1月"),
    ("首季", "第1季"),
    (rf"(?<!星期)(?<!周)[{_HAN}]+(?=[月号季时点分刻个]|世纪|年代)", _by_value),
    (rf"(?<![第前同{_HAN}])[{_HAN}两]+(?=[日天]|年之?后|年以后)", _by_value),
    (rf"[{_HAN}]+(?=[-至到、和][0-9])", _by_value),
    ("(?<=[前头])两(?=个?[月季])", "2"),
    # 签约当月 is 当月: the date it points at is that of the signing.
    ("^(?:签约|签订|签署|开工|动工|奠基|立项|落户|挂牌|揭牌)(?=[当次翌][月年])", ""),
    # 98年 and 20年7月 are years; 20年 alone may be a span of time.
    ("^(?P<short>[0-9]{2})(?=年[0-9]{1,2}月)", _with_century),
    ("^(?P<short>0[1-9]|[6-9][1-9])(?=年(?:$|[初中底末春夏秋冬]|以来|起))", _with_century),
    # A list number runs into the date behind it: 2.3月12日 is the second item's 3月12日.
    (r"^\(?[0-9]{1,2}[.、)]+(?=[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}年|[今去明]年|[昨今明]日)", ""),
    ("(?<=^[昨今明当次翌同])[晚夜晨早午]", "日"),
    (rf"(?<=^[昨今明])(?={_TIME_OF_DAY})", "日"),
    (rf"{_TIME_OF_DAY}+(?:[-至到]{_TIME_OF_DAY}+)?", ""),
    (r"(?<=[日号])(?:当天|当日|这天|那天|这一天|全天|一天|电|讯)$", ""),
    (r"(?<=[日号])\(?,?(?:共|为期|历时|连续)?(?:[0-9]{1,2}|两)天\)?$", ""),
)
_COMPILED = tuple((re.compile(pattern), replacement) for pattern, replacement in _STEPS)


def without_glosses(words: str) -> str:
    """The words without a bracket that gives the day in the lunar calendar."""
    return _LUNAR_GLOSS.sub("", words)


@lru_cache(maxsize=8192)  # a date is read where a record has it, and where the page is searched for dates
def plain_date_text(words: str) -> str:
    """The words with every number Arabic and without what a date does not express."""
    words = without_glosses(words)
    for pattern, replacement in _COMPILED:
        words = pattern.sub(replacement, words)
    return words
