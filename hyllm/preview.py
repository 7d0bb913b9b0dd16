"""What would be sent for a page, measured before anything is sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hyllm.answers import Usage
from hyllm.client import Price
from hyllm.kinds import kind_name
from hyllm.prompting import request_key
from hyllm.strategies import First
from hyllm.tokens import estimate_tokens

ANSWER_TOKENS = 1.3
"""What answers in the form asked for took for each token of their page, all kinds together; measured on four
pages with 207 records. A page with less to report takes less."""
_SCHEMAS = ("response_format", "tools", "tool_choice")


class Size(NamedTuple):
    """How long something is."""

    characters: int
    tokens: int
    """Estimated."""

    def __add__(self, other: object) -> "Size":
        assert isinstance(other, Size)
        return Size(self.characters + other.characters, self.tokens + other.tokens)


@dataclass(frozen=True, slots=True)
class Preview:
    """One first request about a page."""

    kinds: tuple[str, ...]
    body: dict[str, Any]
    key: str
    """Its `request_key`."""
    constant: Size
    """System message and schema: the same for every page, so that providers cache them."""
    page: Size


def preview(request: First) -> Preview:
    """A first request, measured."""
    system, user = (message["content"] for message in request.body["messages"])
    schemas = {key: request.body[key] for key in _SCHEMAS if key in request.body}
    schema = json.dumps(schemas, ensure_ascii=False, separators=(",", ":")) if schemas else ""
    kinds = tuple(map(kind_name, request.kinds))
    return Preview(kinds, request.body, request_key(request.body), size(system) + size(schema), size(user))


def size(text: str) -> Size:
    return Size(len(text), estimate_tokens(text))


def expected_usage(previews: Sequence[Preview], question: Size | None = None) -> Usage:
    """What a page is expected to take once the constant parts are cached.

    Args:
        previews: the page's first requests.
        question: what a second look asks; then prompt, page and answer go a second time, and its own answer,
            which is short, is not counted.
    """
    cached = sum(one.constant.tokens for one in previews)
    sent = cached + sum(one.page.tokens for one in previews)
    answer = round(max(one.page.tokens for one in previews) * ANSWER_TOKENS)
    if question is not None:
        cached, sent = cached + sent, 2 * sent + answer + question.tokens
    return Usage(len(previews) + (question is not None), sent, cached, answer, estimated=True)


def expected_cost(usage: Usage, price: Price | None) -> float | None:
    """Dollars for a page, estimated; `None` where no price is known."""
    if price is None:
        return None
    exact = Usage(usage.requests, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
    return price.of(exact)
