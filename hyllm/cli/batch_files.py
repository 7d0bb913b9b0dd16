"""`hyllm batch files write|read|take-back`: open requests out as files, answers back in from files."""

from collections.abc import Sequence
from pathlib import Path

import click

from hyllm.batch import (
    Caps,
    Setup,
    Store,
    forecast,
    load_setups,
    look_at,
    refuse_foreign_code,
    sample_rank,
    setup_in_force,
)
from hyllm.batch.files import (
    WriteOptions,
    Written,
    find_files,
    finish_interrupted,
    take_answers,
    take_back,
    write_files,
)
from hyllm.batch.store import transaction
from hyllm.cli.batch_files_said import end_reading, read_waiting, say_taken
from hyllm.cli.batch_forecast import cost_lines
from hyllm.cli.batch_options import OWN_KIND, STORE
from hyllm.cli.batch_price import price_of_run
from hyllm.cli.exits import SOME_FAILED
from hyllm.client import Price
from hyllm.errors import UsageError
from hyllm.escaping import printable
from hyllm.tokens import estimate_tokens

READERS = click.option(
    "--readers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that read answers."
)


@click.group()
def files() -> None:
    """Ask by files: a Batch API at half the price, or a runner without a server.

    `write` turns open requests into files of OpenAI's Batch form, and `read` takes files of answers: that is all
    vLLM's and SGLang's offline runners need. `submit`, `status` and `fetch` do the rest with an endpoint that has
    Files and Batches. What is out in a file, no run asks; what a file does not answer goes into the next.
    """


@files.command("write")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@STORE
@OWN_KIND
@READERS
@click.option("--dry-run", is_flag=True, help="Say what it would take; write nothing.")
@click.option(
    "--max-cost",
    type=click.FloatRange(0),
    metavar="DOLLARS",
    help="Never let this store cost more, all runs and files included.",
)
@click.option(
    "--max-tokens", "token_cap", type=click.IntRange(1), metavar="N", help="The same of its tokens."
)
@click.option("--max-pages", type=click.IntRange(1), metavar="N", help="The same of pages asked about.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Only a random sample of N pages.")
@click.option(
    "--price",
    metavar="IN/CACHED/OUT",
    help="Of the batch: dollars for a million tokens sent, sent and cached, received.",
)
def write_open(
    folder: Path,
    *,
    path: Path,
    kinds: Sequence[str],
    readers: int,
    dry_run: bool,
    max_cost: float | None,
    token_cap: int | None,
    max_pages: int | None,
    sample: int | None,
    price: str | None,
) -> None:
    """Write what is open in a store to files in DIR, at most 50,000 requests and 200 MB each.

    Their names go to standard output. Their pages are out then: `batch run` passes over them until they are
    answered, the batch has ended, or they are taken back.
    """
    with Store(path, write=not dry_run) as store:
        setup = setup_of(store, path, kinds)
        dollars = price_of_run(setup, price, needed=max_cost is not None, batch=True)
        if dry_run:
            _forecast(store, setup, dollars, sample)
            return
        read_waiting(store, readers)
        options = WriteOptions(caps=Caps(max_cost, token_cap, max_pages), price=dollars, sample=sample)
        written = write_files(store, setup, folder, options)
    for file in written.files:
        click.echo(str(file.path))
    _say_written(path, written, dollars)
    if written.left:
        raise SystemExit(SOME_FAILED)


def _say_written(path: Path, written: Written, price: Price | None) -> None:
    requests = sum(file.requests for file in written.files)
    size = sum(file.bytes for file in written.files)
    if not requests and not written.left:
        click.echo("nothing is open", err=True)
        return
    cost = f"; with all before, up to ${written.dollars:,.4f}" if price else "; no batch price is known"
    click.echo(f"{requests:,} requests in {len(written.files)} files, {size:,} bytes{cost}", err=True)
    if written.capped:
        click.echo(f"stopped: the cap is reached; {written.left:,} pages are left open", err=True)
    if requests:
        click.echo(
            f"to send them: hyllm batch files submit --store {path}; what a runner of your own answers: "
            f"hyllm batch files read FILE --store {path}",
            err=True,
        )


