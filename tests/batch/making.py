"""An invented archive, an endpoint's answers to it, and the command line as a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conftest import Endpoint, Reply

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
_NUMBER = re.compile("第(\\d+)号工厂")


def page_text(number: int) -> str:
    return f"新塘第{number}号工厂开工\n昨日，第{number}号工厂在草市镇开工，总投资{number + 1}亿元。县长方自强出席。\n"


def make_archive(folder: Path, pages: int, *, first: int = 0) -> Path:
    """A folder of pages, each of its own day."""
    for number in range(first, first + pages):
        day = folder / f"{2015 + number % 8}-{1 + number // 8 % 12:02d}-{1 + number // 96 % 28:02d}"
        day.mkdir(parents=True, exist_ok=True)
        (day / f"{number:04d}.txt").write_text(page_text(number), encoding="utf-8")
    return folder


def number_in(body: dict[str, Any]) -> int:
    """The number of the page that a request is about."""
    found = _NUMBER.search(body["messages"][1]["content"])
    assert found is not None
    return int(found[1])


def answer_to(body: dict[str, Any], **reply: Any) -> Reply:
    """A right answer to a request about a page of `make_archive`."""
    number = number_in(body)
    project = {
        "name": f"第{number}号工厂",
        "milestones": [{"stage": "started", "date": {"text": "昨日"}, "status": "reached"}],
        "place": "草市镇",
        "investment": f"{number + 1}亿元",
        "evidence": [2],
    }
    official = {
        "name": "方自强",
        "posts": [{"organisation": None, "title": "县长", "status": "holds"}],
        "evidence": [3],
    }
    answer = {"projects": [project], "meetings": [], "officials": [official]}
    said: dict[str, Any] = {"usage": USAGE, **reply}
    return Reply(json.dumps(answer, ensure_ascii=False), **said)


def cut_first(body: dict[str, Any]) -> Reply:
    """An answer that lacks its end, where it is the first about its page."""
    whole = answer_to(body)
    if len(body["messages"]) == 2:
        assert whole.content is not None
        whole.content = whole.content[: whole.content.index('"meetings"')] + '"meetings":['
        whole.finish = "length"
    return whole


def asked(endpoint: Endpoint) -> Counter[int]:
    """How often each page was asked about."""
    return Counter(number_in(body) for body in endpoint.bodies)


def count(endpoint: Endpoint) -> int:
    """How many requests have come."""
    return len(endpoint.bodies)


def arguments(store: Path, endpoint: Endpoint, *more: object) -> list[str]:
    """The arguments of `hyllm batch run` against an endpoint."""
    said = ["batch", "run", "--store", store, "--model", "m-1", "--base-url", endpoint.url, "--timeout", 60]
    return [str(one) for one in (*said, *more)]


def start(arguments: Sequence[str], **more: Any) -> "subprocess.Popen[str]":
    """The command line as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "hyllm", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        **more,
    )


def finish(arguments: Sequence[str]) -> tuple[int, str]:
    """Runs the command line to its end; its exit code and what it says."""
    process = start(arguments)
    out, err = process.communicate(timeout=240)
    return process.returncode, out + err


def wait_for(endpoint: Endpoint, requests: int, process: "subprocess.Popen[str]") -> None:
    """Waits until so many requests have come, or the process has ended."""
    until = time.monotonic() + 120
    while len(endpoint.bodies) < requests and process.poll() is None:
        if time.monotonic() > until:
            process.kill()
            raise AssertionError(f"only {len(endpoint.bodies)} of {requests} requests have come")
        time.sleep(0.01)


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def exported(store: Path) -> list[dict[str, Any]]:
    """The prediction lines of a store."""
    from hyllm.batch import Store
    from hyllm.export import prediction_lines

    with Store(store) as opened:
        return [json.loads(line) for line in prediction_lines(opened.connection)]
