import http.client
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from hyllm.cli.relay import relay as command
from hyllm.errors import UsageError
from hyllm.escaping import one_line
from hyllm.prompting import request_key
from hyllm.relay import Relay, status

COMPLETIONS = "/v1/chat/completions"


class Reply(NamedTuple):
    status: int
    body: dict[str, Any]

    @property
    def content(self) -> str:
        return self.body["choices"][0]["message"]["content"]

    @property
    def error(self) -> str:
        return self.body["error"]["message"]


def a_request(content: str = "会议研究了项目", **more: object) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": content}], **more}


def send(
    relay: Relay,
    body: object = None,
    *,
    method: str = "POST",
    path: str = COMPLETIONS,
    headers: dict[str, str] | None = None,
) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = http.client.HTTPConnection(urlsplit(relay.url).netloc, timeout=60)
    try:
        connection.request(method, path, raw, {"Content-Type": "application/json"} | (headers or {}))
        response = connection.getresponse()
        return Reply(response.status, json.loads(response.read()))
    finally:
        connection.close()


def get(relay: Relay, path: str) -> Reply:
    return send(relay, b"", method="GET", path=path)


@contextmanager
def asking(relay: Relay, *bodies: dict[str, Any]) -> Generator[list[Future[Reply]], None, None]:
    with ThreadPoolExecutor(len(bodies)) as clients:
        yield [clients.submit(send, relay, body) for body in bodies]


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def stems(folder: Path, count: int = 1) -> list[str]:
    """The stems of the parked requests, once there are `count`."""
    wait_until(lambda: len(list(folder.glob("[0-9]*.request.json"))) >= count)
    return sorted(path.name.removesuffix(".request.json") for path in folder.glob("[0-9]*.request.json"))


def answer(folder: Path, stem: str, text: str | bytes, *, suffix: str = "json", age: float = 10) -> None:
    """Write an answer as FORMATS asks for: under another name, then renamed."""
    unfinished = folder / "unfinished"
    unfinished.write_bytes(text.encode() if isinstance(text, str) else text)
    written = time.time() - age
    os.utime(unfinished, (written, written))
    unfinished.rename(folder / f"{stem}.answer.{suffix}")


@contextmanager
def running(
    folder: Path, *, strict: bool = False, report: list[str] | None = None
) -> Generator[Relay, None, None]:
    lines: list[str] = [] if report is None else report
    with Relay(folder, strict=strict, poll=0.01, report=lines.append) as relay:
        relay.start()
        yield relay


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


@pytest.fixture
def relay(folder: Path) -> Iterator[Relay]:
    with running(folder) as relay:
        yield relay


def test_a_request_is_parked_and_its_answer_returned(relay: Relay, folder: Path) -> None:
    body = a_request(temperature=0.0, seed=3)
    with asking(relay, body) as [reply]:
        [stem] = stems(folder)
        answer(folder, stem, '{"meetings": []}\r\n', age=100)

    key8 = request_key(body)[:8]
    assert stem == f"0001-{key8}"
    assert json.loads((folder / f"{stem}.request.json").read_bytes()) == body
    assert "会议研究了项目" in (folder / f"{stem}.request.json").read_text("utf-8")
    assert reply.result().content == '{"meetings": []}\r\n'
    completion = reply.result().body
    assert abs(completion.pop("created") - (time.time() - 100)) < 5
    assert completion == {
        "id": f"relay-{key8}",
        "object": "chat.completion",
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": '{"meetings": []}\r\n', "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 8, "completion_tokens": 5, "total_tokens": 13, "estimated": True},
    }


def test_the_readable_request_has_messages_in_order_and_the_schema(relay: Relay, folder: Path) -> None:
    schema = {"type": "object", "title": "页"}
    body = {
        "model": "m",
        "messages": [
            {"role": "system", "content": "抽取会议"},
            {
                "role": "user",
                "content": [{"type": "text", "text": "第一段"}, {"type": "text", "text": "第二段"}],
            },
            {"role": "assistant", "content": None, "tool_calls": ["…"]},
        ],
        "response_format": {"type": "json_schema", "json_schema": {"name": "page", "schema": schema}},
    }
    with asking(relay, body):
        [stem] = stems(folder)
        answer(folder, stem, "{}")

    assert (folder / f"{stem}.request.md").read_text("utf-8") == (
        "## system\n\n抽取会议\n\n"
        "## user\n\n第一段\n\n第二段\n\n"
        '## assistant\n\n{\n  "tool_calls": [\n    "…"\n  ]\n}\n\n'
        "## answer\n\nThe answer must be JSON that is valid against this schema, and nothing else:\n\n"
        '```json\n{\n  "type": "object",\n  "title": "页"\n}\n```\n'
    )


