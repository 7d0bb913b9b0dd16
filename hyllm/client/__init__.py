"""Asking a model: the only part of hyllm that knows the openai and instructor libraries.

They are imported when a client is opened, not before: half of what starting hyllm would cost.
"""

from typing import TYPE_CHECKING

from hyllm.client._batch_state import BatchState
from hyllm.client._check import Report, Verdict, check_endpoint
from hyllm.client._endpoint import Endpoint, check_address, find_endpoint, host_of
from hyllm.client._passing import PassingError
from hyllm.client._prices import BATCH_PRICES, PRICES, Price, find_price
from hyllm.client._providers import PROVIDERS, UNKNOWN, Provider
from hyllm.client._reply import Asks, Reply
from hyllm.errors import AnswerError, EndpointError
from hyllm.recordings import Recordings

if TYPE_CHECKING:
    from hyllm.client._batches import Batches
    from hyllm.client._live import Client
    from hyllm.client._post import Poster

__all__ = [
    "BATCH_PRICES",
    "PRICES",
    "PROVIDERS",
    "UNKNOWN",
    "Asks",
    "BatchState",
    "Endpoint",
    "PassingError",
    "Price",
    "Provider",
    "Reply",
    "Report",
    "Verdict",
    "check_address",
    "check_endpoint",
    "error_of_status",
    "find_endpoint",
    "find_price",
    "host_of",
    "open_batches",
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


def error_of_status(status: int, body: object, host: str) -> "PassingError | EndpointError | AnswerError":
    """What an HTTP error means that is told of, as in a file of answers: the same as if it had come live.

    Args:
        status: the HTTP status.
        body: what came with it.
        host: who has answered so.
    """
    from hyllm.client._told import error_of_status

    return error_of_status(status, body, host)


def open_batches(endpoint: Endpoint, *, timeout: float) -> "Batches":
    """A client of an endpoint's Files and Batches, to be used inside one event loop."""
    from hyllm.client._batches import Batches

    return Batches(endpoint, timeout=timeout)
