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
from hyllm.batch.store import transaction
from hyllm.cli.batch_forecast import forecast_lines
from hyllm.cli.batch_price import price_of_run
from hyllm.cli.batch_progress import Telling, summary
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint, was_typed
from hyllm.client import Endpoint, find_endpoint
from hyllm.errors import EndpointError, UsageError
from hyllm.escaping import printable
from hyllm.extract import Extractor
from hyllm.prompting import DEFAULT_MAX_TOKENS, WIRES
from hyllm.tokens import estimate_tokens

_SOME_FAILED, _INTERRUPTED, _STOPPED = 4, 130, 5
_WATCH_EVERY = 5000
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
STORE = click.option(
    "--store",
    "path",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.db",
    help="The store: one SQLite file, on a local disk.",
)


@click.group()
def batch() -> None:
    """An archive of any size: resumable, each page paid for once, within a budget.

    A store keeps the archive's pages, every request, every answer as it came, and what was read from it. Run
    the same command again to go on where it stopped.
    """


def _asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say whom to ask, and what: pinned when the store begins."""
    for option in reversed(
        (
            click.option("--model", metavar="NAME", help="provider/model, or a bare name with --base-url."),
            click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint."),
            click.option(
                "--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated."
            ),
            click.option(
                "--prompts",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                metavar="DIR",
                help="Prompts of your own.",
            ),
            click.option("--wire", type=click.Choice(WIRES), help="How the endpoint is held to JSON."),
            click.option(
                "--answer-tokens",
                "max_tokens",
                type=click.IntRange(1),
                metavar="N",
                help=f"The longest answer asked for.  [default: {DEFAULT_MAX_TOKENS}]",
            ),
            click.option(
                "--ask-again/--no-ask-again",
                default=True,
                show_default=True,
                help="Ask further for what an answer lacks.",
            ),
            click.option(
                "--gazetteer", type=_FILE, metavar="FILE", help="Counties of another city than 衡阳."
            ),
        )
    ):
        command = option(command)
    return command


def _reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how pages are read."""
    for option in reversed(
        (
            click.option("--issue-date", metavar="DATE", help="Of all pages: YYYY-MM-DD, or YYYY-MM."),
            click.option("--paper", metavar="NAME", help="The newspaper's name, such as 衡阳日报."),
            click.option("--page-no", metavar="NO", help="The page's number in its issue: 1, A3."),
            click.option("--city", metavar="NAME", help="The city the paper is of: 衡阳."),
            click.option(
                "--metadata",
                "table",
                type=_FILE,
                metavar="FILE.csv",
                help="A row a page: page, paper, issue_date, page_no, city; others are carried along.",
            ),
            click.option("--name-pattern", metavar="PATTERN", help="As '{paper}-{date}-{page_no}'."),
            click.option(
                "--encoding", metavar="NAME", help="What the files are in, where it is told wrongly."
            ),
            click.option(
                "--force", is_flag=True, help="Take pages over 40,000 characters or hardly Chinese."
            ),
        )
    ):
        command = option(command)
    return command


def _bounding(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how much, how fast and how long."""
    for option in reversed(
        (
            click.option(
                "--adopt",
                is_flag=True,
                help="Try today's model, prompts and schema on 30 pages; with --yes, ask all anew with them.",
            ),
            click.option("--yes", is_flag=True, help="Adopt what was tried."),
            click.option("--dry-run", is_flag=True, help="Say what it would take; send nothing."),
            click.option(
                "--max-cost",
                type=click.FloatRange(0),
                metavar="DOLLARS",
                help="Never spend more on this store, earlier runs included.",
            ),
            click.option(
                "--max-tokens",
                "token_cap",
                type=click.IntRange(1),
                metavar="N",
                help="Never take more tokens, earlier runs included.",
            ),
            click.option(
                "--max-pages",
                type=click.IntRange(1),
                metavar="N",
                help="Never ask about more pages, earlier runs included.",
            ),
            click.option(
                "--deadline", metavar="WHEN", help="Send no more after 90m, 8h, or 2026-12-01T08:00."
            ),
            click.option(
                "--price",
                metavar="IN/CACHED/OUT",
                help="Dollars for a million tokens sent, sent and cached, received: 0.25/0.025/2.",
            ),
            click.option(
                "--sample",
                type=click.IntRange(1),
                metavar="N",
                help="Only a random sample of N pages; larger later, it holds the smaller.",
            ),
            click.option(
                "--watch-model",
                is_flag=True,
                help="Every 5,000 answers, ask ten pages again to see whether the model is still the same.",
            ),
            click.option("--seed", metavar="WORD", help="Of the shuffle; fixed when the store begins."),
            click.option(
                "--rpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Most requests a minute."
            ),
            click.option(
                "--tpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Most tokens a minute."
            ),
            click.option(
                "--concurrency",
                type=click.IntRange(1, 4096),
                default=64,
                show_default=True,
                metavar="N",
                help="Most requests in flight.",
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(0, min_open=True),
                default=600,
                show_default=True,
                metavar="SECONDS",
                help="How long a request may take.",
            ),
            click.option(
                "--readers",
                type=click.IntRange(0, 64),
                default=None,
                metavar="N",
                help="Processes that read answers; 0: a later run reads them.  [default: one a spare core]",
            ),
            click.option("--local-only", is_flag=True, help="Refuse every endpoint but this machine's own."),
            click.option("--json", "as_json", is_flag=True, help="Progress as JSON Lines on standard error."),
        )
    ):
        command = option(command)
    return command


@batch.command(cls=Configured, context_settings=ENVIRONMENT)
@click.argument("paths", nargs=-1, type=click.Path())
@STORE
@_asking
@_bounding
@_reading
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
        endpoint = _endpoint(context, setup, options)
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
    endpoint = configured_endpoint(context, options["model"], options["base_url"], local_only=local_only)
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


def _endpoint(context: click.Context, setup: Setup, options: dict[str, Any]) -> Endpoint:
    """Where this run's requests go: where they went before, unless another address is given."""
    if options["base_url"] or (options["model"] and "/" in options["model"]):
        model, local_only = options["model"] or setup.model, options["local_only"]
        found = configured_endpoint(context, model, options["base_url"], local_only=local_only)
    else:
        # The store may be somebody else's: its address gets no key unless it is a provider's own.
        found = find_endpoint(
            setup.model, setup.pinned.reached, vouched=False, local_only=options["local_only"]
        )
    if options["local_only"] and not found.is_local:
        raise UsageError(f"{found.host} is not this machine, and --local-only was given")
    return found


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
