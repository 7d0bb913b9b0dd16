"""Folders for a while: those that killed processes have left go, those in use stay."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hyllm.cluster._scratch import scratch

_HOLDS = """
import sys, time
from hyllm.cluster._scratch import scratch
with scratch() as here:
    print(here, flush=True)
    time.sleep(600)
"""


def _held(there: Path) -> "tuple[subprocess.Popen[str], Path]":
    """Another process that has such a folder, and the folder; old enough to be taken for a left one."""
    root = str(Path(__file__).parents[2])
    env = os.environ | {"TMPDIR": str(there), "PYTHONPATH": root}
    process = subprocess.Popen([sys.executable, "-c", _HOLDS], stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    os.utime(folder / "held.lock", (1, 1))
    return process, folder


@pytest.mark.skipif(sys.platform == "win32", reason="TMPDIR is of others")
def test_what_killed_processes_have_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "hyllm-shard-mine").mkdir()  # without a lock: of nobody knows whom
    process, folder = _held(tmp_path)
    with scratch():
        assert folder.exists()
    process.kill()
    process.communicate()

    with scratch() as here:
        assert {one.name for one in tmp_path.iterdir()} == {here.name, "hyllm-shard-mine"}
    assert not here.exists()