def _forecast(store: Store, setup: Setup, price: Price | None, sample: int | None) -> None:
    found = forecast(
        store.connection,
        setup.id,
        price,
        prompt_tokens=estimate_tokens(setup.pinned.prompt),
        up_to=sample_rank(store.connection, setup.id, sample) if sample else None,
    )
    for line in cost_lines(found):
        click.echo(line)
    if price is None:
        click.echo(f"the batch price of {setup.model} is not known")
    else:
        click.echo(f"at the batch price of {price.since}" if price.since else "at the price given")


@files.command("read")
@click.argument(
    "answers",
    metavar="FILE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@STORE
@OWN_KIND
@READERS
@click.option(
    "--ended", is_flag=True, help="No more comes: what these files do not answer goes back into the queue."
)
def read_files(
    answers: Sequence[Path], *, path: Path, kinds: Sequence[str], readers: int, ended: bool
) -> None:
    """Take answers from FILEs of OpenAI's Batch form, in any order, as often as you like.

    Give the files of answers and of errors of one batch together. Each answer is kept as it came and read as live
    ones are. Requests that failed in passing are open again; what a file says nothing of stays out, unless --ended.
    """
    with Store(path, write=True) as store:
        setup = setup_of(store, path, kinds)
        db = store.connection
        finish_interrupted(db)
        taken = take_answers(db, answers)
        back = 0
        if ended and not taken.broken:
            with transaction(db):
                back = sum(take_back(db, file, "uncertain", "no line about it") for file in taken.files)
        say_taken(taken)
        if back:
            click.echo(f"{back:,} had no answer: open again", err=True)
        if ended and taken.broken:
            click.echo("nothing was taken back, since a file is damaged: read the whole one", err=True)
        end_reading(store, path, setup, [taken], readers)


@files.command("take-back")
@click.argument("names", metavar="FILE…", nargs=-1, required=True)
@STORE
@click.option("--unsent", is_flag=True, help="They went nowhere: nothing of them counts as paid.")
def take_files_back(names: Sequence[str], *, path: Path, unsent: bool) -> None:
    """Put what is out in files that `write` wrote back into the queue, without waiting for answers.

    Unless --unsent says otherwise it counts as if it may have been paid for. Answers that come later are still
    kept: they are used if the page was not asked about again meanwhile.
    """
    with Store(path, write=True) as store:
        finish_interrupted(store.connection)
        found = find_files(store.connection, list(names))
        if unsent and (sent := next((file for file in found if file.batch), None)):
            raise UsageError(f"{sent.path.name}: was submitted as {sent.batch}: leave --unsent out")
        outcome = "unsent" if unsent else "uncertain"
        with transaction(store.connection) as db:
            number = sum(take_back(db, file.id, outcome, "taken back") for file in found)
    click.echo(f"{number:,} requests are open again; an answer that still comes is kept", err=True)
    for file in found:
        if file.out and file.batch:
            said = f"{file.batch} goes on at {file.base_url}, and costs: cancel it there"
            click.echo(printable(said), err=True)
        elif file.out:
            click.echo(f"do not send {file.path} any more", err=True)


def setup_of(store: Store, path: Path, kinds: Sequence[str]) -> Setup:
    """The setup in force.

    Raises:
        UsageError: the store is empty, or asks for a kind of one's own that is not among `kinds`.
    """
    setup = setup_in_force(load_setups(store.connection))
    if setup is None or not look_at(store.connection).pages:
        raise UsageError(
            f"--store {path}: has no pages yet; hyllm batch run ARCHIVE --store {path} --model … --dry-run "
            "takes them in, and sends nothing"
        )
    refuse_foreign_code(setup, kinds)
    return setup
