"""A Ray cluster on this machine, each of whose nodes can be killed with all that it had."""

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Machines:
    """A head and other nodes, all on loopback."""

    def __init__(self, *names: str) -> None:
        from ray.cluster_utils import Cluster

        self._home = Path(tempfile.mkdtemp(prefix="ray-"))  # short: Ray's sockets lie below it
        self._before = {name: os.environ.get(name) for name in _SAID}
        os.environ.update(_SAID, RAY_TMPDIR=str(self._home))
        self._cluster: Any = Cluster()
        self._nodes: dict[str, Any] = {}
        for name in ("head", *names):
            self.add(name)

    def add(self, name: str) -> None:
        scratch = self._home / name
        scratch.mkdir()
        self._nodes[name] = self._cluster.add_node(
            num_cpus=1,
            include_dashboard=False,
            node_ip_address="127.0.0.1",
            object_store_memory=80_000_000,
            env_vars={"TMPDIR": str(scratch), "PYTHONPATH": str(ROOT)},
        )

    @property
    def address(self) -> str:
        """In a form in which Ray does not take loopback for the machine's address in its network."""
        return f"[::ffff:127.0.0.1]:{self._cluster.address.rpartition(':')[2]}"

    def workers(self, name: str) -> list[int]:
        """The processes in which shards run on a node now."""
        (raylet,) = self._processes(name, "raylet")
        return [pid for pid in _below(raylet) if _command(pid).startswith("ray::_run")]

    def pids(self, kind: str) -> list[int]:
        """The head's processes of a kind, such as `gcs_server`."""
        return self._processes("head", kind)

    def kill(self, name: str) -> None:
        """Kills a node with all its processes, and deletes what it had."""
        (raylet,) = self._processes(name, "raylet")
        for pid in [raylet, *_below(raylet)]:
            _kill(pid)
        self._cluster.remove_node(self._nodes.pop(name), allow_graceful=False)
        shutil.rmtree(
            self._home / name, ignore_errors=True
        )  # its processes are ending, and delete files, too

    def kill_all(self) -> None:
        """Kills the head's own process, and all nodes."""
        for pid in self._processes("head", "gcs_server"):
            _kill(pid)
        for name in self._nodes:
            (raylet,) = self._processes(name, "raylet")
            for pid in [raylet, *_below(raylet)]:
                _kill(pid)

    def end(self) -> None:
        self._cluster.shutdown()
        shutil.rmtree(self._home, ignore_errors=True)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def _processes(self, name: str, kind: str) -> list[int]:
        return [one.process.pid for one in self._nodes[name].all_processes[kind]]


_SAID = {
    "RAY_TMPDIR": "",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
}


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _below(pid: int) -> list[int]:
    """The processes that a process has begun, and those that these have begun."""
    parents: dict[int, list[int]] = {}
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                parent = int((one / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            parents.setdefault(parent, []).append(int(one.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
