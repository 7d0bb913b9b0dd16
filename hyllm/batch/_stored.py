"""Answers that are in the store, in the place of an endpoint: one way to read, wherever an answer came from."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from hyllm.client import Reply
from hyllm.errors import AnswerError
from hyllm.prompting import request_key
from hyllm.recordings import Turn
from hyllm.schemas import Record

FIRST = "0"
"""The name of a page's first request."""


class Stored(NamedTuple):
    """What came for one request of a page."""

    is_error: bool
    raw: str


class Wanted(Exception):
    """A request that is not answered yet: the page cannot be read before it is."""

    def __init__(self, name: str, body: Mapping[str, Any]) -> None:
        super().__init__(f"request {name}")
        self.name = name
        self.body = body


class StoredAnswers:
    """Answers the requests about one page from what is stored.

    A request is known by its place: `0`, `1` … are those that open a conversation, in their order, and `0.1` is
    the first further turn of the first. So what was asked is not asked again because a later version of hyllm
    would put it in other words.

    Args:
        answers: what came, by the names of the requests.
    """

    def __init__(self, answers: Mapping[str, Stored]) -> None:
        self._answers = answers
        self._opened: dict[str, int] = {}
        """The number of each conversation, by the key of its first request."""

    async def ask(
        self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]], turn: Turn | None = None
    ) -> Reply:
        """The stored answer to a request.

        Raises:
            AnswerError: what came is no answer, or none will come.
            Wanted: it is not answered yet.
        """
        del page, kinds
        name = self._name(body, turn)
        answer = self._answers.get(name)
        if answer is None:
            raise Wanted(name, body)
        if answer.is_error:
            said: dict[str, Any] = json.loads(answer.raw)
            raise AnswerError(said["message"], reason=said["reason"])
        return Reply(completion(answer.raw), "live")

    def _name(self, body: Mapping[str, Any], turn: Turn | None) -> str:
        if turn is None:
            return str(self._opened.setdefault(request_key(body), len(self._opened)))
        return f"{self._opened[turn.first]}.{turn.number}"

    async def aclose(self) -> None:
        """Nothing is held."""


def completion(raw: str) -> dict[str, Any]:
    """The chat completion in an answer's body.

    Raises:
        AnswerError: it is none.
    """
    try:
        found: object = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AnswerError(f"the endpoint sent no chat completion; it begins {raw[:60]!r}")
    return cast("dict[str, Any]", found)
