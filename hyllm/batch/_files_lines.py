"""What a line of a Batch answer file says: an answer, a failure in passing, or one for good. No store is needed."""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

from hyllm.batch._glance import cause_of, glance
from hyllm.client import PassingError, error_of_status
from hyllm.errors import AnswerError

_LONGEST = 300


class Line(NamedTuple):
    """A line of answers."""

    custom_id: str
    kind: Literal["answer", "passing", "failed"]
    """`passing`: the request may be sent again; `failed`: that would not help."""
    raw: bytes = b""
    """The answer's body."""
    cause: str = ""
    """In a word or two."""
    message: str = ""
    reason: str = "failed"


class NoAnswers(ValueError):
    """The file holds requests."""


def read_line(line: bytes, host: str) -> Line | None:
    """What a line says; `None` if it is cut off, or no line of a Batch answer file.

    Args:
        line: the line.
        host: who answers so, for messages.

    Raises:
        NoAnswers: it is a request.
    """
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    tree = cast("Mapping[str, Any]", found)
    custom_id = tree.get("custom_id")
    if not isinstance(custom_id, str):
        return None
    if "method" in tree and "url" in tree:
        raise NoAnswers
    if "response" not in tree and "error" not in tree:
        return None
    response, error = _mapping(tree.get("response")), tree.get("error")
    status, body = _status(response.get("status_code")), response.get("body")
    if 200 <= status < 300 and not (error and body is None):
        return _answered(custom_id, body)
    if response and not 200 <= status < 300:
        return _refused(custom_id, status, body, error, host)
    code, message = _mapping(error).get("code"), _words(error)
    return Line(
        custom_id, "passing", cause=str(code or "no answer")[:60], message=message or "no answer came"
    )


def _answered(custom_id: str, body: object) -> Line:
    raw = _bytes(body)
    try:
        glance(raw)
    except PassingError as error:
        return Line(custom_id, "passing", cause=error.cause, message=str(error))
    return Line(custom_id, "answer", raw)


def _refused(custom_id: str, status: int, body: object, error: object, host: str) -> Line:
    """An HTTP error, judged as if it had come live."""
    found = error_of_status(status, body if body is not None else {"error": {"message": _words(error)}}, host)
    if isinstance(found, PassingError):
        return Line(custom_id, "passing", cause=found.cause, message=str(found))
    if isinstance(found, AnswerError):
        cause = found.reason if found.reason != "failed" else cause_of(str(found))
        return Line(custom_id, "failed", cause=cause, message=str(found), reason=found.reason)
    return Line(custom_id, "passing", cause="endpoint", message=str(found))  # no page is to blame


def _bytes(body: object) -> bytes:
    """A body as it would have come live."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    tree: object = body
    if choice := _mapping(_mapping(body).get("choices")):
        # Older SGLang servers put the one choice there instead of a list (sglang/srt/openai_api/adapter.py).
        tree = {**_mapping(body), "choices": [choice]}
    try:
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half a character, which JSON can hold only as an escape
        return json.dumps(tree, separators=(",", ":")).encode()


def _status(value: object) -> int:
    """A status; 200 where none is given, as the runners' forms have it by default."""
    if value is None:
        return 200
    try:
        return int(str(value))
    except ValueError:
        return 500


def _words(error: object) -> str:
    """An error's words: some say it as a string, some as an object, some as one inside another."""
    tree = _mapping(error)
    said = tree.get("message") or _mapping(tree.get("error")).get("message") or (error if error else "")
    return " ".join(str(said).split())[:_LONGEST]


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
