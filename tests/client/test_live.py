"""Asking an endpoint: what is sent, and each way it can go wrong as what it is."""

from pathlib import Path
from typing import Any

import pytest

from hyllm import AnswerError, EndpointError, Extraction, Extractor, Page, UsageError
from hyllm.client import find_endpoint
from hyllm.prompting import WIRES
from tests.conftest import Endpoint, Reply

PAGE = Page("新塘铜业园开工。", "p1", issue_date="2022-03-18")
ANSWER = '{"projects":[{"name":"新塘铜业园","evidence":[1]}],"meetings":[],"officials":[]}'


def extractor(endpoint: Endpoint, **options: Any) -> Extractor:
    return Extractor("m-1", base_url=endpoint.url, **options)


def extract(endpoint: Endpoint, *replies: Reply, **options: Any) -> Extraction:
    endpoint.replies[:] = replies
    return extractor(endpoint, **options).extract(PAGE)


def test_an_answer_becomes_records(endpoint: Endpoint) -> None:
    result = extract(endpoint, Reply(ANSWER))

    assert result.status == "done"
    assert [project.name for project in result.projects] == ["新塘铜业园"]
    assert (result.meetings, result.officials) == ([], [])
    assert result.provenance["answers"] == "live"
    assert result.provenance["answered_as"] == "m-1"


@pytest.mark.parametrize("wire", WIRES)
def test_what_is_sent_is_the_very_body_that_was_built(endpoint: Endpoint, wire: Any) -> None:
    asking = extractor(endpoint, wire=wire)

    asking.extract(PAGE)

    assert endpoint.bodies == [request.body for request in asking.requests(PAGE)]


def test_a_page_that_looks_like_a_template_is_sent_as_it_is(endpoint: Endpoint) -> None:
    page = Page("{{ secret }} {% raw %} {# 註 #}\n    缩进。")

    extractor(endpoint).extract(page)

    assert "{{ secret }} {% raw %} {# 註 #}" in endpoint.bodies[0]["messages"][1]["content"]


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.0)  # pyright: ignore


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=500, body={"error": {"message": "x"}}),
        Reply(status=503, body=b"busy"),
        Reply(status=429, body={"error": {"message": "slow down"}}, headers={"Retry-After": "0"}),
        Reply(status=408, body={}),
        Reply(hang_up=True),
    ],
    ids=["500", "503", "429", "408", "hang-up"],
)
def test_what_passes_is_tried_again(endpoint: Endpoint, failure: Reply) -> None:
    result = extract(endpoint, failure, failure, Reply(ANSWER))

    assert result.status == "done"
    assert len(endpoint.bodies) == 3


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("reply", "kind", "says", "requests"),
    [
        (Reply(status=401, body={"error": {"message": "wrong key sk-abc"}}), EndpointError, "key is missing or wrong", 1),
        (Reply(status=402, body={}), EndpointError, "no money", 1),
        (Reply(status=403, body={}), EndpointError, "may not", 1),
        (Reply(status=404, body={}), EndpointError, "no such address or model", 1),
        (Reply(status=429, body={"error": {"code": "insufficient_quota"}}), EndpointError, "no quota", 1),
        (Reply(status=400, body={"error": {"message": "too long"}}), AnswerError, "400.*too long", 1),
        (Reply(status=500, body={}), AnswerError, "500", 5),
        (Reply(body=b"<html>login</html>", headers={"Content-Type": "text/html"}), AnswerError, "no chat completion", 1),
        (Reply(body={"choices": []}), AnswerError, "no choices", 1),
        (Reply(body={"error": "x"}), AnswerError, "no choices", 1),
        (Reply(""), AnswerError, "empty", 3),
        (Reply("抱歉，做不到"), AnswerError, "no JSON", 3),
        (Reply(None, finish="content_filter"), AnswerError, "content filter", 1),
    ],
)  # fmt: skip
def test_each_failure_is_reported_as_what_it_is(
    endpoint: Endpoint, reply: Reply, kind: type[Exception], says: str, requests: int
) -> None:
    result = extract(endpoint, reply)

    assert result.status == "failed"
    assert isinstance(result.error, kind)
    assert result.problems[-1].message == str(result.error)
    with pytest.raises(kind, match=says):
        raise result.error
    assert len(endpoint.bodies) == requests


def test_the_answer_to_a_wrong_key_does_not_repeat_the_key(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HYLLM_API_KEY", "sk-abcdef")

    result = extract(endpoint, Reply(status=401, body={"error": {"message": "no such key: sk-abcdef"}}))

    assert endpoint.headers[0]["authorization"] == "Bearer sk-abcdef"
    assert "sk-abc" not in str(result.to_json())
    assert caplog.text == ""


def test_a_cut_off_answer_keeps_what_is_whole(endpoint: Endpoint) -> None:
    result = extract(endpoint, Reply(ANSWER[:-20], finish="length"))

    assert result.status == "partial"
    assert [problem.reason for problem in result.problems][:1] == ["truncated"]


def test_an_answer_that_takes_too_long_is_a_failure_of_its_page(endpoint: Endpoint) -> None:
    result = extract(endpoint, Reply(ANSWER, delay=20), timeout=0.2)

    assert isinstance(result.error, AnswerError)
    assert "0.2 s" in str(result.error)


def test_a_dead_port_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.0)  # pyright: ignore
    pages = [Page("甲", "p1"), Page("乙", "p2")]

    results = Extractor("m", base_url="http://127.0.0.1:9/v1", concurrency=1).map(pages)

    assert all(isinstance(result.error, EndpointError) for result in results)
    assert "cannot be reached" in str(results[0].error)


