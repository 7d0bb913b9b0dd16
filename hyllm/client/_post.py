"""Posting request bodies as they are, many at once: openai's client over aiohttp, without instructor.

One request is one try. When to try again is for the caller to say, who sees all requests at once.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
import openai

from hyllm.client._endpoint import Endpoint
from hyllm.client._errors import described
from hyllm.client._passing import PassingError
from hyllm.client._retries import is_passing, retry_after
from hyllm.client._transport import forget_environment
from hyllm.errors import AnswerError, EndpointError

_LARGEST = 32_000_000
"""Bytes of an answer: what is longer is none, and must not fill the memory."""
_JSON = {"Content-Type": "application/json"}


class Poster:
    """Posts bodies to one endpoint. To be opened and closed within one event loop.

    Args:
        endpoint: where they go.
        timeout: seconds until a request counts as unanswered.
        most: how many may be in flight.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float, most: int) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        http = openai.DefaultAioHttpClient(
            timeout=httpx2.Timeout(timeout, connect=min(timeout, 15.0), pool=None),
            # aiohttp's own limit is 100, which would pass for a slow endpoint.
            limits=httpx2.Limits(
                max_connections=most + 8, max_keepalive_connections=most, keepalive_expiry=15
            ),
            follow_redirects=False,  # a page's text goes to the endpoint that was named, and nowhere else
            verify=httpx2.create_ssl_context() if endpoint.base_url.startswith("https:") else False,
            trust_env=False,
            proxy=_proxy(endpoint),
            event_hooks={"response": [_limit_size]},
        )
        self._openai = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.key, http_client=http, max_retries=0, timeout=timeout
        )
        forget_environment(self._openai)

    async def post(self, body: bytes) -> bytes:
        """The bytes that answer a body, of whatever form: nothing is read here.

        Raises:
            PassingError: the same request may do better later.
            EndpointError: no page would do better: wrong key, no such model, no quota.
            AnswerError: this page got no answer, though others may.
        """
        try:
            async with asyncio.timeout(self._timeout):  # the whole answer, however slowly it drips
                response = await self._openai.post(
                    "/chat/completions", content=body, cast_to=httpx2.Response, options={"headers": _JSON}
                )
        except (openai.OpenAIError, httpx2.HTTPError, TimeoutError) as error:
            # Not `from error`: openai's errors hold the request, and with it the key.
            raise self._described(error) from None
        return response.content

    def _described(self, error: Exception) -> PassingError | EndpointError | AnswerError:
        host = self._endpoint.host
        cause = _connection_error(error)
        if isinstance(cause, aiohttp.ClientConnectorError):
            return PassingError(f"{host} cannot be reached: {cause.strerror or cause}", cause="unreachable")
        if cause is not None or isinstance(error, httpx2.HTTPError):
            words = str(cause) if isinstance(cause, _TooLarge) else type(cause or error).__name__
            return PassingError(f"{host} broke the connection off: {words}", cause="broken off")
        said = described(error, self._endpoint, self._timeout)
        if not is_passing(error):
            assert isinstance(said, EndpointError | AnswerError)
            return said
        if isinstance(error, openai.APIStatusError):
            return PassingError(str(said), cause=str(error.status_code), retry_after=retry_after(error))
        if isinstance(error, TimeoutError | openai.APITimeoutError):
            return PassingError(str(said), cause="time-out")
        return PassingError(str(said), cause="unreachable")

    async def aclose(self) -> None:
        await self._openai.close()


def _connection_error(error: BaseException) -> BaseException | None:
    """What is beneath an error, if it is the connection: openai calls it a time-out, whatever aiohttp says."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, aiohttp.ServerTimeoutError):
        if isinstance(cause, _TooLarge | aiohttp.ClientConnectionError | aiohttp.ClientPayloadError):
            return cause
        cause = cause.__cause__
    return None


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy the environment names; to this machine never through one."""
    parts = urlsplit(endpoint.base_url)
    bypassed = endpoint.is_local or proxy_bypass(parts.hostname or "")
    return None if bypassed else getproxies().get(parts.scheme)


class _TooLarge(httpx2.ReadError):
    pass


class _Limited(httpx2.AsyncByteStream):
    """A body that is no longer than `_LARGEST`."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > _LARGEST:
                raise _TooLarge(f"an answer of more than {_LARGEST:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _limit_size(response: httpx2.Response) -> None:
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        response.stream = _Limited(stream)
