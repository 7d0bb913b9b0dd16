"""From what a date says to the day, month or year it is: counting from the issue date or the anchor."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ._calendar import Moment, Span, days_in
from ._written import Ref, Written

Outlook: TypeAlias = Literal["next", "elsewhere", "likely", "past"]
"""Where a date without a year looks: 将 governs it, 将 stands elsewhere in the sentence, other words of
intention stand there, or none."""
Edge: TypeAlias = Literal["whole", "since", "until", "before"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a date counts from."""

    today: Moment | None
    """A day the paper may have come out on, or `None`."""
    anchor: Span | None
    outlook: Outlook = "past"
    edge: Edge = "whole"


class Unresolved(Exception):
    """Carries a refusal out of nested steps; never leaves the package."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def refuse(reason: str, message: str) -> Unresolved:
    return Unresolved(reason, message)


def resolve(written: Written, context: Context) -> Span:
    """The span the words stand for.

    Raises:
        Unresolved: Something to count from is missing, or the calendar has no such date.

    """
    if any(ref.base == "anchor" for ref in written.refs) and context.anchor is None:
        raise refuse("needs_anchor", "the date it points at is missing")
    if written.day is not None and written.day.base != "written":
        return _single(_counted_day(written.day, context))
    if written.year is None and written.month is None and written.day is not None:
        return _single(_bare_day(written.day.number, context))
    if written.month is not None and written.month.base != "written":
        return _single(_within(_counted_month(written, context), written))
    return _in_year(written, context)


def _single(moment: Moment) -> Span:
    if not moment.is_valid:
        raise refuse("out_of_range", "the calendar has no such date")
    return Span(moment, moment)


def _today(context: Context) -> Moment:
    if context.today is None:
        raise refuse("needs_issue_date", "the issue date is missing")
    return context.today


def _anchor(context: Context, precision: Literal["year", "month", "day"]) -> Moment:
    """The one moment the anchor gives at this precision."""
    first, last = (context.anchor.first, context.anchor.last) if context.anchor else (None, None)
    size = {"year": 1, "month": 2, "day": 3}[precision]
    if first is None or last is None or first[:size] != last[:size] or None in first[:size]:
        raise refuse("needs_anchor", f"the date it points at is not known to the {precision}")
    if size > 1 and (first.month or 0) > 12:
        raise refuse("needs_anchor", f"the date it points at is not known to the {precision}")
    return Moment(*first[:size])


def _counted_day(ref: Ref, context: Context) -> Moment:
    if ref.base == "issue":
        return _today(context).plus_days(ref.number)
    if ref.base == "week":
        today = _today(context)
        return today.plus_days(ref.number - today.weekday)
    if ref.number == 0 and context.anchor and context.anchor.first and context.anchor.first.day is None:
        return _anchor(context, "month")
    return _anchor(context, "day").plus_days(ref.number)


def _counted_month(written: Written, context: Context) -> Moment:
    ref = written.month or Ref("issue", 0)
    if ref.base == "anchor":
        return _anchor(context, "month").plus_months(ref.number)
    if written.year is None and context.anchor is not None and written.part:
        return _anchor(context, "month")
    return _today(context).plus_months(ref.number)


def _within(month: Moment, written: Written) -> Moment:
    return month if written.day is None else month._replace(day=written.day.number)


def _bare_day(day: int, context: Context) -> Moment:
    """29日: of the anchor's month, or the last such day, unless that is long ago."""
    if context.anchor is not None:
        month = _anchor(context, "month")
        start = context.anchor.first
        if start and start.day and day < start.day:
            raise refuse("ambiguous", "the day may lie in the month after the date it points at")
        return month._replace(day=day)
    today = _today(context)
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


def _in_year(written: Written, context: Context) -> Span:
    if written.year is None and written.month is not None:
        return _single(_bare_month_or_date(written, context))
    year = _counted_year(written, context)
    if written.months is not None:
        first, last = (Moment(year, month) for month in written.months)
        return _checked(Span(first, last))
    if written.season is not None:
        return _single(Moment(year, written.season))
    month = written.month.number if written.month else None
    return _single(Moment(year, month, written.day.number if written.day else None))


