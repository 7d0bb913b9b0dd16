"""What is still to come, in requests, tokens, dollars and hours: from what the shuffle has asked so far.

The part of an archive that was asked is a random sample of it. So what a page takes there, per token of its
text, says what the rest takes, with an interval from the spread between pages. Before the first answer the
numbers are guesses, and say so.
"""

import math
import sqlite3
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import NamedTuple

from hyllm.client import Price

_GUESSED_ANSWER = (0.25, 0.7, 1.5)
"""Tokens of an answer, over those of its page: low, usual, high. Dense pages have more than they are long."""
_GUESSED_CACHED = 0.0
_Z = 1.96
_MOST = 5000
"""Pages that a forecast looks at."""


class Range(NamedTuple):
    """A number, and the 95 % interval around it."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is still to come."""

    pages: int
    requests: Range
    prompt_tokens: Range
    completion_tokens: Range
    dollars: Range | None
    """`None` where no price is known."""
    measured_on: int
    """Pages that were answered before; 0: guessed."""
    seconds_a_request: float | None


def forecast(
    db: sqlite3.Connection,
    setup: int,
    price: Price | None,
    *,
    prompt_tokens: int,
    up_to: int | None,
    also_out: bool = False,
) -> Forecast:
    """What asking about the open pages takes.

    Args:
        db: the store.
        setup: the setup in force.
        price: of a million tokens.
        prompt_tokens: of the system message, estimated.
        up_to: with a sample, the rank of its last page.
        also_out: whether pages that are out count among the open ones.
    """
    states = "('open', 'out')" if also_out else "('open')"
    within = "" if up_to is None else "AND j.rank <= ?"
    values = (setup,) if up_to is None else (setup, up_to)
    pages, tokens = db.execute(
        "SELECT count(*), total(t.tokens) FROM jobs j JOIN texts t ON t.id = j.text_id "
        f"WHERE j.state IN {states} AND j.setup_id = ? {within}",
        values,
    ).fetchone()
    asked = db.execute(
        "SELECT count(*), total(a.prompt_tokens), total(a.cached_tokens), total(a.completion_tokens), "
        "avg(a.ended - a.started) FILTER (WHERE a.id NOT IN (SELECT attempt_id FROM batch_requests)), t.tokens "
        "FROM jobs j JOIN texts t ON t.id = j.text_id "
        "JOIN attempts a ON a.job_id = j.id AND a.outcome = 'answer' AND a.purpose = 'page' "
        "AND a.prompt_tokens IS NOT NULL WHERE j.id IN (SELECT id FROM jobs WHERE setup_id = ? "
        "AND state IN ('done', 'partial', 'answered') ORDER BY rank LIMIT ?) GROUP BY j.id",
        (setup, _MOST),
    ).fetchall()
    if not asked:
        return _guessed(pages, tokens, price, prompt_tokens)
    bases = [prompt_tokens + row[5] for row in asked]
    mean_page = tokens / pages if pages else 0.0

    def total(index: int, per: list[float], size: float) -> Range:
        return _scaled([row[index] / base for row, base in zip(asked, per, strict=True)], pages, size)

    ones, texts = [1.0] * len(asked), [float(max(1, row[5])) for row in asked]
    sent = total(1, [float(base) for base in bases], prompt_tokens + mean_page)
    came = total(3, texts, mean_page)
    dollars = None
    if price:
        costs = [_cost(price, row) / base for row, base in zip(asked, texts, strict=True)]
        dollars = _scaled(costs, pages, mean_page)
    waited = [row[4] for row in asked if row[4] is not None]  # a batch's hours are no request's
    seconds = fmean(waited) if waited else None
    return Forecast(pages, total(0, ones, 1.0), sent, came, dollars, len(asked), seconds)


def _scaled(ratios: list[float], pages: int, size: float) -> Range:
    """What `pages` of mean size `size` take, at these ratios: a t-like interval of their mean, and the spread
    that so few pages still to come have themselves.
    """
    mean = fmean(ratios)
    spread = stdev(ratios) if len(ratios) > 1 else mean
    error = _Z * spread * math.sqrt(1 / len(ratios) + (1 / pages if pages else 0))
    if len(ratios) < 10:
        error *= 1.5
    whole = pages * size
    return Range(max(0.0, mean - error) * whole, mean * whole, (mean + error) * whole)


def _cost(price: Price, row: tuple[float, ...]) -> float:
    _, sent, cached, came, *_ = row
    return ((sent - cached) * price.prompt + cached * price.cached + came * price.completion) / 1e6


def _guessed(pages: int, tokens: float, price: Price | None, prompt_tokens: int) -> Forecast:
    """Before anything was asked: wide, and said to be guessed."""
    sent = pages * prompt_tokens + tokens * 1.1
    came = Range(*(tokens * share for share in _GUESSED_ANSWER))
    dollars = None
    if price:
        cached = pages * prompt_tokens
        least = (sent - cached) * price.prompt + cached * price.cached
        dollars = Range(
            (least + came.low * price.completion) / 1e6,
            (least + came.middle * price.completion) / 1e6,
            (sent * price.prompt + came.high * price.completion) / 1e6,
        )
    requests = Range(pages, pages * 1.05, pages * 1.5)
    return Forecast(pages, requests, Range(sent * 0.85, sent, sent * 1.3), came, dollars, 0, None)
