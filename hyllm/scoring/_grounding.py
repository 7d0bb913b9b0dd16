"""How what was predicted stands to the page: in its words, at the right place, or out of nowhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, cast

from hyllm.schemas import Record
from hyllm.scoring._beside import quotes
from hyllm.scoring._counts import Counts
from hyllm.scoring._fields import Comparator, Row, rows_of
from hyllm.scoring._pages import KindScore, ScoredRecord
from hyllm.scoring._predictions import Prediction
from hyllm.scoring._records import Flat
from hyllm.scoring._slots import Slot
from hyllm.scoring._source import PageText
from hyllm.scoring._texts import folded

__all__ = ["Grounded", "PageText", "ground_page"]


class Words(NamedTuple):
    """Words of a predicted value."""

    at: str
    """JSON Pointer in the prediction."""
    compare: Comparator
    raw: Any


@dataclass(slots=True)
class Grounded:
    """Counts of one page. What is right and grounded is set against the slots of this page alone."""

    slots: Counts = field(default_factory=Counts)
    right: int = 0
    """Slots that are correct, in the source and located."""
    values: int = 0
    """Predicted slots that have words."""
    in_source: int = 0
    spans: int = 0
    spans_ok: int = 0
    placed: int = 0
    """Correct, located values whose gold record has evidence on this page."""
    right_place: int = 0
    hallucinated: int = 0
    plausible: int = 0
    unclaimed: int = 0
    claimed: int = 0
    """Unclaimed values that stand in gold."""
    absent: set[int] = field(default_factory=set[int])
    """`id()`s of wrong slots whose words are not on the page."""
    present: set[int] = field(default_factory=set[int])
    """`id()`s of spurious slots whose words are."""

    def add(self, other: "Grounded") -> None:
        for one in fields(self):
            if one.name == "slots":
                self.slots.add(other.slots)
            elif one.name not in ("absent", "present"):
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def ground_page(
    kinds: Sequence[type[Record]],
    scored: Mapping[str, KindScore],
    prediction: Prediction | None,
    text: PageText,
) -> Grounded:
    """The grounding of one page's predictions."""
    found = Grounded()
    marks = _marks(prediction)
    for kind in kinds:
        plural = kind.hyllm.plural
        rows = {row.name: row for row in rows_of(kind)}
        found.slots.add(scored[plural].all)
        for one in scored[plural].records:
            _ground_record(found, rows, one, plural, marks, text)
    if prediction is not None:
        _check_spans(found, prediction, marks, text)
        _count_unclaimed(found, prediction, scored)
    return found


def _marks(prediction: Prediction | None) -> Mapping[str, Mapping[str, Any]] | None:
    """The grounding entries by their place; `None` where the prediction has none at all."""
    entries = prediction.raw.get("grounding") if prediction else None
    return None if entries is None else {str(entry.get("at")): entry for entry in entries}


def _ground_record(
    found: Grounded,
    rows: Mapping[str, Row],
    one: ScoredRecord,
    plural: str,
    marks: Mapping[str, Mapping[str, Any]] | None,
    text: PageText,
) -> None:
    predicted = one.predicted
    if predicted is None:
        return
    at = f"/{plural}/{predicted.index}"
    evidence = quotes(predicted.raw)
    has_evidence = any(
        _place(f"{at}/evidence/{n}/quote", quote, marks, text) is not None for n, quote in enumerate(evidence)
    )
    units = (
        {number for quote in quotes(one.gold.raw) for number in text.units_at(quote)} if one.gold else None
    )
    for slot in one.slots:
        if slot.predicted is None or not slot.headline:
            continue
        words = list(words_of(rows[slot.row], slot, predicted, at))
        if not words:
            found.right += slot.verdict == "cor" and has_evidence
            continue
        held = all(text.holds(word.compare, word.raw) for word in words)
        places = [_place(word.at, _said(word), marks, text) for word in words]
        found.values += 1
        found.in_source += held
        if slot.verdict == "cor":
            found.right += held and None not in places
            _count_place(found, places, units, text, one.gold)
        elif not held:
            found.hallucinated += 1
            found.absent.add(id(slot))
        elif slot.verdict == "spu":
            found.plausible += 1
            found.present.add(id(slot))


def words_of(row: Row, slot: Slot, predicted: Flat, at: str) -> Iterator[Words]:
    """The words of a predicted value with their places; a choice has none."""
    if slot.predicted is None:
        return
    node: Any = predicted.raw
    for step in slot.predicted.at.split("/"):
        node = _below(node, step)
    for piece, part in zip(row.pieces, slot.predicted.parts, strict=True):
        if piece.compare in ("choice", "json") or part is None:
            continue
        parts: list[tuple[str, Any]] = [(name, node.get(name)) for name in piece.fields] or [("", node)]
        for name, raw in parts:
            if raw is not None:
                pointer = f"{at}/{slot.predicted.at}" + (f"/{name}" if name else "")
                pointer += "/text" if piece.compare in ("date", "amount") else ""
                yield Words(pointer, piece.compare, part if piece.many else raw)


def _said(word: Words) -> str:
    return str(word.raw.get("text") if isinstance(word.raw, Mapping) else word.raw)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _place(at: str, words: str, marks: Mapping[str, Mapping[str, Any]] | None, text: PageText) -> int | None:
    """Where words stand, by the prediction's own account; where it gives none, as they are found."""
    if marks is None:
        return text.find(words).start
    start = marks.get(at, {}).get("start")
    return start if isinstance(start, int) else None


def _count_place(
    found: Grounded,
    places: Sequence[int | None],
    units: set[int] | None,
    text: PageText,
    gold: Flat | None,
) -> None:
    """Whether a right value was taken from the right place: the gold record's units, else its article."""
    if not units or gold is None or None in places:
        return
    starts = cast("Sequence[int]", places)
    found.placed += 1
    articles = {name for u in text.locator.units if u.number in units for name in text.articles_at(u.start)}
    found.right_place += all(
        text.is_in_units(start, units) or bool(articles & text.articles_at(start)) for start in starts
    )


def _check_spans(
    found: Grounded,
    prediction: Prediction,
    marks: Mapping[str, Mapping[str, Any]] | None,
    text: PageText,
) -> None:
    """Whether the words of each located value are those of its slice, both in match form."""
    for at, entry in (marks or {}).items():
        said = _pointed(prediction.raw, at)
        start, end = entry.get("start"), entry.get("end")
        if isinstance(said, str) and isinstance(start, int) and isinstance(end, int):
            found.spans += 1
            found.spans_ok += folded(text.text[start:end]) == folded(said)


def _below(node: Any, step: str) -> Any:
    return cast("list[Any]", node)[int(step)] if isinstance(node, list) else node[step]


def _pointed(node: Any, at: str) -> Any:
    for step in at.split("/")[1:]:
        try:
            node = _below(node, step)
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return node


def _count_unclaimed(found: Grounded, prediction: Prediction, scored: Mapping[str, KindScore]) -> None:
    """How many values stand in no record, and how many of those stand in one of gold."""
    entries = prediction.raw.get("unclaimed") or ()
    known = {
        folded(words)
        for kind in scored.values()
        for one in kind.records
        if one.gold is not None
        for words in _strings(one.gold.raw)
    }
    found.unclaimed = len(entries)
    found.claimed = sum(folded(str(entry.get("text"))) in known for entry in entries)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for name, value in cast("Mapping[str, Any]", node).items():
            if name != "evidence":
                yield from _strings(value)
    elif isinstance(node, list):
        for value in cast("list[Any]", node):
            yield from _strings(value)
