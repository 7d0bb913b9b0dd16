"""Predictions scored against a folder of gold, with what the pages' own files say of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyllm.archive import find_pages, read_page
from hyllm.errors import UsageError
from hyllm.schemas import Record
from hyllm.scoring import About, GoldPage, PageText, Prediction, Score, metrics, read_gold, score

_AXES = ("band", "group", "strategy")


class KnownPage(NamedTuple):
    """A page's text, and what its sidecar says beside date and number."""

    text: PageText
    extra: Mapping[str, Any]


def known_pages(folder: Path | None) -> dict[str, KnownPage]:
    """The pages below a folder by their ids; none without a folder."""
    found: dict[str, KnownPage] = {}
    for file in find_pages([folder]) if folder else ():
        page = read_page(file.path, file.page)
        articles = tuple((a["start"], a["end"], str(a["id"])) for a in page.extra.get("articles") or ())
        found[page.page] = KnownPage(PageText(page.text, page.issue_date, articles), page.extra)
    return found


def scored(
    predictions: Sequence[Prediction], gold: Path, pages: Path | None, kinds: Sequence[type[Record]]
) -> tuple[Score, dict[str, Any]]:
    """The score of predictions, and all its numbers.

    Args:
        predictions: from `read_predictions`.
        gold: the folder of gold; every page of it is scored.
        pages: the folder of the pages' texts; without, grounding is not scored.
        kinds: the record classes to score.

    Raises:
        UsageError: gold or a page cannot be read, or a page is not the one predicted from.
    """
    return scored_pages(predictions, read_gold(gold, kinds), known_pages(pages), kinds)


def scored_pages(
    predictions: Sequence[Prediction],
    truth: Sequence[GoldPage],
    known: Mapping[str, KnownPage],
    kinds: Sequence[type[Record]],
) -> tuple[Score, dict[str, Any]]:
    """`scored`, of gold and pages that are read."""
    dates = {page.page: page.raw.get("issue_date") for page in truth}
    texts = {
        name: PageText(page.text.text, dates.get(name) or page.text.issue_date, page.text.articles)
        for name, page in known.items()
    }
    about = {p.page: _about(p.raw.get("extra") or {}) for p in predictions}
    about |= {name: _about(page.extra) for name, page in known.items() if page.extra}
    for prediction in predictions:
        _check_text(prediction, texts.get(prediction.page))
    result = score(truth, predictions, kinds=kinds, texts=texts, about=about)
    return result, metrics(result)


def _about(extra: Mapping[str, Any]) -> About:
    cluster = extra.get("cluster")
    return About(
        None if cluster is None else str(cluster),
        {axis: str(extra[axis]) for axis in _AXES if extra.get(axis)},
    )


def _check_text(prediction: Prediction, text: PageText | None) -> None:
    """Offsets mean something only in the text they were found in."""
    told = prediction.raw.get("text_sha256")
    if text is not None and told is not None and told != text.sha256:
        raise UsageError(
            f"page {prediction.page!r}: --pages has another text than the one predicted from "
            f"(SHA-256 {text.sha256[:12]}, predicted {str(told)[:12]})"
        )
