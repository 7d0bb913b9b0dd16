"""The frame of a date expression: a range (1至8月), an open side (起, 以来, 前, 截至), or one date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ._context import Edge
from ._written import Ref, Written, read_written

_LEAD = re.compile(
    "(?:即将|将|拟|已|定|原定|计划|预计|力争|确保|争取|有望|早)?(?:于|在)|将|拟|计划|预计|力争|确保|争取|有望|时间[为是]?:?"
)
_PREFIXES: tuple[tuple[Edge, re.Pattern[str]], ...] = (
    ("until", re.compile("截至到?|截止[到至]?|直到|直至|(?:延长|延续|持续)[到至]")),
    ("before", re.compile("[到至]")),
    ("since", re.compile("自从|自|从")),
)
_SUFFIXES: tuple[tuple[Edge, re.Pattern[str]], ...] = (
    ("since", re.compile("(?:起?(?:至今|到现在|到今天)|起|开始|以来|(?<=[年月])来)$")),
    ("before", re.compile("(?:之前|以前|前|为止|止)$")),
    ("whole", re.compile("(?:(?<=[年月度])(?:之内|以内|内)|期间|(?<=年)间|的)$")),
)
_SEPARATORS = re.compile("[-至到]")
_LIST_SEPARATORS = re.compile("[、和及与]")
_LEADING_UNIT = re.compile("[0-9]{1,4}([年月日号]|季度?)")


@dataclass(frozen=True, slots=True)
class Expression:
    """What a date's words say, ready to be counted out."""

    first: Written
    last: Written | None = None
    """The end of a range."""
    edge: Edge = "whole"
    """Which side the words leave open."""
    consecutive: bool = False
    """A pair (16、17日) rather than a range: an interval only where the two are neighbours."""


def read_expression(text: str) -> Expression | None:
    """The frame of the plain words, or `None` where they are no date."""
    text = _without(_LEAD, text)
    return _single(text) or next(_ranges(text), None)


def _without(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(text)
    return text[match.end() :] if match else text


def _single(text: str) -> Expression | None:
    if written := read_written(text):
        return Expression(written)
    suffix_edge, inner = _suffix(text)
    prefix_edge, core = _prefix(inner)
    written = read_written(core)
    if written is None or (suffix_edge is None and prefix_edge is None):
        return None
    return Expression(written, edge=_joined(prefix_edge, suffix_edge))


def _joined(prefix: Edge | None, suffix: Edge | None) -> Edge:
    if prefix == "until" or suffix in (None, "whole"):
        return prefix or "whole"
    return suffix


def _prefix(text: str) -> tuple[Edge | None, str]:
    for edge, pattern in _PREFIXES:
        if match := pattern.match(text):
            return edge, text[match.end() :]
    return None, text


def _suffix(text: str) -> tuple[Edge | None, str]:
    for edge, pattern in _SUFFIXES:
        if match := pattern.search(text):
            return edge, text[: match.start()]
    return None, text


def _ranges(text: str) -> Iterator[Expression]:
    text = re.sub("^(?:自从|自|从|由)|(?:为止|止|期间)$", "", text)
    for pattern, consecutive in ((_SEPARATORS, False), (_LIST_SEPARATORS, True)):
        for separator in pattern.finditer(text):
            left, right = text[: separator.start()], text[separator.end() :]
            first, last = _left(left.removesuffix("起"), right), read_written(right)
            if first and last and not consecutive and (months := _months_so_far(first, last)):
                yield Expression(months)
            elif first and last:
                yield Expression(first, last, consecutive=consecutive)


def _months_so_far(first: Written, last: Written) -> Written | None:
    """1至8月, with or without a year, is the same as 前8个月."""
    january, end = Ref("written", 1), last.month
    if first != Written(year=first.year, month=january) or end is None or last != Written(month=end):
        return None
    is_range = end.base == "written" and end.number > 1
    return Written(year=first.year, months=(1, end.number), so_far=True) if is_range else None


def _left(left: str, right: str) -> Written | None:
    unit = _LEADING_UNIT.match(right)
    if unit and left[-1:].isdigit():
        return read_written(left + unit[1])
    return read_written(left)
