"""What a model would have to answer for a page to get its gold: words and unit numbers, made from gold."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from hyllm.text import Locator

Json = dict[str, Any]


def answer_of(gold: Mapping[str, Any], text: str) -> Json:
    """The answer that says what gold says, but for counts and ordinals, whose words gold does not hold."""
    locator = Locator(text)
    plurals = ("projects", "meetings", "officials")
    return {plural: [_reading(record, locator) for record in gold[plural]] for plural in plurals}


def _reading(record: Mapping[str, Any], locator: Locator) -> Json:
    quotes = [evidence["quote"] for evidence in record["evidence"]]
    fields = {name: _said(value) for name, value in record.items() if name not in ("evidence", "optional")}
    numbers = sorted({number for quote in quotes for number in _units(quote, locator)})
    return fields | {"evidence": numbers} | dict.fromkeys({"count", "session"} & fields.keys())


def _units(quote: str, locator: Locator) -> list[int]:
    place = locator.find(quote)
    start, end = place.start or 0, place.end or 0
    return [unit.number for unit in locator.units if unit.start < end and start < unit.end]


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        node = cast("Json", value)
        if "any_of" in node:
            return _said(node["any_of"][0])
        if "edtf" in node:
            return {"text": node["text"]}
        if "bound" in node:
            return node["text"]
        return {name: _said(item) for name, item in node.items() if name != "optional"}
    if isinstance(value, list):
        return [_said(item) for item in cast("list[Any]", value)]
    return value


def completion(answer: Json) -> Json:
    """A chat completion that says this, with what it took."""
    content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    message = {"role": "assistant", "content": content}
    usage = {
        "prompt_tokens": 6000,
        "completion_tokens": len(content) // 2,
        "total_tokens": 6000 + len(content) // 2,
    }
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 0,
        "model": "m-1",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }


Damage = Callable[[str, Json], Json]
"""Makes an answer worse: takes the page's id and the answer."""


def right(_page: str, answer: Json) -> Json:
    return answer
