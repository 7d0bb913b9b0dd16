"""The records in a chat completion.

What is complete and of the right form is kept. What is not is left out and listed as a problem: one
wrong choice costs an item, a record without a name costs that record, a cut-off answer its last record.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import jiter

from hyllm.answers._keys import with_known_keys, with_known_lists
from hyllm.answers._message import Unreadable, read_message
from hyllm.answers._object import Found, find_object
from hyllm.answers._salvage import Cut, pointer, salvaged
from hyllm.answers._usage import Usage, read_usage
from hyllm.errors import AnswerError
from hyllm.marks import Problem
from hyllm.schemas import Reading, Record, reading_model

_SHOWN = 300
"""Characters of a part left out that its problem entry shows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that has not the form asked for."""

    kind: type[Record]
    item: Any
    """The record as the model said it."""
    index: int | None
    """Which reading of its kind remains of it; `None` if nothing does."""
    errors: tuple[str, ...]
    """What is wrong with it: field and reason, briefly."""
    problems: tuple[Problem, ...]
    """Its entries among the answer's problems."""
    lossy: bool = True
    """Whether something is lost that was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The readings of one page, a list a kind under its plural key."""

    readings: Mapping[str, Sequence[Reading]]
    problems: tuple[Problem, ...]
    """What was left out. With any, the page is `partial`."""
    usage: Usage
    model: str | None
    """The model as the endpoint names it."""
    faults: tuple[Fault, ...] = ()
    """The records of which something was left out."""
    unfinished: tuple[type[Record], ...] = ()
    """The kinds whose list is missing or breaks off."""


def read_answer(completion: Mapping[str, Any], kinds: Sequence[type[Record]]) -> Answer:
    """The records in a chat completion (its JSON as the endpoint sent it).

    Raises:
        Unreadable: nothing in its words can be read.
        AnswerError: there are no words: no choice, a refusal, a filter.
    """
    said = read_message(completion)
    try:
        found = find_object(said.words, [record.hyllm.plural for record in kinds])
    except Unreadable as error:
        raise _ended(error, said.cut, said.filtered) from None
    found = found._replace(tree=with_known_lists(found.tree, kinds))
    problems: list[Problem] = []
    if not found.whole or said.filtered:
        problems.append(_breaking_off(found, filtered=said.filtered))
    readings: dict[str, Sequence[Reading]] = {}
    faults: list[Fault] = []
    for record in kinds:
        items = _items(found.tree.get(record.hyllm.plural))
        if items is None:
            reason = "invalid" if found.whole or found.damage else "truncated"
            problems.append(Problem("", reason, "", f"the answer has no list {record.hyllm.plural!r}"))
        readings[record.hyllm.plural], lost = _read_list(items or [], record)
        faults += lost
        problems += [problem for fault in lost for problem in fault.problems]
    if said.filtered and not any(readings.values()):
        raise AnswerError("the endpoint's content filter stopped the answer", reason="refused")
    return Answer(
        readings,
        tuple(problems),
        read_usage(completion),
        _text(completion.get("model")),
        tuple(faults),
        () if said.filtered else _unfinished(found, kinds),
    )


def _ended(error: Unreadable, cut: bool, filtered: bool) -> AnswerError:
    """An unreadable answer that was ended from outside is no fault of its form."""
    if filtered:
        return AnswerError("the endpoint's content filter stopped the answer", reason="refused")
    if cut:
        return AnswerError(f"the answer broke off; {error}", reason="truncated")
    return error


def _breaking_off(found: Found, *, filtered: bool) -> Problem:
    """Takes the record at which the answer broke off out of `found`; the problem that says so."""
    records = found.tree.get(next(reversed(found.tree), ""))
    broken: Any = records.pop() if found.depth > 2 and isinstance(records, list) and records else None  # pyright: ignore
    shown = "" if broken is None else json.dumps(broken, ensure_ascii=False)[:_SHOWN]
    if filtered:
        return Problem("", "refused", shown, "the endpoint's content filter broke the answer off")
    if found.damage:
        return Problem("", "invalid", shown, f"the answer is {found.damage}; what stands before was kept")
    return Problem(
        "", "truncated", shown, "the answer broke off; what is complete was kept. Raise --max-tokens"
    )


def _unfinished(found: Found, kinds: Sequence[type[Record]]) -> tuple[type[Record], ...]:
    last = next(reversed(found.tree), None) if found.depth > 1 else None
    plurals = [(record, record.hyllm.plural) for record in kinds]
    return tuple(r for r, plural in plurals if plural == last or _items(found.tree.get(plural)) is None)


def _items(value: Any) -> list[Any] | None:
    """The list of one kind; also where it is a lone record, or a list written as a string of JSON."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = jiter.from_json(value.encode("utf-8", "replace"))
        except ValueError:
            return None
    if isinstance(value, dict):
        return [value]
    return cast("list[Any]", value) if isinstance(value, list) else None


def _text(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _read_list(items: Sequence[Any], record: type[Record]) -> tuple[list[Reading], list[Fault]]:
    """The readings of one kind, and the records that have not its form."""
    model = reading_model(record)
    readings: list[Reading] = []
    faults: list[Fault] = []
    for item in items:
        kept = with_known_keys(_copied(item), model)
        reading, cuts = salvaged(kept, model)
        if cuts or reading is None:
            faults.append(_fault(record, item, kept, cuts, None if reading is None else len(readings)))
        if reading is not None:
            readings.append(reading)
    return readings, faults


def _copied(tree: Any) -> Any:
    """A copy of a tree of JSON: what `copy.deepcopy` gives, ten times as fast."""
    if isinstance(tree, dict):
        pairs = cast("dict[str, Any]", tree)
        return {key: _copied(value) for key, value in pairs.items()}
    return [_copied(value) for value in cast("list[Any]", tree)] if isinstance(tree, list) else tree


def _fault(record: type[Record], item: Any, kept: Any, cuts: list[Cut], index: int | None) -> Fault:
    errors = tuple(cut.message for cut in cuts) or ("no valid part",)
    at = f"/{record.hyllm.plural}"
    if index is None:
        return Fault(record, item, None, errors, (_left_out(at, item, errors[-1]),))
    places = [(f"{at}/{index}{pointer(kept, cut.container)}", cut) for cut in cuts]
    problems = tuple(_left_out(where, cut.removed, cut.message) for where, cut in places)
    return Fault(record, item, index, errors, problems, not all(cut.superfluous for cut in cuts))


def _left_out(at: str, removed: Any, message: str) -> Problem:
    return Problem(at, "invalid", json.dumps(removed, ensure_ascii=False)[:_SHOWN], f"left out: {message}")
