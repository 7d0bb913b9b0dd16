"""How a run ends that cannot go on: nothing stays behind, and what is kept is said to be."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hyllm.batch import StoreError, read_all
from tests.batch.making import answer_to, count, make_archive
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


# --- readers that die ----------------------------------------------------------------------------------------


def reader(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a script of the shell stand for the interpreter that readers run in; `$PYTHON` is that."""
    path = folder / "reader.sh"
    path.write_text(f"#!/bin/sh\nPYTHON='{sys.executable}'\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(path))


def test_a_disk_that_is_full_for_the_readers_is_no_pages_fault(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ask(store, endpoint)
        with monkeypatch.context() as full:
            full.setenv("PYTHONDONTWRITEBYTECODE", "1")
            reader(tmp_path, 'ulimit -f 16; exec "$PYTHON" "$@"', full)
            with pytest.raises(
                StoreError, match=r"answers are kept, but cannot be read: .*a\.db: disk I/O error"
            ):
                read_all(store)
        assert states(store) == {"answered": 12}
        assert store.connection.execute("SELECT max(blame) FROM jobs").fetchone() == (0,)
        read_all(store)
        assert states(store) == {"done": 12}
    assert count(endpoint) == 12


def test_a_store_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        store.connection.execute("PRAGMA query_only = 1")
        with pytest.raises(StoreError, match=r"a\.db: attempt to write a readonly database"):
            ask(store, endpoint)


def test_only_deaths_in_a_row_end_reading(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = tmp_path / "starts"
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ask(store, endpoint)
        script = f"""echo x >> '{starts}'
        case $(wc -l < '{starts}') in
            *5) echo ready; echo 1; echo writing; echo written; exit 1 ;;
            *9) exec "$PYTHON" "$@" ;;
            *) echo ready; exit 1
        esac"""
        reader(tmp_path, script, monkeypatch)
        read_all(store)
        assert states(store) == {"done": 12}
        assert len(starts.read_text().split()) == 9


def test_a_reader_that_hangs_before_it_reads_is_ended(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.answer = answer_to
    monkeypatch.setattr("hyllm.batch._readers._HANGS", 0.1)
    monkeypatch.setattr("hyllm.batch._readers._MOST_DEATHS", 2)
    reader(tmp_path, "exec sleep 600", monkeypatch)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ask(store, endpoint)
        with pytest.raises(StoreError, match="the reader died"):
            read_all(store)
