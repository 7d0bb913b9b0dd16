"""The date that a page's head prints: in digits that OCR may have misread, or in Chinese numerals."""

import re
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from hyllm.archive._furniture import LUNAR

_D = "[0-9OoQlI|]"
_DATE = re.compile(
    rf"(?<!历)(?:(?<![0-9])|(?=(?:19|20)[0-9]{{2}}年))(?:(?P<y>[12lI|]{_D}{{3}})年(?P<m>{_D}{{1,2}})月(?P<d>{_D}{{1,2}})"
    r"|(?P<yy>[一二][〇○零OΟ0一二三四五六七八九]{3})年(?P<mm>[一二三四五六七八九十]{1,2})月"
    r"(?P<dd>[一二三四五六七八九十廿]{1,3}))(?:[日曰号]|(?=星期|礼拜|周))"
    r"|(?<![0-9])(?P<yyy>[12][0-9OoQlI|]{3})(?P<s>[-./])(?P<mmm>[0-9OolI|]{1,2})(?P=s)(?P<ddd>[0-9OolI|]{1,2})(?![0-9])"
)
_MISREAD = str.maketrans("OoQlI|", "000111")
_CHINESE = str.maketrans("〇○零OΟ一二三四五六七八九", "00000123456789")
_PARTS = ("y", "m", "d", "yy", "mm", "dd", "yyy", "mmm", "ddd")


class DateInLine(NamedTuple):
    """A date, and where it stands in its line."""

    start: int
    end: int
    day: date


def find_date(line: str) -> DateInLine | None:
    """The first date of a line in half width, without white space, that is not part of a lunar one."""
    lunar = [match.span() for match in LUNAR.finditer(line)]
    dates = (DateInLine(*match.span(), day) for match in _DATE.finditer(line) if (day := _calendar(match)))
    return next((found for found in dates if not any(s <= found.start < e for s, e in lunar)), None)


def _calendar(match: re.Match[str]) -> date | None:
    """The day that a date's words name, if the calendar has it."""
    year, month, day = (part for part in match.group(*_PARTS) if part)
    with suppress(ValueError):
        return date(_number(year), _number(month), _number(day))
    return None


def _number(written: str) -> int:
    """2022 of 2O22 and of 二〇二二; 18 of 十八."""
    plain = written.translate(_MISREAD)
    if plain.isdecimal() and plain.isascii():
        return int(plain)
    tens, ten, ones = written.replace("廿", "二十").rpartition("十")
    if not ten:
        return int(written.translate(_CHINESE))
    return int(tens.translate(_CHINESE) or 1) * 10 + int(ones.translate(_CHINESE) or 0)
