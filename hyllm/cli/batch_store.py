"""Where a store is: one file, or a folder of shards that is read as if it were one."""

import os
import shlex
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from hyllm.batch import Store
from hyllm.errors import UsageError


def is_shards(where: str) -> bool:
    """Whether a path or URL is that of a folder."""
    return "://" in where or where.endswith("/") or Path(where).is_dir()


def file_of(where: str) -> Path:
    """The path of a store that is one file.

    Raises:
        UsageError: it is a folder.
    """
    if is_shards(where):
        raise UsageError(
            "--store: that is a folder; the store of one machine is a file (a folder goes with --on ray)"
        )
    return Path(where)


def shown(where: str) -> str:
    """Where a store is, as it can be given in a shell again, without what may be secret in a URL."""
    if "://" in where:
        from hyllm.cluster import place_to_give

        where = place_to_give(where)
    return _quoted(where)


def how_to_run(where: str, address: str | None = None) -> str:
    """The command that goes on with a store.

    Args:
        where: the store.
        address: the cluster's, if that was given.
    """
    on = "--on ray " if is_shards(where) else ""
    at = f"--address {_quoted(address)} " if on and address else ""
    return f"hyllm batch run {on}{at}--store {shown(where)}"


def _quoted(word: str) -> str:
    return shlex.quote(word) if os.name == "posix" else subprocess.list2cmdline([word])


def lost_in(where: str, store: Store) -> str:
    """What machines that were lost may have spent, in words; nothing where that is nothing."""
    if not is_shards(where):
        return ""
    from hyllm.cluster import lost_amounts

    lost = lost_amounts(store.connection)
    return f"${lost.dollars:,.4f}, {lost.tokens:,.0f} tokens" if lost.dollars or lost.tokens else ""


@contextmanager
def looking(where: str) -> Generator[Store]:
    """A store to look at; of a folder of shards, all of it."""
    if is_shards(where):
        from hyllm.cluster import look_at_whole

        store = look_at_whole(where, lambda said: click.echo(said, err=True))
    else:
        store = Store(Path(where))
    with store:
        yield store


@contextmanager
def writing(where: str) -> Generator[Store]:
    """A store to write to; of a folder of shards, what is known of all of it."""
    if is_shards(where):
        from hyllm.cluster import open_shards, open_whole

        store = open_whole(open_shards(where))
    else:
        store = Store(Path(where), write=True)
    with store:
        yield store
