"""What models cost, as data with their date. A model that is not here has no known price."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from hyllm.answers import Usage
from hyllm.client._providers import PROVIDERS

_MILLION = 1_000_000
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a million tokens, in US dollars."""

    prompt: float
    cached: float
    """Of those of the prompt that came from the endpoint's cache."""
    completion: float
    since: str
    """The day on which it was true, YYYY-MM-DD."""

    def of(self, usage: Usage) -> float | None:
        """What answers cost; `None` where the endpoint does not say what they took, or only estimates it."""
        if usage.prompt_tokens is None or usage.completion_tokens is None or usage.estimated:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        dollars = (usage.prompt_tokens - cached) * self.prompt + cached * self.cached
        return round((dollars + usage.completion_tokens * self.completion) / _MILLION, 8)


_OPENAI = "2025-08-07"

PRICES: Mapping[str, Mapping[str, Price]] = {
    "openai": {
        "gpt-5": Price(1.25, 0.125, 10.0, _OPENAI),
        "gpt-5-mini": Price(0.25, 0.025, 2.0, _OPENAI),
        "gpt-5-nano": Price(0.05, 0.005, 0.4, _OPENAI),
        "gpt-4.1": Price(2.0, 0.5, 8.0, _OPENAI),
        "gpt-4.1-mini": Price(0.4, 0.1, 1.6, _OPENAI),
        "gpt-4.1-nano": Price(0.1, 0.025, 0.4, _OPENAI),
        "gpt-4o": Price(2.5, 1.25, 10.0, _OPENAI),
        "gpt-4o-mini": Price(0.15, 0.075, 0.6, _OPENAI),
    },
}
"""By provider and model. DeepSeek's depend on the hour, Qwen's on the length of the request: not listed."""

BATCH_PRICES: Mapping[str, Mapping[str, Price]] = {
    "openai": {
        "gpt-5": Price(0.625, 0.0625, 5.0, _OPENAI),
        "gpt-5-mini": Price(0.125, 0.0125, 1.0, _OPENAI),
        "gpt-5-nano": Price(0.025, 0.0025, 0.2, _OPENAI),
        # Of these the batch list has no price of cached tokens: none is taken off.
        "gpt-4.1": Price(1.0, 1.0, 4.0, _OPENAI),
        "gpt-4.1-mini": Price(0.2, 0.2, 0.8, _OPENAI),
        "gpt-4.1-nano": Price(0.05, 0.05, 0.2, _OPENAI),
        "gpt-4o": Price(1.25, 1.25, 5.0, _OPENAI),
        "gpt-4o-mini": Price(0.075, 0.075, 0.3, _OPENAI),
    },
}
"""The same for what is asked in batch files: half."""


def find_price(base_url: str, model: str, *, batch: bool = False) -> Price | None:
    """The price of a model at an address; `None` for one that is not listed, or stands elsewhere.

    Args:
        base_url: the address.
        model: the model's name there, of a snapshot too.
        batch: the price of what is asked in batch files.
    """
    name = next((name for name, row in PROVIDERS.items() if row.base_url == base_url), "")
    prices = BATCH_PRICES if batch else PRICES
    return prices.get(name, {}).get(_SNAPSHOT.sub("", model))
