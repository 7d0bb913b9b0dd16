"""Asking a model: the only part of hyllm that knows the openai and instructor libraries.

They are imported when a client is opened, not before: half of what starting hyllm would cost.
"""

from typing import TYPE_CHECKING

from hyllm.client._check import Report, Verdict, check_endpoint
from hyllm.client._endpoint import Endpoint, check_address, find_endpoint
from hyllm.client._passing import PassingError
from hyllm.client._prices import PRICES, Price, find_price
from hyllm.client._providers import PROVIDERS, UNKNOWN, Provider
from hyllm.client._reply import Asks, Reply
from hyllm.recordings import Recordings

if TYPE_CHECKING:
    from hyllm.client._live import Client
    from hyllm.client._post import Poster

__all__ = [
    "PRICES",
    "PROVIDERS",
    "UNKNOWN",
    "Asks",
    "Endpoint",
    "PassingError",
    "Price",
    "Provider",
    "Reply",
    "Report",
    "Verdict",
    "check_address",
    "check_endpoint",
    "find_endpoint",
    "find_price",
    "open_client",
    "open_poster",
]


def open_client(
    endpoint: Endpoint,
    *,
    timeout: float,
    replay: Recordings | None = None,
    record: Recordings | None = None,
    tries: int | None = None,
) -> "Client":
    """A client for an endpoint, to be used inside one event loop.

    Args:
        endpoint: where requests go. With `replay` nothing is sent there.
        timeout: seconds until a request counts as unanswered.
        replay: answers come from these recordings alone.
        record: an answer found here is not asked for again; any other is written here as it comes.
        tries: how often a request that fails in passing is sent in all.
    """
    from hyllm.client._live import TRIES, Client

    return Client(endpoint, replay=replay, record=record, timeout=timeout, tries=tries or TRIES)


def open_poster(endpoint: Endpoint, *, timeout: float, most: int) -> "Poster":
    """A client that posts bodies as they are, `most` at once, to be used inside one event loop."""
    from hyllm.client._post import Poster

    return Poster(endpoint, timeout=timeout, most=most)
