"""What stands beside a suite's scores: two annotators against each other, patterns without a model.

Annotators label clean pages. Their labels are carried to the suite's pages as gold was, so that all
numbers are of the same pages.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hyllm.archive import Page
from hyllm.errors import UsageError
from hyllm.evals._making import carried_to, clean_gold, make_planned
from hyllm.evals._running import as_prediction, suite_gold
from hyllm.evals._scored import known_pages, scored_pages
from hyllm.evals._suites import Suite
from hyllm.extract import Extractor
from hyllm.kinds import kind_name
from hyllm.rules import RULES
from hyllm.schemas import Record
from hyllm.scoring import GoldPage, Prediction, agree_pages, metrics, score

ANNOTATORS = ("a", "b")
_VIEWS = ("slots", "records")

Json = dict[str, Any]


class Beside(NamedTuple):
    """Numbers of the same pages, to read a score by; `None` where they cannot be had."""

    ceiling: Json | None
    """F1 of `slots`, `records` and each of `fields`: annotator against annotator, the mean of both ways."""
    annotators: Json | None
    """The predictions against each annotator, under `a` and `b`: F1 of `slots` and `records`."""
    floor: Json | None
    """F1 of `slots`, `records` and each of `fields` of patterns without a model."""
    missing: tuple[str, ...]
    """Why a number cannot be had, in sentences."""

    def to_json(self) -> Json:
        return {"ceiling": self.ceiling, "annotators": self.annotators, "floor": self.floor}


NOTHING = Beside(None, None, None, ())
"""Where nothing is to stand beside the score."""


def beside(
    suite: Suite,
    pages: Sequence[Page],
    kinds: Sequence[type[Record]],
    predictions: Sequence[Prediction],
    *,
    with_floor: bool = True,
) -> Beside:
    """Ceiling and floor of some pages of a suite.

    Args:
        suite: where the pages are from.
        pages: from `suite_pages`.
        kinds: the record classes that are scored.
        predictions: what is set against each annotator.
        with_floor: whether patterns are run, too.
    """
    missing: list[str] = []
    try:
        labels = [_labels(suite, pages, name, kinds) for name in ANNOTATORS]
    except UsageError as error:
        missing.append(f"no ceiling: {error}")
        labels = []
    ceiling = agree_pages(labels[0], labels[1], kinds).numbers()["agreement"] if labels else None
    annotators = {
        name: _f1(metrics(score(side, predictions, kinds=kinds)))
        for name, side in zip(ANNOTATORS, labels, strict=False)
    }
    floor = None
    if with_floor:
        try:
            floor = _floor(suite, pages, kinds)
        except UsageError as error:
            missing.append(f"no floor: {error}")
    return Beside(ceiling and _ceiling(ceiling), annotators or None, floor, tuple(missing))


def _labels(
    suite: Suite, pages: Sequence[Page], annotator: str, kinds: Sequence[type[Record]]
) -> list[GoldPage]:
    """One annotator's labels, carried to the pages."""
    wanted = {page.page for page in pages}
    found: list[GoldPage] = []
    for planned in suite.planned:
        if planned.page in wanted:
            path = clean_gold(suite.folder.home, planned.text, annotator=annotator)
            if not path.is_file():
                raise UsageError(f"{path} is not there")
            articles, made = make_planned(suite.folder.home, planned)
            raw = carried_to(articles, made, path, planned.page).gold
            found.append(GoldPage(planned.page, raw, path, planned.page))
    return found


def _ceiling(agreement: Mapping[str, Any]) -> Json:
    return {view: agreement[view]["ceiling"] for view in _VIEWS} | {"fields": agreement["fields"]}


def _f1(numbers: Mapping[str, Any]) -> Json:
    return {view: numbers[view]["F1"] for view in _VIEWS}


def _floor(suite: Suite, pages: Sequence[Page], kinds: Sequence[type[Record]]) -> Json:
    extractor = Extractor(RULES, kinds=tuple(map(kind_name, kinds)))
    predictions = [as_prediction(result) for result in extractor.map(pages)]
    known = known_pages(suite.folder.pages)
    _, numbers = scored_pages(predictions, suite_gold(suite, pages, kinds), known, kinds)
    fields = {name: row["F1"] for name, row in numbers["fields"].items()}
    return _f1(numbers) | {
        "grounded_correct": numbers["grounding"]["grounded_correct"]["F1"],
        "fields": fields,
    }
