"""One run at a time: machines that sleep, begin together, or lose the storage; and what a run does about it."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hyllm.archive import PageReader
from hyllm.batch import Options, enqueue, load_setups
from hyllm.cli import batch_cluster
from hyllm.cluster import Driver, Folder, Guard, cut_shards, make_folder, open_whole, work_in
from hyllm.cluster._guard import DEAD, EVERY
from hyllm.cluster._layout import RUN as FILE
from hyllm.cluster._messages import Total
from hyllm.cluster._ray import HeadLost
from hyllm.errors import EndpointError, HyllmError, UsageError
from tests.batch.making import answer_to, arguments, asked, count, make_archive, number_in
from tests.batch.test_command import hyllm
from tests.cluster.running import HERE, Threads, address, cut_archive, drive, shards_of, unfinished, whole
from tests.conftest import Endpoint, Reply

STEP = 0.005


class Clock:
    """A machine's clock, which goes when it is told to."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float, guard_of: Path) -> None:
        """Lets time pass on a machine that is awake: its guard gets its turn now and then."""
        end = self.now + seconds
        while self.now < end:
            self.now += EVERY + 1
            until(lambda: _sign(guard_of)["at"] == self.now)


class Storage:
    """A folder whose storage fails, hangs, or lets several writers meet."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.error: Exception | None = None
        self.goes = threading.Event()
        self.goes.set()
        self.before_write: Callable[[], object] = lambda: None
        self.tries = 0

    def __getattr__(self, name: str) -> Any:
        if name == "write":
            self.before_write()
        if name in ("read", "write", "delete"):
            self.tries += 1
            self.goes.wait()
            if self.error:
                raise self.error
        return getattr(self._folder, name)

    def is_tried(self, times: int) -> None:
        """Waits until it was tried so many times more."""
        enough = self.tries + times
        until(lambda: self.tries >= enough)


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.002)


def guard_on(folder: object, clock: Clock, settle: float = 0.0) -> Guard:
    return Guard(cast(Folder, folder), clock=clock, step=STEP, settle=settle, watch=0.0)


def _sign(where: Path) -> dict[str, Any]:
    return json.loads((where / FILE).read_text())


def sign_of(where: Path, *, process: int = 1, host: str | None = None, at: float) -> None:
    """The sign of life of another run."""
    about = {"token": "another", "process": process, "host": host or socket.gethostname(), "at": at}
    (where / FILE).write_text(json.dumps(about))


@pytest.fixture
def where(tmp_path: Path) -> Path:
    make_folder(str(tmp_path / "store"))
    return tmp_path / "store"


# --- who may run it ------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_and_a_dead_one_is_no_hindrance(where: Path) -> None:
    folder = make_folder(str(where))
    guard = Guard(folder)
    with pytest.raises(UsageError, match=f"process {os.getpid()} on .* is running it"):
        Guard(folder)
    guard.end()
    assert not (where / FILE).exists()

    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    sign_of(where, process=int(gone.stdout), at=time.time())
    Guard(folder).end()
    sign_of(where, host="elsewhere", at=time.time() - 3600)
    Guard(folder, watch=0.01).end()
    (where / FILE).write_text("[]")
    Guard(folder).end()
    sign_of(where, host="elsewhere", at=time.time() - 20)
    with pytest.raises(UsageError, match="process 1 on elsewhere"):
        Guard(folder)


class Renewed(Storage):
    """A folder in which a run on another machine, with another clock, gives signs of life."""

    def __init__(self, where: Path, at: float) -> None:
        super().__init__(make_folder(str(where)))
        self._where, self._at = where, at

    def __getattr__(self, name: str) -> Any:
        if name == "read":
            sign_of(self._where, host="elsewhere", at=self._at)
            self._at += EVERY
        return super().__getattr__(name)


def test_a_live_run_on_a_machine_whose_clock_goes_otherwise_is_not_taken_over(where: Path) -> None:
    clock = Clock()
    with pytest.raises(UsageError, match="process 1 on elsewhere is running it; the clocks differ by 3570 s"):
        guard_on(Renewed(where, clock.now - 3600), clock)
    with pytest.raises(UsageError, match=r"on elsewhere is running it .* the clocks differ by 3600 s"):
        guard_on(Renewed(where, clock.now + 3600), clock)
    assert _sign(where)["token"] == "another"


@pytest.mark.parametrize("longer", [0.0, 0.3], ids=["as fast", "one writes longer than the other waits"])
def test_of_two_that_begin_at_the_same_moment_one_gives_way(where: Path, longer: float) -> None:
    together = threading.Barrier(2)
    storages = [Storage(make_folder(str(where))) for _ in range(2)]
    storages[0].before_write = lambda: together.wait(60)
    storages[1].before_write = lambda: (together.wait(60), time.sleep(longer))
    clock = Clock()  # it stands: nobody is silent for long

    def begin(storage: Storage) -> Guard | UsageError:
        try:
            return guard_on(storage, clock, settle=0.02)
        except UsageError as error:
            return error

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(begin, storages))
    guards = [one for one in found if isinstance(one, Guard)]
    refused = [str(one) for one in found if isinstance(one, UsageError)]
    until(lambda: len(refused) + len([one for one in guards if one.stopped]) == 1)
    (said,) = refused + [one.stopped for one in guards if one.stopped]
    (guard,) = [one for one in guards if not one.stopped]
    assert "at the same moment" in said
    assert _sign(where)["token"] == guard._token  # pyright: ignore[reportPrivateUsage]
    for one in guards:
        one.end()
    assert not (where / FILE).exists()


def test_windows_is_not_asked_for_a_process_by_a_signal(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There signal 0 is Ctrl-C."""
    signals: list[int] = []
    monkeypatch.setattr("os.kill", lambda process, number: signals.append(process))  # pyright: ignore
    sign_of(where, process=4711, at=time.time())
    with pytest.raises(UsageError, match="4711"):
        Guard(make_folder(str(where)))
    assert signals == [4711]
    monkeypatch.setattr("hyllm.cluster._guard._CAN_PROBE", False)
    with pytest.raises(UsageError, match="4711"):
        Guard(make_folder(str(where)))
    assert signals == [4711]


