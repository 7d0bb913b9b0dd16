"""One page's answer: its requests, what has to be asked for further, and all of it in one."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hyllm.answers import NO_USAGE, Answer, Usage, read_answer, read_usage, united
from hyllm.client import Asks
from hyllm.errors import AnswerError, EndpointError, HyllmError, RecordingError
from hyllm.marks import Problem, Reason
from hyllm.prompting import RequestOptions, request_key
from hyllm.recordings import Source, Turn
from hyllm.strategies import First
from hyllm.turns import Gap, first_gap, further_request, gaps, gaps_of_nothing, second_look

_SECOND_LOOK = 0
"""The number of that turn, however many others there were: code that asks for more or for less again must not
take one for the other."""


@dataclass(slots=True)
class Asked:
    """What all turns about a page came to."""

    answer: Answer | None = None
    error: HyllmError | None = None
    """Why the first request has no answer that can be read. If `answer` is `None`, nothing has."""
    usage: Usage = NO_USAGE
    """Of all answers that came, the unreadable ones too."""
    source: Source = "live"
    """Where they came from; `live` if any did."""
    gap_left: bool = False
    """Whether some part of the answer never came."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks for pages, with whoever answers."""

    client: Asks
    options: RequestOptions
    in_flight: asyncio.Semaphore
    """How many requests may be under way."""
    folder: Path | None = None
    """Prompts of one's own."""
    again: bool = True
    """Whether what failed is asked for again."""

    async def ask(self, requests: Sequence[First], page: str, last_unit: int) -> Asked:
        """The answers to a page's first requests, sent at once, and to the turns they need, in one."""
        found = await asyncio.gather(*(self._ask(one, page, last_unit) for one in requests))
        return found[0] if len(found) == 1 else _together(requests, found)

    async def look_again(self, asked: Asked, first: First, page: str, unclaimed: str) -> None:
        """Asks which of these values belong to a record, and adds what comes of it to a page's answer."""
        assert asked.answer is not None
        gap = second_look(first.kinds, asked.answer, unclaimed)
        further = further_request(first.body, gap, self.options, self.folder)
        await self._turn(asked, further, page, gap, Turn(request_key(first.body), _SECOND_LOOK))

    async def _ask(self, first: First, page: str, last_unit: int) -> Asked:
        """The answer to one first request and to the further turns it needs; or why there is none."""
        asked = Asked()
        queue = deque(await self._turn(asked, first.body, page, first_gap(first.kinds, last_unit), None))
        key, number = request_key(first.body), 0
        while queue:
            gap, number = queue.popleft(), number + 1
            further = further_request(first.body, gap, self.options, self.folder)
            queue += await self._turn(asked, further, page, gap, Turn(key, number))
        if asked.answer is not None:
            asked.answer = _settled(asked.answer, asked)
        return asked

    async def _turn(
        self, asked: Asked, body: Mapping[str, Any], page: str, gap: Gap, turn: Turn | None
    ) -> list[Gap]:
        """One request: its answer is added to what came before. What is still missing is returned."""
        try:
            async with self.in_flight:
                reply = await self.client.ask(body, page, gap.kinds, turn)
            asked.usage += read_usage(reply.completion)
            asked.source = reply.source if turn is None or reply.source == "live" else asked.source
            answer = read_answer(reply.completion, gap.kinds)
        except HyllmError as error:
            return self._failed(asked, gap, error)
        if asked.answer is None:
            asked.answer = answer
        elif gap.template == "second":
            asked.answer = _supplemented(asked.answer, answer, gap)
            return []
        else:
            asked.answer, answer = united(asked.answer, answer, gap.kinds, gap.faults)
        return self._still(asked, gaps(gap, answer), loss=bool(answer.unfinished) and gap.template != "mend")

    def _failed(self, asked: Asked, gap: Gap, error: HyllmError) -> list[Gap]:
        """What to ask for after a turn without an answer: it costs what it would have brought, no more."""
        if gap.depth == 0:
            asked.error = error
        elif asked.answer is not None and not isinstance(error, RecordingError):
            # Where a recording has no such turn, it was not asked when the page was recorded.
            asked.answer = replace(asked.answer, problems=(*asked.answer.problems, _lost(gap, error)))
        if gap.template == "second":
            return []
        return self._still(asked, gaps_of_nothing(gap, error), loss=gap.template != "mend")

    def _still(self, asked: Asked, wanted: list[Gap], *, loss: bool) -> list[Gap]:
        found = wanted if self.again else []
        asked.gap_left |= loss and not any(gap.template != "mend" for gap in found)
        return found


def _lost(gap: Gap, error: HyllmError) -> Problem:
    """A further turn that came to nothing. Without a second look the page is as whole as in one request."""
    if gap.template == "second":
        return Problem("", "invalid", "", f"the second look came to nothing: {error}")
    return Problem("", _reason(error), "", f"what was missing was asked for again: {error}")


def _supplemented(answer: Answer, look: Answer, gap: Gap) -> Answer:
    """The answer with what a second look adds."""
    found = united(answer, look, gap.kinds, supplements=True).answer
    if any(problem.reason in ("truncated", "refused") for problem in look.problems):
        broken = Problem("", "invalid", "", "the second look broke off; what is complete was added")
        return replace(found, problems=(*found.problems, broken))
    return found


def _together(requests: Sequence[First], found: Sequence[Asked]) -> Asked:
    """What several first requests about a page came to, in one."""
    usage = sum((one.usage for one in found), NO_USAGE)
    errors = [one.error for one in found if one.answer is None and one.error is not None]
    of_recordings = next((error for error in errors if isinstance(error, RecordingError)), None)
    if of_recordings is not None or len(errors) == len(found):
        of_endpoint = next((error for error in errors if isinstance(error, EndpointError)), None)
        return Asked(error=of_recordings or of_endpoint or errors[0], usage=usage)
    answers = [one.answer or _no_answer(first, one) for first, one in zip(requests, found, strict=True)]
    whole = Answer(
        readings={plural: some for answer in answers for plural, some in answer.readings.items()},
        problems=tuple(problem for answer in answers for problem in answer.problems),
        usage=usage,
        model=next((answer.model for answer in answers if answer.model), None),
    )
    answered: list[Source] = [one.source for one in found if one.answer is not None]
    return Asked(whole, usage=usage, source="live" if "live" in answered else answered[0])


def _no_answer(first: First, asked: Asked) -> Answer:
    """In place of the answer to one of several requests: empty lists, and why."""
    assert asked.error is not None
    plurals = [kind.hyllm.plural for kind in first.kinds]
    why = Problem("", _reason(asked.error), "", f"{', '.join(plurals)}: {asked.error}")
    return Answer(dict.fromkeys(plurals, ()), (why,), asked.usage, None)


def _reason(error: HyllmError | None) -> Reason:
    return error.reason if isinstance(error, AnswerError) else "failed"


def _settled(answer: Answer, asked: Asked) -> Answer:
    """The answer without the problems that further turns have mended."""
    if not asked.gap_left:
        kept = [p for p in answer.problems if p.at or p.reason not in ("truncated", "invalid")]
        return replace(answer, problems=tuple(kept))
    if asked.error is None:
        return answer
    why = Problem("", _reason(asked.error), "", str(asked.error))
    return replace(answer, problems=(why, *answer.problems))
