"""What is made of Ray's words, and of its ways, without a cluster."""

import socket
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from hyllm.cluster import check_address
from hyllm.cluster._joining import NODES_HERE, PRINTS, connect
from hyllm.cluster._ray import task_error
from hyllm.errors import UsageError

pytest.importorskip("ray")


def a_ray(error: Exception | None = None) -> Any:
    """In place of Ray: prints, as Ray does, and connects, or raises what Ray would."""
    worker = SimpleNamespace(**{PRINTS: print})

    def init(**_: object) -> None:
        getattr(worker, PRINTS)("(raylet) The node has been marked dead")
        if error:
            raise error

    return SimpleNamespace(init=init, _private=SimpleNamespace(worker=worker))


def test_of_what_a_task_raised_the_last_line_is_told() -> None:
    said = (
        '\x1b[36mray::_run()\x1b[39m (pid=77, ip=10.0.0.2)\n  File "x.py", line 1, in f\nValueError: no\n\n'
    )
    assert task_error(said) == "ValueError: no"
    assert task_error(" \n") == "it failed and said nothing"


def test_a_machine_without_hyllm_is_told_what_to_do() -> None:
    said = "ray::_run() (pid=77, ip=10.0.0.2)\nModuleNotFoundError: No module named 'hyllm.cluster'"
    assert task_error(said) == (
        "hyllm (or a kind of your own) is not installed on this machine: pip install 'hyllm[ray]' there "
        "(ModuleNotFoundError: No module named 'hyllm.cluster')"
    )


def test_ray_prints_what_the_cluster_says_where_it_is_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    """Where this fails after an upgrade of Ray, look for what `listen_error_messages` prints with."""
    worker = import_module("ray._private.worker")
    assert PRINTS in worker.listen_error_messages.__code__.co_names
    getattr(worker, PRINTS)(
        {"lines": ["a node is dead"], "pid": "raylet", "is_err": False, "ip": "10.0.0.2", "job": None}, False
    )
    assert "a node is dead" in capsys.readouterr().out
    connect(a_ray(), "local")
    connect(a_ray(), "10.0.0.1:6379")
    assert capsys.readouterr().out == ""


def test_a_machine_that_is_no_part_of_the_cluster_is_told_so_and_not_that_nothing_answers() -> None:
    error = ConnectionError("Failed to connect to Ray cluster at 10.0.0.1:6379")
    error.__cause__ = RuntimeError(
        "No node info found matching attributes: '10.0.0.9' when trying to resolve"
    )
    with pytest.raises(UsageError, match="no part of the cluster there: `ray start --address=10"):
        connect(a_ray(error), "10.0.0.1:6379")
    error.__cause__ = RuntimeError("timed out")
    with pytest.raises(UsageError, match="no cluster answers: Failed to connect"):
        connect(a_ray(error), "10.0.0.1:6379")


def test_whether_this_machine_is_one_of_a_cluster_is_seen_before_an_archive_is_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = import_module("ray._private.services")
    found: set[str] = set()
    monkeypatch.setattr(services, NODES_HERE, lambda: found)  # that it is there is tested, too
    with socket.create_server(("127.0.0.1", 0)) as head:
        address = f"127.0.0.1:{head.getsockname()[1]}"
        with pytest.raises(
            UsageError, match=f"no part of the cluster there: `ray start --address={address}`"
        ):
            check_address(address)
        with pytest.raises(UsageError, match="--address auto: this machine is no part of a cluster"):
            check_address("auto")
        found.add("a node")
        check_address(address)
        check_address("auto")
    with pytest.raises(UsageError, match="nothing answers there"):
        check_address(address)
    with pytest.raises(UsageError, match="HOST:PORT"):
        check_address("head")
    check_address("local")
