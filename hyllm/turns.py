"""What is asked for after an answer, and the further turn that asks for it.

Only what failed: records that have not the form asked for, with what is wrong in them; what an answer that
broke off did not come to; and, where that breaks off too, the page by halves. Never the same again. And, if
that was wished, a second look at the values no record holds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from hyllm.answers import Answer, Fault, Unreadable
from hyllm.errors import AnswerError
from hyllm.prompting import RequestOptions, common_prompt, read_prompt, render, wire_part
from hyllm.schemas import Reading, Record

_DEEPEST = 2
"""How often one part of an answer is asked for again."""
_MOST_FAULTY = 20_000
"""Characters of faulty records that are worth repeating: whoever is wrong in more is asked in vain."""
_MOST_KNOWN = 200
"""How many records already received are named."""
_BROKE_OFF = "（上一答断在中途，完整的部分已收到。）"
"""The assistant's message where what it said is not repeated: many endpoints want turns to alternate."""

Template = Literal["mend", "rest", "part", "unreadable", "second"]
"""The file in `prompts/again/`. `second` asks for what no answer lacks: its failure loses nothing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the answer that is missing, to be asked for in one further turn."""

    template: Template
    kinds: tuple[type[Record], ...]
    """The kinds asked for."""
    depth: int
    """1 where it is a part of the first answer, 2 where it is a part of an answer to such a turn."""
    units: tuple[int, int]
    """The first and the last unit in question."""
    faults: tuple[Fault, ...] = ()
    known: Mapping[str, Sequence[Reading]] = field(default_factory=dict[str, Sequence[Reading]])
    """What is already received of these kinds."""
    error: Unreadable | None = None
    unclaimed: str = ""
    """For a second look: the values no record holds, a line a unit."""


def first_gap(kinds: Sequence[type[Record]], last_unit: int) -> Gap:
    """What the first request asks for, as a gap: everything."""
    return Gap("rest", tuple(kinds), 0, (1, last_unit))


def second_look(kinds: Sequence[type[Record]], answer: Answer, unclaimed: str) -> Gap:
    """The turn that asks which of these values belong to a record. What fails in it is not asked again."""
    return Gap("second", tuple(kinds), _DEEPEST, (1, 1), known=answer.readings, unclaimed=unclaimed)


def gaps(asked: Gap, answer: Answer) -> list[Gap]:
    """What is still missing after the answer to `asked`, and is worth asking for."""
    if asked.depth >= _DEEPEST:
        return []
    unfinished = () if asked.template == "mend" else answer.unfinished
    found = list(_rest(asked, unfinished, answer.readings))
    faults = _worth_mending(answer.faults)
    if faults:
        kinds = tuple(kind for kind in asked.kinds if any(fault.kind is kind for fault in faults))
        found.append(Gap("mend", kinds, asked.depth + 1, asked.units, faults=faults))
    return found


