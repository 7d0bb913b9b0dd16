"""What is seen while answers are awaited."""

import io
import json
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from hyllm.cli import main, waiting
from hyllm.cli.waiting import Waiting
from tests.conftest import Endpoint, Reply

Capture = pytest.CaptureFixture[str]


def seen(*, terminal: bool) -> str:
    file = io.StringIO()
    with Waiting(Console(file=file, force_terminal=terminal), 3) as shown:
        shown.begin("p1")
        with shown.making_way("p1", failed=False):
            file.write("FIRST\n")
        with shown.making_way("p2", failed=True):
            file.write("SECOND\n")
    return file.getvalue()


def test_in_a_terminal_pages_are_counted_and_results_stand_between() -> None:
    text = seen(terminal=True)

    assert "0 of 3 pages" in text
    assert "2 of 3 pages, 1 failed" in text
    assert (
        text.index("0 of 3 pages") < text.index("FIRST") < text.index("1 of 3 pages") < text.index("SECOND")
    )


def test_elsewhere_nothing_is_printed_of_what_comes_soon(capsys: Capture) -> None:
    assert seen(terminal=False) == "FIRST\nSECOND\n"
    assert capsys.readouterr().err == ""


def test_elsewhere_a_line_now_and_then_names_who_is_awaited(capsys: Capture) -> None:
    with Waiting(Console(file=io.StringIO(), force_terminal=False), 6, every=0.05) as shown:
        for page in ("p1", "p2", "p3", "p4", "p5"):
            shown.begin(page)
        with shown.making_way("p2", failed=True):
            pass
        time.sleep(0.2)
    printed = capsys.readouterr()
    time.sleep(0.1)

    assert printed.out == ""
    assert (
        "hyllm: 1 of 6 pages, 1 failed; waiting for p1 (0 s), p3 (0 s), p4 (0 s) and 1 more\n" in printed.err
    )
    assert printed.err.count("\n") > 1
    assert capsys.readouterr().err == ""  # ended is ended


def test_a_long_request_gives_a_sign_of_life_and_results_are_as_ever(
    endpoint: Endpoint, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "EVERY", 0.05)
    endpoint.replies[:] = [Reply(delay=0.3)]
    page = tmp_path / "slow.txt"
    page.write_text("新塘铜业园总投资约25亿元。", encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        main(["extract", str(page), "--model", "m", "--base-url", endpoint.url, "--json"])

    printed = capsys.readouterr()
    assert ended.value.code == 0
    assert "hyllm: 0 of 1 pages; waiting for slow (0 s)" in printed.err
    assert json.loads(printed.out)["status"] == "done"


def test_standard_error_that_was_closed_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)

    with Waiting(Console(file=io.StringIO(), force_terminal=False), 1, every=0.01) as shown:
        shown.begin("p1")
        time.sleep(0.05)
        with shown.making_way("p1", failed=False):
            pass
