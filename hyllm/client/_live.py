"""One request to an endpoint, with its retries; every failure as what it is.

instructor is kept on a short lead: it sends the very body it is given (a test compares them), once, and
what it thinks of the answer does not matter: `hyllm.answers` reads recorded and live answers alike.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import instructor
import openai
from instructor.core.hooks import Hooks
from openai.types.chat import ChatCompletion

from hyllm.client._endpoint import Endpoint
from hyllm.client._errors import described
from hyllm.client._reply import Reply
from hyllm.client._retries import TRIES, retrying
from hyllm.client._transport import (
    ERRAND,
    Errand,
    NotRecorded,
    RecordedTransport,
    forget_environment,
    live_transport,
)
from hyllm.errors import AnswerError
from hyllm.recordings import Recordings, Source, Turn
from hyllm.schemas import Record, page_model

# instructor logs page text and what an endpoint says of a key: to stderr, if nobody has configured logging.
logging.getLogger("instructor").setLevel(logging.CRITICAL + 1)


class Client:
    """Asks one endpoint. To be opened and closed within one event loop."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        replay: Recordings | None,
        record: Recordings | None,
        timeout: float,
        tries: int = TRIES,
    ) -> None:
        self._endpoint = endpoint
        recordings = replay or record
        live = None if replay else live_transport(endpoint.base_url, local=endpoint.is_local)
        http = openai.DefaultAsyncHttpxClient(
            transport=RecordedTransport(recordings, live) if recordings else live,
            timeout=timeout,
            follow_redirects=False,  # a page's text goes to the endpoint that was named, and nowhere else
        )
        self._openai = openai.AsyncOpenAI(
            base_url=endpoint.base_url, api_key=endpoint.key, http_client=http, max_retries=0, timeout=timeout
        )
        forget_environment(self._openai)
        self._instructor = instructor.from_openai(self._openai, mode=instructor.Mode.JSON_SCHEMA)
        self._source: Source = "replayed" if replay else "cached"
        self._timeout = timeout
        self._tries = tries

    async def ask(
        self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]], turn: Turn | None = None
    ) -> Reply:
        """The endpoint's answer to a request body.

        Args:
            body: the whole body.
            page: the page it is about; recordings are kept by it.
            kinds: the record classes it asks for.
            turn: for a further turn, which one of which request.

        Raises:
            RecordingError: replaying, and the request is not recorded.
            EndpointError: no page would do better: unreachable, wrong key, no such model, no quota.
            AnswerError: this page got no answer, though others may.
        """
        errand = Errand(page, turn)
        ERRAND.set(errand)
        try:
            async for attempt in retrying(self._tries, self._endpoint.host):
                with attempt:
                    async with asyncio.timeout(self._timeout):  # the whole answer, however slowly it drips
                        completion = await self._send(body, kinds)
                    return Reply(completion, self._source if errand.recorded else "live")
        except NotRecorded as error:
            raise error.error from None
        except (openai.OpenAIError, TimeoutError) as error:
            # Not `from error`: openai's errors hold the request, and with it the key.
            raise described(error, self._endpoint, self._timeout) from None
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
                # instructor's own response_format goes, unless the body has one.
                extra_body={"response_format": openai.omit, **rest},
            )
        except instructor.core.InstructorError as error:
            cause = error.__cause__
        else:
            cause = None
        if not answers:
            # instructor's own words hold the answer's text: they are not shown.
            known = isinstance(cause, openai.OpenAIError | TimeoutError)
            raise cause if known else AnswerError(f"{self._endpoint.host} sent an answer that cannot be read")
        answer = answers[0]  # whatever instructor thinks of it: it is ours to read
        if not isinstance(answer, ChatCompletion):
            raise AnswerError(f"the endpoint sent no chat completion; it begins {str(answer)[:60]!r}")
        return answer.model_dump(mode="json", exclude_unset=True, warnings=False)

    async def aclose(self) -> None:
        await self._openai.close()


@lru_cache(maxsize=16)
def _prepared(kinds: tuple[type[Record], ...]) -> Any:
    """instructor's form of the page model, made once: by itself it makes a new class on every call."""
    from instructor.v2.core.response_model import prepare_response_model

    return prepare_response_model(page_model(kinds))
