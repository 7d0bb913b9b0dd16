"""One page scored: its records aligned, every slot judged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from hyllm.schemas import Record
from hyllm.scoring._align import OTHER_TAUS, TAU, Alignment, Likenesses, likenesses
from hyllm.scoring._beside import derived_slots, evidence_slot
from hyllm.scoring._counts import Counts
from hyllm.scoring._fields import Row, rows_of
from hyllm.scoring._records import Entry, Flat, Json, entries, no_record
from hyllm.scoring._slots import Slot, compare
from hyllm.scoring._tally import Tally, tally

Outcome = Literal["matched", "missing", "spurious", "optional"]


@dataclass(slots=True)
class ScoredRecord:
    """A pair of records, or one that has no other."""

    outcome: Outcome
    rows: Sequence[Row]
    gold: Flat | None
    predicted: Flat | None
    none: Flat
    """The absence of a record."""
    tally: Tally
    beside: Sequence[Slot] = ()
    """Computed fields and evidence: rows of their own, in no total."""
    dup: bool = False
    _slots: list[Slot] | None = None

    @property
    def slots(self) -> list[Slot]:
        """Every slot with its verdict; an optional record has none."""
        if self._slots is None:
            optional = self.outcome == "optional"
            self._slots = (
                [] if optional else compare(self.rows, self.gold or self.none, self.predicted or self.none)
            )
        return self._slots


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


def score_kind(
    record: type[Record], gold: Any, predicted: Sequence[Any], *, doubtful: bool = True
) -> KindScore:
    """The score of one kind on one page. Of alternative lists, the one with most correct slots counts.

    Args:
        record: the record class.
        gold: the list of gold records, or `any_of` such lists.
        predicted: the list of predicted records.
        doubtful: whether gold or prediction may have alternatives or optional parts at all.
    """
    if not doubtful:
        found = _score(record, gold, predicted, doubtful=False)
        found.first_only = found.all
        return found
    lists = cast("Sequence[Any]", gold["any_of"] if isinstance(gold, dict) else [gold])
    found = min((_score(record, one, predicted) for one in lists), key=lambda s: (-s.all.cor, s.all.wrong))
    first = _without_alternatives(gold)
    found.first_only = found.all if first is gold else _score(record, first, predicted).all
    return found


def _without_alternatives(raw: Any) -> Any:
    """`raw` itself if it has no alternatives; else with the first ones, optional ones staying optional."""
    if isinstance(raw, dict):
        node = cast("Json", raw)
        if "any_of" in node:
            first: Any = _without_alternatives(node["any_of"][0])
            if node.get("optional") and isinstance(first, dict):
                return {**cast("Json", first), "optional": True}
            return cast("object", first)
        made: dict[str, Any] = {name: _without_alternatives(value) for name, value in node.items()}
        return made if any(made[name] is not node[name] for name in made) else cast("object", raw)
    if isinstance(raw, list):
        items = cast("list[Any]", raw)
        new = [_without_alternatives(one) for one in items]
        return new if any(a is not b for a, b in zip(new, items, strict=True)) else raw  # pyright: ignore[reportUnknownVariableType]
    return raw


def _score(
    record: type[Record], gold: Sequence[Any], predicted: Sequence[Any], *, doubtful: bool = True
) -> KindScore:
    rows = rows_of(record)
    wanted = entries(record, gold, gold=True, doubtful=doubtful)
    found = entries(record, predicted, gold=False, doubtful=doubtful)
    alike = likenesses(rows, wanted, found)
    judge = _Judge(record, rows, alike)
    alignment = alike.align(TAU)
    score = judge.score(alignment)
    for tau in OTHER_TAUS:
        if alike.is_clear:
            score.at_tau[tau] = score.all
            continue
        other = alike.align(tau)
        same = other.pairs == alignment.pairs and other.optional == alignment.optional
        score.at_tau[tau] = score.all if same else judge.score(other).all
    return score


class _Judge:
    """Compares the records of one page and kind."""

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
            one.dup = j in alignment.dup
            self._take(score, one)
        for i, j in alignment.optional:
            right, found = gold[i].readings[0], predicted[j].readings[0]
            score.records.append(
                ScoredRecord("optional", self._rows, right, found, self._none, Tally([], {}))
            )
        return score

    def _pair(self, gold: Entry | None, predicted: Flat | None, outcome: Outcome) -> ScoredRecord:
        """The closest reading of the gold record beside the predicted one."""
        readings = gold.readings if gold else (self._none,)
        tallies = [(tally(self._rows, one, predicted or self._none), one) for one in readings]
        best, reading = min(tallies, key=self._rank) if len(tallies) > 1 else tallies[0]
        right = reading if gold else None
        beside = derived_slots(self._record, right, predicted)
        if right and predicted:
            beside += evidence_slot(right, predicted)
        return ScoredRecord(outcome, self._rows, right, predicted, self._none, best, beside)

    def _rank(self, one: tuple[Tally, Flat]) -> tuple[int, int]:
        counts = one[0].headline(self._rows)
        return -counts.cor, counts.wrong

    def _take(self, score: KindScore, one: ScoredRecord) -> None:
        counts = one.tally.headline(self._rows)
        score.records.append(one)
        score.all.add(counts)
        if one.outcome == "matched":
            score.matched.add(counts)
            score.exact += counts.wrong == 0
        score.detection.cor += one.outcome == "matched"
        score.detection.mis += one.outcome == "missing"
        score.detection.spu += one.outcome == "spurious"