@pytest.mark.parametrize(
    ("written", "content"),
    [
        (b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'),
        ('{"a": "会"}'.encode("utf-16"), '{"a": "会"}'),
        ("对不起，我不能\n".encode(), "对不起，我不能\n"),
        (b"```json\n{}\n```", "```json\n{}\n```"),
        (b"", ""),
    ],
    ids=["BOM", "UTF-16", "no JSON", "fenced", "empty"],
)
def test_an_answer_goes_back_as_it_stands(relay: Relay, folder: Path, written: bytes, content: str) -> None:
    with asking(relay, a_request()) as [reply]:
        answer(folder, stems(folder)[0], written, suffix="txt")

    assert reply.result().content == content


def test_a_file_in_the_writing_is_waited_for(relay: Relay, folder: Path) -> None:
    with asking(relay, a_request()) as [reply]:
        [stem] = stems(folder)
        answer(folder, stem, '{"meet', age=0)
        time.sleep(0.3)
        assert not reply.done()
        answer(folder, stem, '{"meetings": []}', age=0)

    assert reply.result().content == '{"meetings": []}'


def test_an_answer_no_one_can_decode_is_put_aside(relay: Relay, folder: Path) -> None:
    with asking(relay, a_request()) as [reply]:
        [stem] = stems(folder)
        answer(folder, stem, "会议".encode("gbk"), suffix="txt")
        wait_until((folder / f"{stem}.problem.txt").exists)
        answer(folder, stem, "会议", suffix="txt")

    assert reply.result().content == "会议"
    assert (folder / f"{stem}.rejected-1.txt").read_bytes() == "会议".encode("gbk")


def test_an_answered_request_is_answered_again_after_a_restart(folder: Path) -> None:
    with running(folder) as relay, asking(relay, a_request()) as [reply]:
        answer(folder, stems(folder)[0], "{}")
        reply.result()
    with running(folder) as relay:
        again = send(relay, a_request())

    assert again.content == "{}"
    assert len(stems(folder)) == 1


def test_a_parked_request_survives_a_restart(folder: Path) -> None:
    with running(folder) as relay, asking(relay, a_request()) as [stopped]:
        [stem] = stems(folder)
        relay.close()
    assert (stopped.result().status, stopped.result().error[:22]) == (503, "The relay was stopped.")

    with running(folder) as relay, asking(relay, a_request()) as [reply]:
        answer(folder, stem, "{}")
    assert reply.result().content == "{}"
    assert stems(folder) == [stem]


def test_a_client_that_goes_away_unparks_nothing(relay: Relay, folder: Path) -> None:
    threads = threading.active_count()
    raw = json.dumps(a_request()).encode()
    with socket.create_connection(_address(relay)) as client:
        client.sendall(_head(relay, len(raw)) + raw)
        [stem] = stems(folder)
    wait_until(lambda: threading.active_count() == threads)

    with asking(relay, a_request()) as [reply]:
        answer(folder, stem, "{}")
    assert reply.result().content == "{}"


def test_two_clients_with_one_request_share_its_answer(relay: Relay, folder: Path) -> None:
    other_order = dict(reversed(a_request().items()))
    with asking(relay, a_request(), other_order) as replies:
        [stem] = stems(folder)
        answer(folder, stem, "{}")

    assert [reply.result().content for reply in replies] == ["{}", "{}"]
    assert stems(folder) == [stem]


def test_keys_that_begin_alike_are_told_apart_and_numbers_go_on(relay: Relay, folder: Path) -> None:
    key8 = request_key(a_request())[:8]
    (folder / f"0041-{key8}.request.json").write_text(json.dumps(a_request("another")))
    answer(folder, f"0041-{key8}", '{"wrong": 1}')
    with asking(relay, a_request()) as [reply]:
        assert stems(folder, 2)[1] == f"0042-{key8}"
        answer(folder, f"0042-{key8}", '{"right": 1}')

    assert reply.result().content == '{"right": 1}'


def test_many_requests_at_once(relay: Relay, folder: Path) -> None:
    bodies = [a_request(f"page {number}") for number in range(50)]
    with asking(relay, *bodies) as replies:
        for stem in stems(folder, 50):
            request = json.loads((folder / f"{stem}.request.json").read_bytes())
            answer(folder, stem, json.dumps({"page": request["messages"][0]["content"]}))

    assert [json.loads(reply.result().content)["page"] for reply in replies] == [
        f"page {number}" for number in range(50)
    ]
    assert [int(stem[:4]) for stem in stems(folder)] == list(range(1, 51))


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("好的", "It is not JSON: Expecting value at line 1, column 1. Leave out whatever stands before"),
        (
            "```json\n{}\n```",
            "It is not JSON: Expecting value at line 1, column 1. Leave out the lines with ```.",
        ),
        ('{"a": 1,\n "b" 2}', "It is not JSON: Expecting ':' delimiter at line 2, column 6."),
        ("[1]", "It is JSON, but not an object"),
        ('{"a": NaN}', "It is not JSON: NaN is no JSON value."),
        ("[" * 100_000, "It is nested too deeply"),
        ("  \n", "It is empty."),
    ],
)
def test_strict_puts_aside_what_is_no_json_object(folder: Path, written: str, problem: str) -> None:
    report: list[str] = []
    with running(folder, strict=True, report=report) as relay, asking(relay, a_request()) as [reply]:
        [stem] = stems(folder)
        answer(folder, stem, written, suffix="txt")
        wait_until((folder / f"{stem}.problem.txt").exists)
        said = (folder / f"{stem}.problem.txt").read_text("utf-8")
        assert not reply.done()
        answer(folder, stem, "{}")

    assert problem in said
    assert said.startswith(f"{stem}.answer.txt was not accepted and is now called {stem}.rejected-1.txt.\n")
    assert (folder / f"{stem}.rejected-1.txt").read_text("utf-8") == written
    assert reply.result().content == "{}"
    assert not (folder / f"{stem}.problem.txt").exists()
    assert [line.split()[0] for line in report] == ["parked", "rejected", "answered"]


