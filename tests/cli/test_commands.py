"""The other commands: kinds, schemas, help."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hyllm.cli import main
from hyllm.files import shipped


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) for line in run(capsys, "kinds", "--json").splitlines()]

    assert [row["name"] for row in rows] == ["project", "meeting", "official"]
    assert all(row["name"] in run(capsys, "kinds") for row in rows)


def test_a_schema_is_shown_and_all_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shown = run(capsys, "schemas", "show", "official")

    written = run(capsys, "schemas", "write", str(tmp_path)).splitlines()

    assert json.loads(shown)["title"] == "Official"
    assert len(written) == 3
    assert (tmp_path / "official.json").read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("command", [[], ["extract"], ["demo"], ["relay"], ["kinds"], ["schemas"]])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    assert "Usage: hyllm" in run(capsys, *command, "--help")


def test_the_command_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hyllm", "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout.startswith("hyllm ")


@pytest.mark.parametrize(
    "arguments", ["demo", "schemas show project", "extract {samples} --replay {suite} --json"]
)
def test_a_reader_that_goes_away_is_no_error(arguments: str) -> None:
    asked = arguments.format(samples=shipped("samples"), suite=shipped("cassettes", "demo"))

    with subprocess.Popen(
        [sys.executable, "-m", "hyllm", *asked.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        complaints = process.stderr.read().decode()

    assert "Traceback" not in complaints
    assert "Exception" not in complaints
    assert process.returncode == 0
