"""What a date expression says, before anything is counted from it: 今年5月底 is (issue year, 5, its end)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from . import _datewords as words
from ._calendar import SEASONS

Base: TypeAlias = Literal["written", "issue", "anchor", "either", "week"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A year, month or day: the number written, or so many steps from another date.

    The base `either` is the anchor where there is one, else the issue date; for `week` the number is days
    from the Monday of the week the paper came out in.
    """

    base: Base
    number: int


@dataclass(frozen=True, slots=True)
class Written:
    """One point or stretch of time as its words give it; what they leave out is `None`."""

    year: Ref | None = None
    month: Ref | None = None
    day: Ref | None = None
    months: tuple[int, int] | None = None
    """First and last month of a half-year, a quarter or 前8个月."""
    so_far: bool = False
    """The months are a sum of what has been (前8个月, 1至8月), which newspapers tell when it is over."""
    season: int | None = None
    part: Literal["end", "other"] | None = None
    """年底 and 5月底 are an `end`; 年初, 年中 and 上旬 some `other` part of what stands before."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The references it is made of, the largest first."""
        return tuple(ref for ref in (self.year, self.month, self.day) if ref is not None)


def _one_of(table: Mapping[str, object]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


_YEAR = (
    r"(?:(?P<year>[0-9]{4})年(?:度(?!假))?"
    rf"|(?P<issue_year>{_one_of(words.ISSUE_YEARS)})度?|(?P<anchor_year>{_one_of(words.ANCHOR_YEARS)})"
    rf"|(?P<season_year>{_one_of(words.SEASON_YEARS)})(?=[春夏秋冬]))"
)
_MONTH = (
    r"(?:(?P<month>[0-9]{1,2})月份?"
    rf"|(?P<issue_month>{_one_of(words.ISSUE_MONTHS)})|(?P<anchor_month>{_one_of(words.ANCHOR_MONTHS)}))"
)
_DAY = "(?P<day>[0-9]{1,2})[日号]"
_MONTH_PART = "(?P<month_part>上旬|中旬|下旬|上中旬|中下旬|初|中期?|底|末)"
_STRETCH = (
    r"(?:第?(?P<quarter>[0-9])季度?(?P<quarter_part>初|中|底|末)?|前(?P<quarters>[0-9])个?季度"
    r"|(?P<half>[上下])半年|[前头](?P<first_months>[0-9]{1,2})个?月份?)"
)
_SEASON = "(?P<season>[春夏秋冬])[季天]?"
_YEAR_PART = "年?(?P<year_part>初|中|底|末|终)|岁(?P<year_close>末)|年?全年|年?内"
_POINT = re.compile(rf"{_YEAR}(?:{_MONTH}(?:{_DAY}|{_MONTH_PART})?|{_STRETCH}|{_SEASON}|{_YEAR_PART})?")
_YEARLESS = re.compile(
    rf"(?:{_MONTH}(?:{_DAY}|{_MONTH_PART})?|{_STRETCH}|{_SEASON}"
    "|年(?P<year_part>初|中|底|末|终)|岁(?P<year_close>末)|(?P<this_year>全年|年内)"
    "|(?P<this_month>月内)|月?(?P<this_month_part>(?<=月)[初中底末]|上旬|中旬|下旬))"
)
_DAY_ALONE = re.compile(_DAY)
_DAY_WORD = re.compile(
    rf"(?P<issue_day>{_one_of(words.ISSUE_DAYS)})|(?P<anchor_day>{_one_of(words.ANCHOR_DAYS)})"
    r"|(?P<week>上上|上|本|这|下|下下)个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六])"
    r"|(?P<days_later>[0-9]{1,2})天(?:之?后|以后)|(?P<years_later>[0-9]{1,2})年(?:之?后|以后)"
)
_ISO = re.compile(
    r"(?P<year>[12][0-9]{3})(?P<sep>[-./])(?P<month>[0-9]{1,2})(?:(?P=sep)(?P<day>[0-9]{1,2})[日号]?)?"
    r"|(?P<whole_year>[12][0-9]{3})"
)
_WEEKS = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}
_ENDS = frozenset("底末终")


def read_written(text: str) -> Written | None:
    """What the whole text says, or `None` where it is no single date."""
    for pattern, reader in (
        (_POINT, _point),
        (_YEARLESS, _point),
        (_DAY_ALONE, _point),
        (_DAY_WORD, _day_word),
        (_ISO, _iso),
    ):
        if match := pattern.fullmatch(text):
            return reader(match.groupdict())
    return None


def _point(said: Mapping[str, str | None]) -> Written:
    return Written(
        year=_year(said),
        month=_month(said),
        day=_ref("written", said.get("day")),
        months=_months(said),
        so_far=bool(said.get("quarters") or said.get("first_months")),
        season=SEASONS.get(said.get("season") or ""),
        part=_part(said),
    )


def _year(said: Mapping[str, str | None]) -> Ref | None:
    if word := said.get("year"):
        return Ref("written", int(word))
    if word := said.get("issue_year"):
        return Ref("issue", words.ISSUE_YEARS[word])
    if word := said.get("season_year"):
        return Ref("issue", words.SEASON_YEARS[word])
    if word := said.get("anchor_year"):
        return Ref("anchor", words.ANCHOR_YEARS[word])
    return None


def _month(said: Mapping[str, str | None]) -> Ref | None:
    if word := said.get("month"):
        return Ref("written", int(word))
    if word := said.get("issue_month"):
        return Ref("issue", words.ISSUE_MONTHS[word])
    if word := said.get("anchor_month"):
        return Ref("anchor", words.ANCHOR_MONTHS[word])
    if said.get("this_month") or said.get("this_month_part"):
        return Ref("either", 0)
    return None


def _months(said: Mapping[str, str | None]) -> tuple[int, int] | None:
    if word := said.get("quarter"):
        return (3 * int(word) - 2, 3 * int(word))
    if word := said.get("quarters"):
        return (1, 3 * int(word))
    if word := said.get("half"):
        return (1, 6) if word == "上" else (7, 12)
    if word := said.get("first_months"):
        return (1, int(word))
    return None


def _part(said: Mapping[str, str | None]) -> Literal["end", "other"] | None:
    names = ("month_part", "this_month_part", "quarter_part", "year_part", "year_close")
    word = next((said[name] for name in names if said.get(name)), None)
    if word is None:
        return None
    return "end" if word in _ENDS else "other"


def _ref(base: Base, word: str | None) -> Ref | None:
    return Ref(base, int(word)) if word else None


def _day_word(said: Mapping[str, str | None]) -> Written:
    if word := said["issue_day"]:
        return Written(day=Ref("issue", words.ISSUE_DAYS[word]))
    if word := said["weekday"]:
        return Written(day=Ref("week", 7 * _WEEKS[said["week"] or "本"] + "一二三四五六".index(word)))
    if word := said["years_later"]:
        return Written(year=Ref("anchor", int(word)))
    word = said["anchor_day"]
    return Written(day=Ref("anchor", words.ANCHOR_DAYS[word] if word else int(said["days_later"] or 0)))


def _iso(said: Mapping[str, str | None]) -> Written:
    year, month, day = said["year"] or said["whole_year"], said["month"], said["day"]
    return Written(year=_ref("written", year), month=_ref("written", month), day=_ref("written", day))
