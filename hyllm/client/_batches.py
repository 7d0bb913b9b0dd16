"""Files and Batches of an endpoint: a file of requests goes up, a file of answers comes down hours later."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx2
import openai
from openai.types import Batch

from hyllm.client._batch_state import BatchState
from hyllm.client._endpoint import Endpoint
from hyllm.client._errors import described, without_secrets
from hyllm.client._retries import TRIES, retrying
from hyllm.client._transport import forget_environment, live_transport
from hyllm.errors import AnswerError, EndpointError, HyllmError

_LISTED = 2000
"""Batches that are looked through for one: the newest come first."""


class Batches:
    """Talks to one endpoint's Files and Batches. To be opened and closed within one event loop.

    All methods raise EndpointError where nothing will do better there, and AnswerError where it may later.

    Args:
        endpoint: whose.
        timeout: seconds until a request counts as unanswered; an upload is one request.
    """

    def __init__(self, endpoint: Endpoint, *, timeout: float) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        http = openai.DefaultAsyncHttpxClient(
            transport=live_transport(endpoint.base_url, local=endpoint.is_local),
            timeout=timeout,
            follow_redirects=False,  # pages' text goes to the endpoint that was named, and nowhere else
        )
        self._openai = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.key, http_client=http, max_retries=0, timeout=timeout
        )
        forget_environment(self._openai)

    async def upload(self, path: Path) -> str:
        """Sends a file of requests; its id there."""
        try:
            async for attempt in retrying(TRIES, self._endpoint.host):
                with attempt, path.open("rb") as file:
                    given = (path.name, file, "application/jsonl")
                    found: object = await self._openai.files.create(file=given, purpose="batch")
                    return self._id(found, "file")
        except (openai.OpenAIError, TimeoutError) as error:
            raise self._described(error) from None
        raise AssertionError("unreachable")

    async def begin(self, input_file: str, metadata: Mapping[str, str]) -> BatchState:
        """Begins a batch of an uploaded file. Sent once: whoever gets no answer asks `find`, or pays twice."""
        try:
            found: object = await self._openai.batches.create(
                completion_window="24h",
                endpoint="/v1/chat/completions",
                input_file_id=input_file,
                metadata=dict(metadata),
            )
        except (openai.OpenAIError, TimeoutError) as error:
            raise self._described(error) from None
        return self._state(found)

    async def find(self, input_file: str) -> BatchState | None:
        """The batch that was begun of an uploaded file, if there is one."""
        seen = 0
        try:
            async for found in self._openai.batches.list(limit=100):
                seen += 1
                if found.input_file_id == input_file:
                    return self._state(found)
                if seen >= _LISTED:
                    break
        except (openai.OpenAIError, TimeoutError) as error:
            raise self._described(error) from None
        return None

    async def look(self, batch: str) -> BatchState:
        """Where a batch stands."""
        try:
            async for attempt in retrying(TRIES, self._endpoint.host):
                with attempt:
                    found: object = await self._openai.batches.retrieve(batch)
                    return self._state(found)
        except (openai.OpenAIError, TimeoutError) as error:
            raise self._described(error) from None
        raise AssertionError("unreachable")

    async def download(self, file: str, path: Path) -> bool:
        """Puts a file at `path`; whether it is as long as the endpoint says it is."""
        partial = path.with_name(f".{path.name}.partial")
        try:
            async for attempt in retrying(TRIES, self._endpoint.host):
                with attempt:
                    await self._stream(file, partial)
        except (openai.OpenAIError, TimeoutError) as error:
            with suppress(OSError):
                partial.unlink()
            raise self._described(error) from None
        partial.replace(path)
        said = await self._size(file)
        return said is None or path.stat().st_size >= said

    async def _stream(self, file: str, path: Path) -> None:
        with path.open("wb") as target:
            try:
                async with self._openai.files.with_streaming_response.content(file) as response:
                    async for chunk in response.iter_bytes():
                        target.write(chunk)
            except httpx2.HTTPError as error:  # on the way, where the library no longer looks
                raise openai.APIConnectionError(request=error.request) from error
            target.flush()
            os.fsync(target.fileno())

    async def _size(self, file: str) -> int | None:
        """The bytes of a file; `None` where the endpoint does not say."""
        try:
            found: object = getattr(await self._openai.files.retrieve(file), "bytes", None)
        except (openai.OpenAIError, TimeoutError):
            return None
        return found if isinstance(found, int) else None

    def _described(self, error: Exception) -> HyllmError:
        found = described(error, self._endpoint, self._timeout)
        if isinstance(error, openai.APIStatusError) and error.status_code in (404, 405):
            return EndpointError(f"{found}; has it Files and Batches?")
        return found

    def _state(self, found: object) -> BatchState:
        number = self._id(found, "batch")
        assert isinstance(found, Batch)
        counts = found.request_counts
        errors = found.errors.data if found.errors else None
        said = "; ".join(str(error.message) for error in (errors or [])[:3])
        return BatchState(
            number,
            str(found.status),
            found.output_file_id or None,
            found.error_file_id or None,
            int(counts.completed or 0) if counts else 0,
            int(counts.total or 0) if counts else 0,
            without_secrets(said, self._endpoint.key),
        )

    def _id(self, found: object, what: str) -> str:
        """The id in an answer, which may be anything."""
        number: object = getattr(found, "id", None)
        if not isinstance(number, str) or not number or (what == "batch" and not isinstance(found, Batch)):
            raise AnswerError(f"{self._endpoint.host} sent no {what}; it begins {str(found)[:60]!r}")
        return number

    async def aclose(self) -> None:
        await self._openai.close()
