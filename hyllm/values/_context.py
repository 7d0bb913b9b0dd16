"""What a date counts from, and the refusal where that is missing."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ._calendar import Moment, Span
from ._types import RefusalReason

Outlook: TypeAlias = Literal["next", "clause", "elsewhere", "likely", "past"]
"""Where a date without a year looks: 将 touches it, stands before it in its clause, or elsewhere in the
sentence; other words of intention stand there, or none."""
Edge: TypeAlias = Literal["whole", "since", "until", "before"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a date counts from."""

    today: Moment | None
    """A day the paper may have come out on, or `None`."""
    anchor: Span | None
    outlook: Outlook = "past"
    edge: Edge = "whole"
    tells_year: bool = False
    """Whether 去年 counts from the anchor, as in a chronicle, and not from the issue date."""


class UnresolvedError(Exception):
    """Carries a refusal out of nested steps; never leaves the package."""

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason: RefusalReason = reason


def refuse(reason: RefusalReason, message: str) -> UnresolvedError:
    """What to raise where the words cannot be fixed. The message goes on from a colon."""
    return UnresolvedError(reason, message)


def today_of(context: Context) -> Moment:
    """The day the paper came out."""
    if context.today is None:
        raise refuse("needs_issue_date", "the issue date is missing, or no EDTF date such as 2020-07-30")
    return context.today


def anchor_of(context: Context, precision: Literal["year", "month", "day"]) -> Moment:
    """The one moment the anchor gives at this precision."""
    span = context.anchor
    first, last = (_cut(span.first, precision), _cut(span.last, precision)) if span else (None, None)
    if first is None or first != last:
        raise refuse("needs_anchor", f"the date it points at is not known to the {precision}")
    return first


def _cut(moment: Moment | None, precision: Literal["year", "month", "day"]) -> Moment | None:
    """The moment at this precision; a season is not known to the month."""
    if moment is None or precision == "year":
        return moment and Moment(moment.year)
    if moment.month is None or moment.month > 12 or (precision == "day" and moment.day is None):
        return None
    return Moment(moment.year, moment.month, moment.day if precision == "day" else None)
