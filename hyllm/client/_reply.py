"""What comes back for a request, whichever way it came."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from hyllm.recordings import Source, Turn
from hyllm.schemas import Record


class Reply(NamedTuple):
    """What came back for one request."""

    completion: Mapping[str, Any]
    """The JSON of the chat completion."""
    source: Source


class Asks(Protocol):
    """Whoever answers requests: an endpoint, or a store of answers."""

    async def ask(
        self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]], turn: Turn | None = None
    ) -> Reply:
        """The answer to a request body; see `Client.ask`."""
        ...

    async def aclose(self) -> None:
        """Lets go of what it holds."""
        ...
