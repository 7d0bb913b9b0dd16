"""Days, months, years and the intervals between them, in EDTF (ISO 8601-2 level 1)."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

_YEARS = range(1000, 2200)
"""Years a city newspaper writes about; anything else is a misprint."""
SEASONS = {"春": 21, "夏": 22, "秋": 23, "冬": 24}
"""Months of EDTF that stand for seasons."""
_SEASON_MONTHS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}
"""What a season covers of its year, to put dates in order by."""
_MOMENT = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Moment(NamedTuple):
    """A year, a month or season of it, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the calendar has it."""
        if self.year not in _YEARS:
            return False
        if self.month in SEASONS.values():
            return self.day is None
        if self.month is not None and not 1 <= self.month <= 12:
            return False
        return self.day is None or 1 <= self.day <= days_in(self.year, self.month or 1)

    @property
    def edtf(self) -> str:
        """`2020`, `2020-07` or `2020-07-29`."""
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @property
    def last_day(self) -> "Moment":
        """The last day in it."""
        month = self._months[1]
        return Moment(self.year, month, self.day or days_in(self.year, month))

    @property
    def first_day(self) -> "Moment":
        """The first day in it."""
        return Moment(self.year, self._months[0], self.day or 1)

    @property
    def weekday(self) -> int:
        """Days since the Monday before."""
        return self._date.weekday()

    def plus_days(self, days: int) -> "Moment":
        """The day so many days later."""
        later = self._date + timedelta(days)
        return Moment(later.year, later.month, later.day)

    def days_since(self, earlier: "Moment") -> int:
        """How many days lie between."""
        return (self._date - earlier._date).days

    def plus_months(self, months: int) -> "Moment":
        """The month so many months later."""
        years, index = divmod((self.month or 1) - 1 + months, 12)
        return Moment(self.year + years, index + 1)

    @property
    def _months(self) -> tuple[int, int]:
        if self.month is None:
            return 1, 12
        return _SEASON_MONTHS.get(self.month, (self.month, self.month))

    @property
    def _date(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another; `None` leaves that side open."""

    first: Moment | None
    last: Moment | None

    @property
    def edtf(self) -> str:
        """One moment, or an interval with `..` for an open side."""
        if self.first == self.last and self.first is not None:
            return self.first.edtf
        return "/".join(".." if side is None else side.edtf for side in (self.first, self.last))


@lru_cache(maxsize=4096)
def days_in(year: int, month: int) -> int:
    """How many days a month has."""
    return calendar.monthrange(year, month)[1]


def read_moment(edtf: str) -> Moment | None:
    """The year, month, season or day an EDTF string writes; `None` for anything else."""
    match = _MOMENT.fullmatch(edtf)
    if match is None:
        return None
    year, month, day = (int(group) if group else None for group in match.groups())
    moment = Moment(year or 0, month, day)
    return moment if moment.is_valid else None


def read_span(edtf: str) -> Span | None:
    """The moment or interval an EDTF string writes; `None` for anything else (197X)."""
    first, slash, last = edtf.partition("/")
    if not slash:
        moment = read_moment(edtf)
        return moment and Span(moment, moment)
    sides = [None if side == ".." else read_moment(side) for side in (first, last)]
    if any(side is None and text != ".." for side, text in zip(sides, (first, last), strict=True)):
        return None
    return Span(*sides)
