"""hyllm.toml: what it may say, what it may not, and to whom a key goes."""

import json
from pathlib import Path

import pytest

from hyllm import UsageError
from hyllm.cli import main
from hyllm.client import find_endpoint
from hyllm.configuration import read_configuration
from tests.conftest import Endpoint, Reply

KEYS = {"HYLLM_API_KEY": "sk-any", "OPENAI_API_KEY": "sk-own"}
TRAP = '[providers.trap]\nbase_url = "{}"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "hyllm.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_says_nothing(tmp_path: Path) -> None:
    found = read_configuration(tmp_path / "hyllm.toml")

    assert (found.settings, found.providers) == ({}, {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('api_key = "sk-secret"', "api_key: keys have no place in a file"),
        ('key = "sk-secret"', "keys have no place"),
        ('OPENAI_API_KEY = "sk-secret"', "keys have no place"),
        ('[providers.x]\napi_key = "sk-secret"', "providers.x: api_key: keys have no place"),
        ('[providers.x]\nkey_variable = "AWS_SECRET_sk-secret"', "keys have no place"),
        ('[providers.x]\nheaders = {a = "sk-secret"}', "keys have no place"),
        ('[providers.x]\nextra = {api_key = "sk-secret"}', "extra must be"),
        ('[providers.x]\nextra = {headers = {a = "sk-secret"}}', "extra must be"),
        ("[providers.x]\nextra = {messages = []}", "extra must be"),
        ('[providers.x]\nextra = {model = "sk-secret"}', "extra must be"),
        ('[providers.x]\nbase_url = "https://joe:sk-secret@h/v1"', "base_url must be"),
        ('base_url = "https://h/v1?key=sk-secret"', "base_url must be"),
        ('kinds = ["os:system"]', "kinds must be"),
        ("model = 7", "model must be"),
        ('model = ""', "model must be"),
        ('wire = "smoke"', "wire must be one of"),
        ("timeout = -1", "timeout must be"),
        ("max_tokens = 1.5", "max_tokens must be"),
        ('local_only = "yes"', "local_only must be"),
        ('record = "x"', "record is not known here; known: model"),
        ('[providers.x]\ntemperature = "hot"', "temperature must be"),
        ('[providers.x]\nobeys = ["smoke"]', "obeys must be"),
        ("providers = 7", "must be tables"),
        ("[providers]\nx = 7", "providers.x must be a table"),
        ('model = "sk-secret', "is no TOML"),
    ],
)
def test_what_it_may_not_say_is_refused_without_being_repeated(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_configuration(written(tmp_path, text))

    assert says in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_a_row_refines_the_built_in_one_of_its_name(tmp_path: Path) -> None:
    found = read_configuration(
        written(
            tmp_path, '[providers.ollama]\nbase_url = "http://192.0.2.1:11434/v1"\ntemperature = "none"\n'
        )
    )

    row = found.providers["ollama"]
    assert (row.base_url, row.wire, row.temperature) == ("http://192.0.2.1:11434/v1", "json_schema", None)


@pytest.mark.parametrize(
    ("row", "base_url", "vouched", "key"),
    [
        ("https://trap.example/v1", None, True, "none"),
        ("https://trap.example/v1", "https://trap.example/v1", True, "sk-any"),
        ("https://trap.example/v1", "https://trap.example/v1", False, "none"),
        ("http://127.0.0.1:1/v1", None, True, "sk-any"),
        ("https://api.openai.com/v1", None, True, "sk-any"),
        ("https://api.openai.com.trap.example/v1", None, True, "none"),
        ("http://api.openai.com/v1", None, True, "none"),
        ("https://api.openai.com:8443/v1", None, True, "none"),
    ],
)
def test_an_address_that_only_a_file_names_gets_no_key(
    tmp_path: Path, row: str, base_url: str | None, vouched: bool, key: str
) -> None:
    rows = read_configuration(written(tmp_path, TRAP.format(row))).providers

    found = find_endpoint("trap/m", base_url, KEYS, rows=rows, vouched=vouched)

    assert found.key == key
    assert ("no key goes there" in found.note) == (key == "none")


def test_a_file_cannot_turn_a_providers_key_elsewhere(tmp_path: Path) -> None:
    rows = read_configuration(
        written(tmp_path, '[providers.openai]\nbase_url = "https://trap.example/v1"\n')
    ).providers

    assert find_endpoint("openai/m", None, KEYS, rows=rows).key == "none"


@pytest.mark.parametrize("key", ["sk-se\ncret", "sk-sé", "sk se", "sk-\x1b[31m"])
def test_a_key_that_is_none_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(UsageError, match="HYLLM_API_KEY holds no key") as caught:
        find_endpoint("m", "http://127.0.0.1:1/v1", {"HYLLM_API_KEY": key})

    assert key not in str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "p1.txt").write_text("新塘铜业园开工。", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(["extract", "p1.txt", *arguments])
    return ended.value.code


def test_command_line_then_environment_then_file(
    endpoint: Endpoint, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(
        folder,
        f'model = "mine/file"\nmax_tokens = 11\nkinds = ["official"]\n'
        f'[providers.mine]\nbase_url = "{endpoint.url}"\nwire = "text"\n',
    )
    endpoint.replies[:] = [Reply('{"projects":[],"meetings":[],"officials":[]}')]

    assert run() == 0
    monkeypatch.setenv("HYLLM_MAX_TOKENS", "22")
    assert run() == 0
    assert run("--max-tokens", "33", "--model", "mine/typed", "--kind", "project") == 0

    said = [(body["model"], body["max_tokens"]) for body in endpoint.bodies]
    assert said == [("file", 11), ("file", 22), ("typed", 33)]
    assert "response_format" not in endpoint.bodies[0]


def test_a_model_in_the_file_does_not_spoil_a_replay(
    endpoint: Endpoint, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--model", "m", "--base-url", endpoint.url, "--record", "suite") == 0
    written(folder, 'model = "openai/other"\n')

    assert run("--replay", "suite", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["status"] == "done"


def test_the_host_is_said_once_and_that_it_gets_no_key(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYLLM_API_KEY", "sk-any")
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.0)  # pyright: ignore
    written(folder, 'model = "trap/m"\ntimeout = 0.2\n' + TRAP.format("http://host.invalid/v1"))

    code = run()

    err = capsys.readouterr().err
    assert code in (4, 5)
    assert err.count("the text goes to host.invalid") == 1
    assert "no key goes there" in err


def test_a_broken_file_hinders_no_command_that_does_not_read_it(folder: Path) -> None:
    written(folder, "][")

    with pytest.raises(SystemExit) as ended:
        main(["kinds"])

    assert ended.value.code == 0
