"""`hyllm batch`: an archive of any size, asked about page by page, each paid for once."""

import os
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hyllm.archive import Metadata, PageReader
from hyllm.batch import (
    Caps,
    Ended,
    Options,
    Setup,
    Store,
    adopt,
    begin_trial,
    compare,
    enqueue,
    forecast,
    load_setups,
    look_at,
    new_setup,
    refuse_foreign_code,
    replace_setup,
    run_batch,
    sample_rank,
    save_setup,
    setup_in_force,
)
from hyllm.batch.files import jobs_out
from hyllm.batch.store import transaction
from hyllm.cli.batch_forecast import forecast_lines
from hyllm.cli.batch_options import STORE, asking, bounding, reading
from hyllm.cli.batch_price import price_of_run
from hyllm.cli.batch_progress import Telling, summary
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint, key_environment, was_typed
from hyllm.client import Endpoint, find_endpoint
from hyllm.errors import EndpointError, UsageError
from hyllm.escaping import printable
from hyllm.extract import Extractor
from hyllm.tokens import estimate_tokens

_SOME_FAILED, _INTERRUPTED, _STOPPED = 4, 130, 5
_WATCH_EVERY = 5000


@click.group()
def batch() -> None:
    """An archive of any size: resumable, each page paid for once, within a budget.

    A store keeps the archive's pages, every request, every answer as it came, and what was read from it. Run
    the same command again to go on where it stopped.
    """


@batch.command(cls=Configured, context_settings=ENVIRONMENT)
@click.argument("paths", nargs=-1, type=click.Path())
@STORE
@asking
@bounding
@reading
@click.pass_context
def run(context: click.Context, paths: Sequence[str], *, path: Path, **options: Any) -> None:
    """Ask about an archive: PATHS are folders, globs, *.txt, *.jsonl, *.parquet or *.zip.

    A store keeps the model, prompts and schema it began with, so the same command goes on where it stopped,
    after an upgrade too. Without PATHS the archive is not looked through again. Ctrl-C waits for what is in
    flight; a second one does not.
    """
    with Store(path, write=True) as store:
        setup = _setup(context, store, options)
        if paths:
            reader = PageReader(
                given=Metadata(options["paper"], options["issue_date"], options["page_no"], options["city"]),
                encoding=options["encoding"],
                name_pattern=options["name_pattern"],
                table=options["table"],
                force=options["force"],
            )
            look = enqueue(store, paths, reader, told=_counting())
        else:
            look = look_at(store.connection)
            if not look.pages:
                raise UsageError("the store has no pages yet: give a folder")
        for line in look.lines():
            click.echo(printable(line), err=True)
        if out := jobs_out(store.connection, setup.id):
            where = f"hyllm batch files status --store {path}"
            click.echo(f"{out:,} pages are out in batch files, and passed over: {where}", err=True)
        endpoint = endpoint_of(context, setup, options)
        price = price_of_run(setup, options["price"], needed=options["max_cost"] is not None)
        bounds = Options(
            concurrency=options["concurrency"],
            timeout=options["timeout"],
            readers=_readers(options["readers"]),
            caps=Caps(options["max_cost"], options["token_cap"], options["max_pages"]),
            price=price,
            requests_per_minute=options["rpm"],
            tokens_per_minute=options["tpm"],
            deadline=_deadline(options["deadline"]),
            sample=options["sample"],
            watch_every=_WATCH_EVERY if options["watch_model"] else None,
        )
        if options["adopt"]:
            setup, endpoint = _adopt(context, store, setup, options, bounds)
            if not setup.adopted:
                return
        if options["dry_run"]:
            _forecast(store, setup, bounds)
            return
        _announce(setup, endpoint)
        telling = Telling(options["max_cost"], as_json=options["as_json"])
        ended = run_batch(store, setup, endpoint, bounds, told=telling)
        telling.finish()
        _end(path, ended, store)


def _forecast(store: Store, setup: Setup, bounds: Options) -> None:
    """Says what the run would take."""
    db = store.connection
    found = forecast(
        db,
        setup.id,
        bounds.price,
        prompt_tokens=estimate_tokens(setup.pinned.prompt),
        up_to=sample_rank(db, setup.id, bounds.sample) if bounds.sample else None,
    )
    for line in forecast_lines(found, bounds.concurrency, bounds.requests_per_minute):
        click.echo(line)


def _setup(context: click.Context, store: Store, options: dict[str, Any]) -> Setup:
    """The setup in force; for a new store, the one the options name."""
    setups = load_setups(store.connection)
    known = setup_in_force(setups)
    if known is None or (options["model"] and not options["adopt"] and _never_asked(store)):
        made = new_setup(
            _extractor(context, options),
            prompts=options["prompts"],
            ask_again=options["ask_again"],
            gazetteer=options["gazetteer"],
            adopted=True,
        )
        with transaction(store.connection) as db:
            if known is None:
                store.set_meta("seed", options["seed"] or "hyllm")
                save_setup(db, made)
            elif made.key != known.key:
                replace_setup(db, known, made)
        (known,) = load_setups(store.connection)
        return known
    if options["seed"] and options["seed"] != store.meta("seed"):
        raise UsageError(f"the store was shuffled with --seed {store.meta('seed')}; leave --seed out")
    if options["adopt"]:
        return known
    refuse_foreign_code(known, options["kinds"])
    _refuse_other(context, known, options)
    return known


def _never_asked(store: Store) -> bool:
    """Whether nothing was sent yet: then a store is bound to nothing."""
    return store.connection.execute("SELECT 1 FROM attempts LIMIT 1").fetchone() is None


