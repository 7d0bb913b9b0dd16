"""Runs that are killed, interrupted or starved: no page is lost, none doubled, and what is paid for is kept."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hyllm.batch import Caps, Store, StoreError, _engine, load_setups
from hyllm.batch import _ledger as ledger
from hyllm.batch._budget import budget_of
from hyllm.batch._store import connect, transaction
from tests.batch.making import (
    answer_to,
    arguments,
    asked,
    count,
    exported,
    finish,
    kill,
    make_archive,
    start,
    wait_for,
)
from tests.batch.test_run import PRICE, ask, opened, run
from tests.conftest import Endpoint, Reply

IN_FLIGHT = 8
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals that Windows does not have")


def _killed_often(tmp_path: Path, endpoint: Endpoint, *, pages: int, kills: int, seed: int) -> int:
    """Kills a run again and again; the number of requests that were in flight then, as the server saw them."""
    archive = make_archive(tmp_path / "archive", pages)
    under_way = 0
    endpoint.answer = lambda body: answer_to(body, delay=0.1)
    dice = random.Random(seed)
    store = tmp_path / "a.db"
    for number in range(kills):
        process = start(arguments(store, endpoint, archive, "--concurrency", IN_FLIGHT))
        wait_for(endpoint, count(endpoint) + dice.randrange(1, 2 * pages // kills), process)
        time.sleep(dice.random() * 0.1)
        under_way += IN_FLIGHT if process.poll() is None else 0
        kill(process)
        assert number >= 0
    code, said = finish(arguments(store, endpoint, "--concurrency", IN_FLIGHT))
    assert code == 0, said
    return under_way


def _check(tmp_path: Path, endpoint: Endpoint, pages: int, in_flight: int) -> None:
    lines = exported(tmp_path / "a.db")
    times = asked(endpoint)
    assert len(lines) == len({line["page"] for line in lines}) == pages
    assert all(line["projects"][0]["investment"]["amount"] for line in lines)
    assert len(times) == pages
    assert sum(times.values()) - pages <= in_flight


def test_after_kills_no_page_is_lost_or_doubled_and_little_is_paid_twice(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    in_flight = _killed_often(tmp_path, endpoint, pages=24, kills=1, seed=1)

    _check(tmp_path, endpoint, 24, in_flight)


@pytest.mark.slow
def test_twenty_kills(tmp_path: Path, endpoint: Endpoint) -> None:
    in_flight = _killed_often(tmp_path, endpoint, pages=500, kills=20, seed=2)

    _check(tmp_path, endpoint, 500, in_flight)


def test_ctrl_c_waits_for_what_is_in_flight_and_pays_nothing_twice(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 100)
    endpoint.answer = lambda body: answer_to(body, delay=0.2)
    process = start(arguments(tmp_path / "a.db", endpoint, archive, "--concurrency", 4))
    wait_for(endpoint, 5, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)

    assert process.returncode == 130
    assert f"to go on: hyllm batch run --store {tmp_path}" in said
    assert 5 <= count(endpoint) < 100

    endpoint.answer = answer_to
    code, said = finish(arguments(tmp_path / "a.db", endpoint))
    assert code == 0, said
    assert set(asked(endpoint).values()) == {1}
    assert len(exported(tmp_path / "a.db")) == 100


def _stopping(process: "subprocess.Popen[str]") -> str:
    """Waits until a run says that it is stopping; what it says."""
    assert process.stderr
    return next(line for line in process.stderr if '"stopping": "' in line)


@pytest.mark.slow
def test_a_second_ctrl_c_does_not_wait(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 4)
    endpoint.answer = lambda body: answer_to(body, delay=600)
    process = start(arguments(tmp_path / "a.db", endpoint, archive, "--timeout", 600, "--json"))
    wait_for(endpoint, 4, process)
    process.send_signal(signal.SIGINT)
    assert '"stopping": "interrupted"' in _stopping(process)  # two at once are one to a starved process
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)

    assert process.returncode == 130
    with Store(tmp_path / "a.db") as store:
        jobs = store.connection.execute("SELECT DISTINCT state, blame FROM jobs").fetchall()
    assert jobs == [("open", 0)]


@pytest.mark.slow
def test_a_page_that_kills_its_run_is_set_aside_and_its_neighbours_are_not(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 12)
    running: list[Any] = []

    def deadly(body: dict[str, Any]) -> Reply:
        if "第7号工厂" in body["messages"][1]["content"]:
            time.sleep(0.05)
            running[-1].kill()
        return answer_to(body, delay=0.15)

    endpoint.answer = deadly
    for _ in range(5):
        running.append(start(arguments(tmp_path / "a.db", endpoint, archive, "--concurrency", 4)))
        running[-1].communicate(timeout=60)
        if running[-1].returncode != -signal.SIGKILL:
            break

    assert running[-1].returncode == 4
    assert asked(endpoint)[7] <= 3
    lines = {line["page"][-4:]: line for line in exported(tmp_path / "a.db")}
    assert lines["0007"]["status"] == "failed"
    assert [name for name, line in lines.items() if line["status"] != "done"] == ["0007"]


@pytest.mark.slow
def test_a_sleeping_laptop_loses_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 12)
    endpoint.answer = lambda body: answer_to(body, delay=0.2)
    process = start(arguments(tmp_path / "a.db", endpoint, archive, "--concurrency", 4, "--timeout", 5))
    wait_for(endpoint, 4, process)
    process.send_signal(signal.SIGSTOP)
    time.sleep(6)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate(timeout=120)

    assert process.returncode == 0, said
    assert len(exported(tmp_path / "a.db")) == 12


def test_a_power_loss_takes_nothing_that_was_told_to_be_kept(tmp_path: Path, endpoint: Endpoint) -> None:
    """A commit waits for the disk: with `synchronous` at FULL and WAL, what is not synced is never relied on."""
    with opened(tmp_path / "a.db", endpoint, make_archive(tmp_path / "archive", 1)):
        pass

    for write in (True, False):
        db = connect(tmp_path / "a.db", write=write)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        db.close()


def test_a_full_disk_stops_the_run_and_keeps_what_has_come(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_engine, "_WAITS_FOR_ROOM", 1)
    endpoint.answer = answer_to
    archive = make_archive(tmp_path / "archive", 40)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        (pages,) = store.connection.execute("PRAGMA page_count").fetchone()
        store.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        ended = ask(store, endpoint, concurrency=2)
        assert "full" in str(ended.stopped)
        kept = store.connection.execute("SELECT count(*) FROM answers").fetchone()[0]
        store.connection.execute("PRAGMA max_page_count = 1000000")
        asked_before = count(endpoint)
        assert 0 < kept <= asked_before < 40
        ended = run(store, endpoint, concurrency=2)
        assert ended.stopped is None
    assert len(exported(tmp_path / "a.db")) == 40
    assert count(endpoint) <= 40 + 2 + (asked_before - kept)


def test_a_damaged_store_is_refused_in_one_line(tmp_path: Path, endpoint: Endpoint) -> None:
    with opened(tmp_path / "a.db", endpoint, make_archive(tmp_path / "archive", 6)):
        pass
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 4)

    with pytest.raises(StoreError, match="is damaged") as raised:
        Store(tmp_path / "a.db", write=True)

    assert "\n" not in str(raised.value)


def test_what_was_in_flight_in_killed_runs_counts_though_nothing_was_ever_answered(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, make_archive(tmp_path / "archive", 12)) as store:
        (setup,) = load_setups(store.connection)
        before = budget_of(store.connection, setup, Caps(), PRICE)
        for blame in (0, 1):
            with transaction(store.connection) as db:
                jobs = ledger.claim(db, setup.id, 8, blame=blame, up_to=None)
                ledger.begin(db, ledger.begin_run(db, 1), [(job, b"") for job in jobs])
                ledger.recover(db)
        budget = budget_of(store.connection, setup, Caps(), PRICE)
        least = before.expect(1)
        assert budget.dollars > 16 * least.dollars > 1
        assert budget.tokens > 16 * least.tokens
        ended = ask(store, endpoint, caps=Caps(dollars=budget.dollars), price=PRICE)
        assert (ended.stopped, count(endpoint)) == ("the cap is reached", 0)

        run(store, endpoint)  # what an answer takes is known then: each counts as the mean
        assert budget_of(store.connection, setup, Caps(), PRICE).dollars == pytest.approx(28 * 0.002)


def test_what_was_asked_without_a_price_counts_against_a_later_cap(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    archive = make_archive(tmp_path / "archive", 8)
    store = tmp_path / "a.db"
    assert finish(arguments(store, endpoint, archive, "--max-pages", 4))[0] == 4
    # an answer takes 1,100 tokens: at a dollar a million four have cost $0.0044
    code, said = finish(arguments(store, endpoint, "--price", "1/1/1", "--max-cost", "0.0044"))
    assert (code, count(endpoint)) == (4, 4)
    assert "it needs a higher cap" in said
