"""A whole run scored against gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hyllm.errors import UsageError
from hyllm.kinds import KINDS
from hyllm.schemas import Record
from hyllm.scoring._counts import Counts, total
from hyllm.scoring._digest import scorer_digest
from hyllm.scoring._gold import GoldPage, gold_digest
from hyllm.scoring._grounding import Grounded, PageText, ground_page
from hyllm.scoring._pages import KindScore, score_kind
from hyllm.scoring._predictions import Prediction
from hyllm.scoring._uncollected import uncollected


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a page beside its text and its gold."""

    cluster: str | None = None
    """The clean text it was made from: all its versions are one draw. Without, the page is its own."""
    slices: Mapping[str, str] = field(default_factory=dict[str, str])
    """Such as `band` of defects, `group` of pages, `strategy`."""


@dataclass(slots=True)
class PageScore:
    """One page of a run."""

    page: str
    cluster: str
    slices: Mapping[str, str]
    failed: bool
    """Failed, refused, broken off, or not in the predictions at all: everything is missing."""
    kinds: dict[str, KindScore]
    """By plural."""
    has_gold: bool
    has_predicted: bool
    grounded: Grounded | None
    """`None` where the page's text is not at hand."""
    prediction: Prediction | None
    text: PageText | None = None

    def slots(self) -> Counts:
        return total([kind.all for kind in self.kinds.values()])

    def records(self) -> Counts:
        return total([kind.detection for kind in self.kinds.values()])


@dataclass(slots=True)
class Score:
    """A run scored: everything that tables, intervals and comparisons are made from."""

    pages: list[PageScore]
    kinds: tuple[type[Record], ...]
    gold: str
    """Digest of the gold pages."""
    scorer: str
    """Digest of the scorer and its resolved table of fields."""
    without_gold: tuple[str, ...]
    """Predicted pages that are not scored, as there is no gold for them."""
    not_asked: tuple[str, ...]
    """Kinds no prediction has a list for: they are not scored."""
    gold_pages: Sequence[GoldPage]

    def slots(self) -> Counts:
        return total([page.slots() for page in self.pages])

    def records(self) -> Counts:
        return total([page.records() for page in self.pages])


@uncollected
def score(
    gold: Sequence[GoldPage],
    predictions: Sequence[Prediction],
    *,
    kinds: Sequence[type[Record]] = tuple(KINDS.values()),
    texts: Mapping[str, PageText] | None = None,
    about: Mapping[str, About] | None = None,
) -> Score:
    """The score of predictions against gold. The same input in any order gives the same score.

    Args:
        gold: from `read_gold`. Each of its pages is scored, predicted or not.
        predictions: from `read_predictions`.
        kinds: the record classes to score; one no prediction has a list for was not asked for.
        texts: the pages' texts by page id, for grounding; without, grounding is not scored.
        about: clusters and slices by page id.

    Raises:
        UsageError: not one predicted page has gold.
    """
    by_page = {prediction.page: prediction for prediction in predictions}
    pages = {page.page for page in gold}
    if not pages & by_page.keys():
        raise UsageError(
            f"no predicted page has gold: predicted {_few(by_page)}; gold {_few(pages)}. Page ids must agree"
        )
    scored = tuple(k for k in kinds if _asked(k.hyllm.plural, predictions))
    results = [
        _page(
            page, by_page.get(page.page), scored, (texts or {}).get(page.page), (about or {}).get(page.page)
        )
        for page in sorted(gold, key=lambda page: page.page)
    ]
    return Score(
        results,
        scored,
        gold_digest(sorted(gold, key=lambda page: page.page)),
        scorer_digest(scored),
        tuple(sorted(by_page.keys() - pages)),
        tuple(k.hyllm.plural for k in kinds if k not in scored),
        gold,
    )


def _asked(plural: str, predictions: Sequence[Prediction]) -> bool:
    answered = [prediction for prediction in predictions if not prediction.failed]
    return not answered or any(plural in prediction.raw for prediction in answered)


def _few(pages: Any) -> str:
    names = sorted(pages)
    return ", ".join(names[:3]) + (f" … ({len(names)})" if len(names) > 3 else "")


def _page(
    gold: GoldPage,
    prediction: Prediction | None,
    kinds: Sequence[type[Record]],
    text: PageText | None,
    about: About | None,
) -> PageScore:
    about = about or About()
    found: dict[str, KindScore] = {}
    doubtful = gold.doubtful or (prediction is not None and prediction.doubtful)
    for kind in kinds:
        plural = kind.hyllm.plural
        predicted = prediction.records(plural) if prediction else []
        found[plural] = score_kind(kind, gold.records(plural), predicted, doubtful=doubtful)
    results = [one for kind in found.values() for one in kind.records]
    failed = prediction is None or prediction.failed
    grounded = ground_page(kinds, found, prediction, text) if text else None
    return PageScore(
        gold.page,
        about.cluster or gold.page,
        about.slices,
        failed,
        found,
        any(one.outcome in ("matched", "missing") for one in results),
        any(one.outcome in ("matched", "spurious") for one in results),
        grounded,
        prediction,
        text,
    )