# --- sleep, and storage that fails ---------------------------------------------------------------------------


def test_a_run_that_slept_gives_way_to_its_successor(where: Path) -> None:
    folder = make_folder(str(where))
    clock, others = Clock(), Clock()
    slept = guard_on(folder, clock)
    others.now += DEAD - 1
    with pytest.raises(UsageError, match="is running it"):
        guard_on(folder, others)
    others.now += 1
    successor = guard_on(folder, others)
    its = _sign(where)

    clock.now = others.now  # it wakes
    until(lambda: slept.stopped)
    assert f"process {os.getpid()} on {socket.gethostname()} has taken it over" in str(slept.stopped)
    with pytest.raises(UsageError, match="has taken it over"):
        slept.check()
    with pytest.raises(UsageError, match="has taken it over"):
        slept.guarded().write("x", b"x")
    clock.now += 2 * DEAD
    slept.end()
    assert _sign(where) == its
    assert successor.stopped is None
    others.pass_by(2 * DEAD, where)
    successor.end()
    assert not (where / FILE).exists()


def test_one_that_slept_and_was_not_missed_goes_on(where: Path) -> None:
    clock = Clock()
    guard = guard_on(make_folder(str(where)), clock)
    clock.now += 2 * DEAD
    until(lambda: _sign(where)["at"] == clock.now)
    assert guard.stopped is None
    guard.end()


def test_storage_may_fail_for_half_of_the_time_after_which_others_take_over(where: Path) -> None:
    clock, storage = Clock(), Storage(make_folder(str(where)))
    guard = guard_on(storage, clock)
    storage.error = EndpointError("the storage is away")
    clock.now += DEAD / 2 - 1
    storage.is_tried(3)
    assert guard.stopped is None
    storage.error = None
    until(lambda: _sign(where)["at"] == clock.now)

    storage.error = UsageError("access is refused")
    clock.now += DEAD / 2 - 1
    storage.is_tried(3)
    assert guard.stopped is None
    clock.now += 1
    until(lambda: guard.stopped)
    assert str(guard.stopped).endswith("another run may soon take over: access is refused")
    assert guard.is_silent
    assert "\n" not in str(guard.stopped)
    storage.error = None
    until(lambda: _sign(where)["at"] == clock.now)  # what is in flight is guarded as long as that is possible
    assert guard.stopped
    guard.end()
    assert not (where / FILE).exists()


