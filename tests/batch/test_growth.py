"""What each step costs as an archive grows: counted in steps of SQLite, which are the same on any machine."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hyllm.archive import PageReader
from hyllm.batch import Store, enqueue, forecast, last_answers
from hyllm.batch._enqueue import rank
from hyllm.batch._ledger import claim, sample_rank
from hyllm.batch._schema import MIGRATIONS
from tests.batch.making import make_archive
from tests.cluster.running import save_new_setup
from tests.conftest import Endpoint

SMALL, LARGE = 500, 8000


def steps(db: sqlite3.Connection, work: Callable[[], object]) -> int:
    """How many hundreds of steps a piece of work takes."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    db.set_progress_handler(count, 100)
    work()
    db.set_progress_handler(None, 0)
    return counted


def queue(pages: int) -> sqlite3.Connection:
    """A store's tables with so many pages, half of them answered."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    for migration in MIGRATIONS:
        db.executescript(migration)
    ids = range(1, pages + 1)
    db.executemany("INSERT INTO texts VALUES (?,?,1,1,x'00')", ((i, i.to_bytes(32, "big")) for i in ids))
    db.executemany(
        "INSERT INTO jobs (id, text_id, setup_id, rank, state, turn) VALUES (?,?,1,?,?,?)",
        (
            (i, i, rank(b"seed", i.to_bytes(32, "big")), "done" if i % 2 else "open", i % 100 == 0)
            for i in ids
        ),
    )
    db.executemany(
        "INSERT INTO attempts (job_id, turn, run_id, purpose, request_key, started, outcome, prompt_tokens, "
        "completion_tokens) VALUES (?,0,1,'page',x'00',0,'answer',1,1)",
        ((i,) for i in ids if i % 2),
    )
    return db


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_claim_costs_the_same_however_long_the_queue_is(share: float) -> None:
    def cost(pages: int) -> int:
        db = queue(pages)
        up_to = sample_rank(db, 1, int(share * pages)) if share < 1 else None
        for _ in range(pages):  # a queue that is nearly empty must not cost more either
            if len(claim(db, 1, pages // 4 + 7, blame=0, up_to=up_to)) < pages // 4 + 7:
                break
        return steps(db, lambda: claim(db, 1, 32, blame=0, up_to=up_to))

    assert cost(LARGE) <= cost(SMALL) + 5


def test_the_last_answers_cost_the_same_however_many_came_before() -> None:
    small, large = queue(2 * SMALL + 10), queue(LARGE)

    assert steps(large, lambda: last_answers(large, 1)) <= steps(small, lambda: last_answers(small, 1)) + 5


def test_looking_again_through_unchanged_files_takes_time_in_proportion(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    def cost(pages: int) -> int:
        archive = make_archive(tmp_path / str(pages), pages)
        with Store(tmp_path / f"{pages}.db", write=True) as store:
            save_new_setup(store, endpoint)
            enqueue(store, [archive], PageReader())
            return steps(store.connection, lambda: enqueue(store, [archive], PageReader()))

    assert cost(600) < 5 * cost(150)


def test_the_forecast_is_made_from_the_first_of_the_shuffle_not_of_the_archive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hyllm.batch._forecast._MOST", 100)
    db = queue(2000)
    db.execute("UPDATE attempts SET completion_tokens = 1001 WHERE job_id > 1000")  # the later half is denser

    found = forecast(db, 1, None, prompt_tokens=1, up_to=None)

    assert found.completion_tokens.middle == pytest.approx(501 * 1000, rel=0.3)