def test_after_an_unusable_endpoint_nothing_more_is_sent(endpoint: Endpoint) -> None:
    endpoint.replies[:] = [Reply(status=401, body={})]

    results = extractor(endpoint, concurrency=1).map([Page("甲", str(n)) for n in range(5)])

    assert [result.status for result in results] == ["failed"] * 5
    assert len(endpoint.bodies) == 1


def test_results_come_in_the_order_of_the_pages(endpoint: Endpoint) -> None:
    endpoint.replies[:] = [Reply(delay=0.1), Reply()]
    done: list[str] = []

    results = extractor(endpoint).map(
        [Page("甲", "1"), Page("乙", "2")], done=lambda r: done.append(r.page.page)
    )

    assert [result.page.page for result in results] == ["1", "2"]
    assert sorted(done) == ["1", "2"]


async def _inside(asking: Extractor) -> tuple[Extraction, Extraction]:
    return asking.extract(PAGE), await asking.extract_async(PAGE)


def test_extract_works_inside_a_running_event_loop(endpoint: Endpoint) -> None:
    import asyncio

    sync, awaited = asyncio.run(_inside(extractor(endpoint)))

    assert (sync.status, awaited.status) == ("done", "done")


def test_what_is_recorded_is_not_asked_for_again(endpoint: Endpoint, tmp_path: Path) -> None:
    first = extract(endpoint, Reply(ANSWER), record=tmp_path)
    again = extract(endpoint, Reply(status=500, body={}), record=tmp_path)
    replayed = Extractor(replay=tmp_path).extract(PAGE)

    assert len(endpoint.bodies) == 1
    assert first.records == again.records == replayed.records
    came = [result.provenance["answers"] for result in (first, again, replayed)]
    assert came == ["live", "cached", "replayed"]


def test_an_error_is_not_recorded(endpoint: Endpoint, tmp_path: Path) -> None:
    extract(endpoint, Reply(status=400, body={}), record=tmp_path)

    assert list(tmp_path.rglob("p1.yaml")) == []


def test_replaying_another_page_says_so_without_sending(endpoint: Endpoint, tmp_path: Path) -> None:
    extract(endpoint, Reply(ANSWER), record=tmp_path)

    stale = Extractor(replay=tmp_path).extract(Page("另一版。", "p1"))
    missing = Extractor(replay=tmp_path).extract(Page("另一版。", "p2"))

    assert "stale" in str(stale.error)
    assert "not recorded" in str(missing.error)
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    ("model", "base_url", "says"),
    [
        (None, None, "no model"),
        ("nobody/m", None, "no known provider"),
        ("m", None, "no known provider"),
        ("openai/", "http://127.0.0.1:1/v1", "names no model"),
        ("m", "127.0.0.1:80", "must be an address"),
        ("m", "ftp://h/v1", "must be an address"),
        ("m", "http://h:port/v1", "must be an address"),
        ("m", "http://joe:pw@h/v1", "no user and password"),
        ("m", "http://h/v1?api-key=pw", "without [?] and #"),
        ("openai/m", None, "OPENAI_API_KEY or HYLLM_API_KEY"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(model: str | None, base_url: str | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        find_endpoint(model, base_url, {})


@pytest.mark.parametrize(
    ("model", "base_url", "found", "address", "key"),
    [
        ("openai/m", None, "m", "https://api.openai.com/v1", "sk-o"),
        ("openai/m", "http://127.0.0.1:1/v1", "m", "http://127.0.0.1:1/v1", "none"),
        ("ollama/qwen3:8b", None, "qwen3:8b", "http://127.0.0.1:11434/v1", "none"),
        ("Qwen/Qwen3-8B", "http://127.0.0.1:1/v1/", "Qwen/Qwen3-8B", "http://127.0.0.1:1/v1", "none"),
    ],
)
def test_a_providers_key_goes_to_its_own_address_alone(
    model: str, base_url: str | None, found: str, address: str, key: str
) -> None:
    endpoint = find_endpoint(model, base_url, {"OPENAI_API_KEY": "sk-o"})

    assert (endpoint.model, endpoint.base_url, endpoint.key) == (found, address, key)
    assert key not in repr(endpoint) or key == "none"


def test_local_only_refuses_every_other_host() -> None:
    with pytest.raises(UsageError, match="not this machine"):
        Extractor("m", base_url="http://192.0.2.1/v1", local_only=True)
    with pytest.raises(UsageError, match="not this machine"):  # before a key is asked for
        Extractor("openai/m", local_only=True)
    assert Extractor("m", base_url="http://[::1]:1/v1", local_only=True).endpoint.is_local
