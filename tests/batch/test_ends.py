"""How a run ends that cannot go on: nothing stays behind, and what is kept is said to be."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hyllm.batch import StoreError
from tests.batch.making import answer_to, make_archive
from tests.batch.test_run import ask, opened, states
from tests.conftest import Endpoint

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs that Windows does not have")
_BREAKS = {"queue": "hyllm.batch._ledger.left", "setup": "hyllm.batch.Setup.extractor"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "archive", 12)


def _open(store: Path) -> tuple[int, int]:
    """How often this process has a store open, and how many threads that write to one it has."""
    folder = Path("/proc/self/fd")
    handles = [os.path.realpath(one) for one in folder.iterdir()] if folder.is_dir() else []
    writers = [one for one in threading.enumerate() if one.name == "hyllm-writer"]
    return sum(store.name in one for one in handles), len(writers)


@pytest.mark.parametrize("breaks", ["readers", "queue", "setup"])
def test_a_run_that_fails_is_over_and_leaves_nothing_behind(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    def fails(*_: Any) -> None:
        raise StoreError("it breaks")

    endpoint.answer = answer_to
    path = tmp_path / "a.db"
    held: list[tuple[int, int]] = []
    with opened(path, endpoint, archive) as store:
        if breaks == "readers":
            monkeypatch.setattr("sys.executable", "/bin/false")
        else:
            monkeypatch.setattr(_BREAKS[breaks], fails)
        for _ in range(3):
            with pytest.raises(StoreError, match="cannot be read" if breaks == "readers" else "it breaks"):
                ask(store, endpoint, readers=1, timeout=60.0)
            held.append(_open(path))
        runs = store.connection.execute("SELECT outcome, ended IS NOT NULL FROM runs").fetchall()
        assert runs == [("stopped" if breaks == "readers" else "fault", 1)] * 3
        assert set(held) == {(held[0][0], 0)}
        assert not list(tmp_path.glob("*.ballast"))
        assert "sent" not in states(store)
