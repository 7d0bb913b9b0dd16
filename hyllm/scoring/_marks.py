"""What a prediction's own marks are worth: how many wrong values they point at, and how many right ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hyllm.scoring._counts import ratio
from hyllm.scoring._fields import Row, rows_of
from hyllm.scoring._pages import ScoredRecord
from hyllm.scoring._score import PageScore, Score
from hyllm.scoring._slots import Slot

MARKS: Mapping[str, frozenset[str]] = {
    "grounding": frozenset({"ungrounded", "ambiguous"}),
    "resolving": frozenset({"unresolved"}),
    "answer": frozenset({"invalid", "conflict"}),
}
"""The reasons of problems that stand at a value or below it, by what found them."""
EVIDENCE = "evidence"
"""A problem with the evidence of a record: it marks all values of the record."""
ANY = "any"

_Problem = Mapping[str, Any]


def marks(score: Score) -> dict[str, Any]:
    """Of the wrong and of the right slots that were predicted, how many each mark points at.

    A wrong slot is one judged `inc` or `spu`, a right one `cor`; only pages whose predictions have a list of
    problems count. `None` is 0/0.
    """
    told = [page for page in score.pages if _problems(page) is not None]
    wrong, right = 0, 0
    marked: dict[str, list[int]] = {name: [0, 0] for name in (*MARKS, EVIDENCE, ANY)}
    for page in told:
        counts = page.slots()
        right += counts.cor
        wrong += counts.actual - counts.cor
        for slot, names in _marked(page, score):
            for name in names:
                marked[name][slot.verdict == "cor"] += 1
    rows = {
        name: {
            "wrong": of_wrong,
            "right": of_right,
            "wrong_share": ratio(of_wrong, wrong),
            "right_share": ratio(of_right, right),
        }
        for name, (of_wrong, of_right) in marked.items()
    }
    return {"pages": len(told), "wrong": wrong, "right": right, "marked": rows}


def _problems(page: PageScore) -> Sequence[_Problem] | None:
    """The problems a prediction tells of; `None` where it tells of none because it has no such list."""
    return None if page.prediction is None or page.failed else page.prediction.raw.get("problems")


def _marked(page: PageScore, score: Score) -> Iterator[tuple[Slot, set[str]]]:
    """The predicted slots of a page that are marked, and by what."""
    by_record: dict[str, list[_Problem]] = defaultdict(list)
    for problem in _problems(page) or ():
        by_record["/".join(str(problem.get("at")).split("/")[:3])].append(problem)
    for kind in score.kinds:
        plural = kind.hyllm.plural
        rows = {row.name: row for row in rows_of(kind)}
        for one in page.kinds[plural].records:
            at = f"/{plural}/{one.predicted.index}" if one.predicted else ""
            if at in by_record:
                yield from _marked_slots(one, rows, at, by_record[at])


def _marked_slots(
    one: ScoredRecord, rows: Mapping[str, Row], at: str, problems: Iterable[_Problem]
) -> Iterator[tuple[Slot, set[str]]]:
    for slot in one.slots:
        if slot.predicted is None or not slot.headline:
            continue
        places = list(_places(rows[slot.row], f"{at}/{slot.predicted.at}"))
        found = {name for problem in problems for name in _named(problem, at, places)}
        if found:
            yield slot, {*found, ANY}


def _places(row: Row, at: str) -> Iterator[str]:
    """The pointers of the parts of a slot: of a milestone its stage and status, but not its date."""
    for piece in row.pieces:
        yield from (f"{at}/{name}" for name in piece.fields)
        if not piece.fields:
            yield at


def _named(problem: _Problem, record: str, places: Iterable[str]) -> Iterator[str]:
    where = str(problem.get("at"))
    if where == f"{record}/{EVIDENCE}" or where.startswith(f"{record}/{EVIDENCE}/"):
        yield EVIDENCE
    elif any(where == place or where.startswith(f"{place}/") for place in places):
        yield from (name for name, reasons in MARKS.items() if problem.get("reason") in reasons)
