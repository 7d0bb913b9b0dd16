"""Folders of this machine: one for a while, on a disk on which SQLite keeps its promises; the user's cache."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from hyllm.batch.store import Lock, is_on_network
from hyllm.errors import UsageError

_PREFIX, _HELD = "hyllm-shard-", "held"
_YOUNG = 60.0
"""Seconds in which a folder may not be locked yet."""


@contextmanager
def scratch() -> Generator[Path]:
    """An empty folder, deleted afterwards; those that killed processes have left are deleted, too.

    Raises:
        UsageError: this machine's temporary files lie on a network file system.
    """
    there = Path(tempfile.gettempdir())
    if is_on_network(there):
        raise UsageError(f"{there}: lies on a network file system; set TMPDIR to a folder on a local disk")
    _sweep(there)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        lock = Lock(Path(folder) / _HELD)
        try:
            yield Path(folder)
        finally:
            lock.release()


def cache_folder(kind: str, key: str) -> Path:
    """The path of a folder in the user's cache for something known by a key."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hyllm" / kind / hashlib.sha256(key.encode()).hexdigest()[:16]


def _sweep(there: Path) -> None:
    """Deletes the folders that nobody holds."""
    for lock in there.glob(f"{_PREFIX}*/{_HELD}.lock"):
        with suppress(UsageError, OSError):
            if time.time() - lock.stat().st_mtime > _YOUNG:
                Lock(lock.with_name(_HELD)).release()
                shutil.rmtree(lock.parent, ignore_errors=True)
