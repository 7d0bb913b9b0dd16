"""`hyllm kind new`: what it writes goes the whole way as it stands, without a change in hyllm."""

import contextlib
import json
import re
from pathlib import Path

import pytest

from hyllm.cli import main
from tests.conftest import Endpoint, Reply

ANSWER = {
    "mishaps": [
        {
            "name": "酃湖大道事故",
            "date": {"text": "2月11日傍晚"},
            "place": "珠晖区酃湖大道",
            "injured": "五人",
            "persons": [{"name": "冷柏舟", "role": "responsible"}],
            "evidence": [2, 3],
        }
    ]
}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_a_new_kind_is_extracted_checked_and_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("kind", "new", "mishap", "--label", "事故") == 0
    capsys.readouterr()
    kind = ("--kind", "mishap:Mishap")

    endpoint.replies[:] = [Reply(json.dumps(ANSWER))]
    model = ("--model", "m", "--base-url", endpoint.url)
    assert run("extract", "mishap/pages", *kind, *model, "--json", "--html", "seen.html") == 0
    line = capsys.readouterr().out
    seen = Path("seen.html").read_text(encoding="utf-8")
    assert re.search(r'data-refs="0:/mishaps/0/name" title="name 名称 \[\d+,\d+\)">酃湖大道事故', seen)
    (tmp_path / "out.jsonl").write_text(line, encoding="utf-8")
    assert json.loads(line)["mishaps"][0]["injured"] == 5
    prompt = endpoint.bodies[0]["messages"][0]["content"]
    assert "## 事故 mishaps" in prompt
    assert "城北路口事故三人受伤" in prompt

    assert run("eval", "gold", "check", "mishap/gold", *kind, "--pages", "mishap/pages") == 0
    capsys.readouterr()
    scored = run(
        "eval", "score", "out.jsonl", "--gold", "mishap/gold", *kind, "--pages", "mishap/pages", "--json"
    )
    numbers = json.loads(capsys.readouterr().out)
    assert scored == 0
    assert (numbers["slots"]["F1"], numbers["slots"]["spu"]) == (1.0, 0)
    assert numbers["grounding"]

    assert run("schemas", "show", "mishap:Mishap") == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Mishap"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["project", "--label", "事"], "built-in kind"),
        (["json", "--label", "事"], "Python module already"),
        (["Mishap", "--label", "事"], "in lower case"),
        (["class", "--label", "事"], "in lower case"),
        (["a/b", "--label", "事"], "in lower case"),
        (["incident", "--label", "事", "--plural", "incident"], "another --plural"),
        (["incident", "--label", 'a"b'], "--label is"),
        (["there", "--label", "事"], "is there already"),
        (["incident"], "Missing option '--label'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()

    assert run("kind", "new", *arguments) == 2

    assert says in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    with contextlib.suppress(OSError):
        assert not list((tmp_path / "there").iterdir())
