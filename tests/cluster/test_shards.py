"""Shards that are killed, doubled, starved and run side by side, without a cluster."""

import json
import random
import shutil
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hyllm.archive import PageReader
from hyllm.batch import CAP_REACHED, Caps, Store, enqueue, load_setups, retry
from hyllm.batch import _ledger as ledger
from hyllm.batch._budget import budget_of
from hyllm.batch._store import transaction
from hyllm.client import Price, find_endpoint
from hyllm.cluster import make_folder
from hyllm.cluster._purse import Purse
from hyllm.cluster._ray import Died
from hyllm.cluster._segments import Segmenter, said_in
from hyllm.errors import EndpointError
from tests.batch.batching import answered, run_all, take, write
from tests.batch.making import (
    answer_to,
    arguments,
    asked,
    count,
    finish,
    kill,
    make_archive,
    number_in,
    wait_for,
)
from tests.batch.test_command import hyllm
from tests.batch.test_run import ask, opened
from tests.cluster.running import (
    HERE,
    Threads,
    cut_archive,
    differing,
    drive,
    export_bytes,
    hard_answer,
    make_hard_archive,
    run_shards,
    save_new_setup,
    shards_of,
    start_shard,
    table_of,
    unfinished,
    whole,
    writes_of,
)
from tests.conftest import Endpoint, Reply


def in_one_process(path: Path, endpoint: Endpoint, archive: Path, out: Path) -> dict[str, bytes]:
    with Store(path, write=True) as store:
        save_new_setup(store, endpoint)
        enqueue(store, [archive], PageReader())
        assert ask(store, endpoint, readers=1, timeout=60.0).stopped is None
        return export_bytes(store, out)


def in_files(path: Path, endpoint: Endpoint, archive: Path, out: Path) -> dict[str, bytes]:
    with Store(path, write=True) as store:
        save_new_setup(store, endpoint)
        enqueue(store, [archive], PageReader())
        for number in range(9):
            written = write(store, path.parent / f"files-{number}")
            if not written.files:
                break
            answers = path.parent / f"answers-{number}.jsonl"
            take(store, run_all(written, answers, lambda line: answered(line, hard_answer(line["body"]))))
        return export_bytes(store, out)


def in_shards(where: Path, endpoint: Endpoint, archive: Path, out: Path, size: int) -> dict[str, bytes]:
    cut_archive(where, endpoint, archive, size)
    ends = run_shards(where, endpoint, Purse(Caps()))
    assert [end.stopped for end in ends if end.stopped] == []
    assert all(end.is_finished for end in ends)
    with whole(where) as store:
        return export_bytes(store, out)


def _the_same_export(tmp_path: Path, endpoint: Endpoint, pages: int, size: int) -> None:
    archive = make_hard_archive(tmp_path / "archive", pages)
    endpoint.answer = hard_answer
    alone = in_one_process(tmp_path / "a.db", endpoint, archive, tmp_path / "alone")
    files = in_files(tmp_path / "b.db", endpoint, archive, tmp_path / "files")
    shards = in_shards(tmp_path / "store", endpoint, archive, tmp_path / "shards", size)

    assert differing(alone, files) == []
    assert differing(alone, shards) == []
    states = alone["csv/pages.csv"].decode()
    for state in ("done", "failed", "double", "older"):
        assert f",{state}," in states
    assert alone["csv/unreadable.csv"].count(b"\n") == 3


def test_one_process_files_and_shards_give_the_same_export(tmp_path: Path, endpoint: Endpoint) -> None:
    _the_same_export(tmp_path, endpoint, 100, 34)


@pytest.mark.slow
def test_a_thousand_pages_give_the_same_export(tmp_path: Path, endpoint: Endpoint) -> None:
    _the_same_export(tmp_path, endpoint, 1000, 250)


# --- killed --------------------------------------------------------------------------------------------------

IN_FLIGHT, SYNC_ANSWERS = 4, 8


def paid_twice(endpoint: Endpoint) -> int:
    """How many requests came again."""
    bodies = Counter(json.dumps(body, sort_keys=True) for body in endpoint.bodies)
    return sum(bodies.values()) - len(bodies)


def _in_no_segment(scratch: Path, came: Sequence[float]) -> int:
    """How many requests of a start that was killed may have been in no segment of it.

    They were in flight, or came since the last segment began to be written, or while one was written then: however
    long the disk took.
    """
    writes = writes_of(scratch)[-2:]
    meanwhile = sum(any(began <= at <= ended for began, ended in writes) for at in came)
    return SYNC_ANSWERS + 2 * IN_FLIGHT + meanwhile


