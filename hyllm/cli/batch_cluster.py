"""`hyllm batch run --on ray`: an archive on many machines."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import click

from hyllm.batch import Setup, Store, count_states
from hyllm.cli.batch import bounds_of, show_forecast
from hyllm.cli.batch_archive import look_through
from hyllm.cli.batch_progress import Telling, exit_code, summary
from hyllm.cli.batch_setup import announce, endpoint_of, pinned_setup
from hyllm.cli.batch_store import how_to_run, is_shards
from hyllm.cli.exits import SOME_FAILED
from hyllm.client import Endpoint
from hyllm.cluster import (
    Cluster,
    Driven,
    Driver,
    Folder,
    Guard,
    Work,
    check_address,
    clear_leftovers,
    cut_shards,
    make_folder,
    open_shards,
    open_whole,
    publish_index,
    read_changed,
    require_ray,
    work_in,
)
from hyllm.errors import UsageError
from hyllm.escaping import printable

_SHARD_PAGES = 1000


def run_on_cluster(context: click.Context, paths: Sequence[str], where: str, options: dict[str, Any]) -> None:
    """Asks about an archive on the machines of a cluster; the store is a folder of shards."""
    _refuse(where, options)
    check_address(options["address"])
    folder = make_folder(where) if paths else open_shards(where)
    guard = Guard(folder)
    try:
        with open_whole(folder) as store:
            setup = pinned_setup(context, store, options)
            look_through(store, paths, options)
            guard.check()
            read_changed(store, options["kinds"])
            endpoint = endpoint_of(context, setup, options)
            if options["dry_run"]:
                show_forecast(store, setup, bounds_of(setup, options), also_out=True)
                return
            announce(setup, endpoint, of_each=options["endpoint_per_node"])
            guard.check()
            _cut(store, guard.guarded(), setup, options["shard_pages"])
            publish_index(store, guard.guarded())
            guard.check()
            work = work_in(store, folder, setup, options["sample"])
            clear_leftovers(guard.guarded(), work.leftovers)
            ended, lost = Driven(), False
            if work.shards:
                ended, lost = _drive(store, folder, setup, endpoint, options, guard, work)
                if not ended.interrupted:  # shards read by what was known when they were cut
                    read_changed(store, options["kinds"])
            code = _end(where, options["address"], ended, store, setup, work.up_to)
    finally:
        guard.end()
    if lost:  # Ray's library would wait, or crash, when the interpreter ends it
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)


def _refuse(where: str, options: dict[str, Any]) -> None:
    """What is missing, and what goes on one machine only."""
    require_ray()
    for name, option in (("adopt", "--adopt"), ("watch_model", "--watch-model")):
        if options[name]:
            raise UsageError(f"{option} is for the store of one machine, not for --on ray")
    address = options["address"] or os.environ.get("RAY_ADDRESS") or "local"
    if options["local_only"] and ("://" in where or address != "local"):
        raise UsageError(
            "--local-only: object storage and other machines would get the text, too; leave them out"
        )
    if not is_shards(where) and where.endswith(".db"):
        raise UsageError(f"--store {where}: with --on ray the store is a folder; give its path or URL")


def _cut(store: Store, folder: Folder, setup: Setup, said: int | None) -> None:
    """Puts what is open into shards of as many pages as is said, or was the last time."""
    size = said or int(store.meta("shard pages") or _SHARD_PAGES)
    store.set_meta("shard pages", str(size))
    if new := cut_shards(store, folder, setup.id, size):
        click.echo(f"{new:,} new shard{'s' * (new != 1)} of up to {size:,} pages", err=True)


def _drive(
    store: Store,
    folder: Folder,
    setup: Setup,
    endpoint: Endpoint,
    options: dict[str, Any],
    guard: Guard,
    work: Work,
) -> tuple[Driven, bool]:
    """How the run ended, and whether the cluster's head is lost."""
    click.echo("beginning on Ray, which takes some seconds", err=True)
    cluster = Cluster(options["address"])
    telling = Telling(options["max_cost"], as_json=options["as_json"])

    try:
        guard.check()  # Ray may have taken minutes to start
        driver = Driver(
            cluster,
            folder,
            store,
            setup,
            endpoint,
            bounds_of(setup, {**options, "readers": options["readers"] or 1}),
            work,
            per_node=options["shards_per_node"],
            own_endpoints=options["endpoint_per_node"],
            told=telling,
            said=lambda said: click.echo(printable(said), err=True),
            guard=guard,
        )

        def interrupted(_number: int, _frame: object) -> None:
            driver.interrupt()

        before = {one: signal.signal(one, interrupted) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            ended = driver.run()
        finally:
            telling.finish()
            for one, handler in before.items():
                signal.signal(one, handler)
    finally:
        cluster.close()
    return ended, cluster.is_lost


def _end(
    where: str, address: str | None, ended: Driven, store: Store, setup: Setup, up_to: int | None
) -> int:
    """Says how the run ended and how to go on; the exit code that means that."""
    states = count_states(store.connection, setup.id, up_to)
    states["open"] = states.get("open", 0) + states.pop("out", 0)  # out in a shard: still to be asked about
    aside = sorted(ended.set_aside.items())
    lines = summary(
        states,
        answers=ended.answers,
        seconds=ended.seconds,
        dollars=ended.dollars,
        stopped=ended.stopped,
        where=where,
        go_on=how_to_run(where, address),
        whose="" if up_to is None else "of the sample ",
        more=[
            *([f"{ended.finished:,} shard{'s' * (ended.finished != 1)} finished"] if ended.finished else []),
            *(f"shard {shard} is set aside, the next run tries it again: {why}" for shard, why in aside),
        ],
    )
    for line in lines:
        click.echo(printable(line), err=True)
    return exit_code(states, ended.stopped, interrupted=ended.interrupted) or (SOME_FAILED if aside else 0)
