"""Dates: 7月29日上午, 今年以来, 2021年1至8月, 签约仪式之前."""

import re
from dataclasses import replace

from ._calendar import Moment, Span, read_span
from ._context import Context, UnresolvedError, refuse
from ._datetext import plain_date_text, without_glosses
from ._datewords import is_outside_calendar, is_vague
from ._expressions import Expression, read_expression
from ._normal import normalise
from ._outlook import outlook_on
from ._resolving import resolve, resolve_from
from ._types import DateValue, Refusal
from ._written import Written

_NOW = re.compile(
    "(?:截至|截止|截止到|到|至)(?:目前|当前|现在|今|今天|发稿时?|记者发稿时?)(?:为止)?|迄今(?:为止)?|目前为止|至今为止"
)
_CENTURY = re.compile(
    "(?:(?P<number>[0-9]{1,2})世纪|(?P<last>上(?:个)?世纪)|(?P<this>本世纪))(?:(?P<decade>[0-9]0)年代(?:初期?|中期|末期?)?)?"
)
_DECADE = re.compile("(?P<century>[12][0-9])?(?P<decade>[0-9])0年代(?:初期?|中期|末期?)?")
_EVENT = re.compile(
    "(?:随后|随即|之后|而后|接着|紧接着|届时|当时|会前|会后|其间|期间|此间|同时|席间|间隙)"
    "|[^0-9]+(?<![年月日天周季旬期])(?:之前|以前|前|之后|以后|后|期间|间隙|当天|当日|同日|同时|之际|以来)"
)
_FIRST_OR_LAST_DAY = re.compile("(?:(?P<opening>开幕|开始)|闭幕|结束|落幕)(?:当天|当日)$")
"""Of an occasion that takes several days."""
_STOPS = ",。、;:"
_MARKS = f"“”\"'{_STOPS}"
_LONG_AFTER = re.compile("建成|投产|达产|竣工|完工|投用|投入使用|运营")


def is_vague_date(text: str) -> bool:
    """Whether the words fix no time at all, so that the whole date is left out.

    Examples:
        >>> is_vague_date("近日")
        True
        >>> is_vague_date("7月29日前")
        False

    """
    words = normalise(text)
    return not isinstance(words, Refusal) and is_vague(words.strip(_MARKS))


def needs_anchor(text: str) -> bool:
    """Whether the words point at another date of the page: 同日, 次月, 随后, 签约仪式之前.

    Examples:
        >>> needs_anchor("同年5月")
        True
        >>> needs_anchor("昨日")
        False

    """
    words = normalise(text)
    if isinstance(words, Refusal) or _NOW.fullmatch(words.strip(_STOPS)) or is_vague(words.strip(_MARKS)):
        return False
    if is_outside_calendar(without_glosses(words)):
        return False
    plain = plain_date_text(words)
    expression = read_expression(plain)
    if expression is None:
        return _EVENT.fullmatch(plain) is not None
    return any(ref.base == "anchor" for ref in expression.first.refs)


