"""Recorded answers damaged as models do it: a seeded pure function."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal, cast, get_args, get_origin

from hyllm.evals._dice import Dice
from hyllm.schemas import Reading, Record, reading_model, without_none

Damage = Literal["dropped", "reworded", "choices", "keys", "cut", "fenced", "all"]
"""`dropped`: records are left out. `reworded`: words are said in other words. `choices`: a choice is another
one, or none of those offered. `keys`: keys are in another case. `cut`: the answer breaks off before its end.
`fenced`: it stands in a fence between talk. `all`: all of these, one after the other."""

DAMAGES: tuple[Damage, ...] = get_args(Damage)
_BEFORE, _AFTER = "好的，以下是从版面中找出的记录：\n```json\n", "\n```\n如需调整，请告诉我。"
_NO_CHOICE = "其他情况"
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)亿")
_OTHER_WORDS = {
    "公司": "企业",
    "项目": "工程",
    "会议": "大会",
    "近": "将近",
    "约": "大约",
    "余": "多",
    "县": "该县",
}


def damaged(
    completion: Any, kinds: Sequence[type[Record]], damage: Damage, share: float, *seeds: object
) -> Any:
    """A chat completion whose answer is damaged; the same for the same seeds.

    Args:
        completion: its JSON. What holds no JSON object as its words stays as it is, but for a cut or a fence.
        kinds: the record classes the answer may have.
        damage: in which way.
        share: how much, 0 to 1: of the records, of the words, of the choices, of the keys, or of the answer's
            characters at its end. A fence is whole or not there.
        seeds: what the chance depends on.
    """
    found = deepcopy(completion)
    message = _message(found)
    if message is None:
        return found
    words: str = message["content"]
    for one in DAMAGES[:-1] if damage == "all" else (damage,):
        dice = Dice(*seeds, one, share)
        if one == "cut":
            words = words[: round(len(words) * (1 - share))]
            found["choices"][0]["finish_reason"] = "length"
        elif one == "fenced":
            words = f"{_BEFORE}{words}{_AFTER}"
        else:
            words = _rewritten(words, kinds, one, share, dice)
    message["content"] = words
    return found


def _message(completion: Any) -> dict[str, Any] | None:
    """The message of a completion that says something."""
    try:
        message = completion["choices"][0]["message"]
    except (KeyError, IndexError, TypeError):
        return None
    return message if isinstance(message.get("content"), str) else None


def _rewritten(words: str, kinds: Sequence[type[Record]], damage: Damage, share: float, dice: Dice) -> str:
    """An answer's words, its JSON changed."""
    try:
        tree: object = json.loads(words)
    except ValueError:
        return words
    if not isinstance(tree, dict):
        return words
    answer = cast("dict[str, Any]", tree)
    if damage == "keys":
        made = _with_other_keys(answer, lambda: dice.chance(share), dice)
    else:
        made = _with_other_records(answer, kinds, damage, share, dice)
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _with_other_records(
    answer: Mapping[str, Any], kinds: Sequence[type[Record]], damage: Damage, share: float, dice: Dice
) -> dict[str, Any]:
    made = dict(answer)
    for kind in kinds:
        records = answer.get(kind.hyllm.plural)
        if not isinstance(records, list):
            continue
        items = cast("list[Any]", records)
        if damage == "dropped":
            made[kind.hyllm.plural] = [one for one in items if not dice.chance(share)]
        else:
            change = _choice_changer(dice, share) if damage == "choices" else _word_changer(dice, share)
            made[kind.hyllm.plural] = [_walked(one, reading_model(kind), change) for one in items]
    return made


_Change = Callable[[str, tuple[str, ...]], str]
"""A string and the choices there are, none where it is words: what it becomes."""


def _choice_changer(dice: Dice, share: float) -> _Change:
    def changed(value: str, choices: tuple[str, ...]) -> str:
        if not choices or not dice.chance(share):
            return value
        others = [choice for choice in choices if choice != value]
        return dice.pick([*others, *[_NO_CHOICE] * len(others)])

    return changed


def _word_changer(dice: Dice, share: float) -> _Change:
    def changed(value: str, choices: tuple[str, ...]) -> str:
        return value if choices or not dice.chance(share) else reworded(value, dice)

    return changed


def reworded(words: str, dice: Dice) -> str:
    """The same in other words, which do not stand on the page: an amount in another unit, a synonym, or a
    character put in or left out.
    """
    amount = _AMOUNT.search(words)
    if amount:
        return words.replace(amount[0], f"{float(amount[1]) * 10_000:.0f}万", 1)
    known = [word for word in _OTHER_WORDS if word in words]
    if known:
        word = dice.pick(known)
        return words.replace(word, _OTHER_WORDS[word], 1)
    if len(words) < 4:
        return f"{words}同志"
    middle = dice.between(1, len(words) - 2)
    return words[:middle] + dice.pick(["的", ""]) + words[middle + 1 :]


def _walked(raw: Any, model: type[Reading], change: _Change) -> Any:
    """A record or a part of one, its strings changed."""
    if not isinstance(raw, dict):
        return raw
    fields = model.model_fields
    part = cast("dict[str, Any]", raw)
    return {
        name: _value(value, fields[name].annotation, change) if name in fields else value
        for name, value in part.items()
    }


def _value(raw: Any, annotation: Any, change: _Change) -> Any:
    annotation = without_none(annotation)
    if get_origin(annotation) is not None and hasattr(annotation, "__metadata__"):
        annotation = without_none(get_args(annotation)[0])
    if isinstance(raw, list):
        item = get_args(annotation)[0] if get_origin(annotation) is list else annotation
        return [_value(one, item, change) for one in cast("list[Any]", raw)]
    if isinstance(raw, dict):
        nested = isinstance(annotation, type) and issubclass(annotation, Reading)
        return _walked(raw, cast("type[Reading]", annotation), change) if nested else cast("object", raw)
    if not isinstance(raw, str):
        return raw
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return change(raw, choices)


def _with_other_keys(node: Any, hit: Callable[[], bool], dice: Dice) -> Any:
    """The tree, some of its keys in another case."""
    if isinstance(node, list):
        return [_with_other_keys(one, hit, dice) for one in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    cases: list[Callable[[str], str]] = [str.upper, str.capitalize, str.title]
    pairs = cast("dict[str, Any]", node).items()
    return {
        (dice.pick(cases)(key) if hit() else key): _with_other_keys(value, hit, dice) for key, value in pairs
    }
