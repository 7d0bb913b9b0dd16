"""Answers that are in the store, in the place of an endpoint: one way to read, wherever an answer came from."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from hyllm.client import Reply
from hyllm.errors import AnswerError
from hyllm.recordings import Turn
from hyllm.schemas import Record


class Stored(NamedTuple):
    """What came for one request of a page."""

    is_error: bool
    raw: str


class Wanted(Exception):
    """A request that is not answered yet: the page cannot be read before it is."""

    def __init__(self, turn: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"turn {turn}")
        self.turn = turn
        self.body = body


class StoredAnswers:
    """Answers the requests about one page, in their order, from what is stored.

    A request is known by its place: what the page was asked third stays the third, whatever words a later
    version of hyllm would ask it in.
    """

    def __init__(self, answers: Sequence[Stored]) -> None:
        self._answers = answers
        self._next = 0

    async def ask(
        self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]], turn: Turn | None = None
    ) -> Reply:
        """The stored answer to the next request.

        Raises:
            AnswerError: what came is no answer, or none will come.
            Wanted: it is not answered yet.
        """
        del page, kinds, turn
        number, self._next = self._next, self._next + 1
        if number >= len(self._answers):
            raise Wanted(number, body)
        answer = self._answers[number]
        if answer.is_error:
            said: dict[str, Any] = json.loads(answer.raw)
            raise AnswerError(said["message"], reason=said["reason"])
        return Reply(completion(answer.raw), "live")

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
