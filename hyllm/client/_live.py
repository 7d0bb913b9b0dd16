"""One request to an endpoint, with its retries; every failure as what it is.

instructor is kept on a short lead: it sends the very body it is given (a test compares them), once, and
what it thinks of the answer does not matter: `hyllm.answers` reads recorded and live answers alike.
"""

import logging
import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import httpx2
import instructor
import openai
from instructor.core.hooks import Hooks
from openai.types.chat import ChatCompletion
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from hyllm.client._endpoint import Endpoint
from hyllm.client._transport import NotRecorded, RecordedTransport
from hyllm.errors import AnswerError, EndpointError, HyllmError
from hyllm.recordings import Recordings
from hyllm.schemas import Record, page_model

_TRIES = 5
_TRIES_IN_TIME = 2
_LONGEST_WAIT = 60.0
_LONGEST_RETRY_AFTER = 600.0
_ENDPOINT_STATUS = {
    401: "the key is missing or wrong",
    402: "the account has no money left",
    403: "the key may not do this",
    404: "no such address or model there",
}

# instructor logs page text and what an endpoint says of a key: to stderr, if nobody has configured logging.
logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)


class Client:
    """Asks one endpoint. To be opened and closed within one event loop."""

    def __init__(
        self, endpoint: Endpoint, *, replay: Recordings | None, record: Recordings | None, timeout: float
    ) -> None:
        self._endpoint = endpoint
        recordings = replay or record
        live = None if replay else httpx2.AsyncHTTPTransport()
        self._recorded = RecordedTransport(recordings, live) if recordings else None
        http = openai.DefaultAsyncHttpxClient(transport=self._recorded or live, timeout=timeout)
        self._openai = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.key, http_client=http, max_retries=0, timeout=timeout
        )
        self._instructor = instructor.from_openai(self._openai, mode=instructor.Mode.JSON_SCHEMA)
        self._replaying = replay is not None
        self._timeout = timeout

    async def ask(self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]]) -> dict[str, Any]:
        """The endpoint's answer to a request body: the JSON of a chat completion.

        Raises:
            RecordingError: replaying, and the request is not recorded.
            EndpointError: no page would do better: unreachable, wrong key, no such model, no quota.
            AnswerError: this page got no answer, though others may.
        """
        if self._recorded:
            self._recorded.expect(dict(body), page)
        retrying = AsyncRetrying(  # a new one a call: a shared one mixes its calls up
            stop=_stop, wait=_wait, retry=retry_if_exception(_is_passing), reraise=True
        )
        try:
            async for attempt in retrying:
                with attempt:
                    return await self._send(body, kinds)
        except NotRecorded as error:
            raise error.error from None
        except openai.OpenAIError as error:
            raise self._as_hyllm(error) from error
        raise AssertionError("unreachable")

    async def _send(self, body: Mapping[str, Any], kinds: Sequence[type[Record]]) -> dict[str, Any]:
        """One request. What the endpoint sends is returned; an error of the openai library is raised."""
        answers: list[object] = []
        hooks = Hooks()
        hooks.on("completion:response", answers.append)
        rest = {name: value for name, value in body.items() if name not in ("model", "messages")}
        try:
            await self._instructor.create(
                model=body["model"],
                messages=list(body["messages"]),
                response_model=_prepared(tuple(kinds)),
                max_retries=0,
                hooks=hooks,
                extra_body=rest,
            )
        except instructor.core.InstructorRetryException as error:
            if not answers and isinstance(error.__cause__, openai.OpenAIError):
                raise error.__cause__ from None
            if not answers:
                raise
        except instructor.core.InstructorError:
            if not answers:  # else the answer is there, and it is ours to read
                raise
        answer = answers[0]
        if not isinstance(answer, ChatCompletion):
            raise AnswerError(f"the endpoint sent no chat completion; it begins {str(answer)[:60]!r}")
        return answer.model_dump(mode="json", exclude_unset=True)

    def _as_hyllm(self, error: openai.OpenAIError) -> HyllmError:
        """What an error of the openai library means. Neither key nor headers stand in the message."""
        host = self._endpoint.host
        if isinstance(error, openai.APITimeoutError):
            return AnswerError(f"no answer from {host} within {self._timeout:g} s; give --timeout")
        if isinstance(error, openai.APIConnectionError):
            return EndpointError(f"{host} cannot be reached: {error.__cause__ or error}")
        if not isinstance(error, openai.APIStatusError):
            return AnswerError(f"{host}: {error}")
        status = error.status_code
        if status in _ENDPOINT_STATUS:
            said = "" if status == 401 else f" ({error.message[:300]})"  # some repeat the key in part
            return EndpointError(f"{host} answers {status}: {_ENDPOINT_STATUS[status]}{said}")
        if _has_no_quota(error):
            return EndpointError(f"{host} answers {status}: no quota left")
        return AnswerError(f"{host} answers {status}: {error.message[:300]}")

    def source(self, body: Mapping[str, Any]) -> Literal["live", "cached", "replayed"]:
        """Where the answer to a request came from."""
        if self._recorded is None or not self._recorded.was_recorded(dict(body)):
            return "live"
        return "replayed" if self._replaying else "cached"

    async def aclose(self) -> None:
        await self._openai.close()


@lru_cache(maxsize=16)
def _prepared(kinds: tuple[type[Record], ...]) -> Any:
    """instructor's form of the page model, made once: by itself it makes a new class on every call."""
    from instructor.v2.core.response_model import prepare_response_model

    return prepare_response_model(page_model(kinds))


def _is_passing(error: BaseException) -> bool:
    """Whether the same request may do better later."""
    if isinstance(error, openai.APIConnectionError):  # a time-out too
        return True
    if not isinstance(error, openai.APIStatusError) or _has_no_quota(error):
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def _has_no_quota(error: openai.APIStatusError) -> bool:
    return error.status_code == 429 and error.code == "insufficient_quota"


def _stop(state: RetryCallState) -> bool:
    """Whether to try no more. A time-out is what the caller said it would wait: one more try, not five."""
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number >= (_TRIES_IN_TIME if isinstance(error, openai.APITimeoutError) else _TRIES)


def _wait(state: RetryCallState) -> float:
    """Seconds until the next try: what Retry-After says, else twice as long each time."""
    error = state.outcome.exception() if state.outcome else None
    said = error.response.headers.get("retry-after") if isinstance(error, openai.APIStatusError) else None
    try:
        return min(float(said), _LONGEST_RETRY_AFTER) if said else _backoff(state.attempt_number)
    except ValueError:  # a date
        return _backoff(state.attempt_number)


def _backoff(attempt: int) -> float:
    return min(_LONGEST_WAIT, 0.5 * 2 ** (attempt - 1)) * random.uniform(0.75, 1)
