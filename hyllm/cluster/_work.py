"""What is still to be done in a folder of shards."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hyllm.batch import Setup, sample_rank
from hyllm.batch.store import Store
from hyllm.cluster._folder import Folder
from hyllm.cluster._layout import Shard, shards_in
from hyllm.cluster._shard import clear_finished


class Work(NamedTuple):
    """What is to be run, for all pages or for those of a sample."""

    up_to: int | None
    """The rank of the sample's last page; `None` where that is the whole archive."""
    sizes: Mapping[int, int]
    """How many pages of each shard are still to be asked about."""
    shards: Sequence[Shard]
    """Those that are to be run: with a sample those that pages of it are still to be asked in."""
    leftovers: Sequence[int]
    """Finished shards of which more stands in the folder than is needed: their end was broken off."""


def work_in(store: Store, folder: Folder, setup: Setup, sample: int | None) -> Work:
    """What is still to be done.

    Args:
        store: the whole store.
        folder: the shards.
        setup: the setup in force.
        sample: of how many pages; `None`: of all.
    """
    db = store.connection
    up_to = sample_rank(db, setup.id, sample) if sample else None
    sizes = _open_pages(db, setup.id, up_to)
    found = shards_in(folder.names("shards")).values()
    return Work(
        up_to,
        sizes,
        [one for one in found if not one.is_finished and (up_to is None or sizes.get(one.number))],
        [one.number for one in found if one.is_finished and (one.has_input or one.segments or one.stopped)],
    )


def clear_leftovers(folder: Folder, shards: Iterable[int]) -> None:
    """Deletes what finished shards need no more."""
    for shard in shards:
        clear_finished(folder, shard)


def _open_pages(db: sqlite3.Connection, setup: int, up_to: int | None) -> Mapping[int, int]:
    """How many pages of each shard are still to be asked about."""
    within = "" if up_to is None else "AND j.rank <= ?"
    values = (setup,) if up_to is None else (setup, up_to)
    return dict(
        db.execute(
            "SELECT p.shard, count(*) FROM placed p JOIN jobs j ON j.text_id = p.text_id "
            f"WHERE j.setup_id = ? AND j.state = 'out' {within} GROUP BY p.shard",
            values,
        ).fetchall()
    )
