"""Dates without a year, or with a day alone: the last such one, or the next where 将 governs it."""

from collections.abc import Callable
from functools import lru_cache

from ._calendar import Moment
from ._context import Context, anchor_of, refuse, today_of
from ._written import Written


def yearless_month_or_date(written: Written, context: Context) -> Moment:
    """A month, or a day of it, whose year the words leave out.

    Raises:
        UnresolvedError: Nothing says which year, or the calendar has no such day.
    """
    month = written.month.number if written.month else 0
    day = written.day.number if written.day else None
    if not Moment(2000, month, day).is_valid:
        raise refuse("out_of_range", "the calendar has no such date")
    if context.anchor is not None:
        return _after_anchor(month, day, context)
    if context.edge == "before":
        return _deadline(month, day, context)
    if day is not None:
        return _bare_date(month, day, context)
    return _bare_month(month, context)


def _after_anchor(month: int, day: int | None, context: Context) -> Moment:
    year = anchor_of(context, "year").year
    start = context.anchor.first if context.anchor else None
    if start and start.month and month < start.month:
        raise refuse("ambiguous", "it may lie in the year after the date it points at")
    return Moment(year, month, day)


def _bare_date(month: int, day: int, context: Context) -> Moment:
    """The last such day up to a month after the issue date; the next one where 将 governs it."""
    today = today_of(context)
    horizon = _a_month_after(today)
    last, following = _around(month, day, horizon, today)
    if context.outlook == "next":
        return following
    if context.outlook == "clause":
        return _unless_recent(last, following, today)
    if last >= today or today.days_since(last) <= following.days_since(today):
        return last
    return _chosen(last, following, context)


@lru_cache(maxsize=4096)
def _around(month: int, day: int, horizon: Moment, today: Moment) -> tuple[Moment, Moment]:
    """The last such day up to the horizon, and the first from today on; 2月29日 may be years away."""
    days = [Moment(year, month, day) for year in range(today.year - 9, today.year + 10)]
    past = [found for found in days if found.is_valid and found <= horizon]
    ahead = [found for found in days if found.is_valid and found >= today]
    if not past or not ahead:
        raise refuse("out_of_range", "the calendar has no such date")
    return past[-1], ahead[0]


def _a_month_after(day: Moment) -> Moment:
    month = day.plus_months(1)
    return month._replace(day=min(day.day or 1, month.last_day.day or 31))


def _unless_recent(last: Moment, following: Moment, today: Moment) -> Moment:
    """The next such date, unless the last is so recent that the 将 in its clause may be a 把."""
    if last < today and today.days_since(last) <= 31:
        raise refuse("ambiguous", "nothing says whether the last or the next such date is meant")
    return following


def _chosen(last: Moment, following: Moment, context: Context) -> Moment:
    """Between a date long past and a nearer one ahead."""
    if context.outlook == "elsewhere":
        return following
    if context.outlook == "likely" or context.edge == "since":
        raise refuse("ambiguous", "nothing says whether the last or the next such date is meant")
    return last


def _bare_month(month: int, context: Context) -> Moment:
    today = today_of(context)
    this_month = today.month or 1
    last = Moment(today.year - (month > this_month + 1), month)
    following = Moment(today.year + (month < this_month), month)
    if context.outlook in ("next", "clause"):
        return following
    if this_month == 12 and month == 1:
        raise refuse("ambiguous", "nothing says whether the last or the next January is meant")
    if last == following or (today.year - last.year) * 12 + this_month - month <= 6:
        return last
    return _chosen(last, following, context)


def year_of_months(months: tuple[int, int], context: Context, *, so_far: bool) -> int:
    """The issue year; but in January 前11个月 is told of the last one, and 四季度 may be."""
    today = today_of(context)
    this_month = today.month or 1
    first, last = months
    since_last_year = this_month + 12 - last
    if so_far and context.outlook == "past" and last > this_month and since_last_year <= 6:
        return today.year - 1
    is_far_ahead = since_last_year <= 3 and first > this_month + 1 and context.edge == "whole"
    is_long_past = so_far and this_month - last >= 9
    if context.outlook in ("past", "likely") and (is_far_ahead or is_long_past):
        raise refuse("ambiguous", "nothing says whether the last or the next such months are meant")
    return today.year


def _deadline(month: int, day: int | None, context: Context) -> Moment:
    """9月底前 is a day of this year, but early in a year 12月底前 may look back."""
    today = today_of(context)
    this_month = today.month or 1
    if context.outlook in ("next", "clause") and (month, day or 31) < (this_month, today.day or 1):
        return Moment(today.year + 1, month, day)
    if context.outlook == "past" and month - this_month >= 9:
        raise refuse("ambiguous", "nothing says whether the last or the next such date is meant")
    return Moment(today.year, month, day)


def bare_day(day: int, context: Context) -> Moment:
    """29日: of the anchor's month, or the last such day, unless that is long ago."""
    if context.edge == "before":
        raise refuse("ambiguous", "it may be ten days ago or before the tenth")
    if context.anchor is not None:
        month = anchor_of(context, "month")
        start = context.anchor.first
        if start and start.day and day < start.day:
            raise refuse("ambiguous", "the day may lie in the month after the date it points at")
        return month._replace(day=day)
    today = today_of(context)
    back, ahead = _nearest(today, lambda month: month._replace(day=day))
    if context.outlook == "next":
        return ahead
    if back.month == today.month or today.days_since(back) <= 10:
        return back
    raise refuse("ambiguous", "it may be a day of the last month or of this one")


def _nearest(today: Moment, day_in: Callable[[Moment], Moment]) -> tuple[Moment, Moment]:
    """The last such day up to today, and the first from today on."""
    months = [day_in(today.plus_months(step)) for step in range(-3, 4)]
    valid = [day for day in months if day.is_valid]
    back, ahead = [d for d in valid if d <= today], [d for d in valid if d >= today]
    if not back or not ahead:
        raise refuse("out_of_range", "no month has such a day")
    return back[-1], ahead[0]