def test_a_second_rejection_keeps_the_first(folder: Path) -> None:
    with running(folder, strict=True) as relay, asking(relay, a_request()):
        [stem] = stems(folder)
        answer(folder, stem, "one")
        wait_until((folder / f"{stem}.rejected-1.txt").exists)
        answer(folder, stem, "two")
        wait_until((folder / f"{stem}.rejected-2.txt").exists)
        answer(folder, stem, "{}")

    assert (folder / f"{stem}.rejected-1.txt").read_text("utf-8") == "one"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "cannot be read as UTF-8 JSON"),
        (b"\xff{}", "cannot be read as UTF-8 JSON"),
        (b'{"messages": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"messages": [{"content": "\\ud800"}]}', "cannot be read as UTF-8 JSON"),
        (b'{"messages": [{}], "seed": 1e999}', "cannot be read as UTF-8 JSON"),
        (b'{"messages": [{}], "seed": NaN}', "NaN is no JSON value"),
        (b'{"messages": [{}], "seed": ' + b"9" * 5000 + b"}", "cannot be read as UTF-8 JSON"),
        ([], "must be a JSON object"),
        ({"model": "m"}, "`messages` must be"),
        ({"messages": []}, "`messages` must be"),
        ({"messages": ["hello"]}, "Every message must be"),
        (a_request(model=1), "`model` must be"),
        (a_request(stream=True), "`stream` is not supported"),
        (a_request(n=2), "`n` is not supported"),
    ],
)
def test_a_body_that_cannot_be_answered_is_refused(
    relay: Relay, folder: Path, body: object, message: str
) -> None:
    reply = send(relay, body)

    assert reply.status == 400
    assert message in reply.error
    assert reply.body["error"]["type"] == "invalid_request_error"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Origin": "http://localhost:3000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Length": "x"}, 400),
        ({"Content-Length": "20000001"}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_a_caller_that_should_not_be_here_is_refused(
    relay: Relay, folder: Path, headers: dict[str, str], expected: int
) -> None:
    assert send(relay, a_request(), headers=headers).status == expected
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "[::1]"])
def test_every_name_of_loopback_is_good(relay: Relay, name: str) -> None:
    host = f"{name}:{_address(relay)[1]}"
    assert send(relay, b"", method="GET", path="/health", headers={"Host": host}) == (200, {"status": "ok"})


def test_a_charset_beside_the_content_type_is_good(relay: Relay) -> None:
    assert send(relay, {}, headers={"Content-Type": "application/json; charset=utf-8"}).status == 400


def test_a_refusal_reaches_a_client_that_still_sends(relay: Relay) -> None:
    assert send(relay, b" " * 5_000_000, path="/nowhere").status == 404


