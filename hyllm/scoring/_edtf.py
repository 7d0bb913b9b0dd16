"""EDTF dates as intervals of days, so that `2020-07` and `2020-07-01/2020-07-31` are the same."""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

Relation = Literal["coarser", "finer", "overlap", "disjoint"]

_MOMENT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MASKED = re.compile(r"(\d{2}|\d{3})(X{1,2})")
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}
"""First and last month of the EDTF seasons; winter runs into the next year."""


class Days(NamedTuple):
    """From the first day to the last, as ordinals of the calendar."""

    first: int
    last: int

    def overlaps(self, other: "Days") -> bool:
        return self.first <= other.last and other.first <= self.last

    def covers(self, other: "Days") -> bool:
        return self.first <= other.first and other.last <= self.last


_EVER = Days(0, 10**8)
"""What an open end reaches to."""


@lru_cache(maxsize=65536)
def days(edtf: str) -> Days | None:
    """The days an EDTF string (level 1) covers; `None` where it is none."""
    first, slash, last = edtf.partition("/")
    if not slash:
        return _moment(edtf)
    begin = _EVER if first == ".." else _moment(first)
    end = _EVER if last == ".." else _moment(last)
    if begin is None or end is None or begin.first > end.last:
        return None
    return Days(begin.first, end.last)


def _moment(text: str) -> Days | None:
    if match := _MASKED.fullmatch(text):
        if len(text) != 4:
            return None
        low, high = text.replace("X", "0"), text.replace("X", "9")
        return Days(date(max(int(low), 1), 1, 1).toordinal(), date(int(high), 12, 31).toordinal())
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        return _calendar_days(*(int(group) if group else None for group in match.groups()))
    except ValueError:  # no such month or day
        return None


def _calendar_days(year: int | None, month: int | None, day: int | None) -> Days:
    assert year is not None
    if month is None:
        return Days(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
    if day is not None:
        return Days(date(year, month, day).toordinal(), date(year, month, day).toordinal())
    first, last = _SEASONS.get(month, (month, month))
    over, last_month = divmod(last - 1, 12)
    end = date(year + over, last_month + 1, monthrange(year + over, last_month + 1)[1])
    return Days(date(year, first, 1).toordinal(), end.toordinal())


def relation(gold: Days, predicted: Days) -> Relation:
    """How a wrong date lies to the right one: `coarser` covers it, `finer` lies within it."""
    if predicted.covers(gold):
        return "coarser"
    if gold.covers(predicted):
        return "finer"
    return "overlap" if gold.overlaps(predicted) else "disjoint"
