"""`hyllm batch status|show|failures|retry|reparse|gc`: looking into a store, and putting it right."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from hyllm.batch import (
    Store,
    everything_about,
    failures,
    gc,
    load_setups,
    refuse_foreign_code,
    reparse,
    retry,
    status,
)
from hyllm.batch.store import transaction, versions
from hyllm.cli.batch_options import ANY_STORE, OWN_KIND, STORE
from hyllm.cli.batch_store import how_to_run, looking, lost_in, writing
from hyllm.errors import UsageError
from hyllm.escaping import json_line, printable

JSON = click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output.")


@click.command("status")
@ANY_STORE
@JSON
def show_status(where: str, *, as_json: bool) -> None:
    """How far a store is, what it has cost, and which models answered. May be asked while a run goes on."""
    with looking(where) as store:
        found = status(store.connection)
        lost = lost_in(where, store)
    if as_json:
        click.echo(json_line(found.to_json()))
        return
    for line in found.look.lines():
        click.echo(printable(line))
    states = ", ".join(f"{number:,} {state}" for state, number in found.states.items())
    click.echo(f"states: {states or 'nothing to ask'}; {found.records:,} records")
    unsure = f", of which {found.spent.unsure:,} may have been paid in vain" if found.spent.unsure else ""
    dollars = (
        f"${found.spent.dollars:,.4f}" if found.spent.dollars or not found.spent.tokens else "no price known"
    )
    click.echo(f"spent: {dollars}, {found.spent.tokens:,} tokens, {found.requests:,} requests{unsure}")
    if lost:
        click.echo(f"put aside besides, for what machines that were lost may have spent: {lost}")
    if found.spent.out:
        click.echo(
            f"out in files: {found.spent.out:,} requests, which may take up to ${found.spent.out_dollars:,.4f} and "
            f"{found.spent.out_tokens:,} tokens: hyllm batch files status"
        )
    for name, fingerprint, number in found.models:
        told = f" ({fingerprint})" if fingerprint else ""
        click.echo(printable(f"answered as {name or 'not told'}{told}: {number:,}"))
    if len(found.models) > 1:
        click.echo("the endpoint has answered as more than one model: see the attempts table of an export")
    if found.older or found.conflicts:
        click.echo(
            f"{found.older:,} older versions of a page, {found.conflicts:,} pages that share paper, date and "
            "number with another: hyllm batch failures"
        )
    if len(found.read_by) > 1:
        read = ", ".join(f"{number:,} by {version}" for version, number in found.read_by)
        click.echo(f"read by several versions of hyllm ({read}): hyllm batch reparse makes them one")
    if found.last_run:
        started, ended, outcome = found.last_run
        click.echo(f"last run: {started} to {ended or '…'}: {outcome or 'under way, or killed'}")


@click.command("failures")
@ANY_STORE
@JSON
@click.option("--cause", metavar="CAUSE", help="Only these.")
def show_failures(where: str, *, as_json: bool, cause: str | None) -> None:
    """Which pages failed, by cause; what could not be read; pages that claim the same place."""
    with looking(where) as store:
        found = list(failures(store.connection, cause))
        sharing = [] if cause else list(versions(store.connection))
    if as_json:
        for failure in found:
            click.echo(json_line(failure._asdict()))
        for version in sharing:
            relation = "older" if version.is_older else "conflict"
            click.echo(json_line({"page": version.page, "state": relation, "other": version.newest_page}))
        return
    counts = Counter(failure.cause for failure in found)
    for name, number in counts.most_common():
        click.echo(printable(f"{number:,} {name}"))
        for failure in [one for one in found if one.cause == name][:10]:
            said = failure.message if failure.state == "unreadable" else f"{failure.page}: {failure.message}"
            click.echo(printable(f"  {said}"[:300]))
    for version in sharing:
        share = f"{version.overlap:.0%} of the same text"
        what = (
            f"an older version of {version.newest_page}"
            if version.is_older
            else (
                f"has the paper, date and number of {version.newest_page}, but another text: one of them is wrong"
            )
        )
        click.echo(printable(f"  {version.page}: {what} ({share})"))
    if not found and not sharing:
        click.echo("none")


@click.command("retry")
@ANY_STORE
@click.option("--cause", metavar="CAUSE", help="Only what failed for this cause, as `failures` lists it.")
def retry_failed(where: str, *, cause: str | None) -> None:
    """Put failed pages back into the queue; the next run asks, and pays, for them anew."""
    with writing(where) as store, transaction(store.connection) as db:
        number = retry(db, cause)
        found = failures(db) if cause and not number else ()
        causes = sorted({one.cause for one in found if one.state != "unreadable"})
    if causes:
        raise UsageError(f"--cause {cause}: nothing failed for it; causes are: {', '.join(causes)}")
    click.echo(f"{number:,} pages are open again: {how_to_run(where)}", err=True)


@click.command("reparse")
@ANY_STORE
@OWN_KIND
@click.option("--page", metavar="PAGE", help="Only this page.")
@click.option(
    "--readers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read."
)
def reparse_answers(where: str, *, kinds: Sequence[str], page: str | None, readers: int) -> None:
    """Read stored answers again with today's code, for nothing. Further requests are left to the next run."""
    from hyllm.batch import read_all

    with writing(where) as store:
        for setup in load_setups(store.connection):
            refuse_foreign_code(setup, kinds)
        with transaction(store.connection) as db:
            number = reparse(db, page)
        read_all(store, readers)
        left = store.connection.execute(
            "SELECT count(*) FROM jobs WHERE state = 'open' AND turn > 0"
        ).fetchone()[0]
        faults = store.connection.execute("SELECT count(*) FROM jobs WHERE state = 'fault'").fetchone()[0]
    click.echo(
        f"{number:,} pages read again; {faults:,} could not be, {left:,} need a further request", err=True
    )


@click.command("show")
@ANY_STORE
@click.argument("page")
@click.option("--text", is_flag=True, help="The page's text alone.")
@click.option("--answer", is_flag=True, help="The last answer as it came, alone.")
def show_page(where: str, page: str, *, text: bool, answer: bool) -> None:
    """All there is of a PAGE: metadata, requests, the answers as they came, and what was read. As JSON."""
    with looking(where) as store:
        found = everything_about(store.connection, page)
    if text:
        click.echo(printable(found["text"]))
    elif answer:
        raw = [one["answer"] for job in found["jobs"] for one in job["attempts"] if one["answer"]]
        click.echo(printable(raw[-1]) if raw else "no answer yet", err=not raw)
    else:
        click.echo(json_line(found))


@click.command("gc")
@STORE
def clear_out(path: Path) -> None:
    """Clear out texts that no page has any more and answers that were asked anew since; shrink the file."""
    with Store(path, write=True) as store:
        freed = gc(store.connection, size=path.stat().st_size)
    click.echo(
        f"{freed.texts:,} texts and {freed.answers:,} answers cleared out: {freed.bytes:,} bytes", err=True
    )
