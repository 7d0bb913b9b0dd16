"""What answers took, in tokens and money."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Usage:
    """What the answers about a page took. Numbers are `None` where the endpoint does not say."""

    requests: int
    """How many answers came, the unreadable ones too."""
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    """How many of the prompt's tokens came from the endpoint's cache, at a lower price."""
    completion_tokens: int | None = None
    estimated: bool = False
    """Whether the endpoint says that the numbers are estimates."""
    cost_usd: float | None = None
    """What that costs by the list; `None` where no price is known."""
    prices_of: str | None = None
    """The date of the price, YYYY-MM-DD."""

    def __add__(self, other: "Usage") -> "Usage":
        """Both together; a number one of them does not know, nobody knows of the sum."""
        if not self.requests or not other.requests:
            return self if self.requests else other
        return Usage(
            self.requests + other.requests,
            _sum(self.prompt_tokens, other.prompt_tokens),
            _sum(self.cached_tokens, other.cached_tokens),
            _sum(self.completion_tokens, other.completion_tokens),
            self.estimated or other.estimated,
        )

    def priced(self, cost_usd: float | None, prices_of: str | None) -> "Usage":
        return replace(self, cost_usd=cost_usd, prices_of=prices_of)

    def to_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "estimated": self.estimated,
            "cost_usd": self.cost_usd,
            "prices_of": self.prices_of,
        }


NO_USAGE = Usage(0)
"""Of a page for which no answer came."""


def read_usage(completion: Mapping[str, Any]) -> Usage:
    """The usage of one request, as far as the endpoint tells it."""
    usage = _mapping(completion.get("usage"))
    details = _mapping(usage.get("prompt_tokens_details"))
    cached = details.get("cached_tokens", usage.get("prompt_cache_hit_tokens"))  # the latter is DeepSeek's
    return Usage(
        1,
        _count(usage.get("prompt_tokens")),
        _count(cached),
        _count(usage.get("completion_tokens")),
        usage.get("estimated") is True,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
