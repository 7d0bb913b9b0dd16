"""From what a date says to the day, month or year it is: counting from the issue date or the anchor."""

from dataclasses import replace

from ._calendar import Moment, Span
from ._context import Context, anchor_of, refuse, today_of
from ._written import Ref, Written
from ._yearless import bare_day, year_of_months, yearless_month_or_date


def resolve(written: Written, context: Context) -> Span:
    """The span the words stand for.

    Raises:
        UnresolvedError: Something to count from is missing, or the calendar has no such date.

    """
    if any(ref.base == "anchor" for ref in written.refs) and context.anchor is None:
        raise refuse("needs_anchor", "the date it points at is missing")
    if written.day is not None and written.day.base != "written":
        return _single(_counted_day(written.day, context))
    if written.year is None and written.month is None and written.day is not None:
        return _single(bare_day(written.day.number, context))
    if written.month is not None and written.month.base != "written":
        return _single(_within(_counted_month(written, context), written))
    return _in_year(written, context)


def _single(moment: Moment) -> Span:
    if not moment.is_valid:
        raise refuse("out_of_range", "the calendar has no such date")
    return Span(moment, moment)


def _counted_day(ref: Ref, context: Context) -> Moment:
    if ref.base == "issue":
        return today_of(context).plus_days(ref.number)
    if ref.base == "week":
        today = today_of(context)
        return today.plus_days(ref.number - today.weekday)
    if ref.number == 0 and context.anchor and context.anchor.first and context.anchor.first.day is None:
        return anchor_of(context, "month")
    return anchor_of(context, "day").plus_days(ref.number)


def _counted_month(written: Written, context: Context) -> Moment:
    ref = written.month or Ref("issue", 0)
    if ref.base == "anchor":
        return anchor_of(context, "month").plus_months(ref.number)
    if ref.base == "either" and context.anchor is not None:
        return anchor_of(context, "month")
    return today_of(context).plus_months(ref.number)


def _within(month: Moment, written: Written) -> Moment:
    return month if written.day is None else month._replace(day=written.day.number)


def _in_year(written: Written, context: Context) -> Span:
    if written.year is None and written.month is not None:
        return _single(yearless_month_or_date(written, context))
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
        return anchor_of(context, "year").year
    if ref is None and written.months is not None:
        return year_of_months(written.months, context, so_far=written.so_far)
    if ref is not None and ref.base == "issue" and context.tells_year:
        return anchor_of(context, "year").year + ref.number
    if ref is None or ref.base == "issue":
        return today_of(context).year + (ref.number if ref else 0)
    if ref.base == "anchor":
        return anchor_of(context, "year").year + ref.number
    return ref.number


def resolve_from(written: Written, start: Span, context: Context) -> Span:
    """The end of a range: what it leaves out it takes from the start, what it counts from is the start."""
    inner = replace(context, anchor=start, tells_year=False)
    if written.day and written.day.base == "written" and not written.month and not written.year:
        return _checked_order(start, _single(anchor_of(inner, "month")._replace(day=written.day.number)))
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
