"""What an error of the openai library means for the caller, without any secret in its words."""

import re

import httpx2
import openai

from hyllm.client._endpoint import Endpoint
from hyllm.errors import AnswerError, EndpointError, HyllmError

_ENDPOINT_STATUS = {
    401: "the key is missing or wrong",
    402: "the account has no money left",
    403: "the key may not do this",
    404: "no such address or model there",
    405: "no such address there",
}
_NO_QUOTA = frozenset(
    (
        "insufficient_quota",  # OpenAI
        "billing_hard_limit_reached",
        "arrearage",  # DashScope
        "exceeded_current_quota_error",  # Moonshot
    )
)
"""What endpoints call an account without money, in a 400 or a 429 as well: waiting does not help."""
_FILTERED = re.compile(
    r"content_?filter|content management policy|data_?inspection_?failed|inappropriate content"
    r"|content exists risk",
    re.IGNORECASE,
)
"""How endpoints say that they will not read a text: OpenAI and Azure, DashScope, DeepSeek."""
_SECRETS = re.compile(r"\bsk-[\w*.-]+|(?i:\bbearer\s+\S+)|(?<=//)[^/@\s]+(?=@)")
"""Keys, as endpoints repeat them in part, authorization headers, and user and password of an address."""
_LONGEST = 300
"""Characters of an endpoint's message that are passed on."""


def described(error: Exception, endpoint: Endpoint, timeout: float) -> HyllmError:
    """The error of hyllm's that says what happened, and what to do where something can be done."""
    host = endpoint.host
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return AnswerError(f"no answer from {host} within {timeout:g} s; give --timeout")
    if isinstance(error, openai.APIConnectionError):
        return _unreachable(error, endpoint)
    if isinstance(error, openai.APIStatusError):
        return refused(error, endpoint.host, endpoint.key)
    return AnswerError(f"{host}: {without_secrets(str(error), endpoint.key)}")


def _unreachable(error: openai.APIConnectionError, endpoint: Endpoint) -> HyllmError:
    cause = error.__cause__ or error
    said = without_secrets(str(cause) or type(cause).__name__, endpoint.key)
    # Once connected, a connection that breaks may be one page's: another may fare better.
    if isinstance(cause, httpx2.NetworkError | httpx2.ProtocolError) and not isinstance(
        cause, httpx2.ConnectError
    ):
        return AnswerError(f"{endpoint.host} broke the connection off: {said}")
    hint = f"does a server listen at {endpoint.base_url}?" if endpoint.is_local else "is the address right?"
    return EndpointError(f"{endpoint.host} cannot be reached ({hint}): {said}")


def refused(error: openai.APIStatusError, host: str, key: str = "") -> EndpointError | AnswerError:
    """What an HTTP error means."""
    status = error.status_code
    said = without_secrets(error.message, key)
    if has_no_quota(error):
        return EndpointError(f"{host} answers {status}: no quota left")
    if status == 400 and _FILTERED.search(f"{error.code} {error.message}"):
        return AnswerError(f"the endpoint's content filter refused the page: {said}", reason="refused")
    if 300 <= status < 400:  # a page's text does not go where nobody said it should
        return EndpointError(f"{host} answers {status}: it sends on to another address; give that one")
    if status in _ENDPOINT_STATUS:
        more = "" if status == 401 else f" ({said})"
        return EndpointError(f"{host} answers {status}: {_ENDPOINT_STATUS[status]}{more}")
    return AnswerError(f"{host} answers {status}: {said}")


def has_no_quota(error: openai.APIStatusError) -> bool:
    """Whether an endpoint says that the account is empty."""
    return error.status_code in (400, 429) and not _NO_QUOTA.isdisjoint(_codes(error))


def _codes(error: openai.APIStatusError) -> set[str]:
    return {str(code).lower() for code in (error.code, error.type) if code}


def without_secrets(text: str, key: str) -> str:
    """An endpoint's words in one line, short, and without anything that looks like a key."""
    hidden = text.replace(key, "…") if len(key) > 4 else text
    return " ".join(_SECRETS.sub("…", hidden).split())[:_LONGEST]
