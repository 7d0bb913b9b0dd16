"""Replaying and recording under the openai library, where HTTP would be.

Everything above works the same on a recorded answer as on a live one. Several pages may be in flight:
each request knows its page by its key.
"""

import json
from typing import Any

import httpx2
import openai

from hyllm.errors import RecordingError
from hyllm.prompting import request_key
from hyllm.recordings import Interaction, Recordings


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
        self._pages: dict[str, str] = {}
        self._found: set[str] = set()

    def expect(self, body: dict[str, Any], page: str) -> None:
        """Says which page the request with this body is about, before it is sent."""
        self._pages[request_key(body)] = page

    def was_recorded(self, body: dict[str, Any]) -> bool:
        """Whether the request with this body was answered from a recording."""
        return request_key(body) in self._found

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body: dict[str, Any] = json.loads(await request.aread())
        key = request_key(body)
        page = self._pages[key]
        try:
            recorded = self._recordings.find(page, body) if self._live else self._recordings.get(page, body)
        except RecordingError as error:
            raise NotRecorded(error) from error
        if recorded is None:
            return await self._record(page, body, request)
        self._found.add(key)
        return _response(recorded, request)

    async def _record(self, page: str, body: dict[str, Any], request: httpx2.Request) -> httpx2.Response:
        assert self._live is not None
        response = await self._live.handle_async_request(request)
        content = await response.aread()
        if response.status_code == 200:  # an error is no answer of the model
            self._recordings.add(
                page, Interaction(str(request.url), body, _tree(content), 200, dict(response.headers))
            )
        return response

    async def aclose(self) -> None:
        if self._live is not None:
            await self._live.aclose()


def _tree(content: bytes) -> Any:
    """The JSON of an answer's body, or its text."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _response(recorded: Interaction, request: httpx2.Request) -> httpx2.Response:
    text = recorded.answer if isinstance(recorded.answer, str) else json.dumps(recorded.answer)
    headers = {"content-type": "application/json", **recorded.headers}
    return httpx2.Response(recorded.status, headers=headers, content=text.encode(), request=request)
