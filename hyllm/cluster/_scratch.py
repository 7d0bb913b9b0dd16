"""A folder for a while, on a disk on which SQLite keeps its promises."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hyllm.batch.store import is_on_network
from hyllm.errors import UsageError


@contextmanager
def scratch() -> Generator[Path]:
    """An empty folder, deleted afterwards.

    Raises:
        UsageError: this machine's temporary files lie on a network file system.
    """
    there = tempfile.gettempdir()
    if is_on_network(Path(there)):
        raise UsageError(f"{there}: lies on a network file system; set TMPDIR to a folder on a local disk")
    with tempfile.TemporaryDirectory(prefix="hyllm-shard-") as folder:
        yield Path(folder)
