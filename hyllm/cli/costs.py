"""What asking a model for some pages will cost, before anything is sent."""

from collections.abc import Sequence

from hyllm.answers import Usage
from hyllm.archive import Page
from hyllm.client import find_price
from hyllm.extract import Extractor
from hyllm.relay import estimate_tokens

_ANSWER = 1.3
"""Tokens of an answer for each token of its page: what a dense page takes."""


def expected(extractor: Extractor, pages: Sequence[Page], repeats: int = 1) -> str:
    """One line: requests, estimated tokens, and dollars where the model's price is known.

    It takes no account of a provider's cache, and counts no further turns.
    """
    sent = answered = 0
    for page in pages:
        messages = extractor.request(page)["messages"]
        sent += sum(estimate_tokens(message["content"]) for message in messages)
        answered += round(_ANSWER * estimate_tokens(page.text))
    requests, sent, answered = len(pages) * repeats, sent * repeats, answered * repeats
    price = find_price(extractor.endpoint.reached, extractor.options.model)
    cost = price.of(Usage(requests, sent, 0, answered)) if price else None
    told = (
        "no price known"
        if cost is None or price is None
        else f"at most about ${cost:.2f} by the prices of {price.since}"
    )
    return f"about {requests} requests, {sent:,} tokens in and {answered:,} out (estimated): {told}"
