"""Every number of a run, as `metrics.json` holds them: sorted keys, six digits, no times or paths."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from hyllm.scoring._align import TAU
from hyllm.scoring._cost import costs
from hyllm.scoring._counts import Counts, mean, ratio, total
from hyllm.scoring._doubt import Doubt, doubt, values_in
from hyllm.scoring._fields import Row, rows_of
from hyllm.scoring._grounding import Grounded
from hyllm.scoring._intervals import Interval, Tally, by_cluster, interval
from hyllm.scoring._marks import marks
from hyllm.scoring._pages import KindScore, ScoredRecord
from hyllm.scoring._score import PageScore, Score
from hyllm.scoring._slots import compare_row, count
from hyllm.scoring._uncollected import uncollected

FEWEST_POSSIBLE = 10
"""A field with fewer gold slots does not enter the mean over fields."""
FEWEST_CLUSTERS = 5
"""A slice with fewer shows no number."""
_DIGITS = 6

Json = dict[str, Any]


@uncollected
def metrics(score: Score) -> Json:
    """All numbers of a run. `None` is 0/0, or not scored."""
    kinds = {
        kind.hyllm.plural: [page.kinds[kind.hyllm.plural] for page in score.pages] for kind in score.kinds
    }
    every = [kind for some in kinds.values() for kind in some]
    fields = field_counts(score)
    found: Json = {
        "gold_digest": score.gold,
        "scorer_digest": score.scorer,
        "slots": score.slots().row() | _averages(score, fields),
        "records": _records(every),
        "pages": _pages(score.pages),
        "kinds": {plural: _kind(some) for plural, some in kinds.items()},
        "fields": {name: counts.row() for name, counts in fields.items()},
        "names": _names(score),
        "choices": _confusions(score),
        "grounding": _grounding(score.pages),
        "marks": marks(score),
        "intervals": _intervals(score.pages),
        "matched": total([kind.matched for kind in every]).row(),
        "first_alternatives": total([kind.first_only for kind in every]).row(),
        "doubt": _doubt(score),
        "sensitivity": _sensitivity(every),
        "slices": _slices(score.pages),
        "cost": costs(score),
        "not_asked": list(score.not_asked),
        "without_gold": list(score.without_gold),
    }
    return rounded(found)


def rounded(value: Any) -> Any:
    """Floats to six digits, keys sorted."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {key: rounded(value[key]) for key in sorted(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def field_counts(score: Score) -> dict[str, Counts]:
    """The counts of each row, under `projects/name`."""
    found: dict[str, Counts] = {}
    for kind in score.kinds:
        plural = kind.hyllm.plural
        for row in rows_of(kind):
            found[f"{plural}/{row.name}"] = Counts()
        names = [f"{plural}/{row.name}" for row in rows_of(kind)]
        for one in (one for page in score.pages for one in page.kinds[plural].records):
            for name, vector in zip(names, one.tally.rows, strict=False):
                found[name].take(vector)
            for name, vector in one.tally.matched.items():
                found.setdefault(f"{plural}/{name}", Counts()).take(vector)
            for slot in one.beside:
                found.setdefault(f"{plural}/{slot.row}", Counts()).add(count([slot]))
    return found


def headline_rows(score: Score) -> set[str]:
    """The rows that enter the headline."""
    return {f"{k.hyllm.plural}/{row.name}" for k in score.kinds for row in rows_of(k) if row.headline}


def _averages(score: Score, fields: Mapping[str, Counts]) -> Json:
    """Averages of F1, beside the micro one: over pages with anything to score, and over fields."""
    enough = [
        counts.f1
        for name, counts in fields.items()
        if name in headline_rows(score) and counts.possible >= FEWEST_POSSIBLE
    ]
    pages = [page.slots().f1 for page in score.pages]
    return {"F1_pages": mean(pages), "F1_fields": mean(enough), "fields_averaged": len(enough)}


