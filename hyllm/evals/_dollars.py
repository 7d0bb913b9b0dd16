"""What a run would cost by the price lists of three models, whichever model answered."""

from collections.abc import Mapping
from typing import Any

from hyllm.client import PRICES

PRICE_ROWS = (("openai", "gpt-5"), ("openai", "gpt-5-mini"), ("openai", "gpt-5-nano"))
"""A dear model, a middling and a cheap one: the rows a run's tokens are priced by."""

Json = dict[str, Any]


def dollars(cost: Mapping[str, Any]) -> list[Json]:
    """US dollars for 1,000 pages and for a correct slot, a row a price; none where tokens are not told.

    Args:
        cost: the `cost` of a run's numbers.
    """
    if cost["prompt_tokens_per_page"] is None:
        return []
    return [_row(cost, provider, model) for provider, model in PRICE_ROWS]


def _row(cost: Mapping[str, Any], provider: str, model: str) -> Json:
    price = PRICES[provider][model]
    found: Json = {"model": f"{provider}/{model}", "prices_of": price.since, "estimated": cost["estimated"]}
    for per, times, name in (
        ("per_page", 1000, "per_1000_pages"),
        ("per_correct_slot", 1, "per_correct_slot"),
    ):
        sent, cached, received = (cost[f"{kind}_{per}"] for kind in _TOKENS)
        if sent is None or received is None:
            found[name] = None
            continue
        cached = min(cached or 0, sent)
        million = (sent - cached) * price.prompt + cached * price.cached + received * price.completion
        found[name] = times * million / 1e6
    return found


_TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")
