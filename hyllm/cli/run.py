"""`hyllm eval run`: a suite's pages answered, scored, set against gates, and kept as a run."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from hyllm.archive import Page
from hyllm.cli import scores
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint, was_typed
from hyllm.cli.costs import expected
from hyllm.cli.exits import GATE_FAILED
from hyllm.cli.suites import SUITES_OPTION
from hyllm.cli.terms import LEGEND
from hyllm.errors import UsageError
from hyllm.escaping import printable
from hyllm.evals import (
    NOTHING,
    Beside,
    Suite,
    SuiteRun,
    all_numbers,
    beside,
    read_baseline,
    read_suites,
    run_suite,
    suite_gates,
    suite_pages,
    write_folder,
    write_report,
    write_text,
)
from hyllm.extract import Extractor
from hyllm.prompting import WIRES
from hyllm.rules import RULES
from hyllm.scoring import Gate, Run, junit
from hyllm.settings import known_strategy
from hyllm.strategies import STRATEGIES


class _Asked(NamedTuple):
    """How the answers are to come."""

    model: str | None
    base_url: str | None
    wire: str | None
    strategy: str
    prompts: Path | None
    live: bool
    record: Path | None
    stale: bool
    timeout: float
    concurrency: int
    with_beside: bool

    @property
    def by_rules(self) -> bool:
        return self.model == RULES

    @property
    def is_live(self) -> bool:
        return self.live or self.record is not None


@click.command("run", cls=Configured, context_settings=ENVIRONMENT, epilog=LEGEND)
@click.argument("suite")
@click.option(
    "--strategy", type=click.Choice(STRATEGIES), help="How the model is asked.  [default: the suite's]"
)
@click.option("--stale", is_flag=True, help="Take recordings made with another prompt, too.")
@click.option(
    "--live", is_flag=True, help="Ask the model; says first what it will cost, for which no key is needed."
)
@click.option(
    "--record",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Ask the model, as --live, for what DIR does not hold yet, and keep its answers there.",
)
@click.option("--pages", "count", type=click.IntRange(1), metavar="N", help="N of the pages; no gates.")
@click.option(
    "--repeat",
    type=click.IntRange(1, 99),
    default=1,
    metavar="K",
    help="K independent answers to each page, which carry seeds; recordings of them stand in repeat-K/.",
)
@click.option(
    "--model", metavar="NAME", help="The model to ask with --live or --record; or rules: patterns only."
)
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint.")
@click.option("--wire", type=click.Choice(WIRES), help="How the endpoint is held to JSON.")
@click.option(
    "--prompts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Prompts of your own.",
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=600, metavar="SECONDS")
@click.option("--concurrency", type=click.IntRange(1), default=8, metavar="N")
@click.option(
    "--beside/--no-beside", "with_beside", default=True, help="With ceiling and floor, or quicker without."
)
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@click.option("--json", "as_json", is_flag=True, help="Every number, as a line of JSON a repeat.")
@SUITES_OPTION
def run(
    suite: str,
    *,
    strategy: str | None,
    stale: bool,
    live: bool,
    record: Path | None,
    count: int | None,
    repeat: int,
    model: str | None,
    base_url: str | None,
    wire: str | None,
    prompts: Path | None,
    timeout: float,
    concurrency: int,
    with_beside: bool,
    yes: bool,
    as_json: bool,
    suites_file: Path,
) -> None:
    """Score the answers to a SUITE's pages: by default the recorded ones, and nothing is sent.

    A run is kept in runs/ beside suites.toml, with report.html to look at. Exit status 1 means that a gate
    failed: a floor, a significant drop under the baseline or one beyond the margin, a page lost; 3 that
    a recording is missing or stale.
    """
    chosen = read_suites(suites_file).suite(suite)
    context = click.get_current_context()
    if not (live or record) and not was_typed(context, "model"):
        model = None  # what a file or the environment names is for asking
    asked = _Asked(
        model,
        None if model == RULES and not was_typed(context, "base_url") else base_url,
        wire,
        RULES if model == RULES else strategy or chosen.strategy,
        prompts,
        live,
        record,
        stale,
        timeout,
        concurrency,
        with_beside,
    )
    _check(asked, repeat)
    pages = suite_pages(chosen, count)
    if asked.is_live:  # before anything is wanted for it, a key above all
        teller = _extractor(asked, chosen, 1, keyless=True)
        click.echo(printable(expected(teller, pages, repeat)), err=True)
    extractors = [_extractor(asked, chosen, number) for number in range(1, repeat + 1)]
    click.echo(printable(extractors[0].announcement(len(pages))), err=True)
    if asked.is_live and not yes:
        _agree()
    results = [_one(chosen, asked, extractor, pages, as_json=as_json) for extractor in extractors]
    if repeat > 1 and not as_json:
        scores.show_repeats([result.numbers for result in results])
    if not all(gate.passed for result in results for gate in result.passed):
        raise SystemExit(GATE_FAILED)


def _check(asked: _Asked, repeat: int) -> None:
    if asked.stale and asked.is_live:
        raise UsageError("--stale is about recordings; --live and --record ask anew")
    if asked.live and asked.record:
        raise UsageError("--record asks the model too: give --live or --record, not both")
    if asked.by_rules and (asked.is_live or repeat > 1):
        raise UsageError(f"--model {RULES} asks nobody: leave out --live, --record and --repeat")
    if not asked.is_live and not asked.by_rules and (asked.model or asked.base_url or asked.wire):
        raise UsageError("recordings know their model; to ask one, give --live or --record DIR too")


def _extractor(asked: _Asked, suite: Suite, number: int, *, keyless: bool = False) -> Extractor:
    """What answers in repeat `number`: the first is what a single run would be.

    `keyless`: one that only says what it would ask, for which no key need be there.
    """
    again = f"repeat-{number}" if number > 1 else ""
    if asked.by_rules:
        return Extractor(RULES)
    strategy = known_strategy(asked.strategy)
    if not asked.is_live:
        return Extractor(
            replay=suite.cassettes / again, strategy=strategy, stale_too=asked.stale, prompts=asked.prompts
        )
    context = click.get_current_context()
    return Extractor(
        asked.model,
        strategy=strategy,
        wire=asked.wire,  # pyright: ignore[reportArgumentType] - click has checked it
        prompts=asked.prompts,
        record=asked.record / again if asked.record else None,
        timeout=asked.timeout,
        concurrency=asked.concurrency,
        seed=number if number > 1 else None,
        endpoint=configured_endpoint(context, asked.model, asked.base_url, local_only=False, keyless=keyless),
    )


def _agree() -> None:
    """Asks whether to go on."""
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked whether to send this: give --yes")
    click.confirm("Go on?", abort=True, err=True)


class _Result(NamedTuple):
    numbers: Mapping[str, Any]
    passed: list[Gate]


def _one(
    suite: Suite, asked: _Asked, extractor: Extractor, pages: Sequence[Page], *, as_json: bool
) -> _Result:
    """One run: answered, scored, written, shown."""
    done = run_suite(suite, asked.strategy, extractor, pages)
    predictions = [page.prediction for page in done.score.pages if page.prediction]
    known = NOTHING
    if asked.with_beside:
        known = beside(suite, pages, extractor.kinds, predictions, with_floor=not asked.by_rules)
    numbers = all_numbers(done, known)
    written = write_folder(done, numbers, sys.argv[1:])
    baseline, passed, comparison = None, list[Gate](), None
    if not asked.by_rules:
        baseline = read_baseline(suite.baseline(asked.strategy))
        passed, comparison = suite_gates(done, numbers, written, baseline)
    told = scores.score_lines(done.score, numbers, passed, comparison, columns_of(numbers), _title(done))
    lines = list(told)
    write_text(written.folder / "summary.md", scores.summary(lines))
    write_text(written.folder / "junit.xml", junit(done.score, passed))
    write_report(written, numbers, done.texts, passed=passed, comparison=comparison, other="the baseline")
    if as_json:
        click.echo(json.dumps(numbers, ensure_ascii=False, sort_keys=True))
    else:
        click.echo("\n".join(lines))
    _tell(done, known, written, has_baseline=baseline is not None)
    return _Result(numbers, passed)


def _title(done: SuiteRun) -> str:
    """Which answers these are."""
    suite = done.suite.name if done.whole else f"{done.suite.name} (a part)"
    told = [suite, done.strategy, done.model]
    if done.recorded:
        stale = f", {len(done.stale)} stale" if done.stale else ""
        told.append(f"replay of {done.recorded}{stale}")
    return " · ".join([*told, f"{done.live} live pages"])


def columns_of(numbers: Mapping[str, Any]) -> scores.Columns:
    """The columns beside the headline that a run's numbers have."""
    known = numbers["beside"]
    return {
        title: known[name]
        for title, name in ((scores.CEILING, "ceiling"), ("floor (rules)", "floor"))
        if known[name] is not None
    }


def _tell(done: SuiteRun, known: Beside, written: Run, *, has_baseline: bool) -> None:
    """What a reader of the numbers must know, to standard error."""
    scores.tell(done.score)
    said = list(known.missing)
    if done.stale:
        changed = sorted({changes.split("\n")[0] for changes in done.stale.values()})
        said.append(f"{len(done.stale)} answers are to an earlier request. {' '.join(changed)}")
    if not done.whole:
        said.append("a part of the suite: no gates")
    elif not has_baseline and done.strategy != RULES:
        said.append(f"no baseline yet: hyllm eval bless {written.folder.name}")
    for line in said:
        click.echo(printable(f"hyllm: {line}"), err=True)
    click.echo(printable(f"{written.folder / 'report.html'}"), err=True)
