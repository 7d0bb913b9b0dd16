"""The errors of a run: a card a record, a row a wrong value, gold and prediction beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hyllm.html import Mark, bidi_safe, both, plain, snippet
from hyllm.report._words import as_text, in_both

Json = dict[str, Any]
_WORDS = {"inc": "wrong", "mis": "missing", "spu": "spurious"}
_COLUMNS = ("field", "gold", "predicted", "verdict")
_OUTCOMES = {"missing": "record missing", "spurious": "record spurious"}


class Error(NamedTuple):
    """One wrong value."""

    number: int
    page: str
    band: str
    kind: str
    slot: Json
    record: Json

    @property
    def verdict(self) -> str:
        """What the filter knows it by: that of its record, where the whole record is wrong."""
        return _OUTCOMES.get(self.record["outcome"], _WORDS[self.slot["verdict"]])

    @property
    def marks(self) -> list[Mark]:
        """Its places on the page; where only evidence bears it, the evidence."""
        return [*self.gold_marks, *self.predicted_marks]

    @property
    def gold_marks(self) -> list[Mark]:
        return self._marks("gold_at", "evidence_at", "gold") if self.slot["gold"] is not None else []

    @property
    def predicted_marks(self) -> list[Mark]:
        if self.slot["predicted"] is None or self.slot.get("source") == "absent":
            return []
        return self._marks("predicted_at", "quotes_at", "predicted")

    def _marks(self, own: str, evidence: str, name: str) -> list[Mark]:
        spans = self.slot.get(own)
        classes = name if spans else f"{name} evidence"
        some: Sequence[Sequence[int]] = spans or self.record.get(evidence) or ()
        told = as_text(name) if spans else f"{as_text(name)}, {as_text('evidence')}"
        return [
            Mark(start, end, classes, f"e{self.number}", f"{told}: {self.slot['row']} [{start},{end})")
            for start, end in some
        ]


def errors_of(records: Sequence[Json], bands: Mapping[str, str]) -> list[Error]:
    """The wrong values of `records.jsonl`, those of a record together, records with most of them first."""
    found: list[tuple[int, list[tuple[Json, Json]]]] = []
    for record in records:
        wrong = [
            slot
            for slot in record["slots"]
            if slot["verdict"] in _WORDS and slot.get("headline") is not False
        ]
        if wrong:
            found.append((-len(wrong), [(record, slot) for slot in wrong]))
    found.sort(key=lambda one: one[0])
    pairs = [pair for _, some in found for pair in some]
    return [
        Error(number, record["page"], bands.get(record["page"], ""), record["kind"], slot, record)
        for number, (record, slot) in enumerate(pairs, 1)
    ]


def cards(errors: Sequence[Error], texts: Mapping[str, str], decided: Mapping[str, str]) -> Iterator[str]:
    """A card for each record, in order.

    Args:
        errors: from `errors_of`.
        texts: the pages' texts.
        decided: what people decided, by the key of the value.
    """
    place = 0
    while place < len(errors):
        record = errors[place].record
        end = place
        while end < len(errors) and errors[end].record is record:
            end += 1
        yield _card(errors[place:end], texts.get(record["page"], ""), decided)
        place = end


def _card(errors: Sequence[Error], text: str, decided: Mapping[str, str]) -> str:
    first = errors[0]
    record = first.record
    side = record["gold"] or record["predicted"]
    name = str(side["name"] or "(no name)")
    outcome = _OUTCOMES.get(record["outcome"])
    told = in_both(outcome) if outcome else both(f"{len(errors)} wrong", "个错值")
    dup = " · duplicate" if record.get("dup") else ""
    band = f" · {plain(first.band)}" if first.band else ""
    head = (
        f'<header><h3 lang="zh-Hans">{bidi_safe(name)}</h3>'
        f"<p>{bidi_safe(first.page)}{band} · {plain(record['kind'])} · {told}{dup}</p></header>"
    )
    rows = "".join(_row(error, text, decided) for error in errors)
    table = (
        f"<table><thead><tr>{''.join(f'<th>{in_both(one)}' for one in _COLUMNS)}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    return f'<article class="card">{head}{table}</article>'


def _row(error: Error, text: str, decided: Mapping[str, str]) -> str:
    slot = error.slot
    about = {
        "kind": error.kind,
        "field": f"{error.kind}/{slot['row']}",
        "verdict": error.verdict,
        "source": slot.get("source", ""),
        "band": error.band,
        "page": error.page,
    }
    attributes = "".join(f' data-{name}="{plain(value)}"' for name, value in about.items())
    if error.record["outcome"] in _OUTCOMES and slot["row"] != "name":
        text = ""  # where the record stands, its name says
    gold = _side(slot["gold"], error.gold_marks, text)
    predicted = _side(slot["predicted"], error.predicted_marks, text)
    return (
        f'<tr id="e{error.number}" tabindex="-1"{attributes}><th scope="row">{plain(slot["row"])}</th>'
        f"<td>{gold}</td><td>{predicted}</td><td>{_verdict(error, decided)}</td></tr>"
    )


def _side(value: str | None, marks: Sequence[Mark], text: str) -> str:
    if value is None:
        return '<span class="none">–</span>'
    context = snippet(text, marks) if text else ""
    shown = f'<small lang="zh-Hans">{context}</small>' if context else ""
    places = " ".join(f"[{mark.start},{mark.end})" for mark in marks if "evidence" not in mark.classes)
    where = f' title="{places}"' if places else ""
    return f'<b lang="zh-Hans"{where}>{bidi_safe(value)}</b>{shown}'


def _verdict(error: Error, decided: Mapping[str, str]) -> str:
    slot = error.slot
    parts = [f'<span class="badge {slot["verdict"]}">{in_both(_WORDS[slot["verdict"]])}</span>']
    if slot.get("why"):
        parts.append(f"<small>{bidi_safe(slot['why'])}</small>")
    if slot.get("source") == "absent":
        parts.append("<small>not on the page</small>")
    if slot.get("source") == "present":
        decision = decided.get(slot["key"])
        parts.append(f"<small>on the page; {f'decided: {decision}' if decision else 'to be decided'}</small>")
    return "".join(parts)
