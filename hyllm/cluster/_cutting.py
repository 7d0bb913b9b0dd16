"""Cutting an archive's open pages into shards."""

import sqlite3
from collections.abc import Iterator, Mapping

from hyllm.batch.store import Store, transaction, versions
from hyllm.cluster._folder import Folder
from hyllm.cluster._folding import mark_cut
from hyllm.cluster._layout import input_name, shards_in
from hyllm.cluster._pieces import cut
from hyllm.cluster._scratch import scratch
from hyllm.cluster._whole import note_folded


def cut_shards(store: Store, folder: Folder, setup: int, size: int) -> int:
    """Cuts what is open, and in no shard yet, into shards of so many texts; how many.

    They follow the shuffle, so that each, and whatever part of them is finished, is a random sample of the archive.
    Versions of one page go into the same shard.

    Args:
        store: the whole store.
        folder: where the shards go.
        setup: the setup in force.
        size: texts a shard.
    """
    db = store.connection
    number = max(shards_in(folder.names("shards")), default=0)
    first = number
    meta = {name: value for name in ("seed",) if (value := store.meta(name))}
    groups = _groups(db)
    with scratch() as here:
        path = here / "input.db"
        for texts in _cuts(db, setup, size, groups):
            number += 1
            cut(db, path, texts, {**meta, "shard": str(number)})
            folder.write_from(input_name(number), path)
            path.unlink()
            with transaction(db):
                mark_cut(db, number, texts)
                note_folded(store, input_name(number))
    return number - first


def _cuts(
    db: sqlite3.Connection, setup: int, size: int, groups: Mapping[int, frozenset[int]]
) -> Iterator[list[int]]:
    """The texts of each shard; the one who asks marks them before the next are looked for."""
    for wanted in ("state = 'open'", "state = 'older' AND text_id NOT IN (SELECT text_id FROM placed)"):
        sql = f"SELECT text_id, rank FROM jobs WHERE {wanted} AND setup_id = ? AND rank >= ? ORDER BY rank LIMIT ?"
        rank = -(2**63)  # the last one's: else each look would pass over all that was cut before
        while rows := db.execute(sql, (setup, rank, size)).fetchall():
            rank = rows[-1][1]
            found = dict.fromkeys(text for text, _ in rows)
            for text in list(found):
                for other in sorted(groups.get(text, ())):
                    if other not in found and _is_to_be_cut(db, other, setup):
                        found[other] = None
            yield list(found)


def _is_to_be_cut(db: sqlite3.Connection, text: int, setup: int) -> bool:
    row = db.execute(
        "SELECT state = 'open' OR text_id NOT IN (SELECT text_id FROM placed) FROM jobs "
        "WHERE text_id = ? AND setup_id = ?",
        (text, setup),
    ).fetchone()
    return bool(row and row[0])


def _groups(db: sqlite3.Connection) -> dict[int, frozenset[int]]:
    """The texts that share their paper, date and page number with others, each with all of them."""
    together: dict[int, set[int]] = {}
    for version in versions(db):
        together.setdefault(version.newest_text_id, {version.newest_text_id}).add(version.text_id)
    return {text: frozenset(group) for group in together.values() for text in group}