def test_models_and_unknown_paths(relay: Relay) -> None:
    assert [model["id"] for model in get(relay, "/v1/models").body["data"]] == ["relay"]
    assert get(relay, COMPLETIONS).status == 404
    assert get(relay, "//[").status == 404
    assert send(relay, b"", method="DELETE").status == 404


def test_what_is_no_http_gets_an_error_and_ends_nothing(relay: Relay) -> None:
    with socket.create_connection(_address(relay)) as client:
        client.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b"invalid_request_error" in client.recv(10_000)
    assert get(relay, "/health").status == 200


def test_a_folder_that_is_gone_is_said_to_the_client(folder: Path) -> None:
    report: list[str] = []
    with running(folder, report=report) as relay:
        folder.rmdir()
        reply = send(relay, a_request())

    assert reply.status == 500
    assert reply.body["error"]["type"] == "server_error"
    assert "No such file or directory" in reply.error
    assert report == [f"failed   {reply.error}"]


def test_the_folder_is_its_owners_alone_unless_it_was_there(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old").chmod(0o755)
    for name in ("new", "old"):
        Relay(tmp_path / name).close()

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o755


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_only_loopback_is_listened_on(folder: Path, host: str) -> None:
    with pytest.raises(UsageError, match="loopback only"):
        Relay(folder, host=host)


def test_a_port_in_use_is_the_users_mistake(relay: Relay, folder: Path) -> None:
    with pytest.raises(UsageError, match="Choose another with --port"):
        Relay(folder, port=_address(relay)[1])


def test_a_file_in_place_of_the_folder_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="File exists"):
        Relay(tmp_path / "file")


def test_an_idle_relay_stops_by_itself(folder: Path) -> None:
    with Relay(folder, idle=0.1, poll=0.01) as relay:
        relay.serve_forever()


def test_a_parked_request_keeps_a_relay_from_being_idle(folder: Path) -> None:
    with Relay(folder, idle=0.1, poll=0.01) as relay:
        relay.start()
        with asking(relay, a_request()) as [reply]:
            [stem] = stems(folder)
            time.sleep(0.3)
            answer(folder, stem, "{}")

    assert reply.result().content == "{}"


def test_status_lists_what_waits_and_what_is_answered(folder: Path) -> None:
    folder.mkdir()
    (folder / "0001-aaaaaaaa.request.json").write_text(json.dumps(a_request("四个汉字", model="模型\x1b[2J")))
    (folder / "0002-bbbbbbbb.request.json").write_text("{")
    (folder / "0001-aaaaaaaa.answer.txt").touch()
    (folder / "notes.txt").touch()
    os.utime(folder / "0001-aaaaaaaa.request.json", (1_600_000_000, 1_600_000_000))

    listed = CliRunner().invoke(command, [str(folder), "--status", "--json"], catch_exceptions=False)
    shown = CliRunner().invoke(command, [str(folder), "--status"], catch_exceptions=False)

    first, second = map(json.loads, listed.stdout.splitlines())
    assert first == {
        "number": 1,
        "key8": "aaaaaaaa",
        "model": "模型\x1b[2J",
        "characters": 4,
        "parked_since": "2020-09-13T12:26:40+00:00",
        "state": "answered",
    }
    assert (second["number"], second["model"], second["characters"], second["state"]) == (
        2, None, None, "waiting",
    )  # fmt: skip
    assert "\x1b" not in listed.stdout + shown.stdout
    assert shown.stdout.splitlines()[0].endswith("      4 characters  模型\\x1b[2J")


def test_status_of_no_folder_is_the_users_mistake(folder: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        status(folder)


def test_the_command_says_how_to_answer_and_how_to_ask(folder: Path) -> None:
    ran = CliRunner().invoke(
        command, [str(folder), "--port", "0", "--idle", "0.0001"], catch_exceptions=False
    )

    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert "hyllm extract PAGE --model relay/NAME --base-url http://127.0.0.1:" in ran.stderr
    assert "NNNN-KEY.answer.txt" in ran.stderr


def test_json_without_status_is_bad_usage(folder: Path) -> None:
    assert CliRunner().invoke(command, [str(folder), "--json"]).exit_code == 2


def test_foreign_text_is_made_fit_for_a_terminal() -> None:
    assert one_line("a\x1b]0;x\x07\n会\u202e") == "a\\x1b]0;x\\x07\\n会\\x202e"
    assert one_line("a" * 61) == "a" * 60 + "…"


def _address(relay: Relay) -> tuple[str, int]:
    parts = urlsplit(relay.url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def _head(relay: Relay, length: int) -> bytes:
    host, port = _address(relay)
    return (
        f"POST {COMPLETIONS} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    ).encode()
