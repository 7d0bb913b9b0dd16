"""A suite's pages answered, from recordings or by a model, and scored."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyllm.archive import Page, read_page
from hyllm.errors import EndpointError, RecordingError, StaleRecording, UsageError
from hyllm.evals._scored import known_pages, scored_pages
from hyllm.evals._suites import Suite
from hyllm.extract import Extractor
from hyllm.extraction import Extraction
from hyllm.recordings import Recordings
from hyllm.schemas import Record
from hyllm.scoring import GoldPage, Prediction, Score, read_gold

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """The answers to a suite's pages, scored."""

    suite: Suite
    strategy: str
    """How the model was asked, or `rules`."""
    score: Score
    numbers: dict[str, Any]
    """All numbers of the score."""
    whole: bool
    """Whether all pages of the suite were run: only then it is set against gates."""
    model: str
    recorded: str | None
    """The date of the recordings that were replayed; `None` where none were."""
    stale: Mapping[str, str]
    """By page, what has changed since its answer was recorded."""
    live: int
    """How many pages were answered by the endpoint in this run."""
    digests: Mapping[str, str | None]
    """Of the recordings that were replayed, today's prompt, theirs, and the schema; `None`: there is none."""
    texts: Mapping[str, str]
    """The pages' texts by page id."""


def suite_pages(suite: Suite, count: int | None = None) -> list[Page]:
    """The pages of a suite, all or `count` of them, evenly chosen.

    Raises:
        UsageError: a page has not been made.
    """
    files = {one.page: suite.folder.pages / f"{one.page}.txt" for one in suite.planned}
    missing = [page for page, path in files.items() if not path.is_file()]
    if missing:
        command = f"hyllm eval make {suite.folder.name}"
        raise UsageError(f"{suite.folder.pages}: {_named(missing)} not made yet: {command}")
    if not files:
        raise UsageError(f"suite {suite.name} has no page")
    names = sorted(files)
    if count is not None and count < len(names):
        names = [names[place * len(names) // count] for place in range(count)]
    return [read_page(files[name], name) for name in names]


def suite_gold(suite: Suite, pages: Sequence[Page], kinds: Sequence[type[Record]]) -> list[GoldPage]:
    """The gold of these pages.

    Raises:
        UsageError: a page has none.
    """
    wanted = {page.page for page in pages}
    found = [gold for gold in read_gold(suite.folder.gold, kinds) if gold.page in wanted]
    missing = sorted(wanted - {gold.page for gold in found})
    if missing:
        raise UsageError(
            f"{suite.folder.gold}: no gold of {_named(missing)}: hyllm eval make {suite.folder.name}"
        )
    return found


def run_suite(
    suite: Suite,
    strategy: str,
    extractor: Extractor,
    pages: Sequence[Page],
    done: Callable[[Extraction], None] | None = None,
) -> SuiteRun:
    """The score of what an extractor finds on these pages.

    Args:
        suite: where the pages are from.
        strategy: how the extractor asks.
        extractor: what answers, from recordings or live.
        pages: from `suite_pages`.
        done: called with each page's result as it comes.

    Raises:
        RecordingError: a recording is missing or stale; the message names all such pages.
        EndpointError: the endpoint is unusable.
    """
    truth = suite_gold(suite, pages, extractor.kinds)
    results = extractor.map(pages, done)
    check_recordings(results, suite)
    dead = next((result.error for result in results if isinstance(result.error, EndpointError)), None)
    if dead:
        raise dead
    predictions = [as_prediction(result) for result in results]
    score, numbers = scored_pages(predictions, truth, known_pages(suite.folder.pages), extractor.kinds)
    replayed = extractor.replayed
    meta = replayed.meta() if replayed else None
    return SuiteRun(
        suite,
        strategy,
        score,
        numbers,
        len(pages) == len(suite.planned),
        extractor.options.model,
        meta.recorded if meta else None,
        dict(sorted(replayed.stale.items())) if replayed else {},
        sum(result.provenance.get("answers") == "live" for result in results),
        _digests(results, replayed),
        {page.page: page.text for page in pages},
    )


def as_prediction(result: Extraction) -> Prediction:
    """A page's result as the scorer reads it from a prediction line."""
    return Prediction(result.page.page, json.loads(json.dumps(result.to_json())), doubtful=False)


def check_recordings(results: Sequence[Extraction], suite: Suite) -> None:
    """Raises one error for all pages whose recording is missing, stale or cannot be read.

    Raises:
        RecordingError: there are such pages.
    """
    faulty = [(r.page.page, r.error) for r in results if isinstance(r.error, RecordingError)]
    stale = [(page, error) for page, error in faulty if isinstance(error, StaleRecording)]
    others = [(page, error) for page, error in faulty if not isinstance(error, StaleRecording)]
    told: list[str] = []
    if others:
        told.append(f"no recording of {_named([page for page, _ in others])}. {others[0][1]}")
    if stale:
        told.append(
            f"{len(stale)} of {len(results)} recordings are stale: {_named([page for page, _ in stale])}.\n"
            f"{stale[0][1].changes}\n"
            f"--stale scores these answers all the same, where only the prompt has changed; "
            f"to ask anew: --record NEW_FOLDER --model MODEL."
        )
    if told:
        kind = RecordingError if others else StaleRecording
        raise kind("\n".join(told))


def _digests(results: Sequence[Extraction], replayed: Recordings | None) -> dict[str, str | None]:
    about = results[0].provenance
    return {
        "recordings": replayed.digest(result.page.page for result in results) if replayed else None,
        "prompt": about["prompt_sha256"],
        "recorded_prompt": replayed.meta().prompt_hash if replayed else None,
        "schema": about["schema_sha256"],
    }


def _named(pages: Sequence[str]) -> str:
    more = f" … ({len(pages)})" if len(pages) > _MOST_NAMED else ""
    return ", ".join(pages[:_MOST_NAMED]) + more
