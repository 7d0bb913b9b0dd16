"""What a run of `hyllm batch` is made of: the setup its store is bound to, and where its requests go."""

import os
import re
import time
from datetime import datetime
from typing import Any

import click

from hyllm.batch import (
    Setup,
    Store,
    load_setups,
    new_setup,
    refuse_foreign_code,
    replace_setup,
    save_setup,
    setup_in_force,
)
from hyllm.batch.store import transaction
from hyllm.cli.configured import configured_endpoint, key_environment, was_typed
from hyllm.client import Endpoint, find_endpoint
from hyllm.errors import UsageError
from hyllm.escaping import printable
from hyllm.extract import Extractor


def pinned_setup(context: click.Context, store: Store, options: dict[str, Any]) -> Setup:
    """The setup in force; for a new store, the one the options name."""
    setups = load_setups(store.connection)
    known = setup_in_force(setups)
    if known is None or (options["model"] and not options["adopt"] and _never_asked(store)):
        made = new_setup(
            extractor_of(context, options),
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
    sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM attempts) OR EXISTS (SELECT 1 FROM jobs WHERE state = 'out')"
    return store.connection.execute(sql).fetchone() is None


def extractor_of(context: click.Context, options: dict[str, Any]) -> Extractor:
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


def announce(setup: Setup, endpoint: Endpoint, *, of_each: bool = False) -> None:
    """Says what is asked with, and where the text goes.

    Args:
        setup: the setup in force.
        endpoint: where requests go.
        of_each: whether each machine has its own.
    """
    where = f"the text goes to {endpoint.host}{' of each machine' if of_each else ''}"
    notes = "; ".join(filter(None, [where, endpoint.note]))
    click.echo(printable(f"{_described(setup)}; {notes}"), err=True)


def readers_of(given: int | None) -> int:
    return max(1, min(4, (os.cpu_count() or 2) - 1)) if given is None else given


def deadline_of(when: str | None) -> float | None:
    """A time in seconds since 1970, of `90m`, `8h`, or a local date and time."""
    if when is None:
        return None
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", when):
        return time.time() + float(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]
    try:
        return datetime.fromisoformat(when).timestamp()
    except ValueError:
        raise UsageError(f"--deadline {when!r}: give 90m, 8h, 2d, or 2026-12-01T08:00") from None
