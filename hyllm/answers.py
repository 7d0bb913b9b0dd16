"""What a model said, read out of a chat completion: the same function for every way an answer can come.

What is complete and of the right form is kept. What is not is left out and listed as a problem: one
wrong choice costs an item, a record without a name costs that record, a cut-off answer its last record.
"""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import jiter
from pydantic import ValidationError

from hyllm.errors import AnswerError
from hyllm.marks import Problem
from hyllm.schemas import Reading, Record, reading_model

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)(?:\n\s*```|\Z)", re.DOTALL)
_ROUNDS = 20
_SHOWN = 300
"""Characters of a part left out that its problem entry shows."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost. Token numbers are `None` where the endpoint does not say."""

    requests: int
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    estimated: bool = False
    """Whether the endpoint says that the numbers are estimates."""

    def to_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "estimated": self.estimated,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The readings of one page, a list a kind under its plural key."""

    readings: Mapping[str, Sequence[Reading]]
    problems: tuple[Problem, ...]
    """What was left out. With any, the page is `partial`."""
    usage: Usage
    model: str | None
    """The model as the endpoint names it."""


def read_answer(completion: Mapping[str, Any], kinds: Sequence[type[Record]]) -> Answer:
    """The records in a chat completion (its JSON as the endpoint sent it).

    Raises:
        AnswerError: nothing in it can be read: no choice, a refusal, an empty or foreign text.
    """
    content, truncated = _content(completion)
    found = _json_object(content, truncated)
    problems: list[Problem] = []
    readings: dict[str, Sequence[Reading]] = {}
    if truncated:
        problems.append(_truncation(found))
    for record in kinds:
        plural = record.hyllm.plural
        if not isinstance(found.get(plural), list):
            reason = "truncated" if truncated else "invalid"
            problems.append(Problem("", reason, "", f"the answer has no list {plural!r}"))
        readings[plural], lost = _read_list(found.get(plural), record)
        problems += lost
    return Answer(readings, tuple(problems), read_usage(completion), completion.get("model"))


def read_usage(completion: Mapping[str, Any]) -> Usage:
    """The usage of one request, as far as the endpoint tells it."""
    usage: Mapping[str, Any] = completion.get("usage") or {}
    details: Mapping[str, Any] = usage.get("prompt_tokens_details") or {}
    return Usage(
        1,
        usage.get("prompt_tokens"),
        details.get("cached_tokens"),
        usage.get("completion_tokens"),
        bool(usage.get("estimated")),
    )


def _content(completion: Mapping[str, Any]) -> tuple[str, bool]:
    """The text of the answer, and whether it was cut off."""
    choices: Sequence[Any] = completion.get("choices") or []
    if not choices:
        raise AnswerError("the endpoint sent no choices")
    message: Mapping[str, Any] = choices[0].get("message") or {}
    finish = choices[0].get("finish_reason")
    if message.get("refusal"):
        raise AnswerError(f"the model refused: {message['refusal']}", reason="refused")
    if finish == "content_filter":
        raise AnswerError("the endpoint's content filter stopped the answer", reason="refused")
    content = message.get("content")
    if not isinstance(content, str) or not content.strip():
        if finish == "length":
            raise AnswerError("the answer broke off before its first word", reason="truncated")
        raise AnswerError("the answer is empty")
    return content, finish == "length"


def _json_object(content: str, truncated: bool) -> dict[str, Any]:
    """The JSON object in a text, without the thoughts and fences some models put around it."""
    text = _THOUGHTS.sub("", content).lstrip("\ufeff").strip()
    fenced = _FENCED.search(text)
    if fenced and not text.startswith("{"):
        text = fenced.group(1).strip()
    try:
        found: Any = jiter.from_json(text.encode("utf-8", "replace"), partial_mode=truncated)
    except ValueError as error:
        raise AnswerError(f"the answer is no JSON ({error}); it begins {text[:40]!r}") from error
    if not isinstance(found, dict):
        raise AnswerError(f"the answer is JSON, but no object; it begins {text[:40]!r}")
    return found  # pyright: ignore[reportUnknownVariableType]


def _truncation(found: dict[str, Any]) -> Problem:
    """Takes the record at which the answer broke off out of `found`; the problem that says so."""
    last = next(reversed(found), None)
    records = found.get(last) if last is not None else None
    broken: Any = records.pop() if isinstance(records, list) and records else None  # pyright: ignore
    shown = "" if broken is None else json.dumps(broken, ensure_ascii=False)[:_SHOWN]
    return Problem(
        "", "truncated", shown, "the answer broke off; what is complete was kept. Raise --max-tokens"
    )


def _read_list(raw: Any, record: type[Record]) -> tuple[list[Reading], list[Problem]]:
    """The readings of one kind, and what had to be left out of them."""
    plural, model = record.hyllm.plural, reading_model(record)
    readings: list[Reading] = []
    problems: list[Problem] = []
    items: list[Any] = raw if isinstance(raw, list) else []  # pyright: ignore[reportUnknownVariableType]
    for item in items:
        kept = deepcopy(item)
        reading, cuts = _salvaged(kept, model)
        if reading is None:
            problems.append(_left_out(f"/{plural}", item, cuts[-1].message if cuts else "no valid part"))
            continue
        at = f"/{plural}/{len(readings)}"
        problems += [_left_out(at + _pointer(kept, cut.container), cut.removed, cut.message) for cut in cuts]
        readings.append(reading)
    return readings, problems


def _left_out(at: str, removed: Any, message: str) -> Problem:
    return Problem(at, "invalid", json.dumps(removed, ensure_ascii=False)[:_SHOWN], f"left out: {message}")


@dataclass(frozen=True, slots=True)
class _Cut:
    """Something taken out of a record because it has not the form asked for."""

    container: Any
    step: int | str
    removed: Any
    message: str


def _salvaged(raw: Any, model: type[Reading]) -> tuple[Reading | None, list[_Cut]]:
    """The reading of `raw`, from which what does not validate is cut: the smallest part that will do.

    `None`, with the reason in the last cut, where nothing valid remains.
    """
    cuts: list[_Cut] = []
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(raw), cuts
        except ValidationError as error:
            failures = error.errors(include_url=False, include_context=False)
        for failure in reversed(failures):  # the later items of a list first, so that indices stay true
            where = ".".join(map(str, failure["loc"])) or "record"
            path = _path(raw, failure["loc"], absent=failure["type"] == "missing")
            if not path:
                return None, [*cuts, _Cut(raw, "", raw, f"{where}: {failure['msg']}")]
            cuts = _cut(*path[-1], f"{where}: {failure['msg']}", cuts)
    return None, cuts


def _path(raw: Any, loc: tuple[int | str, ...], *, absent: bool) -> list[tuple[Any, int | str]]:
    """The steps from `raw` to the smallest part whose removal mends a failure at `loc`.

    That is what stands there; where something is absent, the list item that lacks it.
    """
    path: list[tuple[Any, int | str]] = []
    node = raw
    for step in loc:
        if not _has(node, step):
            break
        path.append((node, step))
        node = node[step]
    while absent and path and not isinstance(path[-1][1], int):
        path.pop()
    return path


def _cut(container: Any, step: int | str, message: str, cuts: list[_Cut]) -> list[_Cut]:
    """The cuts with one more; those made before inside the part that now goes are undone and become one."""
    removed = container.pop(step)
    kept: list[_Cut] = []
    for cut in cuts:
        if cut.container is removed:
            if isinstance(removed, list):
                removed.insert(int(cut.step), cut.removed)  # pyright: ignore[reportUnknownMemberType]
            else:
                removed[cut.step] = cut.removed
            message = cut.message
        else:
            kept.append(cut)
    return [*kept, _Cut(container, step, removed, message)]


def _has(node: Any, step: int | str) -> bool:
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)  # pyright: ignore


def _pointer(root: Any, container: Any) -> str:
    """The JSON Pointer from `root` to `container`, or to `root` where that was itself cut."""
    stack: list[tuple[str, Any]] = [("", root)]
    while stack:
        at, node = stack.pop()
        if node is container:
            return at
        if isinstance(node, dict):
            stack += [(f"{at}/{key}", value) for key, value in node.items()]  # pyright: ignore
        elif isinstance(node, list):
            stack += [(f"{at}/{index}", value) for index, value in enumerate(node)]  # pyright: ignore
    return ""
