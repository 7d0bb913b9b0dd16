"""A kind of one's own goes the whole way without a change in hyllm."""

import json
from pathlib import Path

import pytest

from hyllm.cli import main
from tests.conftest import Endpoint, Reply

MODULE = '''
from typing import ClassVar, Literal

from hyllm.schemas import Date, Evidence, Kind, Money, Part, Record


class Vehicle(Part):
    plate: str
    sort: Literal["car", "lorry"]


class Accident(Record):
    """A traffic accident."""

    hyllm: ClassVar[Kind] = Kind("accident", "accidents", identity=("name", "date"), prompts="accident")
    name: str
    date: Date | None = None
    loss: Money | None = None
    vehicles: list[Vehicle]
    evidence: list[Evidence]
'''
EXAMPLE = {"accidents": [{"name": "洣水桥追尾事故", "date": {"text": "昨日"}, "evidence": [1]}]}
ANSWER = {
    "accidents": [
        {
            "name": "草市镇侧翻事故",
            "date": {"text": "昨晚"},
            "loss": "约3万元",
            "vehicles": [{"plate": "湘D00001", "sort": "lorry"}],
            "evidence": [1, 2],
        }
    ]
}
META = """model: claude
reached: hyllm relay
recorded: '2026-11-25'
kinds:
- strange:Accident
prompt_hash: bb60e1158a0c8aecf635d20ea94bdd2b8558e4ed93f0763ebbcd119cdfcd40bc
schema_hash: 4e27f377c74f8322cc1ab042d2335acf0490b8eff215cfea456c9d77ea073e7e
options:
  wire: json_object
  strict: false
  temperature: 0.0
  max_tokens: 8192
  max_tokens_key: max_tokens
  extra: {}
"""
PAGE = "草市镇侧翻事故昨晚发生，货车湘D00001翻入沟中。损失约3万元。"


def test_an_own_kind_is_asked_for_read_and_resolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "traffic.py").write_text(MODULE, encoding="utf-8")
    folder = tmp_path / "accident"
    folder.mkdir()
    (folder / "rules.md").write_text("## 事故 accidents\n车辆相撞、侧翻。", encoding="utf-8")
    (folder / "example.txt").write_text("洣水桥追尾事故昨日发生。", encoding="utf-8")
    (folder / "example.json").write_text(json.dumps(EXAMPLE), encoding="utf-8")
    (tmp_path / "2022-03-18.txt").write_text(PAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    endpoint.replies[:] = [Reply(json.dumps(ANSWER))]

    with pytest.raises(SystemExit) as ended:
        main(
            [
                "extract",
                "2022-03-18.txt",
                "--kind",
                "traffic:Accident",
                "--model",
                "m",
                "--base-url",
                endpoint.url,
                "--json",
            ]
        )

    assert ended.value.code == 0
    line = json.loads(capsys.readouterr().out)
    (accident,) = line["accidents"]
    assert "projects" not in line
    assert accident["loss"] == {
        "text": "约3万元",
        "amount": 30000,
        "currency": "CNY",
        "bound": "about",
        "upper": None,
    }
    assert accident["date"] == {"text": "昨晚", "edtf": "2022-03-17"}
    assert accident["vehicles"] == [{"plate": "湘D00001", "sort": "lorry"}]
    assert {entry["status"] for entry in line["grounding"]} == {"exact"}
    assert "车辆相撞" in endpoint.bodies[0]["messages"][0]["content"]
    assert "accidents: {" in endpoint.bodies[0]["messages"][0]["content"]


def test_a_recording_runs_no_code_that_the_user_has_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "strange.py").write_text('open("ran", "w").close()\n', encoding="utf-8")
    (tmp_path / "rec" / "page").mkdir(parents=True)
    (tmp_path / "rec" / "page" / "meta.yaml").write_text(META, encoding="utf-8")
    (tmp_path / "2022-03-18.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "prompts").mkdir()
    monkeypatch.chdir(tmp_path)

    for command in (["extract", "2022-03-18.txt"], ["prompts", "diff", "prompts"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--replay", "rec"])

        assert ended.value.code == 2
        assert "repeat --kind strange:Accident" in capsys.readouterr().err
        assert not (tmp_path / "ran").exists()
