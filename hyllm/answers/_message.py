"""The words of a chat completion, wherever an endpoint puts them, and how they ended."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from hyllm.errors import AnswerError


class Unreadable(AnswerError):
    """There is an answer, but nothing in it can be read: asked again, the model may do better."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said
        """The words that cannot be read."""


class Said(NamedTuple):
    """What a model said."""

    words: str
    cut: bool
    """Whether the endpoint says that the answer broke off."""
    filtered: bool
    """Whether the endpoint's content filter ended it."""


def read_message(completion: Mapping[str, Any]) -> Said:
    """The words of the answer.

    Raises:
        AnswerError: there are none: no choice, a refusal, a filter, a limit reached before the first word.
    """
    choice = _first(completion.get("choices"))
    if choice is None:
        raise AnswerError("the endpoint sent no choices")
    message, finish = _mapping(choice.get("message")), choice.get("finish_reason")
    if message.get("refusal"):
        raise AnswerError(f"the model refused: {str(message['refusal'])[:300]}", reason="refused")
    words = _words(message)
    if words.strip():
        return Said(words, finish == "length", finish == "content_filter")
    if finish == "content_filter":
        raise AnswerError("the endpoint's content filter stopped the answer", reason="refused")
    if finish == "length":
        raise AnswerError(
            "the answer broke off before its first word; raise --max-tokens, or switch thinking off",
            reason="truncated",
        )
    raise Unreadable("the answer is empty")


def _words(message: Mapping[str, Any]) -> str:
    """The arguments of the tool that was called; else the content."""
    function = _mapping((_first(message.get("tool_calls")) or {}).get("function"))
    arguments = function.get("arguments")
    if isinstance(arguments, Mapping):  # some servers send the object itself
        return json.dumps(arguments, ensure_ascii=False)
    said = arguments if isinstance(arguments, str) and arguments.strip() else message.get("content")
    if isinstance(said, Sequence) and not isinstance(said, str):  # a list of parts
        parts = [_mapping(part).get("text") for part in cast("Sequence[object]", said)]
        return "".join(part for part in parts if isinstance(part, str))
    return said if isinstance(said, str) else ""


def _first(value: object) -> Mapping[str, Any] | None:
    if not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
        return None
    return cast("Mapping[str, Any]", value[0])


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
