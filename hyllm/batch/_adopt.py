"""Changing what a store asks with: first on trial on a few pages, with cost and comparison, then for all."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hyllm.batch._enqueue import add_jobs
from hyllm.batch._setup import Setup, load_setups, save_setup
from hyllm.batch._store import inflate
from hyllm.batch._versions import set_older_aside
from hyllm.errors import UsageError
from hyllm.text import fold

TRIAL_PAGES = 30
_APART = frozenset(("id", "evidence"))
"""Fields that are not compared: ids follow from places, evidence is a matter of taste."""


def begin_trial(db: sqlite3.Connection, setup: Setup, in_force: Setup) -> Setup:
    """Adds a setup on trial, with jobs for the first pages of the shuffle that are done; gives it with its id.

    Raises:
        UsageError: it is the one in force.
    """
    if setup.key == in_force.key:
        raise UsageError("nothing to adopt: model, prompts and schema are those the store has")
    number = save_setup(db, replace(setup, adopted=False))
    db.execute(
        "INSERT OR IGNORE INTO jobs (text_id, setup_id, rank, state) SELECT text_id, ?, rank, 'open' FROM jobs "
        "WHERE setup_id = ? AND state IN ('done', 'partial') AND text_id IN (SELECT text_id FROM pages) "
        "ORDER BY rank LIMIT ?",
        (number, in_force.id, TRIAL_PAGES),
    )
    return next(one for one in load_setups(db) if one.id == number)


def adopt(db: sqlite3.Connection, setup: Setup) -> int:
    """Puts a setup in force: every page's text gets a job with it, older versions aside. How many are to be asked."""
    if db.execute("SELECT max(id) FROM setups").fetchone()[0] != setup.id:
        raise UsageError("an older setup cannot be adopted again")
    db.execute("UPDATE setups SET adopted = 1 WHERE id = ?", (setup.id,))
    add_jobs(db, setup.id)
    set_older_aside(db)
    return db.execute(
        "SELECT count(*) FROM jobs WHERE setup_id = ? AND state = 'open'", (setup.id,)
    ).fetchone()[0]


@dataclass(slots=True)
class Comparison:
    """The same pages read with two setups."""

    pages: int = 0
    both: Counter[str] = field(default_factory=Counter[str])
    """Records that both have, by kind: those of one name on one page."""
    only_before: Counter[str] = field(default_factory=Counter[str])
    only_now: Counter[str] = field(default_factory=Counter[str])
    fields: int = 0
    """Fields of records that both have."""
    same_fields: int = 0

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"compared on {self.pages} pages:"
        for plural in sorted(set(self.both) | set(self.only_before) | set(self.only_now)):
            yield (
                f"  {plural}: {self.both[plural]} found by both, {self.only_before[plural]} only before, "
                f"{self.only_now[plural]} only now"
            )
        if self.fields:
            yield f"  of the fields of those found by both, {self.same_fields / self.fields:.1%} are the same"


def compare(db: sqlite3.Connection, before: int, now: int) -> Comparison:
    """What two setups found on the pages that were read with both."""
    found = Comparison()
    rows = db.execute(
        "SELECT r.line, s.line FROM jobs j JOIN results r ON r.job_id = j.id JOIN jobs k ON k.text_id = j.text_id "
        "AND k.setup_id = ? JOIN results s ON s.job_id = k.id WHERE j.setup_id = ?",
        (now, before),
    )
    for one, other in rows:
        found.pages += 1
        _add(found, json.loads(inflate(one)), json.loads(inflate(other)))
    return found


def _add(found: Comparison, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    for plural in [key for key in one if _are_records(one[key]) or _are_records(other.get(key))]:
        first, second = _by_name(one.get(plural)), _by_name(other.get(plural))
        shared = first.keys() & second.keys()
        found.both[plural] += len(shared)
        found.only_before[plural] += len(first) - len(shared)
        found.only_now[plural] += len(second) - len(shared)
        for name in shared:
            fields = (first[name].keys() | second[name].keys()) - _APART
            found.fields += len(fields)
            found.same_fields += sum(first[name].get(f) == second[name].get(f) for f in fields)


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and "evidence" in value[0]  # pyright: ignore


def _by_name(records: Sequence[dict[str, Any]] | None) -> dict[str, dict[str, Any]]:
    """Records by what they are called; of a kind without names, by all they say."""
    return {fold(str(r.get("name") or json.dumps(r, sort_keys=True))): r for r in records or ()}