def _adopt(
    context: click.Context, store: Store, in_force: Setup, options: dict[str, Any], bounds: Options
) -> tuple[Setup, Endpoint]:
    """Tries what the options say on some pages; with --yes, puts it in force. The setup, and its endpoint."""
    db = store.connection
    extractor = _extractor(context, options)
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
        _announce(trial, extractor.endpoint)
        run_batch(store, trial, extractor.endpoint, bounds)
        spent, asked, texts = db.execute(
            "SELECT total(a.cost), count(DISTINCT j.id), (SELECT count(DISTINCT text_id) FROM pages) "
            "FROM jobs j JOIN attempts a ON a.job_id = j.id WHERE j.setup_id = ?",
            (trial.id,),
        ).fetchone()
        for line in compare(db, in_force.id, trial.id).lines():
            click.echo(line)
        cost = f", about ${spent / asked * (texts - asked):,.2f}" if spent and asked else ""
        click.echo(f"to ask all {texts - asked:,} other pages anew{cost}: the same command with --yes")
        return trial, extractor.endpoint
    with transaction(db):
        adopt(db, trial)
    return next(one for one in load_setups(db) if one.id == trial.id), extractor.endpoint


def _extractor(context: click.Context, options: dict[str, Any]) -> Extractor:
    local_only = options["local_only"]
    endpoint = configured_endpoint(
        context,
        options["model"],
        options["base_url"],
        local_only=local_only,
        keyless=_sends_nothing(options),
    )
    return Extractor(
        kinds=options["kinds"],
        wire=options["wire"],
        max_tokens=options["max_tokens"],
        prompts=options["prompts"],
        ask_again=options["ask_again"],
        endpoint=endpoint,
        gazetteer=options["gazetteer"],
    )


def _refuse_other(context: click.Context, setup: Setup, options: dict[str, Any]) -> None:
    """What a store began with stays: an option that says otherwise is no option of this run."""
    model = options["model"]
    said = {
        "--model": model and model.rpartition("/")[2] != setup.model.rpartition("/")[2],
        "--kind": options["kinds"] and tuple(options["kinds"]) != setup.pinned.kinds,
        "--wire": options["wire"] and options["wire"] != setup.pinned.options.wire,
        "--answer-tokens": options["max_tokens"] and options["max_tokens"] != setup.pinned.options.max_tokens,
    }
    names = {"--model": "model", "--kind": "kinds", "--wire": "wire", "--answer-tokens": "max_tokens"}
    for option, differs in said.items():
        if differs and was_typed(context, names[option]):
            raise UsageError(
                f"the store began with {_described(setup)}, which {option} contradicts; "
                f"leave it out, or see what a change costs with --adopt"
            )


def _described(setup: Setup) -> str:
    kinds = ", ".join(setup.pinned.kinds)
    options = setup.pinned.options
    return f"model {setup.model} ({kinds}; {options.wire}, {options.max_tokens} tokens an answer)"


def endpoint_of(context: click.Context, setup: Setup, options: dict[str, Any]) -> Endpoint:
    """Where this run's requests go: where they went before, unless another address is given."""
    if options["base_url"] or (options["model"] and "/" in options["model"]):
        model, local_only = options["model"] or setup.model, options["local_only"]
        found = configured_endpoint(
            context, model, options["base_url"], local_only=local_only, keyless=_sends_nothing(options)
        )
    else:
        # The store may be somebody else's: its address gets no key unless it is a provider's own.
        found = find_endpoint(
            setup.model,
            setup.pinned.reached,
            key_environment(keyless=_sends_nothing(options)),
            vouched=False,
            local_only=options["local_only"],
        )
    if options["local_only"] and not found.is_local:
        raise UsageError(f"{found.host} is not this machine, and --local-only was given")
    return found


def _sends_nothing(options: dict[str, Any]) -> bool:
    """Whether it only reckons; --adopt asks about its trial pages even so."""
    return bool(options.get("dry_run") and not options.get("adopt"))


def _announce(setup: Setup, endpoint: Endpoint) -> None:
    notes = "; ".join(filter(None, [f"the text goes to {endpoint.host}", endpoint.note]))
    click.echo(printable(f"{_described(setup)}; {notes}"), err=True)


def _readers(given: int | None) -> int:
    return max(1, min(4, (os.cpu_count() or 2) - 1)) if given is None else given


def _deadline(when: str | None) -> float | None:
    """A time in seconds since 1970, of `90m`, `8h`, or a local date and time."""
    if when is None:
        return None
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", when):
        return time.time() + float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]
    try:
        return datetime.fromisoformat(when).timestamp()
    except ValueError:
        raise UsageError(f"--deadline {when!r}: give 90m, 8h, 2d, or 2026-12-01T08:00") from None


def _counting() -> Callable[[int], None]:
    last = time.monotonic()

    def told(seen: int) -> None:
        nonlocal last
        if time.monotonic() - last > 5:
            last = time.monotonic()
            click.echo(f"looking through the archive: {seen:,} pages", err=True)

    return told


def _end(path: Path, ended: Ended, store: Store) -> None:
    """Says how the run ended and how to go on; exits with what that means."""
    for line in summary(path, ended, store.connection):
        click.echo(printable(line), err=True)
    if ended.interrupted:
        raise SystemExit(_INTERRUPTED)
    if isinstance(ended.stopped, EndpointError):
        raise SystemExit(_STOPPED)
    if isinstance(ended.stopped, Exception):
        raise ended.stopped
    failed = store.connection.execute(
        "SELECT count(*) FROM jobs WHERE state IN ('failed', 'aside', 'fault')"
    ).fetchone()[0]
    if failed or ended.left.open:
        raise SystemExit(_SOME_FAILED)
