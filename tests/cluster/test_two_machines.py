"""A folder that several machines look at and go on with, each with a whole store of its own."""

import errno
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from hyllm.archive import PageReader
from hyllm.batch import Caps, enqueue, load_setups
from hyllm.cluster import _shard as shard_module
from hyllm.cluster import _whole as whole_module
from hyllm.cluster import cut_shards, make_folder, open_whole
from hyllm.cluster._local import LocalFolder
from hyllm.cluster._purse import Purse
from hyllm.cluster._schedule import Start
from hyllm.cluster._shard import Broke, Task, run_task
from hyllm.errors import EndpointError
from hyllm.export import prediction_lines
from tests.batch.making import answer_to, asked, count, make_archive
from tests.batch.test_command import hyllm
from tests.cluster.running import (
    HERE,
    LocalPurse,
    Threads,
    address,
    cut_archive,
    drive,
    make_hard_archive,
    save_new_setup,
    table_of,
    task_of,
    unfinished,
    whole,
)
from tests.conftest import Endpoint

Machine = Callable[[str], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    """Says which machine one is at: each has a cache of its own, since the folder is on a network disk."""
    monkeypatch.setattr(whole_module, "is_on_network", lambda path: "cache-" not in str(path))  # pyright: ignore

    def go(name: str) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache-{name}"))

    return go


def lines(where: Path) -> list[dict[str, Any]]:
    with whole(where) as store:
        return [json.loads(line) for line in prediction_lines(store.connection)]


def pages_of(where: Path) -> list[str]:
    with whole(where) as store:
        return [row[0] for row in store.connection.execute("SELECT page FROM pages ORDER BY page")]


@HERE
def test_corrected_dates_reach_a_machine_that_had_folded_the_shards(
    tmp_path: Path, endpoint: Endpoint, at: Machine
) -> None:
    archive, where = make_archive(tmp_path / "archive", 3), tmp_path / "store"
    endpoint.answer = answer_to
    at("A")
    cut_archive(where, endpoint, archive, 10)
    drive(where, endpoint)
    at("B")
    before = lines(where)
    at("A")
    table = table_of(tmp_path / "t.csv", dict.fromkeys(pages_of(where), "2001-02-03"))
    cut_archive(where, endpoint, archive, 10, PageReader(table=table))
    found: dict[str, list[dict[str, Any]]] = {}
    for name in "ABC":
        at(name)
        found[name] = lines(where)

    assert before[0]["projects"][0]["milestones"][0]["date"]["edtf"] != "2001-02-02"
    assert {line["projects"][0]["milestones"][0]["date"]["edtf"] for line in found["A"]} == {"2001-02-02"}
    assert found["A"] == found["B"] == found["C"]
    assert count(endpoint) == 3


@HERE
def test_what_one_machine_has_only_looked_through_gives_way_to_what_another_has_cut(
    tmp_path: Path, endpoint: Endpoint, at: Machine
) -> None:
    archive, where = make_archive(tmp_path / "archive", 8), tmp_path / "store"
    endpoint.answer = answer_to
    folder = make_folder(str(where))
    at("A")
    with open_whole(folder) as store:  # a dry run
        save_new_setup(store, endpoint)
        enqueue(store, [archive], PageReader())
    first = archive / "0000"
    first.mkdir()
    make_archive(tmp_path / "more", 5, first=50)
    for path in (tmp_path / "more").rglob("*.txt"):
        path.rename(first / path.name)
    at("B")
    with open_whole(folder) as store:
        save_new_setup(store, endpoint)
        enqueue(store, [archive], PageReader())
        cut_shards(store, folder, load_setups(store.connection)[-1].id, 100)  # killed before the index
    at("A")
    cut_archive(where, endpoint, archive, 100)
    drive(where, endpoint)

    for name in "ABC":
        at(name)
        found = lines(where)
        assert len(found) == 13
        assert all(f"第{int(line['page'][-4:])}号工厂" == line["projects"][0]["name"] for line in found)
    assert set(asked(endpoint).values()) == {1}


@HERE
def test_pages_whose_index_was_never_written_are_there_all_the_same(
    tmp_path: Path, endpoint: Endpoint, at: Machine
) -> None:
    archive, where = make_archive(tmp_path / "archive", 6), tmp_path / "store"
    endpoint.answer = answer_to
    folder = make_folder(str(where))
    at("A")
    cut_archive(where, endpoint, archive, 6)
    make_archive(archive, 4, first=50)
    with open_whole(folder) as store:
        enqueue(store, [archive], PageReader())
        cut_shards(
            store, folder, load_setups(store.connection)[-1].id, 6
        )  # killed here; it goes on without ARCHIVE
    drive(where, endpoint)
    here = lines(where)
    at("B")
    assert lines(where) == here
    assert len(here) == 10


@HERE
def test_of_a_page_in_two_shards_the_later_ones_word_counts_in_whatever_order_they_end(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_hard_archive(tmp_path / "archive", 4)
    endpoint.answer = answer_to
    side, text = archive / "early-0002.json", archive / "early-0002.txt"
    about = json.loads(side.read_text(encoding="utf-8"))
    for order in ([1, 2], [2, 1]):
        where = tmp_path / f"store-{order[0]}"
        side.write_text(json.dumps(about), encoding="utf-8")
        os.utime(text, (50, 50))
        cut_archive(where, endpoint, archive, 100)
        side.write_text(
            json.dumps(about | {"issue_date": "1999-01-01"}), encoding="utf-8"
        )  # no version of another
        os.utime(side, (200, 200))
        cut_archive(where, endpoint, archive, 100)
        assert len(unfinished(where)) == 2
        endpoint.bodies.clear()
        for number in order:
            _finish(where, endpoint, number)
        with whole(where) as store:
            (state,) = store.connection.execute(
                "SELECT state FROM jobs WHERE text_id = (SELECT text_id FROM pages WHERE page = 'early-0002')"
            ).fetchone()
        assert state == "done"
        assert cut_archive(where, endpoint, archive, 100) == 0


def _finish(where: Path, endpoint: Endpoint, number: int) -> None:
    """Runs one shard: the others are taken for lost in the meantime."""
    cluster = Threads("a")
    hidden = where / "hidden"
    others = [shard.number for shard in unfinished(where) if shard.number != number]
    for other in others:
        (where / f"shards/{other:06d}").rename(hidden)
    drive(where, endpoint, cluster, per_node=1)
    for other in others:
        hidden.rename(where / f"shards/{other:06d}")


@HERE
def test_a_sample_can_be_looked_at_before_its_shards_are_finished(tmp_path: Path, endpoint: Endpoint) -> None:
    archive, where = make_archive(tmp_path / "archive", 12), tmp_path / "store"
    endpoint.answer = answer_to
    cut_archive(where, endpoint, archive, 100)
    drive(where, endpoint, sample=5)
    assert len(lines(where)) == count(endpoint) == 5
    drive(where, endpoint, sample=8)
    assert len(lines(where)) == count(endpoint) == 8
    (where / "archive.db").unlink()
    assert len(lines(where)) == 8
    drive(where, endpoint)
    assert len(lines(where)) == count(endpoint) == 12
    assert [path.name for path in (where / "shards/000001").iterdir() if path.is_file()] == ["store.db"]


@HERE
def test_a_damaged_shard_is_set_aside_and_stops_nobody(tmp_path: Path, endpoint: Endpoint) -> None:
    archive, where = make_archive(tmp_path / "archive", 10), tmp_path / "store"
    endpoint.answer = answer_to
    cut_archive(where, endpoint, archive, 2)
    path = where / "shards/000002/input.db"
    path.write_bytes(path.read_bytes()[:100] + os.urandom(8000))
    ended = drive(where, endpoint, Threads("a", "b"), per_node=1)
    assert list(ended.set_aside) == [2]
    assert "shards/000002/input.db is damaged" in ended.set_aside[2]
    assert ended.finished == 4
    assert ended.stopped is None


@HERE
def test_a_hiccup_of_the_storage_ends_no_run(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, where = make_archive(tmp_path / "archive", 12), tmp_path / "store"
    endpoint.answer = answer_to
    cut_archive(where, endpoint, archive, 4)
    write, failures = LocalFolder.write_from, [1]

    def hiccup(self: LocalFolder, name: str, path: Path) -> None:
        if "000002/segments" in name and failures:
            failures.pop()
            raise EndpointError("s3://b/a: cannot be written: it took too long")
        write(self, name, path)

    monkeypatch.setattr(LocalFolder, "write_from", hiccup)
    ended = drive(where, endpoint, Threads("a", "b"), per_node=1)
    assert not failures
    assert ended.stopped is None
    assert ended.finished == 3


@HERE
def test_a_machine_without_the_folder_is_told_what_it_must_reach(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 4), 2)
    cluster = Threads("a", "b")
    away = str(tmp_path / "not-mounted")
    cluster.sees = lambda start, task: replace(task, where=away) if start.node == "b" else task
    said: list[str] = []
    ended = drive(where, endpoint, cluster, per_node=1, said=said.append)
    assert (ended.finished, ended.set_aside, ended.stopped) == (2, {}, None)
    assert f"on machine b: {away}: is no folder of shards on this machine" in said[0]
    assert "all machines must reach the same folder" in said[0]
    assert not (tmp_path / "not-mounted").exists()


@HERE
def test_a_machine_that_reaches_another_folder_runs_none_of_its_shards(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    mine, other = tmp_path / "mine", tmp_path / "other"
    cut_archive(mine, endpoint, make_archive(tmp_path / "a", 4), 2)
    cut_archive(other, endpoint, make_archive(tmp_path / "b", 4, first=100), 2)
    cluster = Threads("a", "b")
    cluster.sees = lambda start, task: replace(task, where=str(other)) if start.node == "b" else task
    said: list[str] = []
    drive(mine, endpoint, cluster, per_node=1, said=said.append)
    assert sorted(asked(endpoint)) == [0, 1, 2, 3]
    assert len(unfinished(other)) == 2
    assert "is another folder on this machine" in said[0]


FULL = OSError(errno.ENOSPC, "No space left on device", "/scratch/x")


@pytest.mark.parametrize(
    ("what", "error", "told"),
    [
        ("Segmenter.write", FULL, "/scratch/x: No space left on device"),
        ("Segmenter.write", sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        ("Store.__init__", OSError("a library's words"), f"{gettempdir()}: a library's words"),
    ],
    ids=["file", "database", "words"],
)
@HERE
def test_a_machine_whose_disk_is_full_is_at_fault_and_another_runs_its_shards(
    tmp_path: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    error: Exception,
    told: str,
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 12), 2)
    at = threading.local()

    def sees(start: Start, task: Task) -> Task:
        at.node = start.node
        return task

    name, method = what.split(".")
    does = getattr(getattr(shard_module, name), method)

    def fails(*arguments: Any, **named: Any) -> Any:
        if getattr(at, "node", None) == "b":  # a task's own thread
            raise error
        return does(*arguments, **named)

    monkeypatch.setattr(f"hyllm.cluster._shard.{what}", fails)
    cluster = Threads("a", "b")
    cluster.sees = sees
    said: list[str] = []
    ended = drive(where, endpoint, cluster, per_node=1, said=said.append)
    assert (ended.finished, ended.set_aside, ended.stopped) == (6, {}, None)
    assert len(said) == 2
    assert " on machine b: " in said[0]
    assert told in said[0]
    assert "fault in hyllm" not in said[0]


@HERE
def test_a_disk_that_is_full_when_a_shard_is_opened_is_not_taken_for_damage(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 2), 2)
    (shard,) = unfinished(where)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("hyllm.batch._store._check", full)
    broke = run_task(task_of(where, shard, address(endpoint)), LocalPurse(Purse(Caps())))
    assert isinstance(broke, Broke)
    assert broke.by_machine
    assert broke.why.endswith("database or disk is full")


@HERE
def test_a_page_of_which_a_further_turn_is_wanted_is_not_asked_from_the_beginning(
    tmp_path: Path, endpoint: Endpoint, at: Machine
) -> None:
    archive, where = make_archive(tmp_path / "archive", 3), tmp_path / "store"
    endpoint.answer = answer_to
    at("A")
    cut_archive(where, endpoint, archive, 10)
    drive(where, endpoint)
    before = lines(where)
    with whole(where) as store:  # as a reading does that needs a further request
        store.connection.execute("UPDATE jobs SET state = 'open', turn = 1 WHERE id = 1")
    assert cut_archive(where, endpoint, archive, 10) == 1
    drive(where, endpoint)  # what has come suffices today: nothing is asked
    assert count(endpoint) == 3
    assert lines(where) == before
    at("B")
    assert lines(where) == before


@HERE
def test_a_copy_of_a_folder_and_the_folder_are_two(tmp_path: Path, endpoint: Endpoint, at: Machine) -> None:
    endpoint.answer = answer_to
    at("A")
    first, copy = tmp_path / "store", tmp_path / "copy"
    cut_archive(first, endpoint, make_archive(tmp_path / "archive", 3), 10)
    drive(first, endpoint)
    shutil.copytree(first, copy)
    cut_archive(copy, endpoint, make_archive(tmp_path / "more", 4, first=50), 10)
    drive(copy, endpoint)
    assert len(lines(copy)) == 7
    assert len(lines(first)) == 3


@HERE
def test_a_look_waits_for_no_other_process_without_end_and_says_whom_it_waits_for(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 3), 3)
    drive(where, endpoint)
    monkeypatch.setattr("hyllm.cluster._whole._TRY_FOR", 0.2)
    monkeypatch.setattr("hyllm.cluster._whole._TRY_EVERY", 0.05)
    with whole(where):  # as `hyllm batch reparse` has it
        assert hyllm("batch", "status", "--store", where) == 0
    out, err = capsys.readouterr()
    assert "states: 3 done" in out
    assert f"in use by process {os.getpid()}" in err
    assert "as it is now" in err

    taken = open_whole(make_folder(str(where)))
    threading.Timer(0.5, taken.close).start()
    monkeypatch.setattr("hyllm.cluster._whole._TRY_FOR", 60.0)
    assert hyllm("batch", "status", "--store", where) == 0
    assert "as it is now" not in capsys.readouterr().err
