"""Runs on a real cluster whose machines, processes and head are killed."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")
pytest.importorskip("pyarrow")

from hyllm.cluster._lease import _SYNC_ANSWERS  # pyright: ignore[reportPrivateUsage]
from tests.batch.making import answer_to, arguments, asked, count, finish, kill, make_archive, start
from tests.cluster.machines import Machines
from tests.cluster.running import differing, export_bytes, hard_answer, make_hard_archive, shards_of, whole
from tests.cluster.test_shards import in_one_process, paid_twice
from tests.conftest import Endpoint, Reply

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

IN_FLIGHT = 4
LOST = IN_FLIGHT + _SYNC_ANSWERS + 2 * IN_FLIGHT
"""What may be paid twice for a process: what was in flight, the last segment, and what came while it was written."""


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    found = Machines("a")
    yield found
    found.end()


def on_ray(machines: Machines, where: Path, endpoint: Endpoint, *more: object) -> list[str]:
    said = ["--on", "ray", "--address", machines.address, "--concurrency", IN_FLIGHT]
    return arguments(where, endpoint, *said, "--answer-tokens", 100, "--timeout", 60, *more)


def slowly(answer: Callable[[dict[str, Any]], Reply], delay: float) -> Callable[[dict[str, Any]], Reply]:
    def answered(body: dict[str, Any]) -> Reply:
        reply = answer(body)
        reply.delay = delay
        return reply

    return answered


def until(true: Callable[[], object], seconds: float = 300) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def told(capsys: pytest.CaptureFixture[str], figures: str) -> None:
    """Shows figures, which nobody asserts."""
    with capsys.disabled():
        print(f"\n{figures}")


def _a_machine_is_killed(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str], pages: int
) -> None:
    archive = make_hard_archive(tmp_path / "archive", pages)
    endpoint.answer = hard_answer
    alone = in_one_process(tmp_path / "a.db", endpoint, archive, tmp_path / "alone")
    endpoint.bodies.clear()
    endpoint.answer = slowly(hard_answer, 0.2)
    machines.add("b")
    where = tmp_path / "store"
    began = time.monotonic()
    process = start(on_ray(machines, where, endpoint, archive, "--shard-pages", -(-pages // 4)))
    until(lambda: (machines.workers("b") and count(endpoint) > pages // 3) or process.poll() is not None)
    assert process.poll() is None
    endpoint.answer = hard_answer
    machines.kill("b")
    _, said = process.communicate(timeout=400)

    assert process.returncode == 4, said  # of pages that are refused
    assert "finished" in said
    assert "set aside" not in said
    twice = paid_twice(endpoint)
    told(capsys, f"{pages} pages, a machine killed: {twice} paid twice, {time.monotonic() - began:.0f} s")
    assert twice <= LOST
    with whole(where) as store:
        assert differing(alone, export_bytes(store, tmp_path / "shards")) == []


def test_a_machine_that_is_killed_takes_no_page_with_it(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    _a_machine_is_killed(tmp_path, endpoint, machines, capsys, 80)


@pytest.mark.slow
def test_a_machine_is_killed_in_a_thousand_pages(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    _a_machine_is_killed(tmp_path, endpoint, machines, capsys, 1000)


@pytest.mark.slow
def test_a_head_that_is_lost_ends_the_run_and_a_new_cluster_goes_on(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = make_archive(tmp_path / "archive", 120)
    endpoint.answer = slowly(answer_to, 0.3)
    where = tmp_path / "store"
    first = Machines("a")
    try:
        process = start(on_ray(first, where, endpoint, archive, "--shard-pages", 30))
        until(lambda: len(asked(endpoint)) > 30 or process.poll() is not None)
        first.kill_all()
        began = time.monotonic()
        _, said = process.communicate(timeout=300)
    finally:
        first.end()
    seconds = time.monotonic() - began

    assert process.returncode == 5, said
    assert said.count("the cluster's head cannot be reached") == 1
    assert "Traceback" not in said
    endpoint.answer = answer_to
    second = Machines("a")
    try:
        code, said = finish(on_ray(second, where, endpoint))
    finally:
        second.end()
    assert code == 0, said
    twice = paid_twice(endpoint)
    told(capsys, f"the head lost: ended after {seconds:.0f} s; {twice} paid twice")
    assert twice <= 2 * LOST
    assert len(asked(endpoint)) == 120


@pytest.mark.slow
def test_a_head_that_hangs_ends_the_run(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only its process is stopped: what runs goes on, and what it pays for is kept."""
    endpoint.answer = slowly(answer_to, 0.5)
    machines = Machines()
    (head,) = machines.pids("gcs_server")
    try:
        process = start(
            on_ray(machines, tmp_path / "store", endpoint, make_archive(tmp_path / "archive", 400))
        )
        until(lambda: len(asked(endpoint)) > 30 or process.poll() is not None)
        os.kill(head, signal.SIGSTOP)
        began = time.monotonic()
        _, said = process.communicate(timeout=300)
        told(capsys, f"the head stopped: ended after {time.monotonic() - began:.0f} s")
    finally:
        os.kill(head, signal.SIGCONT)
        machines.end()

    assert process.returncode == 5, said
    assert said.count("the cluster's head cannot be reached") == 1


