"""Asking a model: the only part of hyllm that knows the openai and instructor libraries.

They are imported when a client is opened, not before: half of what starting hyllm would cost.
"""

from typing import TYPE_CHECKING

from hyllm.client._endpoint import Endpoint, find_endpoint
from hyllm.client._providers import PROVIDERS, Provider
from hyllm.recordings import Recordings

if TYPE_CHECKING:
    from hyllm.client._live import Client

__all__ = ["PROVIDERS", "Endpoint", "Provider", "find_endpoint", "open_client"]


def open_client(
    endpoint: Endpoint, *, replay: Recordings | None, record: Recordings | None, timeout: float
) -> "Client":
    """A client for an endpoint, to be used inside one event loop.

    Args:
        endpoint: where requests go. With `replay` nothing is sent there.
        replay: answers come from these recordings alone.
        record: an answer found here is not asked for again; any other is written here as it comes.
        timeout: seconds until a request counts as unanswered.
    """
    from hyllm.client._live import Client

    return Client(endpoint, replay=replay, record=record, timeout=timeout)
