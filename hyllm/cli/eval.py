"""`hyllm eval`: how good predictions are, whether runs differ, annotators agree, and gold is sound."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from hyllm.cli import comparisons, scores
from hyllm.cli.exits import GATE_FAILED
from hyllm.cli.suites import SUITES_OPTION
from hyllm.cli.terms import LEGEND
from hyllm.errors import UsageError
from hyllm.evals import find_run, known_pages, scored, write_report, write_text
from hyllm.kinds import find_kinds
from hyllm.scoring import (
    Comparison,
    Score,
    agree,
    check_gold,
    compare_runs,
    digests,
    gates,
    junit,
    read_numbers,
    read_predictions,
    read_run,
    rounded,
    write_run,
)

F = TypeVar("F", bound=Callable[..., Any])


@click.group("eval")
def evals() -> None:
    """Score predictions against gold, compare runs, and check gold."""


@evals.group()
def gold() -> None:
    """Gold files: what is true of each page."""


_FOLDER = click.Path(exists=True, path_type=Path)
_OUT = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _against(command: F) -> F:
    """The options of every command that scores."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Every number, as JSON."),
        click.option(
            "--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated."
        ),
        click.option(
            "--pages", type=_FOLDER, metavar="DIR", help="The pages' texts: grounding is scored too."
        ),
        click.option(
            "--gold", "gold_folder", type=_FOLDER, required=True, metavar="DIR", help="The gold files."
        ),
    ):
        command = option(command)
    return command


@evals.command("score", epilog=LEGEND)
@click.argument("predictions", type=click.Path(exists=True, path_type=Path))
@_against
@click.option("--out", type=_OUT, metavar="DIR", help="Write the run into DIR, to be compared and rescored.")
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--floor", type=click.FloatRange(0, 1), metavar="F1", help="Fail where slots.low lies below.")
@click.option("--baseline", type=_FOLDER, metavar="RUN", help="Fail where this run is worse than RUN.")
@click.option("--margin", type=click.FloatRange(0, 1), metavar="F1", help="Fail on a drop beyond it, too.")
@click.option("--ceiling", type=_FOLDER, metavar="FILE", help="What `eval agree --json` printed.")
def score_command(
    predictions: Path,
    *,
    gold_folder: Path,
    pages: Path | None,
    kinds: Sequence[str],
    as_json: bool,
    out: Path | None,
    junit_file: Path | None,
    floor: float | None,
    baseline: Path | None,
    margin: float | None,
    ceiling: Path | None,
) -> None:
    """Score PREDICTIONS (JSON Lines, as `hyllm extract --json` prints them) against gold.

    Exit status 1 means that a gate failed: --floor, --baseline or --margin.
    """
    if margin is not None and baseline is None:
        raise UsageError("--margin needs --baseline: the drop is measured from there")
    records = find_kinds(kinds)
    result, numbers = scored(read_predictions(predictions, records), gold_folder, pages, records)
    if out is not None:
        write_run(out, result, numbers, argv=sys.argv[1:])
        scores.write_summary(out / "summary.md", result, numbers)
    comparison = _with_baseline(baseline, result, numbers, out) if baseline else None
    floors = {} if floor is None else {"slots": floor}
    passed = gates(numbers, floors=floors, margin=margin, comparison=comparison)
    if junit_file is not None or out is not None:
        write_text(junit_file or (out or Path()) / "junit.xml", junit(result, passed))
    if as_json:
        click.echo(json.dumps(numbers, ensure_ascii=False, sort_keys=True))
    else:
        scores.show_score(result, numbers, passed, comparison, _ceiling(ceiling))
    scores.tell(result)
    if not all(gate.passed for gate in passed):
        raise SystemExit(GATE_FAILED)


@evals.command()
@click.argument("run", type=_FOLDER)
@_against
@click.option("--out", type=_OUT, metavar="DIR", help="Write into DIR instead of RUN.")
def rescore(
    run: Path, *, gold_folder: Path, pages: Path | None, kinds: Sequence[str], as_json: bool, out: Path | None
) -> None:
    """Score the predictions of a RUN folder again, with today's scorer and this gold."""
    records = find_kinds(kinds)
    predictions = read_predictions(run / "predictions.jsonl", records)
    result, numbers = scored(predictions, gold_folder, pages, records)
    write_run(out or run, result, numbers, argv=sys.argv[1:])
    scores.write_summary((out or run) / "summary.md", result, numbers)
    if as_json:
        click.echo(json.dumps(numbers, ensure_ascii=False, sort_keys=True))
    else:
        scores.show_score(result, numbers)
    scores.tell(result)


