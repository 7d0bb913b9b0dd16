"""The folder's storage is away, for a while or for good: what is sent meanwhile, what is paid twice, how the run ends."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hyllm.cluster import make_folder
from hyllm.cluster._local import LocalFolder
from hyllm.cluster._patient import StorageAway, open_patiently
from hyllm.errors import EndpointError
from tests.batch.making import answer_to, asked, count, make_archive
from tests.cluster.running import HERE, Threads, cut_archive, drive, unfinished
from tests.conftest import Endpoint, Reply

_METHODS = ("names", "stats", "exists", "read", "read_to", "write", "write_from", "delete")
IN_FLIGHT = 4


class Storage:
    """The storage of all folders; by default it is there."""

    def __init__(self) -> None:
        self.away = threading.Event()
        self._first = threading.Lock()

    def once(self, happens: Callable[[], object]) -> None:
        """Lets something happen, though several requests come to it at the same moment."""
        if self._first.acquire(blocking=False):
            happens()

    def check(self) -> None:
        if self.away.is_set():
            raise EndpointError("s3://b/a: cannot be written: connection refused")


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """It may go away; it is waited for less long than really, and looked for more often."""
    monkeypatch.setattr("hyllm.cluster._patient._PAUSE", 0.02)
    monkeypatch.setattr("hyllm.cluster._lease._HOLD_AFTER", 0.1)
    monkeypatch.setattr("hyllm.cluster._lease._SYNC_ANSWERS", 4)
    storage = Storage()
    for name in _METHODS:
        monkeypatch.setattr(LocalFolder, name, _failing(storage, getattr(LocalFolder, name)))
    yield storage
    storage.away.clear()


def _failing(storage: Storage, method: Any) -> Any:
    def fails(self: LocalFolder, *given: Any) -> Any:
        storage.check()
        done = method(self, *given)
        storage.check()  # as an upload whose answer is lost
        return done

    return fails


@HERE
@pytest.mark.parametrize("begins_at", [0, 10, 40], ids=["at first", "midway", "at the end"])
def test_an_outage_that_ends_costs_nothing(
    tmp_path: Path, endpoint: Endpoint, storage: Storage, begins_at: int
) -> None:
    archive, where = make_archive(tmp_path / "archive", 40), tmp_path / "store"
    cut_archive(where, endpoint, archive, 20)
    came: list[float] = []

    def answer(body: dict[str, Any]) -> Reply:
        came.append(time.monotonic())
        if begins_at and count(endpoint) >= begins_at:
            storage.once(lambda: _go_away(storage))
        return answer_to(body, delay=0.2)

    endpoint.answer = answer
    cluster = Threads("a")
    if not begins_at:
        cluster.sees = lambda start, task: (_go_away(storage) if start.shard == 1 else None, task)[1]
    ended = drive(where, endpoint, cluster, concurrency=IN_FLIGHT)
    assert (ended.stopped, dict(ended.set_aside), ended.finished) == (None, {}, 2)
    assert sorted(asked(endpoint).values()) == [1] * 40
    assert len(cluster.started) == 2
    if begins_at == 10:
        pause = max(later - one for one, later in pairwise(came))
        assert pause > 0.4  # all are held, though there is no cap


def _go_away(storage: Storage) -> None:
    storage.away.set()
    threading.Timer(2.0, storage.away.clear).start()


@HERE
def test_an_outage_for_good_ends_the_run_in_order(
    tmp_path: Path, endpoint: Endpoint, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyllm.cluster._patient.OUTAGE", 0.6)
    archive, where = make_archive(tmp_path / "archive", 90), tmp_path / "store"
    cut_archive(where, endpoint, archive, 30)

    def answer(body: dict[str, Any]) -> Reply:
        if count(endpoint) >= 40:
            storage.once(storage.away.set)
        return answer_to(body, delay=0.2)

    endpoint.answer = answer
    said: list[str] = []
    ended = drive(where, endpoint, Threads("a", "b"), per_node=1, concurrency=IN_FLIGHT, said=said.append)
    assert isinstance(ended.stopped, EndpointError)
    assert "connection refused" in str(ended.stopped)
    assert not ended.set_aside
    assert any("shard 1 on machine" in line for line in said)
    sent = count(endpoint)
    assert sent < 90

    storage.away.clear()
    assert len(unfinished(where)) == 3
    assert drive(where, endpoint, concurrency=IN_FLIGHT).stopped is None
    assert sorted(asked(endpoint)) == list(range(90))
    # On two machines: what came since the last segment was begun, until they were held, and was in flight then. They
    # come four at a time, so that is once more than asked for a segment, while it is written, and in flight.
    assert count(endpoint) - 90 <= sent - 40 + 2 * (4 + 3 * IN_FLIGHT)
    assert sent - 40 <= 2 * 6 * IN_FLIGHT


def test_waiting_begins_anew_when_the_storage_was_there(
    tmp_path: Path, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyllm.cluster._patient.OUTAGE", 1.0)
    make_folder(str(tmp_path / "store"))
    folder = open_patiently(str(tmp_path / "store"))
    for _ in range(2):
        storage.away.set()
        timer = threading.Timer(0.6, storage.away.clear)
        timer.start()
        folder.write("a", b"x")
        timer.join()
    folder.delete(name for name in ["a"])
    assert not folder.exists("a")
    storage.away.set()
    with pytest.raises(StorageAway, match="connection refused"):
        folder.names()
    began = time.monotonic()
    with pytest.raises(StorageAway):  # it is not waited for again
        folder.names()
    assert time.monotonic() - began < 0.5
