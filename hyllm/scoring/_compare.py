"""Two runs beside each other: is one better, by how much, and which values broke or were mended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyllm.errors import UsageError
from hyllm.scoring._intervals import FEWEST, Difference, Tally, difference
from hyllm.scoring._randomise import p_value
from hyllm.scoring._runs import Run

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class View:
    """One headline number of both runs."""

    first: float | None
    second: float | None
    p: float
    difference: Difference | None

    @property
    def is_significant(self) -> bool:
        return self.p <= SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Change:
    """A value that one run has right and the other does not."""

    page: str
    kind: str
    name: str
    row: str
    gold: str
    predicted: str | None
    """What stands there in the run that has it wrong; `None`: nothing."""
    quote: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second run set against the first."""

    slots: View
    records: View
    clusters: int
    lost: list[str]
    """Pages that failed in the second run alone."""
    broken: list[Change]
    fixed: list[Change]
    spurious: tuple[int, int]
    """How many predicted slots gold does not have, in the first and in the second run."""

    @property
    def verdict(self) -> str:
        """One line: which run is better, if one is."""
        view = self.slots
        if view.first is None or view.second is None or view.difference is None:
            return "not comparable: too little to score"
        size = view.second - view.first
        if not view.is_significant:
            least = view.difference.detectable
            told = f"no difference shown ({size:+.3f}, p {view.p:.2f})"
            if not least:
                return "no difference: every page scores the same"
            if abs(size) > least:
                return f"{told}: {self.clusters} clusters are too few to show even that"
            return f"{told}; one of {least:.3f} would be found four times in five"
        few = f" (indicative: {self.clusters} clusters)" if self.clusters < FEWEST else ""
        better = "better" if size > 0 else "worse"
        return f"the second run is {better}: slots F1 {size:+.3f}, p {view.p:.3f}{few}"

    @property
    def is_regression(self) -> bool:
        """Whether the second run is significantly worse, or has lost a page."""
        views = (self.slots, self.records)
        worse = any(
            view.is_significant
            and view.first is not None
            and view.second is not None
            and view.second < view.first
            for view in views
        )
        return worse or bool(self.lost)


def compare_runs(first: Run, second: Run) -> Comparison:
    """The comparison of two runs.

    Raises:
        UsageError: they have not the same pages, gold and scorer; the message says what to do.
    """
    _check_comparable(first, second)
    slots, records = (_view(first.tallies(name), second.tallies(name)) for name in ("slots", "records"))
    failed = {page["page"] for page in first.pages if page["failed"]}
    right, wrong = _slots(first), _slots(second)
    return Comparison(
        slots,
        records,
        len(first.tallies()),
        sorted(page["page"] for page in second.pages if page["failed"] and page["page"] not in failed),
        _changes(right, wrong, otherwise=first.only_wrong),
        _changes(wrong, right, otherwise=second.only_wrong),
        (_spurious(first), _spurious(second)),
    )


def _check_comparable(first: Run, second: Run) -> None:
    pages = [sorted((page["page"], page["cluster"]) for page in run.pages) for run in (first, second)]
    for name, same in (
        ("pages", pages[0] == pages[1]),
        ("gold", first.about["gold"] == second.about["gold"]),
        ("scorer", first.about["scorer"] == second.about["scorer"]),
    ):
        if not same:
            both = f"{first.folder} and {second.folder}"
            raise UsageError(
                f"{both} were scored with different {name}: hyllm eval rescore both with one gold folder"
            )


def _view(first: Mapping[str, Tally], second: Mapping[str, Tally]) -> View:
    return View(
        _f1(first.values()),
        _f1(second.values()),
        p_value(first, second),
        difference(second, first),
    )


def _f1(tallies: Iterable[Tally]) -> float | None:
    hits, whole = (sum(column) for column in zip(*tallies, strict=True))
    return hits / whole if whole else None


_Key = tuple[str, str, int, str, str, int]


def _slots(run: Run) -> dict[_Key, tuple[bool, Change]]:
    """Each gold slot of a run, and whether it is right. A value that stands twice is told apart by number."""
    found: dict[_Key, tuple[bool, Change]] = {}
    seen: Counter[Any] = Counter()
    for one in run.records:
        if one["gold"] is None or one["outcome"] == "optional":
            continue
        for slot in one["slots"]:
            if slot["gold"] is None or slot.get("headline") is False:
                continue
            key = (one["page"], one["kind"], one["gold"]["index"], slot["row"], slot["gold"])
            seen[key] += 1
            change = Change(
                one["page"],
                one["kind"],
                str(one["gold"]["name"]),
                slot["row"],
                slot["gold"],
                slot["predicted"],
                (one["evidence"] or [""])[0],
            )
            found[(*key, seen[key])] = slot["verdict"] == "cor", change
    return found


def _changes(
    right: Mapping[_Key, tuple[bool, Change]],
    wrong: Mapping[_Key, tuple[bool, Change]],
    *,
    otherwise: bool,
) -> list[Change]:
    """What is right in one run and not in the other, as the other has it.

    Args:
        right: the slots of one run.
        wrong: those of the other.
        otherwise: whether a slot that is not among the first is right.
    """
    return [
        change
        for key, (is_right, change) in sorted(wrong.items())
        if not is_right and right.get(key, (otherwise, change))[0]
    ]


def _spurious(run: Run) -> int:
    return sum(_headline_spu(page["slots"]) for page in run.pages)


def _headline_spu(vector: Sequence[int]) -> int:
    return vector[1] + vector[3]