def test_storage_that_hangs_is_seen(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyllm.cluster._guard._LAST_SIGN_WITHIN", 0.05)
    clock, storage = Clock(), Storage(make_folder(str(where)))
    guard = guard_on(storage, clock)
    storage.goes.clear()
    clock.now += EVERY
    storage.is_tried(1)
    assert guard.stopped is None
    clock.now += DEAD / 2
    assert "the storage does not answer" in str(guard.stopped)
    guard.end()
    storage.goes.set()


def test_a_guard_whose_file_is_deleted_writes_it_again_and_whose_end_fails_says_nothing(where: Path) -> None:
    clock, storage = Clock(), Storage(make_folder(str(where)))
    guard = guard_on(storage, clock)
    (where / FILE).unlink()
    clock.now += EVERY
    until((where / FILE).exists)
    assert guard.stopped is None
    storage.error = EndpointError("the storage is away")
    guard.end()
    assert (where / FILE).exists()


# --- the command ---------------------------------------------------------------------------------------------


class Here(Threads):
    """Threads in place of a cluster of Ray."""

    began = 0

    def __init__(self, address: str | None) -> None:
        super().__init__("a")
        self.is_lost = False
        Here.began += 1

    def close(self) -> None: ...


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of the guards of commands, which run on threads of this process."""
    clock = Clock()
    monkeypatch.setattr("hyllm.cli.batch_cluster.Guard", lambda folder: guard_on(folder, clock))  # pyright: ignore
    monkeypatch.setattr("hyllm.cli.batch_cluster.require_ray", lambda: None)
    monkeypatch.setattr("hyllm.cli.batch_cluster.Cluster", Here)
    monkeypatch.setattr("hyllm.cluster._drive._ENDS_LOOK_EVERY", 0.02)
    Here.began = 0
    return clock


def before(monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], object]) -> None:
    """Lets something happen at the beginning of a step of the command."""
    real: Any = getattr(batch_cluster, step)

    def does(*given: Any, **named: Any) -> Any:
        happens()
        return real(*given, **named)

    monkeypatch.setattr(batch_cluster, step, does)


def take_over(where: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Lets another take the next run over at the beginning of a step, and the run see it."""
    guards: list[Guard] = []

    def guard(folder: Folder) -> Guard:
        guards.append(guard_on(folder, clock))
        return guards[-1]

    def taken_over() -> None:
        sign_of(where, host="elsewhere", at=clock.now)
        clock.now += EVERY
        until(lambda: guards[0].stopped)

    monkeypatch.setattr("hyllm.cli.batch_cluster.Guard", guard)
    before(monkeypatch, step, taken_over)


def on_ray(where: Path, endpoint: Endpoint, *more: object) -> int:
    return hyllm(*arguments(where, endpoint, "--on", "ray", "--shard-pages", 10, *more))


def said_by(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


@HERE
def test_what_is_said_goes_on_on_the_same_cluster(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    more = ["--address", "local", "--max-pages", 3]
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 12), *more) == 4
    assert f"to go on: hyllm batch run --on ray --address local --store {where}" in capsys.readouterr().err


@HERE
@pytest.mark.parametrize("step", ["open_whole", "look_through", "cut_shards", "publish_index", "Cluster"])
def test_a_step_that_takes_long_lets_nobody_else_in(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    endpoint.answer = answer_to
    where, refused = tmp_path / "store", list[str]()

    def takes_long() -> None:
        clock.pass_by(2 * DEAD, where)
        with pytest.raises(UsageError) as error:
            guard_on(make_folder(str(where)), clock)
        refused.append(str(error.value))

    before(monkeypatch, step, takes_long)
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 12)) == 0
    assert len(refused) == 1
    assert count(endpoint) == 12
    assert not (where / FILE).exists()


@HERE
@pytest.mark.parametrize(
    ("step", "cut"),
    [("look_through", 0), ("read_changed", 0), ("publish_index", 2), ("work_in", 2), ("Cluster", 2)],
)
def test_a_run_that_another_has_taken_over_neither_cuts_nor_asks(
    tmp_path: Path,
    endpoint: Endpoint,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: str,
    cut: int,
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    take_over(where, clock, monkeypatch, step)
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 12)) == 2
    said = said_by(capsys)
    assert [line for line in said if "process 1 on elsewhere has taken it over" in line] == said[-1:]
    assert len(shards_of(where)) == cut
    assert count(endpoint) == 0
    assert _sign(where)["token"] == "another"


@HERE
def test_what_is_left_of_a_finished_shard_is_deleted_unless_the_run_is_taken_over(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 3)) == 0
    left = where / "shards" / "000001" / "stopped-7.db"
    left.write_bytes(b"of a start whose end was broken off")

    with monkeypatch.context() as patched:
        take_over(where, clock, patched, "work_in")
        assert on_ray(where, endpoint) == 2
    assert left.exists()
    (where / FILE).unlink()
    assert on_ray(where, endpoint) == 0
    assert not left.exists()


