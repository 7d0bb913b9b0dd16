"""The folder of a suite's run: what EVALS calls for, in `<home>/runs/<time>-<suite>-<digest>/`."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.evals._beside import Beside
from hyllm.evals._decisions import decisions_file, read_decisions, with_decisions
from hyllm.evals._dollars import dollars
from hyllm.evals._making import write_text
from hyllm.evals._running import SuiteRun
from hyllm.report import RunReport, report
from hyllm.scoring import Comparison, Gate, Run, compare_runs, gates, read_lines, read_run, rounded, write_run

Json = dict[str, Any]


def all_numbers(run: SuiteRun, known: Beside) -> Json:
    """What `metrics.json` holds: the score's numbers, what stands beside them, and prices."""
    return rounded({**run.numbers, "beside": known.to_json(), "dollars": dollars(run.numbers["cost"])})


def write_folder(run: SuiteRun, numbers: Mapping[str, Any], argv: Sequence[str]) -> Run:
    """Writes a run's data into a new folder, and reads it back.

    Raises:
        UsageError: it cannot be written, or the decisions beside it cannot be read.
    """
    about = _about(run)
    known = read_decisions(decisions_file(run.suite.folder.home))
    folder = _new_folder(run, about)
    write_run(
        folder,
        run.score,
        numbers,
        argv=argv,
        more=about,
        decided=lambda values: with_decisions(values, known),
    )
    return read_run(folder)


def _about(run: SuiteRun) -> Json:
    """What `run.json` says beside the digests of gold and scorer."""
    return {
        "suite": run.suite.name,
        "strategy": run.strategy,
        "whole": run.whole,
        "model": run.model,
        "recorded": run.recorded,
        "live": run.live,
        "stale": {page: changes.split("\n")[0] for page, changes in run.stale.items()},
        "digests": dict(run.digests),
        "python": platform.python_version(),
    }


def _new_folder(run: SuiteRun, about: Json) -> Path:
    """A folder that is not there yet. Its name sorts by time, and tells runs of other answers apart."""
    what = json.dumps([about["digests"], run.score.gold, run.score.scorer, run.strategy], sort_keys=True)
    digest = hashlib.sha256(what.encode()).hexdigest()[:6]
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    home = run.suite.folder.home / "runs"
    for count in range(1, 1000):
        again = f"-{count}" if count > 1 else ""
        folder = home / f"{time}-{run.suite.name}-{digest}{again}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"{folder}: cannot be made: {error.strerror}") from error
        return folder
    raise UsageError(f"{home}: a thousand runs within one second")


def suite_gates(
    run: SuiteRun, numbers: Mapping[str, Any], written: Run, baseline: Run | None
) -> tuple[list[Gate], Comparison | None]:
    """The gates of a suite, and the comparison with its baseline.

    A part of a suite has no gates. A baseline of other gold, pages or scorer is a gate that fails: it is
    for a person to look at the scores and to bless them.
    """
    if not run.whole:
        return [], None
    comparison, stands = None, []
    if baseline is not None:
        try:
            comparison = compare_runs(baseline, written)
        except UsageError:
            what = "is of other gold, pages or scorer: look at the scores, then hyllm eval bless"
            stands = [Gate("baseline", False, f"the baseline {what} {written.folder.name}")]
    found = gates(
        numbers,
        floors=run.suite.floors,
        margin=run.suite.margin if comparison else None,
        comparison=comparison,
    )
    return [*found, *stands, *_freshness(run)], comparison


def _freshness(run: SuiteRun) -> list[Gate]:
    """Whether the recordings that may never be stale are not; no gate where the suite names none."""
    if not run.suite.fresh:
        return []
    stale = [page for page in run.stale if any(fnmatchcase(page, one) for one in run.suite.fresh)]
    told = f"{', '.join(stale)}: recorded for another request than today's" if stale else "as recorded"
    return [Gate("fresh", not stale, f"recordings that may not be stale: {told}")]


def write_report(
    written: Run,
    numbers: Mapping[str, Any],
    texts: Mapping[str, str],
    *,
    passed: Sequence[Gate] = (),
    comparison: Comparison | None = None,
    other: str = "",
    path: Path | None = None,
) -> None:
    """Writes a run's `report.html`.

    Args:
        written: the run, read from its folder.
        numbers: its `metrics.json`.
        texts: the pages' texts by page id.
        passed: the gates.
        comparison: of another run with this one.
        other: what the other run is called.
        path: where to; by default into the run's folder.

    Raises:
        UsageError: it cannot be written.
    """
    adjudicable = read_lines(written.folder / "adjudicate.jsonl")
    of = RunReport(written, numbers, texts, adjudicable, passed, comparison, other)
    write_text(path or written.folder / "report.html", report(of))
