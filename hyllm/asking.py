"""One page's answer: the request, what has to be asked for again, and all of it in one."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hyllm.answers import NO_USAGE, Answer, Usage, read_answer, read_usage, united
from hyllm.client import Asks
from hyllm.errors import AnswerError, HyllmError, RecordingError
from hyllm.marks import Problem
from hyllm.prompting import RequestOptions, request_key
from hyllm.recordings import Source, Turn
from hyllm.schemas import Record
from hyllm.turns import Gap, first_gap, further_request, gaps, gaps_of_nothing


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
    folder: Path | None = None
    """Prompts of one's own."""
    again: bool = True
    """Whether what failed is asked for again."""

    async def ask(
        self, body: Mapping[str, Any], page: str, kinds: Sequence[type[Record]], last_unit: int
    ) -> Asked:
        """The answer to a page's first request and to the further turns it needs; or why there is none."""
        asked = Asked()
        queue = deque(await self._turn(asked, body, page, first_gap(kinds, last_unit), None))
        key, number = request_key(body), 0
        while queue:
            gap, number = queue.popleft(), number + 1
            further = further_request(body, gap, self.options, self.folder)
            queue += await self._turn(asked, further, page, gap, Turn(key, number))
        if asked.answer is not None:
            asked.answer = _settled(asked.answer, asked)
        return asked

    async def _turn(
        self, asked: Asked, body: Mapping[str, Any], page: str, gap: Gap, turn: Turn | None
    ) -> list[Gap]:
        """One request: its answer is added to what came before. What is still missing is returned."""
        try:
            reply = await self.client.ask(body, page, gap.kinds, turn)
            asked.usage += read_usage(reply.completion)
            asked.source = reply.source if turn is None or reply.source == "live" else asked.source
            answer = read_answer(reply.completion, gap.kinds)
        except HyllmError as error:
            return self._failed(asked, gap, error)
        if asked.answer is None:
            asked.answer = answer
        else:
            asked.answer, answer = united(asked.answer, answer, gap.kinds, gap.faults)
        return self._still(asked, gaps(gap, answer), loss=bool(answer.unfinished) and gap.template != "mend")

    def _failed(self, asked: Asked, gap: Gap, error: HyllmError) -> list[Gap]:
        """What to ask for after a turn without an answer: it costs what it would have brought, no more."""
        if gap.depth == 0:
            asked.error = error
        elif asked.answer is not None and not isinstance(error, RecordingError):
            # Where a recording has no such turn, it was not asked when the page was recorded.
            reason = error.reason if isinstance(error, AnswerError) else "failed"
            problem = Problem("", reason, "", f"what was missing was asked for again: {error}")
            asked.answer = replace(asked.answer, problems=(*asked.answer.problems, problem))
        return self._still(asked, gaps_of_nothing(gap, error), loss=gap.template != "mend")

    def _still(self, asked: Asked, wanted: list[Gap], *, loss: bool) -> list[Gap]:
        found = wanted if self.again else []
        asked.gap_left |= loss and not any(gap.template != "mend" for gap in found)
        return found


def _settled(answer: Answer, asked: Asked) -> Answer:
    """The answer without the problems that further turns have mended."""
    if not asked.gap_left:
        kept = [p for p in answer.problems if p.at or p.reason not in ("truncated", "invalid")]
        return replace(answer, problems=tuple(kept))
    if asked.error is None:
        return answer
    reason = asked.error.reason if isinstance(asked.error, AnswerError) else "failed"
    return replace(answer, problems=(Problem("", reason, "", str(asked.error)), *answer.problems))
