"""What asking a model for some pages will cost, before anything is sent."""

from collections.abc import Sequence

from hyllm.answers import Usage
from hyllm.archive import Page
from hyllm.client import find_price
from hyllm.extract import Extractor
from hyllm.preview import ANSWER_TOKENS, preview

PRICE_HINT = "hyllm batch run … --dry-run --price IN/CACHED/OUT reckons with yours"
"""What to do where no price is known."""


def expected(extractor: Extractor, pages: Sequence[Page], repeats: int = 1) -> str:
    """One line: requests, estimated tokens, and dollars where the model's price is known.

    It takes no account of a provider's cache, and counts no further turns.
    """
    requests = sent = answered = 0
    for page in pages:
        previews = [preview(request) for request in extractor.requests(page)]
        requests += len(previews) * repeats
        sent += sum(one.constant.tokens + one.page.tokens for one in previews) * repeats
        answered += round(ANSWER_TOKENS * previews[0].page.tokens) * repeats
    price = find_price(extractor.endpoint.reached, extractor.options.model)
    cost = price.of(Usage(requests, sent, 0, answered)) if price else None
    told = (
        f"no price known; {PRICE_HINT}"
        if cost is None or price is None
        else f"at most about ${cost:.2f} by the prices of {price.since}"
    )
    return f"about {requests} requests, {sent:,} tokens in and {answered:,} out (estimated): {told}"
