"""What the rules read off a text, as plain data without what is absent."""

from typing import Any

from hyllm.kinds import KINDS
from hyllm.rules import read_by_rules
from hyllm.text import Locator


def read(text: str, plural: str) -> list[dict[str, Any]]:
    kinds = tuple(kind for kind in KINDS.values() if kind.hyllm.plural == plural)
    readings = read_by_rules(Locator(text), kinds)[plural]
    return [present(one.model_dump(exclude_none=True)) for one in readings]


def present(reading: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reading.items() if value != []}
