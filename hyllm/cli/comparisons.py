"""Runs beside each other, annotators beside each other, and a check of gold, as a person reads them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from hyllm.cli.scores import field_rows, worst_lines
from hyllm.cli.show import printable
from hyllm.cli.tables import cut, table, three
from hyllm.scoring import Agreement, Change, Checked, Comparison


def show_comparison(found: Comparison) -> None:
    """Prints the verdict, then what broke and what was mended."""
    click.echo(found.verdict)
    for name, view in (("slots", found.slots), ("records", found.records)):
        if view.difference is not None:
            click.echo(
                f"{name:8} F1 {three(view.first)} → {three(view.second)}   "
                f"{view.difference.value:+.3f} [{view.difference.low:+.3f}, {view.difference.high:+.3f}]   "
                f"p {view.p:.4f}   detectable {view.difference.detectable:.3f}"
            )
    click.echo(
        f"wrong predicted values {found.spurious[0]} → {found.spurious[1]}   clusters {found.clusters}"
    )
    if found.lost:
        click.echo(f"pages lost: {', '.join(found.lost)}")
    for title, changes in (("newly broken", found.broken), ("newly fixed", found.fixed)):
        click.echo(f"\n{title}: {len(changes)}")
        for change in changes:
            click.echo(_change_line(change))


def _change_line(change: Change) -> str:
    quote = f"   “{cut(change.quote, 60)}”" if change.quote else ""
    place = f"{change.page} {change.kind} {change.name} · {change.row}"
    return printable(f"  {place}: {change.gold} | {change.predicted or '–'}{quote}")


def comparison_json(found: Comparison) -> dict[str, Any]:
    """A comparison as JSON."""
    row: dict[str, Any] = {
        name: {
            "first": view.first,
            "second": view.second,
            "p": view.p,
            "difference": None
            if view.difference is None
            else {**view.difference._asdict(), "detectable": view.difference.detectable},
        }
        for name, view in (("slots", found.slots), ("records", found.records))
    }
    return row | {
        "verdict": found.verdict,
        "regression": found.is_regression,
        "clusters": found.clusters,
        "lost": found.lost,
        "broken": [asdict(change) for change in found.broken],
        "fixed": [asdict(change) for change in found.fixed],
        "spurious": list(found.spurious),
    }


def show_agreement(found: Agreement, numbers: Mapping[str, Any]) -> None:
    """Prints the agreement of two annotators, by field."""
    summary = numbers["agreement"]
    rows = [["", "A against B", "B against A", "ceiling"]]
    rows += [
        [name, three(summary[name]["A_B"]), three(summary[name]["B_A"]), three(summary[name]["ceiling"])]
        for name in ("records", "slots")
    ]
    for line in table(rows, left=1):
        click.echo(line)
    click.echo(
        f"\n{len(found.forth.pages)} pages; only A {len(found.only[0])}, only B {len(found.only[1])}\n"
    )
    for line in (*table(field_rows(found.forth, numbers), left=1), *worst_lines(found.forth)):
        click.echo(line)


def show_check(found: Checked, *, as_json: bool) -> None:
    """Prints what a check of gold found: first what is wrong, then what may be."""
    for finding in sorted(found.findings, key=lambda one: not one.certain):
        if as_json:
            click.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            sign = "wrong" if finding.certain else "look "
            place = f"{finding.file} {finding.at}".rstrip()
            click.echo(printable(f"{sign} {finding.rule:7} {place}: {finding.message}"))
    wrong = sum(finding.certain for finding in found.findings)
    looked = len(found.findings) - wrong
    share = f"{found.doubt.doubtful} of {found.doubt.values} values in doubt"
    click.echo(f"{found.pages} pages, {wrong} wrong, {looked} to look at; {share}", err=True)
    if found.without_text:
        click.echo(f"words not checked, no text: {', '.join(found.without_text[:5])}; give --pages", err=True)