def _worth_mending(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    worth: list[Fault] = []
    room = _MOST_FAULTY
    for fault in faults:
        if fault.lossy and (room := room - len(json.dumps(fault.item, ensure_ascii=False))) >= 0:
            worth.append(fault)
        if room < 0:
            break
    return tuple(worth)


def gaps_of_nothing(asked: Gap, error: Exception) -> list[Gap]:
    """What is worth asking for where no answer could be read."""
    if asked.depth >= _DEEPEST:
        return []
    if isinstance(error, Unreadable):
        return [Gap("unreadable", asked.kinds, asked.depth + 1, asked.units, asked.faults, error=error)]
    cut = isinstance(error, AnswerError) and error.reason == "truncated" and asked.template != "mend"
    return list(_halves(asked, asked.kinds, asked.known)) if cut else []


def _rest(
    asked: Gap, kinds: tuple[type[Record], ...], readings: Mapping[str, Sequence[Reading]]
) -> Iterator[Gap]:
    if not kinds:
        return
    received = {**asked.known, **{k: [*asked.known.get(k, ()), *some] for k, some in readings.items()}}
    known = {kind.hyllm.plural: received.get(kind.hyllm.plural, ()) for kind in kinds}
    # The rest is not the same again if kinds are done, or records of them.
    if asked.depth == 0 and (len(kinds) < len(asked.kinds) or any(known.values())):
        yield Gap("rest", kinds, asked.depth + 1, asked.units, known=known)
    else:
        yield from _halves(asked, kinds, known)


def _halves(
    asked: Gap, kinds: tuple[type[Record], ...], known: Mapping[str, Sequence[Reading]]
) -> Iterator[Gap]:
    first, last = asked.units
    if last <= first:
        return
    middle = (first + last) // 2
    for units in ((first, middle), (middle + 1, last)):
        yield Gap("part", kinds, asked.depth + 1, units, known=known)


def further_request(
    body: Mapping[str, Any], gap: Gap, options: RequestOptions, folder: Path | None
) -> dict[str, Any]:
    """The body of the further turn that asks for a gap.

    Args:
        body: the page's first request. Prompt and page stay as they are, so that providers have them cached.
        gap: what is missing.
        options: those of the first request.
        folder: prompts of one's own.
    """
    path = common_prompt(f"again/{gap.template}.md", folder)
    user = render(read_prompt(path), _PARTS[gap.template](gap), path)
    turn = [{"role": "assistant", "content": _assistant(gap)}, {"role": "user", "content": user}]
    return {**body, "messages": [*body["messages"], *turn], **wire_part(gap.kinds, options)}


def _assistant(gap: Gap) -> str:
    """What the model said, as far as it concerns the gap."""
    if gap.template == "mend":
        said = {k.hyllm.plural: [f.item for f in gap.faults if f.kind is k] for k in gap.kinds}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    if gap.template == "second":
        return _all_said(gap)
    return (gap.error.said[:500] if gap.error else "") or _BROKE_OFF


def _all_said(gap: Gap) -> str:
    """The whole answer as the prompt wants it written, whatever turns it took."""
    said = {
        kind.hyllm.plural: [_without_nothing(r.model_dump()) for r in gap.known.get(kind.hyllm.plural, ())]
        for kind in gap.kinds
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _without_nothing(value: Any) -> Any:
    """Without keys that hold null or nothing, at any depth."""
    if isinstance(value, dict):
        found = {key: _without_nothing(inner) for key, inner in cast("dict[str, Any]", value).items()}
        return {key: inner for key, inner in found.items() if inner is not None and inner != []}
    return [_without_nothing(one) for one in cast("list[Any]", value)] if isinstance(value, list) else value


def _mend(gap: Gap) -> dict[str, str]:
    return {"kinds": _kinds(gap), "faults": "\n".join(map(_fault, gap.faults))}


def _fault(fault: Fault) -> str:
    name = fault.item.get("name") if isinstance(fault.item, dict) else None  # pyright: ignore
    return f"- {fault.kind.hyllm.plural}「{name or '？'}」：{'；'.join(fault.errors)}"


def _rest_parts(gap: Gap) -> dict[str, str]:
    return {"kinds": _kinds(gap), "known": _known(gap)}


def _part(gap: Gap) -> dict[str, str]:
    first, last = gap.units
    return {**_rest_parts(gap), "first": str(first), "last": str(last)}


def _unreadable(gap: Gap) -> dict[str, str]:
    return {"kinds": _kinds(gap), "error": str(gap.error)}


def _second(gap: Gap) -> dict[str, str]:
    return {"kinds": _kinds(gap), "unclaimed": gap.unclaimed}


_PARTS = {"second": _second, "mend": _mend, "rest": _rest_parts, "part": _part, "unreadable": _unreadable}


def _kinds(gap: Gap) -> str:
    return "、".join(kind.hyllm.plural for kind in gap.kinds)


def _known(gap: Gap) -> str:
    lines: list[str] = []
    for kind in gap.kinds:
        names = [_name(kind, reading) for reading in gap.known.get(kind.hyllm.plural, ())]
        if names:
            lines.append(f"已收到、不要再报的{kind.hyllm.plural}：{'；'.join(names[:_MOST_KNOWN])}")
    return "\n".join(lines)


def _name(kind: type[Record], reading: Reading) -> str:
    """The words that say which record it is."""
    values = [getattr(reading, name) for name in kind.hyllm.identity]
    return "·".join(str(getattr(value, "text", value)) for value in values if value)
