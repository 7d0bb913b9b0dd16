"""Where the values of a scored record stand on the page: for those who look at errors, not for any score."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hyllm.schemas import Record
from hyllm.scoring._beside import quotes
from hyllm.scoring._fields import Row, rows_of
from hyllm.scoring._grounding import words_of
from hyllm.scoring._pages import ScoredRecord
from hyllm.scoring._predictions import Prediction
from hyllm.scoring._records import Flat
from hyllm.scoring._slots import Slot
from hyllm.scoring._source import PageText

Span = tuple[int, int]
_Marks = Mapping[str, Mapping[str, Any]]


class RecordSpans(NamedTuple):
    """Looks up the values of one pair of records."""

    kind: type[Record]
    one: ScoredRecord
    text: PageText
    marks: _Marks
    """The prediction's grounding entries by their place."""

    def evidence(self, side: Flat | None) -> list[Span]:
        """Where a record's quotes stand."""
        found = [self._find(quote, ()) for quote in quotes(side.raw)] if side else []
        return sorted({span for span in found if span})

    def gold(self, slot: Slot) -> list[Span]:
        """Where the words of a slot's gold value stand, in the record's own evidence if they stand there."""
        if slot.gold is None or self.one.gold is None:
            return []
        own = [number for quote in quotes(self.one.gold.raw) for number in self.text.units_at(quote)]
        found = [self._find(words, own) for words in _texts(self._row(slot), slot.gold.parts)]
        return [span for span in found if span]

    def predicted(self, slot: Slot) -> list[Span]:
        """Where the words of a slot's predicted value stand by the prediction's own account."""
        side, row = self.one.predicted, self._row(slot)
        if side is None or slot.predicted is None or row is None:
            return []
        at = f"/{self.kind.hyllm.plural}/{side.index}"
        found = [self._marked(words.at, words.raw) for words in words_of(row, slot, side, at)]
        return [span for span in found if span]

    def _row(self, slot: Slot) -> Row | None:
        return next((row for row in rows_of(self.kind) if row.name == slot.row), None)

    def _marked(self, at: str, raw: Any) -> Span | None:
        if not self.marks:
            words = _text(raw)
            return self._find(words, ()) if words else None
        mark = self.marks.get(at, {})
        start, end = mark.get("start"), mark.get("end")
        return (start, end) if isinstance(start, int) and isinstance(end, int) else None

    def _find(self, words: str, own: Sequence[int]) -> Span | None:
        place = self.text.locator.find(words, own)
        return None if place.start is None or place.end is None else (place.start, place.end)


def record_spans(
    kind: type[Record], one: ScoredRecord, text: PageText, prediction: Prediction | None
) -> RecordSpans:
    """The look-up of one pair of records on its page."""
    entries: Sequence[Any] = (prediction.raw.get("grounding") if prediction else None) or ()
    return RecordSpans(kind, one, text, {str(entry.get("at")): entry for entry in entries})


def _texts(row: Row | None, parts: Sequence[Any]) -> Iterator[str]:
    """The words of a value; a choice and a number have none."""
    for piece, part in zip(row.pieces, parts, strict=True) if row else ():
        words = _text(part)
        if words and piece.compare not in ("choice", "number", "json"):
            yield words


def _text(raw: Any) -> str:
    if isinstance(raw, Mapping):
        return str(raw.get("text") or "")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return raw if isinstance(raw, str) else ""
