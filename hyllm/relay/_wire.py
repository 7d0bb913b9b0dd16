"""The bodies of the OpenAI protocol, in and out: pure functions, no files and no sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from hyllm.prompting import request_key
from hyllm.tokens import estimate_tokens

MODEL = "relay"
"""The one model `GET /v1/models` lists, and the name of a request that gives none."""


class Refusal(Exception):
    """A request that gets an error in place of an answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status."""

    @property
    def body(self) -> dict[str, Any]:
        """The error as OpenAI's API writes it."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": str(self), "type": kind, "param": None, "code": None}}


@dataclass(frozen=True)
class Ask:
    """A chat-completion request that has passed every check."""

    key: str
    """Its request key, 64 hex digits."""
    model: str
    """The model as the request names it."""
    characters: int
    """How many characters its messages have."""
    as_json: str
    """The whole body, indented, for programs."""
    as_text: str
    """Messages and schema in Markdown, to read and to paste into a chat window."""


def read_ask(raw: bytes) -> Ask:
    """The request in a POST's body.

    Raises:
        Refusal: 400, when it is no JSON, has no messages, or asks for what a relay cannot do.
    """
    try:
        return _ask(parse_json(raw.decode("utf-8")))
    except RecursionError:
        raise Refusal(400, "The body is nested too deeply.") from None
    except ValueError as error:  # also bytes that are no UTF-8, lone surrogates, and numbers past a float
        raise Refusal(400, f"The body cannot be read as UTF-8 JSON: {error}") from None


def _ask(body: object) -> Ask:
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object.")
    body = cast("dict[str, Any]", body)
    _check(body)
    as_json = json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    as_json.encode()  # raises for a lone surrogate, which no file can hold
    return Ask(
        key=request_key(body),
        model=body.get("model", MODEL),
        characters=count_characters(body),
        as_json=as_json,
        as_text=markdown(body),
    )


def _check(body: Mapping[str, Any]) -> None:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "`messages` must be a list with at least one message.")
    if not all(isinstance(message, dict) for message in cast("list[object]", messages)):
        raise Refusal(400, "Every message must be a JSON object.")
    if not isinstance(body.get("model", MODEL), str):
        raise Refusal(400, "`model` must be a string.")
    if body.get("stream"):
        raise Refusal(400, "`stream` is not supported: a relay's answer comes in one piece.")
    if body.get("n", 1) not in (1, None):
        raise Refusal(400, "`n` is not supported: a relay gives one answer to a request.")


def completion(ask: Ask, content: str, *, created: float) -> dict[str, Any]:
    """The chat completion that answers `ask` with `content`."""
    prompt_tokens, completion_tokens = estimate_tokens(ask.as_text), estimate_tokens(content)
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        "id": f"relay-{ask.key[:8]}",
        "object": "chat.completion",
        "created": int(created),
        "model": ask.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "estimated": True,
        },
    }


def models() -> dict[str, Any]:
    """What `GET /v1/models` answers."""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "hyllm"}]}


def count_characters(body: Mapping[str, Any]) -> int:
    """How many characters the messages of a request have."""
    return sum(len(_message_text(message)) for message in body["messages"])


def markdown(body: Mapping[str, Any]) -> str:
    """The request as a person reads it: each message under its role, then the schema of the answer."""
    sections = [f"## {message.get('role')}\n\n{_message_text(message)}\n" for message in body["messages"]]
    schema = _answer_schema(body)
    if schema is not None:
        shown = json.dumps(schema, ensure_ascii=False, indent=2)
        sections.append(
            "## answer\n\nThe answer must be JSON that is valid against this schema, and nothing else:\n\n"
            f"```json\n{shown}\n```\n"
        )
    return "\n".join(sections)


def _message_text(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n\n".join(map(_part_text, cast("list[object]", content)))
    # No words, then: what stands in their place (a tool call, say) is shown as it is.
    rest = {name: value for name, value in message.items() if name not in ("role", "content")}
    return json.dumps(rest, ensure_ascii=False, indent=2) if rest else ""


def _part_text(part: object) -> str:
    match part:
        case {"type": "text", "text": str(text)}:
            return text
        case _:
            return json.dumps(part, ensure_ascii=False)


def _answer_schema(body: Mapping[str, Any]) -> object | None:
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            return cast("object", schema)
        case _:
            return None


def parse_json(text: str) -> object:
    """What the JSON says; `ValueError` for anything JSON does not allow, NaN and Infinity too."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
