"""When a request is tried again, and how long that waits. openai's own retries are off."""

import logging
import math
import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import openai
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from hyllm.client._errors import has_no_quota

TRIES = 5
_TRIES_IN_TIME = 2
_LONGEST_WAIT = 60.0
_LONGEST_RETRY_AFTER = 600.0
_WORTH_SAYING = 10.0
"""Seconds of waiting from which on a person is told why nothing happens."""

_log = logging.getLogger(__name__)


def retrying(tries: int, host: str) -> AsyncRetrying:
    """A new retrying for one call: a shared one mixes its calls up."""
    return AsyncRetrying(
        stop=_stop_after(tries),
        wait=_wait,
        retry=retry_if_exception(is_passing),
        before_sleep=_telling(host),
        reraise=True,
    )


def is_passing(error: BaseException) -> bool:
    """Whether the same request may do better later."""
    if isinstance(error, TimeoutError | openai.APIConnectionError):  # which openai's time-outs are too
        return True
    if not isinstance(error, openai.APIStatusError) or has_no_quota(error):
        return False
    return error.status_code in (408, 409, 429) or error.status_code >= 500


def _stop_after(tries: int) -> Callable[[RetryCallState], bool]:
    def stop(state: RetryCallState) -> bool:
        """A time-out is what the caller said it would wait: one more try, not five."""
        late = isinstance(_error(state), TimeoutError | openai.APITimeoutError)
        return state.attempt_number >= (min(tries, _TRIES_IN_TIME) if late else tries)

    return stop


def _wait(state: RetryCallState) -> float:
    """Seconds until the next try: what Retry-After says, else twice as long each time."""
    error = _error(state)
    said = retry_after(error) if isinstance(error, openai.APIStatusError) else None
    return backoff(state.attempt_number) if said is None else min(said, _LONGEST_RETRY_AFTER)


def backoff(attempt: int) -> float:
    """Seconds to wait after so many tries, not the same for all who wait."""
    return min(_LONGEST_WAIT, 0.5 * 2 ** (attempt - 1)) * random.uniform(0.75, 1)


def retry_after(error: openai.APIStatusError) -> float | None:
    """The seconds an endpoint asks to be left alone for, written as seconds or as a date."""
    said = error.response.headers.get("retry-after")
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except ValueError:
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _telling(host: str) -> Callable[[RetryCallState], None]:
    def tell(state: RetryCallState) -> None:
        seconds, error = state.next_action.sleep if state.next_action else 0.0, _error(state)
        if seconds >= _WORTH_SAYING:
            status = f"answers {error.status_code}" if isinstance(error, openai.APIStatusError) else "fails"
            _log.warning("%s %s: next try in %.0f s", host, status, seconds)

    return tell


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
