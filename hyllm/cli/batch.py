"""`hyllm batch`: an archive of any size, asked about page by page, each paid for once."""

from collections.abc import Sequence
from typing import Any

import click

from hyllm.batch import (
    Caps,
    Ended,
    Options,
    Setup,
    Store,
    adopt,
    begin_trial,
    compare,
    count_states,
    forecast,
    load_setups,
    new_setup,
    run_batch,
    sample_rank,
)
from hyllm.batch.files import jobs_out
from hyllm.batch.store import transaction
from hyllm.cli.batch_archive import look_through
from hyllm.cli.batch_forecast import forecast_lines
from hyllm.cli.batch_options import ANY_STORE, asking, bounding, reading, spreading
from hyllm.cli.batch_price import price_of_run
from hyllm.cli.batch_progress import Telling, exit_code, summary
from hyllm.cli.batch_setup import announce, deadline_of, endpoint_of, extractor_of, pinned_setup, readers_of
from hyllm.cli.batch_store import file_of, how_to_run
from hyllm.cli.configured import ENVIRONMENT, Configured, was_typed
from hyllm.client import Endpoint
from hyllm.errors import UsageError
from hyllm.escaping import printable
from hyllm.tokens import estimate_tokens

_WATCH_EVERY = 5000


@click.group()
def batch() -> None:
    """An archive of any size: resumable, each page paid for once, within a budget.

    A store keeps the archive's pages, every request, every answer as it came, and what was read from it. Run
    the same command again to go on where it stopped.
    """


@batch.command(cls=Configured, context_settings=ENVIRONMENT)
@click.argument("paths", nargs=-1, type=click.Path())
@ANY_STORE
@asking
@bounding
@reading
@spreading
@click.pass_context
def run(context: click.Context, paths: Sequence[str], *, where: str, **options: Any) -> None:
    """Ask about an archive: PATHS are folders, globs, *.txt, *.jsonl, *.parquet or *.zip, or URLs of such.

    A store keeps the model, prompts and schema it began with, so the same command goes on where it stopped,
    after an upgrade too. Without PATHS the archive is not looked through again. Ctrl-C waits for what is in
    flight; a second one does not.
    """
    if options["on"] == "ray":
        from hyllm.cli.batch_cluster import run_on_cluster

        run_on_cluster(context, paths, where, options)
        return
    for name in ("address", "shard_pages", "shards_per_node", "endpoint_per_node"):
        if was_typed(context, name):
            raise UsageError(f"--{name.replace('_', '-')} goes with --on ray")
    path = file_of(where)
    with Store(path, write=True) as store:
        setup = in_force = pinned_setup(context, store, options)
        look_through(store, paths, options)
        if out := jobs_out(store.connection, setup.id):
            said = f"hyllm batch files status --store {path}"
            click.echo(f"{out:,} pages are out in batch files, and passed over: {said}", err=True)
        endpoint = endpoint_of(context, setup, options)
        bounds = bounds_of(setup, options)
        if options["adopt"]:
            setup, endpoint = _adopt(context, store, setup, options)
            if not setup.adopted:
                _try(store, setup, in_force, endpoint, bounds)
                return
        if options["dry_run"]:
            show_forecast(store, setup, bounds)
            return
        announce(setup, endpoint)
        telling = Telling(options["max_cost"], as_json=options["as_json"])
        ended = run_batch(store, setup, endpoint, bounds, told=telling)
        telling.finish()
        _end(store, setup, ended, bounds.sample, where=where, go_on=how_to_run(where))


def bounds_of(setup: Setup, options: dict[str, Any]) -> Options:
    """How much, how fast and how long, as the options say."""
    return Options(
        concurrency=options["concurrency"],
        timeout=options["timeout"],
        readers=readers_of(options["readers"]),
        caps=Caps(options["max_cost"], options["token_cap"], options["max_pages"]),
        price=price_of_run(setup, options["price"], needed=options["max_cost"] is not None),
        requests_per_minute=options["rpm"],
        tokens_per_minute=options["tpm"],
        deadline=deadline_of(options["deadline"]),
        sample=options["sample"],
        watch_every=_WATCH_EVERY if options["watch_model"] else None,
    )


def show_forecast(store: Store, setup: Setup, bounds: Options, *, also_out: bool = False) -> None:
    """Says what the run would take; with `also_out` what is out is still to be asked by it, too."""
    db = store.connection
    found = forecast(
        db,
        setup.id,
        bounds.price,
        prompt_tokens=estimate_tokens(setup.pinned.prompt),
        up_to=sample_rank(db, setup.id, bounds.sample) if bounds.sample else None,
        also_out=also_out,
    )
    for line in forecast_lines(found, bounds.concurrency, bounds.requests_per_minute):
        click.echo(line)


def _adopt(
    context: click.Context, store: Store, in_force: Setup, options: dict[str, Any]
) -> tuple[Setup, Endpoint]:
    """What the options say, as a setup on trial; with --yes, in force. And its endpoint."""
    db = store.connection
    extractor = extractor_of(context, options)
    made = new_setup(
        extractor,
        prompts=options["prompts"],
        ask_again=options["ask_again"],
        gazetteer=options["gazetteer"],
        adopted=False,
    )
    with transaction(db):
        trial = begin_trial(db, made, in_force)
    if not options["yes"]:
        return trial, extractor.endpoint
    with transaction(db):
        adopt(db, trial)
    return next(one for one in load_setups(db) if one.id == trial.id), extractor.endpoint


def _try(store: Store, trial: Setup, in_force: Setup, endpoint: Endpoint, bounds: Options) -> None:
    """Asks about the pages of a trial, and compares what was found; where not all came, says so and exits."""
    db = store.connection
    announce(trial, endpoint)
    ended = run_batch(store, trial, endpoint, bounds)
    if ended.stopped is None and not ended.interrupted:
        spent, asked, texts = db.execute(
            "SELECT total(a.cost), count(DISTINCT j.id), (SELECT count(DISTINCT text_id) FROM pages) "
            "FROM jobs j JOIN attempts a ON a.job_id = j.id WHERE j.setup_id = ?",
            (trial.id,),
        ).fetchone()
        for line in compare(db, in_force.id, trial.id).lines():
            click.echo(line)
        cost = f", about ${spent / asked * (texts - asked):,.2f}" if spent and asked else ""
        click.echo(f"to ask all {texts - asked:,} other pages anew{cost}: the same command with --yes")
    _end(store, trial, ended, bounds.sample, where=str(store.path), go_on="the same command")


def _end(store: Store, setup: Setup, ended: Ended, sample: int | None, *, where: str, go_on: str) -> None:
    """Says how a run ended and how to go on; exits with what that means."""
    db = store.connection
    up_to = sample_rank(db, setup.id, sample) if sample else None
    states = count_states(db, setup.id, up_to)
    lost = ended.recovered.uncertain
    lines = summary(
        states,
        answers=ended.progress.answers,
        seconds=ended.seconds,
        dollars=ended.dollars,
        stopped=ended.stopped,
        where=where,
        go_on=go_on,
        whose="" if up_to is None else "of the sample ",
        more=[
            *([f"{lost} requests were in flight when an earlier run was killed: sent again"] if lost else []),
            *ended.notes,
        ],
    )
    for line in lines:
        click.echo(printable(line), err=True)
    if code := exit_code(states, ended.stopped, interrupted=ended.interrupted):
        raise SystemExit(code)
