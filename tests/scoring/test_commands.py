"""`hyllm eval`: what it prints, writes and returns."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from hyllm.cli.eval import evals
from hyllm.errors import HyllmError
from tests.scoring.making import Json, official, page, post, project

TEXT = "甲厂在西渡开工。市委书记朱健出席。"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(evals, [str(one) for one in arguments])


def gold_pages(count: int) -> list[Json]:
    return [
        page(
            f"p{n:02}",
            projects=[project("甲厂", place="西渡")],
            officials=[official("朱健", post("市委", "书记"))],
        )
        for n in range(count)
    ]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    folder = tmp_path / "gold"
    folder.mkdir()
    for one in gold_pages(14):
        (folder / f"{one['page']}.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
    return folder


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for n in range(14):
        (folder / f"p{n:02}.txt").write_text(TEXT, encoding="utf-8")
        about = {"cluster": f"c{n // 2}", "band": "clean" if n % 2 else "torn"}
        (folder / f"p{n:02}.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


Predict = Callable[..., Path]


@pytest.fixture
def predict(tmp_path: Path) -> Predict:
    def write(name: str, wrong: int = 0, lost: int = 0) -> Path:
        lines = gold_pages(14)[: 14 - lost]
        for one in lines[:wrong]:
            one["projects"][0]["place"] = "南岳"
        path = tmp_path / f"{name}.jsonl"
        path.write_text(
            "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8"
        )
        return path

    return write


def test_json_is_one_line_with_every_number(gold: Path, predict: Predict) -> None:
    result = run("score", predict("a", wrong=3), "--gold", gold, "--json")

    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["slots"]["cor"] == 14 * 4 - 3
    assert {"slots", "records", "pages", "kinds", "fields", "grounding", "intervals"} <= found.keys()
    assert found["fields"]["projects/name"]["F1"] == 1.0
    assert found["intervals"]["slots"]["clusters"] == 14
    assert list(found) == sorted(found)


def test_two_runs_write_the_same_bytes(gold: Path, pages: Path, predict: Predict, tmp_path: Path) -> None:
    predictions = predict("a", wrong=2)
    for name in ("one", "two"):
        assert (
            run("score", predictions, "--gold", gold, "--pages", pages, "--out", tmp_path / name).exit_code
            == 0
        )

    for file in (
        "metrics.json",
        "pages.jsonl",
        "records.jsonl",
        "adjudicate.jsonl",
        "summary.md",
        "junit.xml",
    ):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert str(tmp_path) not in (tmp_path / "one" / "metrics.json").read_text(encoding="utf-8")


def test_versions_of_a_text_are_one_cluster_and_bands_are_slices(
    gold: Path, pages: Path, predict: Predict
) -> None:
    found = json.loads(run("score", predict("a"), "--gold", gold, "--pages", pages, "--json").stdout)

    assert found["pages"]["clusters"] == 7
    assert found["slices"]["band"]["torn"]["slots"]["F1"] == 1.0
    assert found["grounding"]["pages"] == 14


def test_the_terminal_is_padded_by_width(gold: Path, predict: Predict) -> None:
    result = run("score", predict("a", wrong=3), "--gold", gold)

    assert result.exit_code == 0
    assert "14 pages, 14 clusters" in result.stdout
    worst = [line for line in result.stdout.splitlines() if "projects/place" in line or "西渡" in line]
    assert any("inc" in line for line in worst)
    assert "\x1b" not in result.stdout


def test_a_gate_that_fails_exits_with_1(gold: Path, predict: Predict, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    result = run("score", predict("a", wrong=14), "--gold", gold, "--floor", "0.9", "--junit", junit)

    assert result.exit_code == 1
    assert "FAILED" in result.stdout
    suite = ElementTree.parse(junit).getroot()
    assert suite.get("failures") == "1"
    assert suite.get("tests") == "15"
    assert run("score", predict("a"), "--gold", gold, "--floor", "0.9").exit_code == 0


def test_a_regression_against_the_baseline_exits_with_1(gold: Path, predict: Predict, tmp_path: Path) -> None:
    run("score", predict("a"), "--gold", gold, "--out", tmp_path / "base")

    worse = run("score", predict("b", wrong=10), "--gold", gold, "--baseline", tmp_path / "base")
    lost = run("score", predict("c", lost=1), "--gold", gold, "--baseline", tmp_path / "base")
    same = run("score", predict("a"), "--gold", gold, "--baseline", tmp_path / "base", "--margin", "0.01")

    assert (worse.exit_code, lost.exit_code, same.exit_code) == (1, 1, 0)
    assert "not predicted" in lost.stderr


def test_comparison_names_what_broke_and_what_was_mended(
    gold: Path, predict: Predict, tmp_path: Path
) -> None:
    for name, wrong in (("a", 10), ("b", 0)):
        run("score", predict(name, wrong=wrong), "--gold", gold, "--out", tmp_path / name)

    better = run("compare", tmp_path / "a", tmp_path / "b")
    worse = json.loads(run("compare", tmp_path / "b", tmp_path / "a", "--json").stdout)

    assert better.exit_code == 0
    assert "better" in better.stdout
    assert "newly fixed: 10" in better.stdout
    assert len(worse["broken"]) == 10
    assert worse["broken"][0] | {"page": ""} == {
        "page": "",
        "kind": "projects",
        "name": "甲厂",
        "row": "place",
        "gold": "西渡",
        "predicted": "南岳",
        "quote": "某处",
    }
    assert worse["regression"] is True


def test_runs_with_other_gold_are_not_compared(gold: Path, predict: Predict, tmp_path: Path) -> None:
    run("score", predict("a"), "--gold", gold, "--out", tmp_path / "a")
    changed = json.loads((gold / "p00.json").read_text(encoding="utf-8"))
    changed["projects"][0]["place"] = "南岳"
    (gold / "p00.json").write_text(json.dumps(changed, ensure_ascii=False), encoding="utf-8")
    run("score", predict("a"), "--gold", gold, "--out", tmp_path / "b")

    refused = run("compare", tmp_path / "a", tmp_path / "b")
    assert isinstance(refused.exception, HyllmError)
    assert refused.exception.exit_code == 2
    assert "rescore" in str(refused.exception)

    assert run("rescore", tmp_path / "a", "--gold", gold).exit_code == 0
    assert run("compare", tmp_path / "a", tmp_path / "b").exit_code == 0


def test_agreement_can_be_a_ceiling(gold: Path, predict: Predict, tmp_path: Path) -> None:
    agreed = run("agree", gold, gold, "--json")
    file = tmp_path / "agreement.json"
    file.write_text(agreed.stdout, encoding="utf-8")

    shown = run("score", predict("a", wrong=1), "--gold", gold, "--ceiling", file)

    assert json.loads(agreed.stdout)["agreement"]["slots"]["ceiling"] == 1.0
    assert "ceiling A–B" in shown.stdout
    assert "A against B" in run("agree", gold, gold).stdout


def test_gold_check_exits_with_1_where_something_is_wrong(gold: Path, pages: Path) -> None:
    result = run("gold", "check", gold, "--pages", pages, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]

    assert result.exit_code == 1
    assert {one["rule"] for one in found} == {"words"}  # the quote 某处
    assert "14 pages, 28 wrong" in result.stderr


def test_gold_check_writes_and_heeds_digests(gold: Path) -> None:
    assert run("gold", "check", gold, "--write-digests").exit_code == 0
    assert run("gold", "check", gold).exit_code == 0
    (gold / "p03.json").unlink()
    assert run("gold", "check", gold).exit_code == 1


USAGE: list[tuple[Any, ...]] = [
    ("score", "{predictions}", "--gold", "{gold}", "--margin", "0.1"),
    ("score", "{predictions}", "--gold", "{gold}", "--kind", "animal"),
    ("compare", "{gold}", "{gold}"),
    ("score", "{gold}/p00.json", "--gold", "{gold}", "--ceiling", "{gold}/p00.json"),
]


@pytest.mark.parametrize("arguments", USAGE)
def test_wrong_usage_is_told_and_exits_with_2(
    arguments: tuple[str, ...], gold: Path, predict: Predict
) -> None:
    predictions = predict("a")
    result = run(*(one.format(gold=gold, predictions=predictions) for one in arguments))

    assert isinstance(result.exception, HyllmError)
    assert result.exception.exit_code == 2


def test_pages_of_another_text_are_refused(gold: Path, pages: Path, predict: Predict) -> None:
    predictions = predict("a")
    lines = [
        json.loads(line) | {"text_sha256": "0" * 64} for line in predictions.read_text("utf-8").splitlines()
    ]
    predictions.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    assert "another text" in str(run("score", predictions, "--gold", gold, "--pages", pages).exception)