def _records(kinds: Sequence[KindScore]) -> Json:
    detection = total([kind.detection for kind in kinds])
    exact = sum(kind.exact for kind in kinds)
    counts = Counts(cor=exact, mis=detection.possible - exact, spu=detection.actual - exact)
    row = {name: value for name, value in detection.row().items() if name not in ("F1_strict", "non")}
    return row | {
        "exact": exact,
        "exact_P": counts.precision,
        "exact_R": counts.recall,
        "exact_F1": counts.f1,
        "dup": sum(kind.dup for kind in kinds),
        "splits": sum(kind.splits for kind in kinds),
        "merges": sum(kind.merges for kind in kinds),
    }


def _pages(pages: Sequence[PageScore]) -> Json:
    """Whether a page has any record at all, and how many pages were lost."""
    pairs = Counter((page.has_gold, page.has_predicted) for page in pages)
    counts = Counts(cor=pairs[True, True], mis=pairs[True, False], spu=pairs[False, True])
    row = {name: value for name, value in counts.row().items() if name not in ("F1_strict", "non")}
    empty = pairs[False, True] + pairs[False, False]
    return row | {
        "count": len(pages),
        "clusters": len({page.cluster for page in pages}),
        "failed": sum(page.failed for page in pages),
        "not_predicted": sum(page.prediction is None for page in pages),
        "partial": sum(
            page.prediction is not None and page.prediction.raw.get("status") == "partial" for page in pages
        ),
        "empty": empty,
        "specificity": ratio(pairs[False, False], empty),
    }


def _kind(some: Sequence[KindScore]) -> Json:
    return {
        "slots": total([kind.all for kind in some]).row(),
        "matched": total([kind.matched for kind in some]).row(),
        "records": _records(some),
    }


def _names(score: Score) -> Json:
    """Of (name, role) pairs: how many of the names were found, whatever their role."""
    found: dict[str, list[int]] = {}
    for kind in score.kinds:
        plural = kind.hyllm.plural
        paired = [
            (place, row)
            for place, row in enumerate(rows_of(kind))
            if row.shape == "set" and len(row.pieces) > 1 and row.pieces[0].compare in ("text", "name")
        ]
        for place, row in paired:
            both = [0, 0]
            for one in (one for page in score.pages for one in page.kinds[plural].records):
                right, predicted = _first_keys(one, place, row)
                both[0] += len(right & predicted)
                both[1] += len(right)
            found[f"{plural}/{row.name}"] = both
    return {name: {"POS": of, "cor": cor, "R": ratio(cor, of)} for name, (cor, of) in found.items()}


def _first_keys(one: ScoredRecord, place: int, row: Row) -> tuple[set[Any], set[Any]]:
    """The names in a row of pairs, of gold and of the prediction."""
    sides = (one.gold or one.none, one.predicted or one.none)
    if one.outcome == "optional":
        return set(), set()
    if sides[0].keys is not None and sides[1].keys is not None:
        return {key[0] for key in sides[0].keys[place]}, {key[0] for key in sides[1].keys[place]}
    slots: list[Any] = [slot for slot in one.slots if slot.row == row.name]
    return {s.gold.key[0] for s in slots if s.gold}, {s.predicted.key[0] for s in slots if s.predicted}