class Killed(NamedTuple):
    """What came of killing a shard again and again."""

    met: int
    """Kills that met it at work."""
    twice: int
    """Requests paid twice."""
    most: int
    """So many might have been."""


def _killed_often(tmp_path: Path, endpoint: Endpoint, *, pages: int, kills: int, seed: int) -> Killed:
    """Kills a shard again and again, with its scratch folder."""
    archive = make_hard_archive(tmp_path / "archive", pages)
    endpoint.answer = hard_answer
    alone = in_one_process(tmp_path / "a.db", endpoint, archive, tmp_path / "alone")
    endpoint.bodies.clear()

    came: list[float] = []

    def slowly(body: dict[str, Any]) -> Reply:
        came.append(time.monotonic())
        reply = hard_answer(body)
        reply.delay = 0.1
        return reply

    endpoint.answer = slowly
    where = tmp_path / "store"
    cut_archive(where, endpoint, archive, 10 * pages)
    dice = random.Random(seed)
    met = most = 0
    for number in range(kills):
        (shard,) = unfinished(where)
        scratch = tmp_path / f"scratch-{number}"
        process = start_shard(
            where, shard, endpoint.url, scratch, concurrency=IN_FLIGHT, sync_answers=SYNC_ANSWERS
        )
        wait_for(endpoint, count(endpoint) + dice.randrange(0, 2 * pages // kills), process)
        time.sleep(dice.random() * 0.2)
        is_met = process.poll() is None
        kill(process)
        met += is_met
        most += _in_no_segment(scratch, came) if is_met else 0
        shutil.rmtree(scratch, ignore_errors=True)  # its readers are ending, and delete files of their own
        if not unfinished(where):
            break
    endpoint.answer = hard_answer
    run_shards(where, endpoint, Purse(Caps()))
    twice = paid_twice(endpoint)
    with whole(where) as store:
        shards = export_bytes(store, tmp_path / "shards")
    assert not unfinished(where)
    assert differing(alone, shards) == [], f"after {met} kills, {twice} paid twice"
    return Killed(met, twice, most)


def test_a_segment_counts_a_page_that_an_earlier_start_asked_about_no_second_time(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 6)

    def begin(jobs: int, blame: int) -> None:
        with transaction(db):
            found = ledger.claim(db, 1, jobs, blame=blame, up_to=None)
            ledger.begin(db, ledger.begin_run(db, 1), [(job, b"") for job in found])

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        db = store.connection
        begin(3, 0)
        with transaction(db):
            ledger.recover(db)
        segmenter = Segmenter(tmp_path / "a.db", db)
        begin(3, 1)
        begin(2, 0)
        segmenter.write(tmp_path / "one.segment", {})

    assert said_in(tmp_path / "one.segment")["spent"] == [0.0, 0.0, 2]


def test_after_kills_a_shard_goes_on_from_its_segments(tmp_path: Path, endpoint: Endpoint) -> None:
    killed = _killed_often(tmp_path, endpoint, pages=60, kills=2, seed=1)

    assert killed.met
    assert killed.twice <= killed.most


@pytest.mark.slow
def test_fifteen_kills(tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    met, twice, most = _killed_often(tmp_path, endpoint, pages=500, kills=15, seed=2)

    with capsys.disabled():
        print(
            f"\n{met} kills, {twice} requests paid twice: {twice / met:.1f} a kill, at most {most / met:.1f}"
        )
    assert met > 9
    assert twice <= most


def test_a_machine_that_was_taken_for_dead_and_wakes_spoils_nothing(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_hard_archive(tmp_path / "archive", 40)
    endpoint.answer = hard_answer
    alone = in_one_process(tmp_path / "a.db", endpoint, archive, tmp_path / "alone")
    endpoint.bodies.clear()

    asleep = threading.Event()

    def slowly(body: dict[str, Any]) -> Reply:
        if count(endpoint) > 16:  # the first machine falls asleep before it has them all
            asleep.wait(120)
        reply = hard_answer(body)
        reply.delay = 0.2
        return reply

    endpoint.answer = slowly
    where = tmp_path / "store"
    cut_archive(where, endpoint, archive, 1000)
    (shard,) = unfinished(where)
    first = start_shard(where, shard, endpoint.url, tmp_path / "1", concurrency=4, sync_answers=4)
    wait_for(endpoint, 12, first)
    first.send_signal(signal.SIGSTOP)
    asleep.set()
    (shard,) = unfinished(where)
    assert shard.epoch == 1
    before = count(endpoint)
    second = start_shard(where, shard, endpoint.url, tmp_path / "2", concurrency=4, sync_answers=4)
    wait_for(endpoint, before + 8, second)
    first.send_signal(signal.SIGCONT)
    said = [process.communicate(timeout=300) for process in (first, second)]

    assert [out.startswith("True") for out, _ in said] == [True, True], said
    with whole(where) as store:
        shards = export_bytes(store, tmp_path / "shards")
    assert differing(alone, shards) == []
    assert not unfinished(where)


@HERE
def test_a_shard_that_another_machine_finishes_meanwhile_is_finished(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its input is deleted between the look at the folder and the reading."""
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 4), 10)
    folder = make_folder(str(where))
    seen = folder.names()
    drive(where, endpoint)
    before = count(endpoint)
    monkeypatch.setattr("hyllm.cluster._local.LocalFolder.names", lambda *below: seen)  # pyright: ignore

    (end,) = run_shards(where, endpoint, Purse(Caps()))

    assert end.is_finished
    assert count(endpoint) == before


@HERE
def test_a_shard_that_dies_twice_is_set_aside_and_the_next_run_finishes_it(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 30), 10)
    cluster = Threads("a", "b")
    cluster.dies = lambda start: Died("the process died", with_machine=False) if start.shard == 2 else None
    said: list[str] = []
    ended = drive(where, endpoint, cluster, said=said.append)

    assert (ended.finished, ended.set_aside, ended.stopped) == (2, {2: "the process died"}, None)
    assert len(said) == 2
    assert count(endpoint) == 20
    again = drive(where, endpoint)
    assert (again.finished, again.set_aside) == (1, {})
    assert set(asked(endpoint).values()) == {1}
    assert len(asked(endpoint)) == 30


# --- caps ----------------------------------------------------------------------------------------------------

PRICE = Price(1.0, 0.1, 10.0, "")
COST = 0.002


@pytest.mark.parametrize(
    ("cap", "higher", "most", "left_over"),
    [
        (
            Caps(dollars=0.05),
            Caps(dollars=0.08),
            (25, 40),
            5,
        ),  # at its worst, a request takes as much as 4.7 do
        (Caps(pages=23), Caps(pages=41), (23, 41), 0),
    ],
    ids=["dollars", "pages"],
)
@HERE
def test_a_cap_that_four_machines_reach_at_once_holds_and_a_higher_one_goes_on(
    tmp_path: Path, endpoint: Endpoint, cap: Caps, higher: Caps, most: tuple[int, int], left_over: int
) -> None:
    endpoint.answer = lambda body: answer_to(body, delay=0.02)
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 60), 15)
    for caps, pages in zip((cap, higher), most, strict=True):
        ended = drive(where, endpoint, Threads("a", "b", "c", "d"), per_node=1, caps=caps, price=PRICE)
        assert ended.stopped == CAP_REACHED
        assert pages - left_over <= count(endpoint) <= pages
    assert set(asked(endpoint).values()) == {1}


# --- machines with endpoints of their own --------------------------------------------------------------------


@HERE
def test_a_machine_whose_endpoint_is_dead_gets_no_more_shards(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.answer = lambda body: answer_to(body, delay=0.05)
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 40), 10)
    dead = find_endpoint("m-1", f"http://127.0.0.1:{_free_port()}/v1", {})
    cluster = Threads("a", "b", endpoints={"b": dead})
    said: list[str] = []
    ended = drive(where, endpoint, cluster, said=said.append, per_node=1, own_endpoints=True)

    assert (ended.finished, ended.stopped) == (4, None)
    assert Counter(start.node for start in cluster.started)["b"] == 1
    assert "cannot be reached" in said[0]
    assert set(asked(endpoint).values()) == {1}


@HERE
def test_where_all_endpoints_are_dead_the_run_ends(tmp_path: Path, endpoint: Endpoint) -> None:
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 20), 5)
    dead = find_endpoint("m-1", f"http://127.0.0.1:{_free_port()}/v1", {})
    ended = drive(
        where, endpoint, Threads("a", "b", endpoints={"a": dead, "b": dead}), per_node=1, own_endpoints=True
    )

    assert isinstance(ended.stopped, EndpointError)
    assert "no machine can go on" in str(ended.stopped)
    assert count(endpoint) == 0
    assert len(unfinished(where)) == 4


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


# --- an archive that goes on living --------------------------------------------------------------------------


def _exported(where: Path, out: Path) -> dict[str, bytes]:
    with whole(where) as store:
        return export_bytes(store, out)


@HERE
def test_what_is_new_goes_into_new_shards_and_what_is_corrected_is_read_again_for_nothing(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive, where = tmp_path / "archive", tmp_path / "store"
    for number in range(20):
        make_archive(archive, 1, first=number)
    endpoint.answer = lambda body: (
        Reply(None, finish="content_filter") if number_in(body) == 7 else answer_to(body)
    )
    assert cut_archive(where, endpoint, archive, 10) == 2
    drive(where, endpoint)
    assert cut_archive(where, endpoint, archive, 10) == 0
    assert count(endpoint) == 20

    # What failed is asked again, and nothing else.
    endpoint.answer = answer_to
    with whole(where) as store:
        assert retry(store.connection) == 1
    assert cut_archive(where, endpoint, archive, 10) == 1
    assert drive(where, endpoint).finished == 1
    assert asked(endpoint)[7] == 2
    assert count(endpoint) == 21

    # New and changed pages are asked about, and nothing else.
    make_archive(archive, 3, first=20)
    (changed,) = archive.rglob("0003.txt")
    changed.write_text(changed.read_text(encoding="utf-8") + "又讯。\n", encoding="utf-8")
    assert cut_archive(where, endpoint, archive, 10) == 1
    assert drive(where, endpoint).finished == 1
    assert count(endpoint) == 25

    # Corrected dates cost nothing, and no shard.
    with whole(where) as store:
        pages = [row[0] for row in store.connection.execute("SELECT page FROM pages ORDER BY page LIMIT 6")]
    table = table_of(tmp_path / "pages.csv", dict.fromkeys(pages, "2001-02-03"))
    assert cut_archive(where, endpoint, archive, 10, PageReader(table=table)) == 0
    before = _exported(where, tmp_path / "before")
    assert before["csv/pages.csv"].decode().count("2001-02-03") == 6
    assert before["jsonl"].decode().count('"issue_date": "2001-02-03"') == 6
    assert count(endpoint) == 25

    # The whole store is a cache.
    for path in where.glob("archive.db*"):
        path.unlink()
    assert differing(before, _exported(where, tmp_path / "after")) == []
    assert cut_archive(where, endpoint, archive, 10, PageReader(table=table)) == 0
    assert len(shards_of(where)) == 4
    assert differing(before, _exported(where, tmp_path / "again")) == []


@HERE
def test_dates_corrected_while_shards_are_out_are_read_right(tmp_path: Path, endpoint: Endpoint) -> None:
    archive, where = make_archive(tmp_path / "archive", 12), tmp_path / "store"
    endpoint.answer = answer_to
    cut_archive(where, endpoint, archive, 6)
    with whole(where) as store:
        pages = [row[0] for row in store.connection.execute("SELECT page FROM pages ORDER BY page")]
    table = table_of(tmp_path / "pages.csv", dict.fromkeys(pages, "2001-02-03"))
    assert cut_archive(where, endpoint, archive, 6, PageReader(table=table)) == 0
    drive(where, endpoint)

    assert count(endpoint) == 12
    assert _exported(where, tmp_path / "out")["jsonl"].decode().count('"issue_date": "2001-02-03"') == 12


def test_without_ray_one_line_says_what_to_install(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    archive = make_archive(tmp_path / "archive", 3)

    assert hyllm(*arguments(tmp_path / "store", endpoint, archive, "--on", "ray")) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-1].endswith("pip install 'hyllm[ray]'")
    assert not any("Traceback" in line for line in said)
    assert count(endpoint) == 0
    assert finish(arguments(tmp_path / "a.db", endpoint, archive, "--dry-run"))[0] == 0


@HERE
def test_a_cap_is_used_up_but_for_less_than_a_request_takes_at_worst(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 120), 20)
    drive(where, endpoint, sample=60)
    price, cost = Price(1, 1, 1, ""), 1100 / 1e6
    with whole(where) as store:
        budget = budget_of(store.connection, load_setups(store.connection)[-1], Caps(), price)
    worst = budget.at_most(100).dollars / cost
    drive(where, endpoint, caps=Caps(dollars=80 * cost), price=price, concurrency=2)
    assert 80 - worst < count(endpoint) <= 80