def _checked(span: Span) -> Span:
    if not (span.first and span.last and span.first.is_valid and span.last.is_valid):
        raise refuse("out_of_range", "the calendar has no such date")
    return span


def _counted_year(written: Written, context: Context) -> int:
    ref = written.year
    if ref is None and context.anchor is not None:
        return _anchor(context, "year").year
    if ref is None or ref.base == "issue":
        return _today(context).year + (ref.number if ref else 0)
    if ref.base == "anchor":
        return _anchor(context, "year").year + ref.number
    return ref.number


def _bare_month_or_date(written: Written, context: Context) -> Moment:
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
    year = _anchor(context, "year").year
    start = context.anchor.first if context.anchor else None
    if start and start.month and month < start.month:
        raise refuse("ambiguous", "it may lie in the year after the date it points at")
    return Moment(year, month, day)


def _bare_date(month: int, day: int, context: Context) -> Moment:
    """The last such day up to a month after the issue date; the next one where 将 governs it."""
    today = _today(context)
    horizon = today.plus_months(1)
    horizon = horizon._replace(day=min(today.day or 1, days_in(*horizon[:2])))
    days = [Moment(year, month, day) for year in range(today.year - 9, today.year + 10)]
    days = [day for day in days if day.is_valid]
    last = max(day for day in days if day <= horizon)
    following = min(day for day in days if day >= today)
    if context.outlook == "next":
        return following
    if last >= today or today.days_since(last) <= following.days_since(today):
        return last
    return _chosen(last, following, context)


def _chosen(last: Moment, following: Moment, context: Context) -> Moment:
    """Between a date long past and a nearer one ahead."""
    if context.outlook == "elsewhere":
        return following
    if context.outlook == "likely" or context.edge == "since":
        raise refuse("ambiguous", "nothing says whether the last or the next such date is meant")
    return last


def _bare_month(month: int, context: Context) -> Moment:
    today = _today(context)
    this_month = today.month or 1
    last = Moment(today.year - (month > this_month + 1), month)
    following = Moment(today.year + (month < this_month), month)
    if context.outlook == "next":
        return following
    if this_month == 12 and month == 1:
        raise refuse("ambiguous", "nothing says whether the last or the next January is meant")
    if last == following or (today.year - last.year) * 12 + this_month - month <= 6:
        return last
    return _chosen(last, following, context)


def _deadline(month: int, day: int | None, context: Context) -> Moment:
    """9月底前 is a day of this year, but early in a year 12月底前 may look back."""
    today = _today(context)
    this_month = today.month or 1
    if context.outlook == "next" and (month, day or 31) < (this_month, today.day or 1):
        return Moment(today.year + 1, month, day)
    if context.outlook == "past" and month - this_month >= 9:
        raise refuse("ambiguous", "nothing says whether the last or the next such date is meant")
    return Moment(today.year, month, day)


def resolve_from(written: Written, start: Span, context: Context) -> Span:
    """The end of a range: what it leaves out it takes from the start, what it counts from is the start."""
    inner = replace(context, anchor=start)
    if written.day and written.day.base == "written" and not written.month and not written.year:
        return _checked_order(start, _single(_anchor(inner, "month")._replace(day=written.day.number)))
    if written.year is None and written.month and written.month.base == "written":
        return _checked_order(start, _following(written, start))
    return _checked_order(start, resolve(written, inner))


def _following(written: Written, start: Span) -> Span:
    first = start.first or Moment(2000)
    month = written.month.number if written.month else 0
    end = Moment(first.year, month, written.day.number if written.day else None)
    if month < (first.month or 1):
        end = end._replace(year=end.year + 1)
    return _single(end)


def _checked_order(start: Span, end: Span) -> Span:
    if start.first is None or end.last is None or start.first.first_day >= end.last.last_day:
        raise refuse("out_of_range", "the range does not run forward")
    return end
