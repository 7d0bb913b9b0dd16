"""HTTP errors that are told of in a file of answers, judged by the rules of those that come live."""

import json
from functools import cache

import httpx2
import openai

from hyllm.client._errors import refused
from hyllm.client._passing import PassingError
from hyllm.client._retries import is_passing
from hyllm.errors import AnswerError, EndpointError


def error_of_status(status: int, body: object, host: str) -> PassingError | EndpointError | AnswerError:
    """What an HTTP status and the body that came with it mean."""
    request = httpx2.Request("POST", "http://localhost")
    content = body.encode("utf-8", "replace") if isinstance(body, str) else json.dumps(body).encode()
    # The library's own maker of errors, so that a page fails with the same words as live.
    error = _library()._make_status_error_from_response(  # pyright: ignore[reportPrivateUsage]
        httpx2.Response(status, request=request, content=content)
    )
    said = refused(error, host)
    return PassingError(str(said), cause=str(status)) if is_passing(error) else said


@cache
def _library() -> openai.OpenAI:
    """A client that never sends anything."""
    return openai.OpenAI(api_key="none", base_url="http://localhost")
