"""Where a cluster is, and how this process becomes one of it."""

import os
import secrets
import socket
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hyllm.errors import UsageError

_LOCAL = "local"
_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Ray would tell its makers of the cluster
    "RAY_NUM_REDIS_GET_RETRIES": "1",  # look for a head that is gone for a quarter of an hour
    "RAY_gcs_rpc_server_reconnect_timeout_s": "180",  # and end this process before the run has ended in order
}
PRINTS = "print_to_stdstream"
"""Ray's function, in `ray._private.worker`, that prints what the cluster says."""
NODES_HERE = "find_node_ids"
"""Ray's function, in `ray._private.services`, that looks for the processes it finds a cluster by on this machine."""


def require_ray() -> None:
    """Sees whether Ray is there, without loading it.

    Raises:
        UsageError: it is not installed.
    """
    if find_spec("ray") is None or find_spec("pyarrow") is None:
        raise UsageError("--on ray needs Ray and pyarrow: pip install 'hyllm[ray]'")


def check_address(address: str | None) -> None:
    """Sees whether the cluster's head answers, and this machine is one of a cluster: Ray would try for minutes.

    Raises:
        UsageError: it is no address, nothing answers there, or no process of Ray's runs on this machine.
    """
    address = _address_in_force(address)
    if address == _LOCAL:
        return
    if address != "auto":
        _check_head(address)
    services = _load("ray._private.services")
    if hasattr(services, NODES_HERE) and not getattr(services, NODES_HERE)():
        raise _no_part(address)


def _check_head(address: str) -> None:
    host, _, port = address.rpartition(":")
    if "://" in address or not host or not port.isdigit():
        raise UsageError(f"{_address(address)}: give HOST:PORT of the cluster's head, auto or local")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise UsageError(f"{_address(address)}: nothing answers there: {error}") from None


def join(address: str | None) -> Any:
    """Connects to the cluster at an address, or begins one of this machine alone; the module `ray`.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at the address that this machine is part of.
    """
    require_ray()
    address = _address_in_force(address)
    if address == _LOCAL and "RAY_AUTH_MODE" not in os.environ:
        # Ray listens to the whole network, whatever address it is given: this cluster obeys this run alone.
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_urlsafe(32)}
    ray = _load("ray")
    connect(ray, address)
    return ray


def connect(ray: Any, address: str) -> None:
    """Connects `ray`, and keeps it from printing."""
    # Ray prints what becomes of machines, and traces of its processes' stacks, on standard output, where this
    # command's results are, whatever `log_to_driver` says. It has no setting for that.
    if hasattr(ray._private.worker, PRINTS):
        setattr(ray._private.worker, PRINTS, _print_nothing)
    quiet: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if address == _LOCAL:
        ray.init(address=_LOCAL, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        return
    try:
        ray.init(address=address, **quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        if "No node info found" in f"{error} {error.__cause__}":
            raise _no_part(address) from None
        why = line_of(str(error), 0) or "no word"
        raise UsageError(f"{_address(address)}: no cluster answers: {why}") from None


def _print_nothing(*_: object, **__: object) -> None:
    pass


def _no_part(address: str) -> UsageError:
    head = "HOST:PORT" if address == "auto" else address
    whose = "a cluster" if address == "auto" else "the cluster there"
    return UsageError(
        f"{_address(address)}: this machine is no part of {whose}: `ray start --address={head}` here, "
        "or give the command on one of its machines"
    )


def _load(module: str) -> Any:
    """A module of Ray's, which reads its settings when it is loaded."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    return import_module(module)


def _address_in_force(address: str | None) -> str:
    return address or os.environ.get("RAY_ADDRESS") or _LOCAL


def _address(address: str) -> str:
    return f"--address {address}"


def line_of(said: str, which: int) -> str:
    """The first line that is not empty, or the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[which] if lines else ""
