"""Sums, quantities and dates read anew from the words a damaged page has left of them."""

import re
from collections.abc import Mapping
from typing import Any

from hyllm.evals._rewrite import LOST
from hyllm.values import Refusal, parse_date, parse_money, parse_quantity

_DIGITS = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿半]+")


def renewed_amount(raw: Mapping[str, Any], words: str, *, intact: bool) -> Any:
    """The sum or quantity with `words` for its text; `LOST` where they give none, or another number."""
    if intact:
        return {**raw, "text": words}
    money = "amount" in raw
    value = parse_money(words) if money else parse_quantity(words)
    if isinstance(value, Refusal) or not _same_numbers(raw["text"], words):
        return LOST
    names = ("amount", "currency") if money else ("value", "unit")
    return {**raw, "text": words, **{name: getattr(value, name) for name in (*names, "bound", "upper")}}


def renewed_date(raw: Mapping[str, Any], words: str, issue_date: str | None, *, intact: bool) -> Any:
    """The date with `words` for its text; `LOST` where they say nothing on their own, or another number."""
    if intact:
        return {**raw, "text": words}
    value = parse_date(words, issue_date=issue_date)
    if isinstance(value, Refusal) or not _same_numbers(raw["text"], words):
        return LOST
    return {**raw, "text": words, "edtf": value.edtf}


def _same_numbers(before: str, after: str) -> bool:
    """Whether all numbers of one text stand in the other: 5亿元 is no remainder of 25亿元."""
    return _DIGITS.findall("".join(before.split())) == _DIGITS.findall("".join(after.split()))
