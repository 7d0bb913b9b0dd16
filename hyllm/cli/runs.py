"""`hyllm eval show`, `bless` and `adjudicate`: what is done with a run that is kept."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import click

from hyllm.cli import scores
from hyllm.cli.suites import SUITES_OPTION
from hyllm.cli.terms import LEGEND
from hyllm.errors import UsageError
from hyllm.escaping import json_line, printable
from hyllm.evals import (
    Decision,
    bless,
    decisions_file,
    find_run,
    keep_decision,
    read_decisions,
    read_suites,
    suite_run,
    with_decisions,
)
from hyllm.scoring import Run, read_lines, read_run

_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_RUN = click.argument("run", metavar="RUN")


@click.command("show", epilog=LEGEND)
@_RUN
@click.argument("page", required=False)
@click.option("--json", "as_json", is_flag=True, help="The numbers, or the page's records, as JSON Lines.")
@SUITES_OPTION
def show(run: str, page: str | None, *, as_json: bool, suites_file: Path) -> None:
    """Show a RUN's scores again, or everything that is wrong on one PAGE of it.

    RUN is a folder, the name of one in runs/ beside suites.toml, or `latest`.
    """
    found = read_run(find_run(suites_file.parent, run))
    if page is None:
        name = "metrics.json" if as_json else "summary.md"
        text = _text(found.folder / name)
        click.echo(json_line(json.loads(text)) if as_json else printable(text.rstrip("\n")))
        return
    records = [record for record in found.records if record["page"] == page]
    pages = sorted(one["page"] for one in found.pages)
    if page not in pages:
        raise UsageError(f"{found.folder} has no page {page!r}; it has {', '.join(pages)}")
    for line in map(json_line, records) if as_json else _page_lines(found, page, records):
        click.echo(line)


@click.command("bless")
@_RUN
@SUITES_OPTION
def bless_command(run: str, *, suites_file: Path) -> None:
    """Make RUN the baseline that later runs of its suite are compared with.

    RUN is a folder, the name of one in runs/ beside suites.toml, or `latest`.
    """
    found = suite_run(find_run(suites_file.parent, run))
    suite = read_suites(suites_file).suite(found.about["suite"])
    path = suite.baseline(found.about["strategy"])
    bless(found, path)
    click.echo(printable(str(path)))


@click.command("adjudicate")
@_RUN
@click.option(
    "--decide",
    "decided",
    multiple=True,
    metavar="KEY=DECISION",
    help=f"Decide without being asked: {', '.join(_DECISIONS)}. May be repeated.",
)
@click.option("--note", default="", metavar="TEXT", help="Why, for --decide.")
@click.option("--all", "every", is_flag=True, help="Those that are decided already, too.")
@click.option("--json", "as_json", is_flag=True, help="List them as JSON Lines; ask nothing.")
@SUITES_OPTION
def adjudicate(
    run: str, *, decided: Sequence[str], note: str, every: bool, as_json: bool, suites_file: Path
) -> None:
    """Decide about values of RUN that stand on the page and not in gold: does gold lack them?

    In a terminal you are asked one by one. What you decide is kept in decisions.jsonl beside suites.toml,
    for all later runs. It changes no score: where gold lacks a value, change gold and run again.
    """
    folder = find_run(suites_file.parent, run)
    read_run(folder)
    path = decisions_file(suites_file.parent)
    values = with_decisions(read_lines(folder / "adjudicate.jsonl"), read_decisions(path))
    if decided:
        _decide(path, values, decided, note)
        return
    wanted = [value for value in values if every or value["decision"] is None]
    if not as_json and sys.stdin.isatty():
        _ask(path, wanted)
        return
    for value in wanted:
        click.echo(json_line(value) if as_json else _value_line(value))
    click.echo(f"{len(values)} values, {sum(v['decision'] is None for v in values)} to be decided", err=True)


def _decide(path: Path, values: Sequence[Mapping[str, Any]], decided: Sequence[str], note: str) -> None:
    by_key = {value["key"]: value for value in values}
    pairs = [one.partition("=")[::2] for one in decided]
    for key, what in pairs:
        if key not in by_key:
            raise UsageError(f"--decide: no value {key!r} in this run")
        if what not in _DECISIONS:
            raise UsageError(f"--decide {key}: must be one of {', '.join(_DECISIONS)}, not {what!r}")
    for key, what in pairs:
        keep_decision(path, by_key[key], what, note)  # pyright: ignore[reportArgumentType] - just checked


def _ask(path: Path, values: Sequence[Mapping[str, Any]]) -> None:
    """Asks about each value, and keeps each answer at once."""
    choices = {"r": "right", "w": "wrong", "u": "unsure"}
    for number, value in enumerate(values, 1):
        click.echo(f"\n{number} of {len(values)}  {_value_line(value)}")
        answer = click.prompt(
            "right (gold lacks it), wrong, unsure, skip, quit",
            type=click.Choice([*choices, "s", "q"]),
            err=True,
        )
        if answer == "q":
            return
        if answer in choices:
            note = click.prompt("why", default="", show_default=False, err=True)
            keep_decision(path, value, choices[answer], note)  # pyright: ignore[reportArgumentType]


def _value_line(value: Mapping[str, Any]) -> str:
    quote = "".join(f"\n    “{quote}”" for quote in value["quotes"][:2])
    about = f"{value['page']} {value['kind']} {value['name']} · {value['row']}: {value['predicted']}"
    decision = f"  [{value['decision']}]" if value["decision"] else ""
    return printable(f"{value['key']}  {about}{decision}{quote}")


def _page_lines(run: Run, page: str, records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong on a page, record by record; what is right is only counted."""
    about = next(one for one in run.pages if one["page"] == page)
    cor, inc, mis, spu = about["slots"][:4]
    lost = "  page lost" if about["failed"] else ""
    yield printable(f"{page}: {cor} right, {inc} wrong, {mis} missing, {spu} spurious{lost}")
    for record in records:
        wrong = [slot for slot in record["slots"] if slot["verdict"] != "cor" and slot["row"] != "evidence"]
        side = record["gold"] or record["predicted"]
        sign = {"matched": "≠" if wrong else "=", "missing": "−", "spurious": "+", "optional": "="}
        told = "" if record["outcome"] == "matched" else f" ({record['outcome']})"
        yield printable(f"{sign[record['outcome']]} {record['kind']} {side['name']}{told}")
        for line in scores.slot_table(wrong) if wrong else ():
            yield f"    {line}"
        for quote in record["evidence"][:2] if wrong else ():
            yield printable(f"    “{quote}”")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