@evals.command()
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--report", "report_file", type=_FILE, metavar="FILE", help="Write SECOND's report with it.")
@click.option("--pages", type=_FOLDER, metavar="DIR", help="The pages' texts, for --report.")
@SUITES_OPTION
def compare(
    first: str,
    second: str,
    *,
    as_json: bool,
    report_file: Path | None,
    pages: Path | None,
    suites_file: Path,
) -> None:
    """Compare two runs: is SECOND better than FIRST, and which values broke or were mended?

    A run is a folder, the name of one in runs/ beside suites.toml, or `latest`.

    Exit status 1 means that SECOND is significantly worse, or lost a page.
    """
    if pages is not None and report_file is None:
        raise UsageError("--pages is for --report FILE: give both")
    one, other = (read_run(find_run(suites_file.parent, run)) for run in (first, second))
    found = compare_runs(one, other)
    if report_file is not None:
        texts = {name: known.text.text for name, known in known_pages(pages).items()}
        numbers = read_numbers(other)
        write_report(other, numbers, texts, comparison=found, other=one.folder.name, path=report_file)
    if as_json:
        click.echo(
            json.dumps(rounded(comparisons.comparison_json(found)), ensure_ascii=False, sort_keys=True)
        )
    else:
        comparisons.show_comparison(found)
    if found.is_regression:
        raise SystemExit(GATE_FAILED)


@evals.command("agree")
@click.argument("first", type=_FOLDER)
@click.argument("second", type=_FOLDER)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def agree_command(first: Path, second: Path, *, kinds: Sequence[str], as_json: bool) -> None:
    """Say how far two annotators agree: two folders of gold files on the same pages."""
    found = agree(first, second, find_kinds(kinds))
    numbers = found.numbers()
    if as_json:
        click.echo(json.dumps(rounded(numbers), ensure_ascii=False, sort_keys=True))
    else:
        comparisons.show_agreement(found, numbers)


@gold.command("check")
@click.argument("folder", type=_FOLDER)
@click.option("--pages", type=_FOLDER, metavar="DIR", help="The pages' texts: every word is looked up.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--write-digests", is_flag=True, help="Write digests.json, which later checks compare with.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, a finding a line.")
def check(
    folder: Path, *, pages: Path | None, kinds: Sequence[str], write_digests: bool, as_json: bool
) -> None:
    """Check gold files: shape, closed lists, words, numbers against their text, doubt, digests.

    Exit status 1 means that something is wrong; what only may be wrong is told and fails nothing.
    """
    texts = {name: known.text for name, known in known_pages(pages).items()}
    if write_digests:
        known = json.dumps(digests(folder, texts), ensure_ascii=False, indent=1, sort_keys=True)
        write_text(folder / "digests.json", known + "\n")
    found = check_gold(folder, find_kinds(kinds), texts)
    comparisons.show_check(found, as_json=as_json)
    if found.failed:
        raise SystemExit(GATE_FAILED)


def _with_baseline(baseline: Path, result: Score, numbers: Mapping[str, Any], out: Path | None) -> Comparison:
    """The comparison of a baseline with a run that may not have been written."""
    if out is not None:
        return compare_runs(read_run(baseline), read_run(out))
    with scores.temporary_folder() as folder:
        write_run(folder, result, numbers)
        return compare_runs(read_run(baseline), read_run(folder))


def _ceiling(path: Path | None) -> scores.Columns:
    """The column of the ceiling, if there is one."""
    if path is None:
        return {}
    try:
        agreement = json.loads(path.read_text(encoding="utf-8"))["agreement"]
        return {scores.CEILING: {view: agreement[view]["ceiling"] for view in ("records", "slots")}}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"--ceiling {path}: not what `hyllm eval agree --json` prints") from error
