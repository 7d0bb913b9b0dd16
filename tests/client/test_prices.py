"""What answers cost: cached tokens apart, by dated prices, and unknown where no price is known."""

import datetime

import pytest

from hyllm.answers import Usage
from hyllm.client import PRICES, PROVIDERS, find_price

OPENAI = "https://api.openai.com/v1"


def test_cached_tokens_cost_less() -> None:
    price = find_price(OPENAI, "gpt-5-mini")

    assert price is not None
    # 400 × 0.25 + 600 × 0.025 + 100 × 2, for a million
    assert price.of(Usage(1, 1000, 600, 100)) == pytest.approx(0.000315)
    assert price.of(Usage(1, 1000, None, 100)) == pytest.approx(0.00045)


@pytest.mark.parametrize("usage", [Usage(1), Usage(1, 10, 0, None), Usage(1, 10, 0, 10, estimated=True)])
def test_what_is_not_told_has_no_cost(usage: Usage) -> None:
    price = find_price(OPENAI, "gpt-5-mini")

    assert price is not None
    assert price.of(usage) is None


@pytest.mark.parametrize(
    ("address", "model", "known"),
    [
        (OPENAI, "gpt-5-mini", True),
        (OPENAI, "gpt-5-mini-2025-08-07", True),
        (OPENAI, "gpt-5-mini-turbo", False),
        ("http://127.0.0.1:1/v1", "gpt-5-mini", False),
        ("hyllm relay", "claude", False),
    ],
)
def test_a_price_is_for_one_model_at_one_address(address: str, model: str, known: bool) -> None:
    assert (find_price(address, model) is not None) == known


def test_every_price_has_a_date_and_a_provider() -> None:
    for provider, models in PRICES.items():
        assert provider in PROVIDERS
        for price in models.values():
            datetime.date.fromisoformat(price.since)
            assert 0 < price.cached < price.prompt < price.completion


def test_a_sum_knows_only_what_both_know() -> None:
    assert Usage(1, 10, 5, 1) + Usage(1, 20, None, 2) == Usage(2, 30, None, 3)
    assert Usage(0) + Usage(1, 10, 5, 1) == Usage(1, 10, 5, 1)
