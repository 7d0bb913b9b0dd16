"""Where a prediction line's values stand on its page, as marks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyllm.html import Mark
from hyllm.pageview._words import field_words, place_of
from hyllm.text import MatchView, fold

Json = Mapping[str, Any]
COLOURS = 3
"""How many kinds have a colour of their own; further ones share the last."""


def page_marks(line: Json, text: str, number: int, plurals: Sequence[str]) -> list[Mark]:
    """The marks of a page: values, evidence, and values that no record claims.

    Args:
        line: the prediction line.
        text: the page's text.
        number: of the page in the file; it begins each mark's reference.
        plurals: the keys of the line's kinds.
    """
    return [
        *_values(line, number, plurals),
        *_evidence(line, text, number, plurals),
        *_unclaimed(line, number),
    ]


def colour(plural: str, plurals: Sequence[str]) -> str:
    """The class that gives a kind its colour."""
    return f"kind-{min(plurals.index(plural), COLOURS - 1)}"


def _values(line: Json, number: int, plurals: Sequence[str]) -> Iterator[Mark]:
    for entry in line.get("grounding", ()):
        if entry["start"] is None or "/evidence/" in entry["at"]:
            continue
        _, plural, _, field, *_ = entry["at"].split("/")
        if plural in plurals:
            classes = f"value {colour(plural, plurals)} {entry['status']}"
            title = f"{field_words(field)} {place_of(entry['start'], entry['end'])}"
            yield Mark(entry["start"], entry["end"], classes, f"{number}:{entry['at']}", title)


def _evidence(line: Json, text: str, number: int, plurals: Sequence[str]) -> Iterator[Mark]:
    known = {entry["at"]: entry for entry in line.get("grounding", ())}
    view = MatchView(text)
    for plural in plurals:
        for index, record in enumerate(line[plural]):
            for place, evidence in enumerate(record.get("evidence") or ()):
                at = f"/{plural}/{index}/evidence/{place}/quote"
                span = _span(known.get(at), view, evidence["quote"])
                if span is not None:
                    yield Mark(*span, "evidence", f"{number}:{at}")  # a colour is its values' alone


def _span(entry: Json | None, view: MatchView, quote: str) -> tuple[int, int] | None:
    if entry is not None:
        return None if entry["start"] is None else (entry["start"], entry["end"])
    words = fold(quote)
    at = view.text.find(words) if words else -1
    return None if at < 0 else view.span(at, at + len(words))


def _unclaimed(line: Json, number: int) -> Iterator[Mark]:
    for index, value in enumerate(line.get("unclaimed", ())):
        title = f"unclaimed {value['type']} 未入记录 {place_of(value['start'], value['end'])}"
        yield Mark(value["start"], value["end"], "unclaimed", f"{number}:unclaimed/{index}", title)
