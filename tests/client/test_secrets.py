"""Secrets are planted wherever one could be, and everything that comes out is searched for them."""

import logging
from pathlib import Path
from typing import Any

import pytest

from hyllm.cli import main
from hyllm.client import find_endpoint
from hyllm.client._errors import without_secrets
from tests.conftest import Endpoint, Reply

KEY = "sk-PLANTEDkey0123456789"
PLANTED = ("PLANTED", "sk-")


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYLLM_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-PLANTED-openai")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-PLANTED-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "PLANTED-org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "PLANTED-project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Planted: PLANTED-header")
    monkeypatch.setenv("HTTP_PROXY", "http://joe:PLANTED-pw@127.0.0.1:9")
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.0)  # pyright: ignore


REPLIES = [
    Reply(headers={"Set-Cookie": "sid=PLANTED", "X-Request-Id": "PLANTED"}),
    Reply("抱歉"),
    Reply(body=b"<html>"),
    *(
        Reply(
            status=status,
            body={"error": {"message": f"no: {KEY}, Authorization: Bearer {KEY}, {KEY[:8]}***"}},
        )
        for status in (400, 401, 402, 403, 404, 418, 429, 500)
    ),
    Reply(status=307, body={}, headers={"Location": "http://joe:PLANTED@127.0.0.1:9/"}),
    Reply(hang_up=True),
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: f"{reply.status} {str(reply.body)[:9]}")
def test_no_secret_comes_out(
    endpoint: Endpoint, reply: Reply, capfd: pytest.CaptureFixture[str], caplog: Any, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "p1.txt").write_text("新塘铜业园开工。", encoding="utf-8")
    endpoint.replies[:] = [reply]

    for further in (["--json"], [], ["--record", "suite", "--out", "out.jsonl"]):
        with pytest.raises(SystemExit):
            main(["extract", "p1.txt", "--model", "m", "--base-url", endpoint.url, *further])
    with pytest.raises(SystemExit):
        main(["endpoint", "check", "--model", "m", "--base-url", endpoint.url])

    assert endpoint.headers[0]["authorization"] == f"Bearer {KEY}", "the key did go where it belongs"
    printed = capfd.readouterr()
    files = "".join(p.read_text(encoding="utf-8") for p in tmp_path.rglob("*") if p.is_file())
    for place in (printed.out, printed.err, caplog.text, files):
        for secret in PLANTED:
            assert secret not in place


def test_what_the_library_reads_from_the_environment_is_sent_to_nobody(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "p1.txt").write_text("新塘铜业园开工。", encoding="utf-8")

    with pytest.raises(SystemExit):
        main(["extract", "p1.txt", "--model", "m", "--base-url", endpoint.url])

    (headers,) = endpoint.headers
    assert [name for name, value in headers.items() if "PLANTED" in value] == ["authorization"]


@pytest.mark.parametrize(
    "address", ["http://joe:PLANTED@h/v1", "http://h/v1?api-key=PLANTED", "http://h:PLANTED/v1"]
)
def test_an_address_with_a_secret_is_refused_without_it(
    address: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "p1.txt").write_text("甲。", encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        main(["extract", "p1.txt", "--model", "m", "--base-url", address])

    assert ended.value.code == 2
    assert "PLANTED" not in capsys.readouterr().err


def test_an_endpoint_does_not_show_its_key() -> None:
    found = find_endpoint("m", "http://127.0.0.1:1/v1")

    assert found.key == KEY
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("wrong key sk-abc***def", "wrong key …"),
        ("header Authorization: Bearer abcdef", "header Authorization: …"),
        ("proxy http://joe:pw@host:1/ refused", "proxy http://…@host:1/ refused"),
        ("two\nlines\r\n\x1b[31m", "two lines \x1b[31m"),
        ("key-of-mine is wrong", "… is wrong"),
    ],
)
def test_an_endpoints_words_are_passed_on_without_what_looks_like_a_key(said: str, shown: str) -> None:
    assert without_secrets(said, "key-of-mine") == shown


ESC, BIDI, C1 = "\x1b[31m", "\u202e", "\x9b31m"


def test_what_a_terminal_obeys_reaches_no_sink(endpoint: Endpoint, capfd: Any, tmp_path: Path) -> None:
    words = f"铜业园{ESC}{BIDI}{C1}[bold]"
    (tmp_path / "p1.txt").write_text(f"新塘{words}。", encoding="utf-8")
    content = '{"projects":[{"name":"新塘WORDS","stage":"WORDS"}],"meetings":[],"officials":[]}'.replace(
        "WORDS", words
    )
    replies = [
        Reply(content),
        Reply(words),
        Reply(status=400, body={"error": {"message": words}}),
        Reply(body=words.encode()),
    ]
    for reply in replies:
        endpoint.replies[:] = [reply]
        for further in ([], ["--json"], ["--out", "out.jsonl"]):
            with pytest.raises(SystemExit):
                main(["extract", "p1.txt", "--model", "m", "--base-url", endpoint.url, *further])

    printed = capfd.readouterr()
    for place in (printed.out, printed.err, (tmp_path / "out.jsonl").read_text(encoding="utf-8")):
        for obeyed in "\x1b\u202e\x9b":
            assert obeyed not in place
    assert "[bold]" in printed.out
