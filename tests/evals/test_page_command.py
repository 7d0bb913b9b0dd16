import json
from pathlib import Path

import pytest

from hyllm.cli import main
from tests.evals.making import DATA, page

FRONT = str(DATA / "front.articles.json")
GOLD = str(DATA / "front.gold.json")


def run(*arguments: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["eval", *arguments])
    assert ended.value.code == code


def test_a_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    run("page", FRONT, "--band", "interleaved", "--seed", "3")
    assert capsys.readouterr().out == page("front", "interleaved", 3).text + "\n"


def test_a_page_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    run("page", FRONT, "--band", "wrapped", "--json")
    row = json.loads(capsys.readouterr().out)
    made = page("front", "wrapped")
    assert (row["page"], row["text"], row["text_sha256"]) == ("front-wrapped", made.text, made.text_sha256)
    assert row["measures"]["torn"] == 0


def test_page_truth_gold_and_changes_are_written_and_gold_check_agrees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("page", FRONT, "--band", "interleaved", "--seed", "3", "--gold", GOLD, "--out", str(tmp_path))
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    name = "front-interleaved"
    assert files == [
        f"changes/{name}.jsonl",
        f"gold/{name}.json",
        f"pages/{name}.json",
        f"pages/{name}.txt",
        f"truth/{name}.json",
    ]
    assert (tmp_path / f"pages/{name}.txt").read_text(encoding="utf-8") == page(
        "front", "interleaved", 3
    ).text
    changes = (tmp_path / f"changes/{name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(set(json.loads(line)) == {"at", "why", "before", "after"} for line in changes)
    assert f"{len(changes)} values to look at" in capsys.readouterr().err
    run("gold", "check", str(tmp_path / "gold"), "--pages", str(tmp_path / "pages"))


def test_gold_of_a_damaged_page_names_its_band(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("page", FRONT, "--band", "wrapped", "--gold", GOLD, "--out", str(tmp_path), "--page", "w")
    back = ["--gold", str(tmp_path / "gold/w.json"), "--gold-band", "wrapped"]
    run("page", FRONT, "--band", "clean", *back, "--out", str(tmp_path), "--page", "front")
    assert json.loads((tmp_path / "gold/front.json").read_text(encoding="utf-8")) == json.loads(
        Path(GOLD).read_text(encoding="utf-8")
    )
    run("page", FRONT, "--band", "clean", *back, "--gold-seed", "5", "--out", str(tmp_path))
    assert "front-clean" in capsys.readouterr().err


def test_mistakes_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("page", FRONT, "--band", "clean", "--gold", GOLD, code=2)
    assert "--gold needs --out" in capsys.readouterr().err
    run("page", FRONT, "--band", "clean", "--gold", FRONT, "--out", str(tmp_path / "x"), code=2)
    assert "gold" in capsys.readouterr().err
    run("page", FRONT, "--band", "odd", code=2)
    run("page", GOLD, "--band", "clean", code=2)
    assert "no articles" in capsys.readouterr().err