@pytest.mark.slow
def test_a_shard_whose_process_dies_on_two_machines_is_set_aside(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = slowly(answer_to, 0.3)
    where = tmp_path / "store"
    archive = make_archive(tmp_path / "archive", 160)
    more = ["--shard-pages", 80, "--shards-per-node", 1]
    process = start(on_ray(machines, where, endpoint, archive, *more))
    until(lambda: len(asked(endpoint)) or process.poll() is not None)
    victims: list[int] = []
    for name in ("a", "head"):  # one of two shards is on each machine
        enough = count(endpoint) + 12
        until(lambda most=enough: count(endpoint) > most or process.poll() is not None)
        for pid in machines.workers(name):
            victims.append(pid)
            os.kill(pid, signal.SIGKILL)
        until(lambda: any(one.is_finished for one in shards_of(where).values()) or process.poll() is not None)
    _, said = process.communicate(timeout=400)

    assert process.returncode == 4, said
    assert "is set aside, the next run tries it again" in said
    code, said = finish(on_ray(machines, where, endpoint))
    assert code == 0, said
    told(capsys, f"{len(victims)} processes killed: {paid_twice(endpoint)} paid twice")
    assert len(asked(endpoint)) == 160
    assert paid_twice(endpoint) <= len(victims) * LOST
    assert all(shard.is_finished for shard in shards_of(where).values())


@pytest.mark.slow
def test_a_driver_that_is_killed_takes_nothing_with_it(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its shards' processes may live on for a moment, while the next run begins with the same shards."""
    endpoint.answer = slowly(answer_to, 0.3)
    where = tmp_path / "store"
    process = start(
        on_ray(machines, where, endpoint, make_archive(tmp_path / "archive", 120), "--shard-pages", 40)
    )
    until(lambda: count(endpoint) > 30 or process.poll() is not None)
    kill(process)
    code, said = finish(on_ray(machines, where, endpoint))

    assert code == 0, said
    told(capsys, f"the driver killed: {paid_twice(endpoint)} paid twice")
    assert len(asked(endpoint)) == 120
    assert paid_twice(endpoint) <= 2 * LOST


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_reaches_all_processes_of_a_cluster_of_this_machine_alone(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = slowly(answer_to, 0.5)
    where = tmp_path / "store"
    more = ["--on", "ray", "--address", "local", "--shard-pages", 20, "--concurrency", IN_FLIGHT]
    archive = make_archive(tmp_path / "archive", 40)
    process = start(arguments(where, endpoint, archive, *more), start_new_session=True)
    until(lambda: count(endpoint) >= 8 or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)

    assert process.returncode == 130, said
    assert "Traceback" not in said
    endpoint.answer = answer_to
    code, said = finish(arguments(where, endpoint, *more))
    assert code == 0, said
    assert len(asked(endpoint)) == 40
    assert paid_twice(endpoint) == 0


@pytest.mark.slow
def test_a_cap_holds_over_four_shards(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = slowly(answer_to, 0.05)
    where = tmp_path / "store"
    archive = make_archive(tmp_path / "archive", 160)
    more = ["--shard-pages", 40, "--shards-per-node", 2, "--price", "1/0.1/10"]
    code, said = finish(on_ray(machines, where, endpoint, archive, *more, "--max-cost", 0.2))
    assert code == 4, said
    assert "stopped: the cap is reached" in said
    reached = count(endpoint)
    assert reached <= 100
    code, said = finish(on_ray(machines, where, endpoint, *more, "--max-cost", 0.26, "--max-pages", 120))
    told(capsys, f"cap of 100 pages: {reached}; of 120: {count(endpoint)}")
    assert code == 4, said
    assert reached < count(endpoint) <= 120
    assert paid_twice(endpoint) == 0


@pytest.mark.slow
def test_ctrl_c_waits_for_what_is_in_flight_and_a_second_one_does_not(
    tmp_path: Path, endpoint: Endpoint, machines: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.answer = slowly(answer_to, 0.5)
    where = tmp_path / "store"
    archive = make_archive(tmp_path / "archive", 80)
    process = start(on_ray(machines, where, endpoint, archive, "--shard-pages", 20))
    until(lambda: count(endpoint) >= 10 or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130, said
    assert "to go on: hyllm batch run --on ray" in said
    assert count(endpoint) < 80

    endpoint.answer = slowly(answer_to, 300)
    before = count(endpoint)
    process = start(on_ray(machines, where, endpoint, "--timeout", 400))
    until(lambda: count(endpoint) >= before + 2)
    process.send_signal(signal.SIGINT)
    time.sleep(2)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    told(capsys, f"a second Ctrl-C: ended after {time.monotonic() - began:.1f} s")
    assert process.returncode == 130, said

    endpoint.answer = answer_to
    code, said = finish(on_ray(machines, where, endpoint))
    assert code == 0, said
    assert len(asked(endpoint)) == 80
    assert paid_twice(endpoint) <= 2 * IN_FLIGHT  # what the second Ctrl-C did not wait for


@pytest.mark.slow
def test_dead_endpoints_end_the_run(tmp_path: Path, endpoint: Endpoint, machines: Machines) -> None:
    dead = Endpoint("http://127.0.0.1:9/v1")
    archive = make_archive(tmp_path / "archive", 8)
    more = ["--shard-pages", 2, "--endpoint-per-node"]
    code, said = finish(on_ray(machines, tmp_path / "store", dead, archive, *more))

    assert code == 5, said
    assert "no machine can go on" in said
