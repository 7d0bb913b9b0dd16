"""`hyllm batch files submit|status|fetch`: files of requests at an endpoint that has Files and Batches."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from hyllm.batch import Setup, Store, load_setups, setup_in_force
from hyllm.batch.files import (
    Fetched,
    OutFile,
    check_submittable,
    fetch,
    find_files,
    finish_interrupted,
    out_files,
    submit,
)
from hyllm.cli.batch_files import READERS, files, setup_of
from hyllm.cli.batch_files_said import end_reading, file_lines, say_taken
from hyllm.cli.batch_look import JSON
from hyllm.cli.batch_options import OWN_KIND, STORE
from hyllm.cli.batch_setup import endpoint_of
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint
from hyllm.client import BatchState, Endpoint, find_endpoint, open_batches
from hyllm.errors import AnswerError, EndpointError, HyllmError, UsageError
from hyllm.escaping import json_line, printable
from hyllm.loop import run

_NAMES = click.argument("names", metavar="[FILE]…", nargs=-1)


def _reaching(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where the endpoint is."""
    for option in reversed(
        (
            click.option("--base-url", metavar="URL", help="Another address than the store's."),
            click.option(
                "--timeout",
                type=click.FloatRange(0, min_open=True),
                default=600,
                show_default=True,
                metavar="SECONDS",
                help="How long a request may take, an upload too.",
            ),
            click.option("--local-only", is_flag=True, help="Refuse every endpoint but this machine's own."),
        )
    ):
        command = option(command)
    return command


@files.command("submit", cls=Configured, context_settings=ENVIRONMENT)
@_NAMES
@STORE
@_reaching
@click.pass_context
def submit_files(context: click.Context, names: Sequence[str], *, path: Path, **options: Any) -> None:
    """Upload FILEs that `write` wrote, and begin their batches; without FILE, all that are not submitted.

    What was broken off may be submitted again: a batch that was begun is found, and not begun twice.
    """
    with Store(path, write=True) as store:
        setup = _setup(store, path)
        finish_interrupted(store.connection)
        found = find_files(store.connection, list(names)) if names else out_files(store.connection)
        chosen = found if names else [file for file in found if file.out and not file.batch]
        endpoint = endpoint_of(context, setup, {**options, "model": None})
        for file in chosen:
            check_submittable(file, endpoint.base_url)
        if not chosen:
            click.echo("nothing to submit", err=True)
            return
        notes = "; ".join(filter(None, [f"the text goes to {endpoint.host}", endpoint.note]))
        click.echo(printable(notes), err=True)
        run(_submit_all(store, chosen, endpoint, options["timeout"]))
    click.echo(
        f"to see how far they are, and take the answers: hyllm batch files fetch --store {path}", err=True
    )


async def _submit_all(store: Store, chosen: Sequence[OutFile], endpoint: Endpoint, timeout: float) -> None:
    batches = open_batches(endpoint, timeout=timeout)
    try:
        for file in chosen:
            state = await submit(store, file, batches, endpoint.base_url)
            click.echo(printable(f"{file.path.name}: {state.id}: {state}"))
    finally:
        await batches.aclose()


@files.command("status", cls=Configured, context_settings=ENVIRONMENT)
@STORE
@_reaching
@click.option("--ask/--no-ask", default=True, show_default=True, help="Ask the endpoint about its batches.")
@JSON
@click.pass_context
def show_files(context: click.Context, *, path: Path, ask: bool, as_json: bool, **options: Any) -> None:
    """What was written to files, where its batches stand, and what has become of it."""
    with Store(path) as store:
        found = out_files(store.connection)
        setup = setup_in_force(load_setups(store.connection))
    error: HyllmError | None = None
    for file in found:
        state = file.status
        if ask and setup and file.batch and file.out and error is None:
            try:
                state = str(run(_look(file, _endpoint(context, setup, file, options), options["timeout"])))
            except (AnswerError, EndpointError, UsageError) as failed:
                error = failed
        if as_json:
            click.echo(json_line(file.to_json() | {"status": state}))
        else:
            for line in file_lines(file, state):
                click.echo(printable(line))
    if not found and not as_json:
        click.echo("no files were written")
    if error:
        raise error


async def _look(file: OutFile, endpoint: Endpoint, timeout: float) -> BatchState:
    batches = open_batches(endpoint, timeout=timeout)
    try:
        return await batches.look(str(file.batch))
    finally:
        await batches.aclose()


@files.command("fetch", cls=Configured, context_settings=ENVIRONMENT)
@_NAMES
@STORE
@OWN_KIND
@READERS
@_reaching
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where files of answers are put.  [default: STORE.answers]",
)
@click.pass_context
def fetch_files(
    context: click.Context,
    names: Sequence[str],
    *,
    path: Path,
    kinds: Sequence[str],
    readers: int,
    folder: Path | None,
    **options: Any,
) -> None:
    """Take the answers of batches that have ended; what they did not answer is open again.

    With FILE, only of these, and once more if they were fetched before. While a batch is under way, the exit code
    is 4.
    """
    with Store(path, write=True) as store:
        setup = setup_of(store, path, kinds)
        found = find_files(store.connection, list(names)) if names else out_files(store.connection)
        chosen = [file for file in found if file.batch and (names or file.out)]
        if not chosen:
            click.echo("no batch to fetch", err=True)
        target = folder or path.with_name(f"{path.name}.answers")
        fetched: list[Fetched] = []
        error: HyllmError | None = None
        for file in chosen:
            try:
                endpoint = _endpoint(context, setup, file, options)
                fetched.append(run(_fetch(store, file, endpoint, options["timeout"], target)))
                _say(fetched[-1])
            except AnswerError as failed:
                click.echo(printable(f"{file.path.name}: {failed}"), err=True)
                error = error or failed
            except (EndpointError, UsageError) as failed:  # what has come is read first
                error = failed
                break
        try:
            end_reading(store, path, setup, [one.taken for one in fetched if one.taken], readers)
        except SystemExit:
            if not isinstance(error, EndpointError | UsageError):
                raise
        if error:
            raise error


async def _fetch(store: Store, file: OutFile, endpoint: Endpoint, timeout: float, folder: Path) -> Fetched:
    batches = open_batches(endpoint, timeout=timeout)
    try:
        return await fetch(store, file, batches, folder)
    finally:
        await batches.aclose()


def _say(fetched: Fetched) -> None:
    click.echo(printable(f"{fetched.file.path.name}: {fetched.state.id}: {fetched.state}"), err=True)
    if fetched.taken is None:
        return
    say_taken(fetched.taken)
    if fetched.back:
        click.echo(f"{fetched.back:,} had no answer: open again", err=True)
    if fetched.doubt:
        click.echo(f"nothing was taken back, since {fetched.doubt}: fetch it again", err=True)


def _setup(store: Store, path: Path) -> Setup:
    setup = setup_in_force(load_setups(store.connection))
    if setup is None:
        raise UsageError(f"--store {path}: has no pages yet")
    return setup


def _endpoint(context: click.Context, setup: Setup, file: OutFile, options: dict[str, Any]) -> Endpoint:
    """Where a file was submitted, unless another address is given."""
    local_only = options["local_only"]
    if options["base_url"]:
        return configured_endpoint(context, setup.model, options["base_url"], local_only=local_only)
    # The store may be somebody else's: its address gets no key unless it is a provider's own.
    return find_endpoint(setup.model, file.base_url, vouched=False, local_only=local_only)