def test_a_run_that_is_taken_over_while_it_cuts_writes_no_further_shard(where: Path, tmp_path: Path) -> None:
    clock = Clock()
    folder = make_folder(str(where))
    endpoint = Endpoint("http://127.0.0.1:9/v1")
    archive = make_archive(tmp_path / "archive", 12)
    cut_archive(where, endpoint, archive, 12)
    make_archive(archive, 20, first=12)
    storage = Storage(folder)
    guard = guard_on(storage, clock)
    writes: list[str] = []

    class Seen:
        def __getattr__(self, name: str) -> Any:
            if name == "write_from":
                writes.append(name)
                if len(writes) == 2:
                    sign_of(where, host="elsewhere", at=clock.now)
                    clock.now += EVERY
                    until(lambda: guard.stopped)
            return getattr(guard.guarded(), name)

    with open_whole(folder) as store:
        enqueue(store, [archive], PageReader())
        with pytest.raises(UsageError, match="has taken it over"):
            cut_shards(store, cast(Folder, Seen()), load_setups(store.connection)[-1].id, 5)
    guard.end()
    assert list(shards_of(where)) == [1, 2]


@HERE
def test_a_run_that_is_taken_over_waits_for_what_is_in_flight(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    where = tmp_path / "store"

    lock, over = threading.Lock(), threading.Event()

    def taken_over(body: dict[str, Any]) -> Reply:
        with lock:  # two requests may come at once
            if count(endpoint) >= 4 and not over.is_set():
                sign_of(where, host="elsewhere", at=clock.now)
                clock.now += EVERY
                over.set()
        return answer_to(body, delay=0.2)

    endpoint.answer = taken_over
    archive = make_archive(tmp_path / "archive", 60)
    assert on_ray(where, endpoint, archive, "--concurrency", 2) == 2
    said = said_by(capsys)
    assert len([line for line in said if "has taken it over" in line]) == 1
    assert 4 <= count(endpoint) < 60
    assert _sign(where)["token"] == "another"

    (where / FILE).unlink()
    endpoint.answer = answer_to
    assert on_ray(where, endpoint) == 0
    assert set(asked(endpoint).values()) == {1}
    assert len(asked(endpoint)) == 60


@HERE
def test_a_run_goes_on_while_storage_fails_for_a_moment(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "store"
    storage = Storage(make_folder(str(where)))
    monkeypatch.setattr("hyllm.cli.batch_cluster.Guard", lambda folder: guard_on(storage, clock))  # pyright: ignore

    lock, failed = threading.Lock(), threading.Event()

    def answer(body: dict[str, Any]) -> Reply:
        with lock:  # several requests may come at once
            if count(endpoint) >= 3 and not failed.is_set():
                failed.set()
                storage.error = EndpointError("the storage is away")
                clock.now += EVERY
                storage.is_tried(2)
            if count(endpoint) >= 15:
                storage.error = None
        return answer_to(body)

    endpoint.answer = answer
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 20)) == 0
    assert count(endpoint) == 20
    assert storage.tries >= 4


# --- the driver ----------------------------------------------------------------------------------------------


class HeadGone(Threads):
    def now(self) -> Total:
        raise HeadLost


def _driver(
    where: Path, endpoint: Endpoint, store: Any, cluster: Threads, told: Callable[[Any], None]
) -> Driver:
    folder, setup = make_folder(str(where)), load_setups(store.connection)[-1]
    return Driver(
        cast(Any, cluster),
        folder,
        store,
        setup,
        address(endpoint),
        Options(concurrency=4, timeout=60.0, readers=1),
        work_in(store, folder, setup, None),
        per_node=2,
        own_endpoints=False,
        told=told,
        said=print,
    )


