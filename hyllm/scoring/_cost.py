"""What a run cost in tokens, as far as its usage is told: dollars are a matter of today's price list."""

from collections.abc import Sequence
from typing import Any

from hyllm.scoring._counts import ratio
from hyllm.scoring._score import Score

_TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens")


def costs(score: Score) -> dict[str, Any]:
    """Requests and tokens, in all, a page and a correct slot; `None` where a prediction tells none."""
    usages: list[dict[str, Any]] = [
        page.prediction.raw.get("usage") or {} for page in score.pages if page.prediction is not None
    ]
    known = bool(usages) and all(usage.get("prompt_tokens") is not None for usage in usages)
    found: dict[str, Any] = {
        "pages": len(usages),
        "requests": _total(usages, "requests") if known else None,
        "estimated": any(usage.get("estimated") for usage in usages) if known else None,
    }
    right = score.slots().cor
    for name in _TOKENS:
        tokens = _total(usages, name) if known else None
        found[name] = tokens
        found[f"{name}_per_page"] = None if tokens is None else ratio(tokens, len(usages))
        found[f"{name}_per_correct_slot"] = None if tokens is None else ratio(tokens, right)
    return found


def _total(usages: Sequence[dict[str, Any]], name: str) -> int:
    return sum(usage.get(name) or 0 for usage in usages)
