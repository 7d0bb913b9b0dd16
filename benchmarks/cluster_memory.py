"""What the processes below this one hold in memory, by what they are for."""

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def watching() -> Iterator[dict[str, float]]:
    """The peak, in MB, of what processes of each sort below this one hold together."""
    peaks: dict[str, float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(2.0):
            for sort, held in memory_now().items():
                peaks[sort] = max(peaks.get(sort, 0.0), held)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def memory_now() -> Mapping[str, float]:
    """MB by sort of process. What processes share is counted in each."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    below = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in below} - below:
        below |= more
    held: Counter[str] = Counter()
    for one in below:
        try:
            said = Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            status = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        if match := re.search(r"VmRSS:\s+(\d+)", status):
            held[sort_of(one, said)] += int(match[1]) / 1024
    return {sort: float(mb) for sort, mb in held.items()}


def sort_of(process: int, said: str) -> str:
    if process == os.getpid():
        return "own"
    for sort, sign in (
        ("reader", "hyllm.batch._reader"),
        ("shard", "ray::_run"),
        ("purse", "ray::_Till"),
        ("idle", "ray::IDLE"),
        ("head", "gcs_server"),
        ("head", "autoscaler/_private/monitor.py"),
        ("head", "dashboard.py"),
    ):
        if sign in said:
            return sort
    return "ray"
