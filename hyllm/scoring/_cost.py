"""What a run cost, at the prices of three rows: as far as its usage is told."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from hyllm.scoring._counts import ratio
from hyllm.scoring._score import Score

PRICES_DATE = "2026-10"
"""The date of the prices: round figures for orientation, no provider's list. Replace them with one's own."""


class Price(NamedTuple):
    """Dollars for a million tokens."""

    name: str
    input: float
    cached: float
    output: float


PRICES = (
    Price("small", 0.10, 0.025, 0.40),
    Price("middle", 0.30, 0.03, 1.20),
    Price("large", 2.50, 0.25, 15.00),
)


def costs(score: Score) -> dict[str, Any]:
    """Tokens and dollars; `None` throughout where a prediction does not tell its tokens."""
    usages: list[dict[str, Any]] = [
        page.prediction.raw.get("usage") or {} for page in score.pages if page.prediction is not None
    ]
    known = bool(usages) and all(usage.get("prompt_tokens") is not None for usage in usages)
    found: dict[str, Any] = {
        "pages": len(usages),
        "requests": _total(usages, "requests") if known else None,
        "estimated": any(usage.get("estimated") for usage in usages) if known else None,
        "prices": PRICES_DATE,
    }
    names = ("prompt_tokens", "cached_tokens", "completion_tokens")
    tokens = [_total(usages, name) for name in names]
    found |= dict(zip(names, tokens if known else [None] * 3, strict=True))
    right = score.slots().cor
    for price in PRICES:
        dollars = _dollars(price, *tokens) if known else None
        found[price.name] = {
            "per_1000_pages": None if dollars is None else ratio(1000 * dollars, len(usages)),
            "per_correct_slot": None if dollars is None else ratio(dollars, right),
        }
    return found


def _total(usages: Sequence[dict[str, Any]], name: str) -> int:
    return sum(usage.get(name) or 0 for usage in usages)


def _dollars(price: Price, prompt: int, cached: int, completion: int) -> float:
    return ((prompt - cached) * price.input + cached * price.cached + completion * price.output) / 1e6
