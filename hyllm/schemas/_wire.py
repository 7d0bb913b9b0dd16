"""The JSON Schema an endpoint is asked to hold a model to."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from hyllm.schemas._base import Record
from hyllm.schemas._reading import page_model

_NOISE = {"title", "default", "description"}
_UNIT = {"type": "integer"}
_MOST_UNITS = 40
"""A small model can run unit numbers on to the end of its answer; no record needs so many."""


def wire_schema(records: Sequence[type[Record]], *, strict: bool) -> dict[str, Any]:
    """The schema of an answer.

    With `strict` it keeps to OpenAI's strict subset, which demands every key and says `null` for what is
    absent. Without, what is absent is left out and `null` not offered: shorter answers.
    """
    return _cleaned(_generated(tuple(records)), strict)


@lru_cache(maxsize=64)
def _generated(records: tuple[type[Record], ...]) -> dict[str, Any]:
    return page_model(records).model_json_schema()


def _cleaned(node: Any, strict: bool) -> Any:
    if isinstance(node, list):
        return [_cleaned(item, strict) for item in node]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(node, dict):
        return node
    schema = cast("dict[str, Any]", node)
    if "properties" in schema:
        return _object(schema, strict)
    if not strict and "anyOf" in schema:
        (only,) = [option for option in schema["anyOf"] if option != {"type": "null"}]
        return _cleaned(only, strict)
    cleaned = {key: _cleaned(value, strict) for key, value in schema.items() if key not in _NOISE}
    if cleaned.get("items") == _UNIT and not strict:
        cleaned |= {"minItems": 1, "maxItems": _MOST_UNITS}
    return cleaned


def _must_be_said(name: str, schema: dict[str, Any]) -> bool:
    """Evidence must be cited, though an answer that cites none is still read."""
    return name in schema.get("required", []) or schema["properties"][name].get("items") == _UNIT


def _object(schema: dict[str, Any], strict: bool) -> dict[str, Any]:
    properties = {name: _cleaned(value, strict) for name, value in schema["properties"].items()}
    required = list(properties) if strict else [n for n in properties if _must_be_said(n, schema)]
    cleaned: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    cleaned["additionalProperties"] = False
    if "$defs" in schema:
        cleaned["$defs"] = {name: _cleaned(value, strict) for name, value in schema["$defs"].items()}
    return cleaned
