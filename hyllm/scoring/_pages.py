"""One page scored: its records aligned, every slot judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, cast

from hyllm.schemas import Record
from hyllm.scoring._align import OTHER_TAUS, TAU, Alignment, Likenesses, likenesses
from hyllm.scoring._beside import derived_slots, evidence_slot
from hyllm.scoring._counts import Counts
from hyllm.scoring._fields import Row, rows_of
from hyllm.scoring._records import Entry, Flat, Json, entries, no_record
from hyllm.scoring._slots import Compared, Slot, compare, count

Outcome = Literal["matched", "missing", "spurious", "optional"]


class ScoredRecord(NamedTuple):
    """A pair of records, or one that has no other."""

    outcome: Outcome
    gold: Flat | None
    predicted: Flat | None
    slots: tuple[Slot, ...]
    empty: tuple[str, ...]
    beside: tuple[Slot, ...] = ()
    """Computed fields and evidence: rows of their own, in no total."""
    dup: bool = False

    def counts(self) -> Counts:
        """Of the headline's slots; an optional record has none."""
        return count(slot for slot in self.slots if slot.headline)


@dataclass(slots=True)
class KindScore:
    """The records of one kind on one page."""

    records: list[ScoredRecord] = field(default_factory=list[ScoredRecord])
    all: Counts = field(default_factory=Counts)
    """The headline: every slot, of unmatched records too."""
    matched: Counts = field(default_factory=Counts)
    detection: Counts = field(default_factory=Counts)
    exact: int = 0
    """Matched records without a wrong slot."""
    dup: int = 0
    splits: int = 0
    merges: int = 0
    at_tau: dict[float, Counts] = field(default_factory=dict[float, Counts])
    """The headline at other thresholds."""
    first_only: Counts = field(default_factory=Counts)
    """The headline with first alternatives only."""


def score_kind(record: type[Record], gold: Any, predicted: Sequence[Any]) -> KindScore:
    """The score of one kind on one page. Of alternative lists, the one with most correct slots counts."""
    lists = cast("Sequence[Any]", gold["any_of"] if isinstance(gold, Mapping) else [gold])
    found = min((_score(record, one, predicted) for one in lists), key=lambda s: (-s.all.cor, s.all.wrong))
    first = _without_alternatives(gold)
    found.first_only = found.all if first is gold else _score(record, first, predicted).all
    return found


def _without_alternatives(raw: Any) -> Any:
    """`raw` itself if it has no alternatives; else with the first ones, optional ones staying optional."""
    if isinstance(raw, Mapping):
        node = cast("Json", raw)
        if "any_of" in node:
            first = _without_alternatives(node["any_of"][0])
            return first | {"optional": True} if node.get("optional") and isinstance(first, dict) else first  # pyright: ignore[reportUnknownVariableType]
        made = {name: _without_alternatives(value) for name, value in node.items()}
        return made if any(made[name] is not node[name] for name in made) else raw
    if isinstance(raw, list):
        items = cast("list[Any]", raw)
        new = [_without_alternatives(one) for one in items]
        return new if any(a is not b for a, b in zip(new, items, strict=True)) else raw  # pyright: ignore[reportUnknownVariableType]
    return raw


def _score(record: type[Record], gold: Sequence[Any], predicted: Sequence[Any]) -> KindScore:
    rows = rows_of(record)
    wanted, found = entries(record, gold, gold=True), entries(record, predicted, gold=False)
    alike = likenesses(rows, wanted, found)
    judge = _Judge(record, rows, alike)
    alignment = alike.align(TAU)
    score = judge.score(alignment)
    for tau in OTHER_TAUS:
        other = alike.align(tau)
        same = other.pairs == alignment.pairs and other.optional == alignment.optional
        score.at_tau[tau] = score.all if same else judge.score(other).all
    return score


class _Judge:
    """Compares the records of one page and kind, each pair once."""

    def __init__(self, record: type[Record], rows: Sequence[Row], alike: Likenesses) -> None:
        self._record = record
        self._rows = rows
        self._alike = alike
        self._none = no_record(record)

    def score(self, alignment: Alignment) -> KindScore:
        gold, predicted = self._alike.gold, self._alike.predicted
        score = KindScore(dup=len(alignment.dup), splits=alignment.splits, merges=alignment.merges)
        for i, j in alignment.pairs:
            self._take(score, self._pair(gold[i], predicted[j].readings[0], "matched"))
        for i in alignment.missing:
            self._take(score, self._pair(gold[i], None, "missing"))
        for j in alignment.spurious:
            one = self._pair(None, predicted[j].readings[0], "spurious")
            self._take(score, one._replace(dup=j in alignment.dup))
        for i, j in alignment.optional:
            score.records.append(ScoredRecord("optional", gold[i].readings[0], predicted[j].readings[0], (), ()))
        return score

    def _pair(self, gold: Entry | None, predicted: Flat | None, outcome: Outcome) -> ScoredRecord:
        """The closest reading of the gold record beside the predicted one."""
        readings = gold.readings if gold else (self._none,)
        compared = [(compare(self._rows, one, predicted or self._none), one) for one in readings]
        best, reading = min(compared, key=lambda one: _rank(one[0])) if len(compared) > 1 else compared[0]
        right = reading if gold else None
        beside = derived_slots(self._record, right, predicted)
        if right and predicted:
            beside += evidence_slot(right, predicted)
        return ScoredRecord(outcome, right, predicted, tuple(best.slots), tuple(best.empty), tuple(beside))

    def _take(self, score: KindScore, one: ScoredRecord) -> None:
        counts = one.counts()
        counts.non = len(one.empty)
        score.records.append(one)
        score.all.add(counts)
        if one.outcome == "matched":
            score.matched.add(counts)
            score.exact += counts.wrong == 0
        score.detection.cor += one.outcome == "matched"
        score.detection.mis += one.outcome == "missing"
        score.detection.spu += one.outcome == "spurious"


def _rank(compared: Compared) -> tuple[int, int]:
    counts = compared.counts()
    return -counts.cor, counts.wrong
