"""An endpoint that does its worst: each time the outcome a user would want, and soon."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hyllm import AnswerError, EndpointError, Extraction, Extractor, Page
from tests.conftest import Endpoint, Reply

PAGE = Page("新塘铜业园开工。", "p1")
ANSWER = '{"projects":[{"name":"新塘铜业园","evidence":[1]}],"meetings":[],"officials":[]}'


def extract(endpoint: Endpoint, *replies: Reply, **options: Any) -> Extraction:
    endpoint.replies[:] = replies
    return Extractor("m", base_url=endpoint.url, **options).extract(PAGE)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.0)  # pyright: ignore


def test_an_answer_that_drips_is_given_up_when_its_time_is_over(endpoint: Endpoint) -> None:
    begun = time.monotonic()

    result = extract(endpoint, Reply(ANSWER, drip=0.05), timeout=0.3)

    assert isinstance(result.error, AnswerError)
    assert "within 0.3 s" in str(result.error)
    assert len(endpoint.bodies) == 2
    assert time.monotonic() - begun < 12


@pytest.mark.parametrize("cut", [0, 1, 60, 150, -1])
def test_a_connection_that_breaks_is_tried_again_and_then_costs_one_page(
    endpoint: Endpoint, cut: int
) -> None:
    whole = len(Reply(ANSWER).payload())

    mended = extract(endpoint, Reply(ANSWER, cut=cut % whole), Reply(ANSWER))
    broken = extract(endpoint, Reply(ANSWER, cut=cut % whole))

    assert mended.status == "done"
    assert isinstance(broken.error, AnswerError)
    assert "broke the connection off" in str(broken.error)


def test_ten_megabytes_are_read_in_seconds(endpoint: Endpoint) -> None:
    project = {"name": "新塘铜业园" + "铜" * 300, "evidence": [1]}
    big = json.dumps({"projects": [project] * 10_000, "meetings": [], "officials": []}, ensure_ascii=False)
    assert len(big.encode()) > 9_000_000

    from hyllm.answers import read_answer
    from hyllm.schemas import Meeting, Official, Project

    for content, finish in (
        (big, "stop"),
        ("好的：\n```json\n" + big + "\n```", "stop"),
        (big[:-50], "length"),
    ):
        begun = time.process_time()
        message = {"content": content}
        answer = read_answer(
            {"choices": [{"message": message, "finish_reason": finish}]}, (Project, Meeting, Official)
        )
        assert len(answer.readings["projects"]) >= 9_999
        assert time.process_time() - begun < 20


WRONG_BODIES: list[Any] = [
    b"",
    b"null",
    b"[]",
    b'"words"',
    b"{",
    b"\xff\xfe\x00",
    b"<html>\x1b[31mlogin</html>",
    b"[" * 50_000,
    b'{"choices":' * 5_000,
    {"choices": {}},
    {"choices": [None]},
    {"choices": ["x"]},
    {"choices": [{"message": "x"}]},
    {"choices": [{"message": {"content": 7}}]},
    {"choices": [{"message": {"content": {"projects": []}}}]},
    {"choices": [{"message": {"content": None, "tool_calls": [None]}}]},
    {"choices": [{"message": {"content": None, "tool_calls": "x"}}]},
    {"choices": [{"message": {"content": None, "refusal": {"a": 1}}}]},
    {"choices": [{"message": {"content": "{}"}, "finish_reason": 7}], "usage": "much", "model": 7},
    {
        "choices": [{"message": {"content": "{}"}}],
        "usage": {"prompt_tokens": "9", "prompt_tokens_details": []},
    },
    {"error": {"message": "busy"}},
]


@pytest.mark.parametrize("body", WRONG_BODIES, ids=lambda body: str(body)[:40])
def test_no_body_is_a_fault_of_hyllms(
    endpoint: Endpoint, body: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    result = extract(endpoint, Reply(body=body), record=tmp_path)
    replayed = Extractor(replay=tmp_path).extract(PAGE)

    assert result.status in ("failed", "partial")
    assert "fault in hyllm" not in str(result.error)
    assert caplog.text == ""
    assert (replayed.status, str(replayed.error)) == (
        result.status,
        str(result.error).replace(endpoint.url.split("/")[2], "recorded.invalid"),
    )


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_page_does_not_follow_a_redirect_to_another_host(endpoint: Endpoint, status: int) -> None:
    elsewhere = {"Location": f"{endpoint.url.replace('127.0.0.1', 'localhost')}/chat/completions"}

    result = extract(endpoint, Reply(status=status, body={}, headers=elsewhere))

    assert isinstance(result.error, EndpointError)
    assert "sends on to another address" in str(result.error)
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason", "says"),
    [
        (400, {"error": {"code": "content_filter", "message": "x"}}, AnswerError, "refused", "content filter"),
        (400, {"error": {"code": "data_inspection_failed", "message": "Input data may contain inappropriate content."}}, AnswerError, "refused", "content filter"),
        (400, {"error": {"message": "Content Exists Risk"}}, AnswerError, "refused", "content filter"),
        (400, {"error": {"code": "Arrearage", "message": "overdue"}}, EndpointError, "failed", "no quota"),
        (429, {"error": {"type": "insufficient_quota", "message": "x"}}, EndpointError, "failed", "no quota"),
        (429, {"error": {"message": "slow"}}, AnswerError, "failed", "429"),
        (418, {}, AnswerError, "failed", "418"),
    ],
)  # fmt: skip
def test_refusals_by_status_are_told_apart(
    endpoint: Endpoint, status: int, body: Any, kind: type[Exception], reason: str, says: str
) -> None:
    result = extract(endpoint, Reply(status=status, body=body))

    assert isinstance(result.error, kind)
    assert says in str(result.error)
    assert result.problems[-1].reason == reason


@pytest.mark.parametrize("said", ["0", "-5", "nan", "inf", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", ""])
def test_any_retry_after_is_survived(endpoint: Endpoint, said: str) -> None:
    busy = Reply(status=429, body={}, headers={"Retry-After": said})

    assert extract(endpoint, busy, Reply(ANSWER)).status == "done"


def test_retry_after_is_obeyed(endpoint: Endpoint) -> None:
    begun = time.monotonic()

    extract(endpoint, Reply(status=429, body={}, headers={"Retry-After": "0.4"}), Reply(ANSWER))

    assert time.monotonic() - begun > 0.4


def test_one_page_never_ends_the_run(endpoint: Endpoint) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        return Reply(body=b"[" * 9_000) if "乙" in body["messages"][1]["content"] else Reply(ANSWER)

    endpoint.answer = answer

    results = Extractor("m", base_url=endpoint.url).map(
        [Page("甲。", "1"), Page("乙。", "2"), Page("丙。", "3")]
    )

    assert [result.status for result in results] == ["done", "failed", "done"]


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process of one's own")
def test_ctrl_c_stops_at_once_and_loses_nothing_that_came(endpoint: Endpoint, tmp_path: Path) -> None:
    for name in ("p1", "p2", "p3"):
        (tmp_path / f"{name}.txt").write_text(f"新塘铜业园开工。{name}", encoding="utf-8")
    out = tmp_path / "out.jsonl"

    def answer(body: dict[str, Any]) -> Reply:
        return Reply(ANSWER, delay=0 if "p2" in body["messages"][1]["content"] else 100)

    endpoint.answer = answer
    command = [sys.executable, "-m", "hyllm", "extract", tmp_path, "--model", "m", "--base-url", endpoint.url]
    process = subprocess.Popen([*command, "--out", out, "--record", tmp_path / "s"], stderr=subprocess.PIPE)
    recorded = tmp_path / "s" / "page" / "p2.yaml"
    until = time.monotonic() + 120
    while not (recorded.exists() and len(endpoint.bodies) == 3) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    begun = time.monotonic()

    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=90)

    assert process.returncode == 130
    assert time.monotonic() - begun < 80
    assert b"interrupted" in err
    assert b"Traceback" not in err
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(line["page"], line["status"]) for line in lines] == [("p2", "done")]
    assert recorded.exists()
