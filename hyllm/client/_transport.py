"""Replaying and recording under the openai library, where HTTP would be.

Everything above works the same on a recorded answer as on a live one. Many pages may be in flight, some
with the very same text: what a request belongs to travels in a context variable, not in the request.
"""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
import openai

from hyllm.errors import RecordingError
from hyllm.recordings import Interaction, Recordings, Turn


@dataclass(slots=True)
class Errand:
    """What the request under way is about."""

    page: str
    turn: Turn | None
    recorded: bool = False
    """Whether it was answered from a recording."""


ERRAND: ContextVar[Errand] = ContextVar("errand")


class NotRecorded(openai.OpenAIError):
    """Carries a RecordingError through the openai library, which passes its own errors on untouched."""

    def __init__(self, error: RecordingError) -> None:
        super().__init__(str(error))
        self.error = error


class RecordedTransport(httpx2.AsyncBaseTransport):
    """Answers requests from recordings; what is not there is sent on, or is an error.

    Args:
        recordings: where answers are looked up.
        live: the transport for what is not recorded; its answers are recorded. `None`: an error instead.
    """

    def __init__(self, recordings: Recordings, live: httpx2.AsyncBaseTransport | None) -> None:
        self._recordings = recordings
        self._live = live

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body: dict[str, Any] = json.loads(await request.aread())
        errand = ERRAND.get()
        look = self._recordings.find if self._live else self._recordings.get
        try:
            recorded = look(errand.page, body, errand.turn)
            if recorded is None:
                self._recordings.check(errand.page, body)
        except RecordingError as error:
            raise NotRecorded(error) from error
        if recorded is None:
            return await self._record(errand, body, request)
        errand.recorded = True
        return _response(recorded, request)

    async def _record(self, errand: Errand, body: dict[str, Any], request: httpx2.Request) -> httpx2.Response:
        assert self._live is not None
        response = await self._live.handle_async_request(request)
        content = await response.aread()
        if response.status_code == 200:  # an error is no answer of the model
            answer, headers = _tree(content), dict(response.headers)
            come = Interaction(str(request.url), body, answer, 200, headers, errand.turn)
            try:
                self._recordings.add(errand.page, come)
            except RecordingError as error:  # in openai's clothes, or the request would be sent again
                raise NotRecorded(error) from error
        return response

    async def aclose(self) -> None:
        if self._live is not None:
            await self._live.aclose()


def live_transport(base_url: str, *, local: bool) -> httpx2.AsyncBaseTransport:
    """HTTP to an endpoint, through the proxy the environment names; to this machine never through one."""
    parts = urlsplit(base_url)
    bypassed = local or proxy_bypass(parts.hostname or "")
    # How many requests are in flight is for the caller to say: a pool that runs dry reads as a time-out.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=5.0)
    proxy = None if bypassed else getproxies().get(parts.scheme)
    return httpx2.AsyncHTTPTransport(proxy=proxy, limits=limits)


def _tree(content: bytes) -> Any:
    """The JSON of an answer's body, or its text where it is no object."""
    try:
        tree: object = json.loads(content)
    except (ValueError, RecursionError):
        tree = None
    return cast("Any", tree) if isinstance(tree, dict) else content.decode("utf-8", "replace")


def _response(recorded: Interaction, request: httpx2.Request) -> httpx2.Response:
    text = recorded.answer if isinstance(recorded.answer, str) else json.dumps(recorded.answer)
    headers = {"content-type": "application/json", **recorded.headers}
    return httpx2.Response(recorded.status, headers=headers, content=text.encode(), request=request)