def parse_date(
    text: str,
    *,
    issue_date: str | None = None,
    anchor: str | None = None,
    sentence: str = "",
    ahead: bool = False,
) -> DateValue | Refusal:
    """The date a text states, as EDTF.

    Args:
        text: Verbatim words of a page, in any width and with any white space.
        issue_date: When the paper came out: a day, month or year in EDTF.
        anchor: The date the words point at, in EDTF.
        sentence: The sentence they stand in: 将, 拟 or 定于 there turns 8月1日 to the next one.
        ahead: Whether they tell of something foreseen, which turns them to the next one as well.

    Examples:
        >>> parse_date("7月29日上午", issue_date="2020-07-30")
        DateValue(edtf='2020-07-29')
        >>> parse_date("今年以来", issue_date="2025-10").edtf
        '2025/..'
        >>> parse_date("昨日", issue_date="2025-10").reason
        'needs_issue_date'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    words = words.strip(_STOPS)
    if is_vague(words.strip(_MARKS)):
        return Refusal("vague", f"'{words}' fixes no time.")
    try:
        return DateValue(_edtf(words, issue_date, anchor, sentence, ahead=ahead))
    except UnresolvedError as unresolved:
        return Refusal(unresolved.reason, f"'{words}': {unresolved}.")


def _edtf(words: str, issue_date: str | None, anchor: str | None, sentence: str, *, ahead: bool) -> str:
    if _NOW.fullmatch(words):
        return _until_now(issue_date)
    plain = plain_date_text(words)
    if is_outside_calendar(without_glosses(words)):
        raise refuse("unsupported", "festivals, lunar dates and plan periods have no convention")
    if masked := _masked_year(plain):
        return masked
    expression = read_expression(plain)
    if expression is None:
        return _event(plain, anchor)
    outlook = "next" if ahead else outlook_on(words, sentence)
    span = read_span(anchor) if anchor else None
    context = Context(None, span, outlook, expression.edge, tells_year=span is not None)
    return _resolved(expression, context, issue_date).edtf


def _until_now(issue_date: str | None) -> str:
    issue = read_span(issue_date) if issue_date else None
    if issue is None or issue.last is None:
        raise refuse("needs_issue_date", "the issue date is missing, or no EDTF date such as 2020-07-30")
    return Span(None, issue.last).edtf


def _masked_year(plain: str) -> str | None:
    """A decade or a century: 上世纪70年代 is 197X."""
    if match := _CENTURY.fullmatch(plain):
        century = int(match["number"]) - 1 if match["number"] else (19 if match["last"] else 20)
        return f"{century}{match['decade'][0] if match['decade'] else 'X'}X"
    if match := _DECADE.fullmatch(plain):
        # 30年代 to 90年代 are those of the last century; 20年代 is either.
        if match["century"] is None and match["decade"] < "3":
            raise refuse("ambiguous", "the century is missing")
        return f"{match['century'] or 19}{match['decade']}X"
    return None


def _event(plain: str, anchor: str | None) -> str:
    """An occasion named instead of a date stands for the day of that occasion."""
    if not plain:
        raise refuse("unsupported", "a part of the day alone is no date")
    if not _EVENT.fullmatch(plain) or _LONG_AFTER.search(plain):
        raise refuse("no_date", "no convention reads this as a date")
    span = read_span(anchor) if anchor else None
    if span is None or span.first is None or span.last is None or span.first.month is None:
        raise refuse("needs_anchor", "the date it points at is missing, or known only to the year")
    if plain.endswith("以来"):
        return Span(span.first, None).edtf
    if edge := _FIRST_OR_LAST_DAY.search(plain):
        day = span.first if edge["opening"] else span.last
        return Span(day, day).edtf
    if span.first != span.last and not re.search("期间|其间|此间", plain):
        raise refuse("ambiguous", "the date it points at is a stretch of time")
    return span.edtf


def _resolved(expression: Expression, context: Context, issue_date: str | None) -> Span:
    """Counted from the first and the last day the issue date allows: a date both give needs no finer one."""
    issue = read_span(issue_date) if issue_date else None
    if issue is None or issue.first is None or issue.last is None:
        return _counted(expression, context)
    spans = {
        _counted(expression, replace(context, today=day))
        for day in dict.fromkeys((issue.first.first_day, issue.last.last_day))
    }
    if len(spans) > 1:
        raise refuse("needs_issue_date", "the issue date is not known to the day")
    return spans.pop()


def _counted(expression: Expression, context: Context) -> Span:
    if expression.last is not None:
        return _range(expression, expression.last, context)
    span = resolve(expression.first, context)
    if expression.edge == "since":
        return Span(span.first, None)
    if expression.edge in ("until", "before"):
        return Span(None, _limit(expression.first, span))
    return span


def _limit(written: Written, span: Span) -> Moment | None:
    if written.part == "other":
        raise refuse("ambiguous", "where the limit lies is not said")
    return span.last.last_day if written.part == "end" and span.last else span.last


def _range(expression: Expression, last: Written, context: Context) -> Span:
    first = resolve(expression.first, context)
    end = resolve_from(last, first, context)
    if expression.consecutive and not _are_neighbours(first.last, end.first):
        raise refuse("ambiguous", "it lists dates that are no interval")
    return Span(first.first, _limit_of_range(last, end))


def _are_neighbours(earlier: Moment | None, later: Moment | None) -> bool:
    """Whether nothing lies between two dates of the same precision."""
    if earlier is None or later is None or (earlier.day is None) != (later.day is None):
        return False
    return earlier.last_day.plus_days(1) == later.first_day


def _limit_of_range(last: Written, end: Span) -> Moment | None:
    return end.last.last_day if last.part == "end" and end.last else end.last