@HERE
def test_only_a_head_that_is_lost_is_taken_for_one(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.answer = answer_to
    where, other = tmp_path / "store", tmp_path / "other"
    archive = make_archive(tmp_path / "archive", 8)
    for folder in (where, other):
        cut_archive(folder, endpoint, archive, 4)

    def told(_: object) -> None:
        raise EndpointError("something else cannot be reached")

    with whole(where) as store, pytest.raises(EndpointError, match="something else"):
        _driver(where, endpoint, store, Threads("a"), told).run()
    assert isinstance(drive(other, endpoint, HeadGone("a")).stopped, HeadLost)


@HERE
@pytest.mark.parametrize(("is_silent", "code"), [(True, 5), (False, 2)])
def test_a_run_whose_guard_cannot_reach_the_storage_ends_as_one_whose_shards_cannot(
    tmp_path: Path, endpoint: Endpoint, is_silent: bool, code: int
) -> None:
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 3), 4)
    with whole(where) as store:
        driver = _driver(where, endpoint, store, Threads("a"), lambda now: None)
        driver._guard = cast(Guard, SimpleNamespace(stopped="no sign of life", is_silent=is_silent))  # pyright: ignore
        ended = driver.run()
    assert isinstance(ended.stopped, HyllmError)
    assert ended.stopped.exit_code == code
    assert count(endpoint) == 0


@HERE
def test_ctrl_c_where_nothing_is_to_be_run_is_no_fault(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    cut_archive(where, endpoint, make_archive(tmp_path / "archive", 3), 4)
    drive(where, endpoint)
    assert not unfinished(where)
    with whole(where) as store:
        driver = _driver(where, endpoint, store, Threads("a"), lambda now: None)
        driver.interrupt()
        driver.interrupt()
        ended = driver.run()
    assert (ended.interrupted, ended.stopped, ended.finished) == (True, None, 0)


# --- samples -------------------------------------------------------------------------------------------------


@HERE
def test_a_sample_is_done_when_its_pages_are(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = answer_to
    where = tmp_path / "store"
    assert on_ray(where, endpoint, make_archive(tmp_path / "archive", 30), "--sample", 15) == 0
    said = said_by(capsys)
    assert said[-1].startswith("of the sample 15 done: 15 answers")
    assert (count(endpoint), Here.began) == (15, 1)
    for sample in (15, 12):
        assert on_ray(where, endpoint, "--sample", sample) == 0
        assert (count(endpoint), Here.began) == (15, 1)
    capsys.readouterr()
    assert on_ray(where, endpoint, "--sample", 19, "--max-pages", 17) == 4
    assert any("of the sample 17 done, 2 to go" in line for line in said_by(capsys))
    assert count(endpoint) == 17
    assert on_ray(where, endpoint, "--sample", 19) == 0
    assert (count(endpoint), Here.began) == (19, 3)
    assert on_ray(where, endpoint) == 0
    assert set(asked(endpoint).values()) == {1}
    assert len(asked(endpoint)) == 30
    assert on_ray(where, endpoint, "--sample", 99) == 0


@HERE
def test_a_page_of_a_sample_that_fails_is_told_each_time(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    refused: set[int] = set()

    def answer(body: dict[str, Any]) -> Reply:
        if len(refused) < 1:
            refused.add(number_in(body))
        if number_in(body) in refused:
            return Reply(status=400, body={"error": {"message": "no"}})
        return answer_to(body)

    endpoint.answer = answer
    where = tmp_path / "store"
    archive = make_archive(tmp_path / "archive", 10)
    for more in ((archive,), ()):
        assert on_ray(where, endpoint, *more, "--sample", 5) == 4
        assert any("of the sample 4 done, 1 failed" in line for line in said_by(capsys))
    assert (count(endpoint), Here.began) == (5, 1)


@HERE
def test_new_shards_are_of_as_many_pages_as_the_last_time(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = answer_to
    where, archive = tmp_path / "store", make_archive(tmp_path / "archive", 12)
    assert on_ray(where, endpoint, archive) == 0
    assert "2 new shards of up to 10 pages" in said_by(capsys)

    make_archive(archive, 12, first=12)
    (where / "archive.db").unlink()  # a cache: another machine has none
    assert hyllm(*arguments(where, endpoint, "--on", "ray", archive)) == 0
    assert "2 new shards of up to 10 pages" in said_by(capsys)


@HERE
def test_pages_of_begun_shards_whose_dates_have_changed_are_read_anew_before_the_run_says_how_it_ended(
    tmp_path: Path, endpoint: Endpoint, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = answer_to
    where, archive = tmp_path / "store", make_archive(tmp_path / "archive", 12)
    assert on_ray(where, endpoint, archive, "--max-pages", 5) == 4
    said_by(capsys)

    assert on_ray(where, endpoint, archive, "--issue-date", "2013-01-02") == 0
    said = said_by(capsys)
    assert any(line.startswith("12 done: 7 answers") for line in said)
    assert not any("to go on" in line for line in said)