def _confusions(score: Score) -> Json:
    """Of single choices: how often each gold value became which other one."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for kind in score.kinds:
        plural = kind.hyllm.plural
        for place, row in enumerate(rows_of(kind)):
            if row.shape != "one" or row.pieces[0].compare != "choice":
                continue
            for one in (one for page in score.pages for one in page.kinds[plural].records):
                if one.outcome == "matched" and one.gold and one.predicted:
                    for slot in compare_row(one.rows, place, one.gold, one.predicted):
                        if slot.gold and slot.predicted:
                            change = f"{slot.gold.parts[0]} → {slot.predicted.parts[0]}"
                            found[f"{plural}/{row.name}"][change] += 1
    return {name: dict(counter) for name, counter in found.items()}


def _grounding(pages: Sequence[PageScore]) -> Json:
    """Grounding over the pages whose text is at hand; every number `None` where none is."""
    known = [page.grounded for page in pages if page.grounded]
    found = Grounded()
    for one in known:
        found.add(one)
    slots = found.slots
    right = Counts(cor=found.right, mis=slots.possible - found.right, spu=slots.actual - found.right)
    row = {"POS": slots.possible, "ACT": slots.actual, "cor": found.right}
    row |= {"P": right.precision, "R": right.recall, "F1": right.f1}
    if not known:
        row = dict.fromkeys(row)
    return {
        "pages": len(known),
        "grounded_correct": row,
        "in_source": ratio(found.in_source, found.values),
        "span_ok": ratio(found.spans_ok, found.spans),
        "right_place": ratio(found.right_place, found.placed),
        "hallucinated": ratio(found.hallucinated, slots.actual),
        "plausible": ratio(found.plausible, slots.actual),
        "unclaimed": found.unclaimed if known else None,
        "unclaimed_in_gold": found.claimed if known else None,
    }


def slot_tally(counts: Counts) -> Tally:
    """What F1 is made of."""
    return Tally(2 * counts.cor, counts.possible + counts.actual)


def _intervals(pages: Sequence[PageScore]) -> Json:
    slots = [(page.cluster, page.slots()) for page in pages]
    records = [(page.cluster, page.records()) for page in pages]
    grounded = [(page.cluster, page.grounded) for page in pages if page.grounded]
    tallies = {
        "slots": [(cluster, slot_tally(counts)) for cluster, counts in slots],
        "slots_P": [(cluster, Tally(2 * c.cor, 2 * c.actual)) for cluster, c in slots],
        "slots_R": [(cluster, Tally(2 * c.cor, 2 * c.possible)) for cluster, c in slots],
        "records": [(cluster, slot_tally(counts)) for cluster, counts in records],
        "grounded_correct": [
            (cluster, Tally(2 * g.right, g.slots.possible + g.slots.actual)) for cluster, g in grounded
        ],
    }
    actual = {"slots": sum(c.actual for _, c in slots), "records": sum(c.actual for _, c in records)}
    return {
        name: interval_row(interval(by_cluster(some), values=actual.get(name.partition("_")[0], 0)))
        for name, some in tallies.items()
    }


def interval_row(found: Interval | None) -> Json | None:
    return None if found is None else found._asdict()


def _doubt(score: Score) -> Json:
    """How many gold values are under `any_of` or `optional`."""
    found = Doubt()
    for page in score.gold_pages:
        for kind in score.kinds:
            raw = page.records(kind.hyllm.plural)
            found.add(doubt(raw) if page.doubtful else Doubt(values_in(raw)))
    return {"values": found.values, "doubtful": found.doubtful, "share": ratio(found.doubtful, found.values)}


def _sensitivity(kinds: Sequence[KindScore]) -> Json:
    """The headline at other thresholds of alignment."""
    taus = sorted({tau for kind in kinds for tau in kind.at_tau})
    found = {f"{tau:.2f}": total([kind.at_tau[tau] for kind in kinds]).f1 for tau in taus}
    return {**found, f"{TAU:.2f}": total([kind.all for kind in kinds]).f1}


def _slices(pages: Sequence[PageScore]) -> Json:
    """By band, group and what else the pages are told apart by."""
    found: Json = {}
    for axis in sorted({name for page in pages for name in page.slices}):
        found[axis] = {}
        for value in sorted({page.slices[axis] for page in pages if axis in page.slices}):
            some = [page for page in pages if page.slices.get(axis) == value]
            clusters = len({page.cluster for page in some})
            hidden = clusters < FEWEST_CLUSTERS
            counts = total([page.slots() for page in some])
            row = {"pages": len(some), "clusters": clusters, "slots": None if hidden else counts.row()}
            row["interval"] = (
                None
                if hidden
                else interval_row(interval(by_cluster((p.cluster, slot_tally(p.slots())) for p in some)))
            )
            found[axis][value] = row
    return found
