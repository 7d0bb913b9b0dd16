"""`hyllm endpoint check`: what an endpoint obeys is seen by what it does, not by what it accepts."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hyllm.cli import main
from hyllm.cli.endpoint import toml_row
from hyllm.client import PROVIDERS
from hyllm.configuration import read_configuration
from tests.conftest import Endpoint, Reply

USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 0}}


def wire(body: dict[str, Any]) -> str:
    if "tools" in body:
        return "tool"
    return body.get("response_format", {"type": "text"})["type"]


def call(name: str, arguments: str) -> Reply:
    function = {"name": name, "arguments": arguments}
    return Reply(None, message={"tool_calls": [{"id": "1", "type": "function", "function": function}]})


FENCED = Reply('```json\n{"greeting": "hello"}\n```')
OBEYED = {
    "json_schema": Reply('{"schema_seal": "ok"}'),
    "tool": call("seal", '{"tool_seal":"ok"}'),
    "json_object": Reply('{"object_seal": "ok"}'),
    "text": Reply('{"text_seal":"ok"}', usage=USAGE),
}


def check(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """Exit code, the verdicts by wire, and the row."""
    with pytest.raises(SystemExit) as ended:
        main(["endpoint", "check", "--base-url", endpoint.url, "--model", "m", "--json", *arguments])
    *verdicts, row = map(json.loads, capsys.readouterr().out.splitlines())
    found = {verdict["wire"]: verdict for verdict in verdicts}
    assert isinstance(ended.value.code, int)
    return ended.value.code, found, tomllib.loads(row["row"])["providers"]["mine"]


def test_an_endpoint_that_obeys_everything(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.answer = lambda body: OBEYED[wire(body)]

    code, found, row = check(endpoint, capsys)

    assert code == 0
    assert [name for name, verdict in found.items() if verdict["obeyed"]] == [
        "json_schema",
        "tool",
        "json_object",
        "text",
    ]
    assert (row["wire"], row["strict"], row["usage"], row["cached_tokens"]) == (
        "json_schema",
        False,
        True,
        True,
    )
    assert len(endpoint.bodies) == 4


@pytest.mark.parametrize(
    ("which", "reply", "found"),
    [
        ("tool", FENCED, "code fence"),
        ("tool", Reply('{"tool_seal": "ok"}'), "a JSON object"),
        ("tool", call("other", '{"tool_seal":"ok"}'), "tool 'other'"),
        ("tool", call("seal", '{"greeting":"hello"}'), "tool 'seal'"),
        ("tool", Reply(status=400, body={"error": {"message": "thinking mode"}}), "refused: .*thinking mode"),
        ("json_schema", FENCED, "code fence"),
        ("json_schema", Reply('{"greeting": "hello"}'), "a JSON object"),
        (
            "json_schema",
            Reply(status=400, body={"error": {"message": "unavailable"}}),
            "refused: .*unavailable",
        ),
        ("json_object", FENCED, "code fence"),
        ("json_object", Reply("hello"), "text: 'hello'"),
        ("text", Reply("hello"), "text: 'hello'"),
        ("text", Reply("", finish="length"), "thinking"),
        ("text", Reply(body={"choices": []}), "nothing"),
    ],
)
def test_a_wire_that_is_not_obeyed_is_seen(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str], which: str, reply: Reply, found: str
) -> None:
    import re

    endpoint.answer = lambda body: reply if wire(body) == which else OBEYED[wire(body)]

    _, verdicts, row = check(endpoint, capsys)

    assert [name for name, verdict in verdicts.items() if not verdict["obeyed"]] == [which]
    assert re.search(found, verdicts[which]["found"])
    assert which not in row["obeys"]
    assert row["wire"] == ("tool" if which == "json_schema" else "json_schema")


def test_parameters_it_refuses_are_found_out(endpoint: Endpoint, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        wrong = "max_tokens" in body or "temperature" in body
        return Reply(status=400, body={"error": {"message": "unsupported"}}) if wrong else OBEYED[wire(body)]

    endpoint.answer = answer

    _, verdicts, row = check(endpoint, capsys)

    assert all(verdict["obeyed"] for verdict in verdicts.values())
    assert (row["max_tokens_key"], row["temperature"]) == ("max_completion_tokens", "none")


def test_a_schema_that_must_be_strict_is_found_out(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        loose = wire(body) == "json_schema" and "strict" not in body["response_format"]["json_schema"]
        return Reply('{"greeting": "hello"}') if loose else OBEYED[wire(body)]

    endpoint.answer = answer

    _, verdicts, row = check(endpoint, capsys)

    assert verdicts["json_schema"]["obeyed"]
    assert row["strict"]


def test_an_endpoint_that_obeys_nothing_ends_with_1(
    endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply("hello")]

    code, _, _ = check(endpoint, capsys)

    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--model", "m"], 2, "no known provider"),
        (["--base-url", "http://192.0.2.1/v1", "--model", "m", "--local-only"], 2, "not this machine"),
        (["--base-url", "http://127.0.0.1:9/v1", "--model", "m"], 5, "cannot be reached"),
    ],
)
def test_what_cannot_be_checked_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["endpoint", "check", *arguments])

    assert ended.value.code == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_row_is_one_that_a_file_can_say(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hyllm.toml"
    path.write_text(toml_row("mine", PROVIDERS[name]), encoding="utf-8")

    row = read_configuration(path).providers["mine"]

    for field in ("base_url", "wire", "obeys", "strict", "temperature", "max_tokens_key", "extra"):
        assert getattr(row, field) == getattr(PROVIDERS[name], field)
    assert row.key_variable is None
