"""`hyllm eval run` and what is done with a run afterwards."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.conftest import Endpoint, Reply
from tests.evals.suite import record, run

Capture = pytest.CaptureFixture[str]
FILES = (
    "adjudicate.jsonl",
    "junit.xml",
    "metrics.json",
    "pages.jsonl",
    "predictions.jsonl",
    "records.jsonl",
    "report.html",
    "run.json",
    "summary.md",
)


def suites(home: Path) -> tuple[str, str]:
    return "--suites", str(home / "suites.toml")


def runs(home: Path) -> list[Path]:
    return sorted((home / "runs").iterdir())


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def say(home: Path, old: str, new: str) -> None:
    """Changes suites.toml."""
    path = home / "suites.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_replay_is_scored_kept_and_the_same_bytes_again(home: Path, capsys: Capture) -> None:
    assert run("run", "worse", *suites(home)) == 0
    shown = capsys.readouterr()
    assert run("run", "worse", "--json", *suites(home)) == 0
    printed = capsys.readouterr().out

    first, second = runs(home)
    assert sorted(path.name for path in first.iterdir()) == sorted(FILES)
    for name in FILES:
        if name != "run.json":
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
    numbers = read(first / "metrics.json")
    assert json.loads(printed) == numbers
    assert 0.8 < numbers["slots"]["F1"] < 0.98
    assert str(home) not in (first / "metrics.json").read_text(encoding="utf-8")
    about = read(first / "run.json")
    assert (about["suite"], about["strategy"], about["model"], about["live"]) == ("worse", "page", "m-1", 0)
    assert all(about["digests"][name] for name in ("recordings", "prompt", "schema"))
    assert about["digests"]["prompt"] == about["digests"]["recorded_prompt"]
    assert re.fullmatch(r"\d{8}T\d{6}Z-worse-[0-9a-f]{6}(-2)?", second.name)
    assert "nothing is sent" in shown.err
    assert "ceiling A–B" in shown.out
    assert "floor (rules)" in shown.out
    assert "per 1,000 pages" in shown.out
    beside = numbers["beside"]
    assert 0.9 < beside["ceiling"]["slots"] < 1  # B lacks an official of each text
    assert beside["ceiling"]["fields"]["projects/name"] == 1
    assert 0 < beside["floor"]["slots"] < 0.9
    assert beside["annotators"]["a"]["slots"] > beside["annotators"]["b"]["slots"]


def test_without_labels_there_is_no_ceiling_and_it_is_said(home: Path, capsys: Capture) -> None:
    (home / "labels/b/briefs-clean.json").unlink()
    assert run("run", "worse", "--pages", "1", *suites(home)) == 0

    shown = capsys.readouterr()
    assert "no ceiling" in shown.err
    assert "ceiling A–B" not in shown.out
    assert read(runs(home)[0] / "metrics.json")["beside"]["ceiling"] is None


def test_stale_and_missing_recordings_are_refused_and_told(home: Path, capsys: Capture) -> None:
    record(home, "small", prompt="旧的说明")
    (home / "cassettes/small/page/front-clean.yaml").unlink()

    assert run("run", "small", *suites(home)) == 3
    told = capsys.readouterr().err
    assert "5 of 6 recordings are stale" in told
    assert "Changed since: the prompt" in told
    assert "no recording of front-clean" in told
    assert not (home / "runs").exists()


def test_stale_answers_are_scored_as_fresh_ones_are(ran: Path, capsys: Capture) -> None:
    say(ran, 'fresh = ["front-clean"]', "")
    record(ran, "small", prompt="旧的说明")

    assert run("run", "small", "--no-beside", "--stale", *suites(ran)) == 0
    told = capsys.readouterr()
    assert "6 answers are to an earlier request. Changed since: the prompt." in told.err
    assert "6 stale" in told.out
    stale, fresh, _ = runs(ran)
    assert (fresh / "metrics.json").read_bytes() == (stale / "metrics.json").read_bytes()


def test_recordings_that_may_not_be_stale_fail_the_run(ran: Path, capsys: Capture) -> None:
    record(ran, "small", prompt="旧的说明")

    assert run("run", "small", "--no-beside", "--stale", *suites(ran)) == 1
    assert "front-clean: recorded for another request" in capsys.readouterr().out


def test_an_answer_to_another_page_is_refused_even_if_stale_ones_are_wanted(
    home: Path, capsys: Capture
) -> None:
    path = home / "small/pages/front-clean.txt"
    path.write_text("添一句。" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert run("run", "small", "--stale", *suites(home)) == 3
    assert "the page" in capsys.readouterr().err


def test_a_suite_without_recordings_is_told(home: Path, capsys: Capture) -> None:
    say(home, "cassettes/worse", "cassettes/none")
    assert run("run", "worse", *suites(home)) == 3
    assert "no recordings" in capsys.readouterr().err


def test_a_floor_that_is_not_reached_fails(home: Path, capsys: Capture) -> None:
    say(home, "slots = 0.3", "slots = 0.999")
    assert run("run", "small", "--no-beside", *suites(home)) == 1

    assert "≥ 0.999 FAILED" in capsys.readouterr().out
    junit = ElementTree.parse(runs(home)[0] / "junit.xml").getroot()
    assert (junit.get("failures"), junit.get("errors"), junit.get("tests")) == ("1", "0", "8")


def test_a_drop_under_the_blessed_run_fails_and_says_what_broke(ran: Path, capsys: Capture) -> None:
    assert run("bless", "small", *suites(ran)) == 0
    say(ran, 'cassettes = "cassettes/small"', 'cassettes = "cassettes/worse"')
    capsys.readouterr()

    assert run("run", "small", "--no-beside", *suites(ran)) == 1
    assert "≤ 0.010 FAILED" in capsys.readouterr().out
    second, first, _ = runs(ran)
    page = (second / "report.html").read_text(encoding="utf-8")
    assert "Newly fixed: none" in page
    assert read(ran / "baselines/small.json")["about"]["run"] == first.name

    assert run("compare", str(first), str(second), "--json") == 0  # three texts show nothing
    broken = json.loads(capsys.readouterr().out)["broken"]
    # the baseline holds wrong values alone, and nothing is lost by it
    assert f"Newly broken: {len(broken)}<" in page
    assert len(broken) > 5


def test_a_lost_page_fails(ran: Path) -> None:
    say(ran, "floors = { slots = 0.3 }\nmargin = 0.01\n", "")
    assert run("bless", "small", *suites(ran)) == 0
    path = ran / "cassettes/small/page/briefs-clean.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"content: '\{.*\}'", "content: 恕难从命", text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text

    assert run("run", "small", *suites(ran)) == 1
    junit = ElementTree.parse(runs(ran)[0] / "junit.xml").getroot()
    assert junit.get("errors") == "1"
    assert [case.get("name") for case in junit if case.find("failure") is not None] == ["pages"]


def test_a_baseline_of_other_gold_fails_until_it_is_blessed_anew(ran: Path, capsys: Capture) -> None:
    assert run("bless", "small", *suites(ran)) == 0
    gold = ran / "small/gold/front-clean.json"
    gold.write_text(
        json.dumps(read(gold) | {"officials": []}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    capsys.readouterr()

    assert run("run", "small", "--no-beside", *suites(ran)) == 1
    assert "hyllm eval bless" in capsys.readouterr().out
    assert run("bless", "latest", *suites(ran)) == 0
    assert run("run", "small", "--no-beside", *suites(ran)) == 0


def test_a_part_of_a_suite_has_no_gates_and_is_no_baseline(home: Path, capsys: Capture) -> None:
    say(home, "slots = 0.3", "slots = 0.999")
    assert run("run", "small", "--no-beside", "--pages", "2", *suites(home)) == 0
    assert "no gates" in capsys.readouterr().err
    names = [
        json.loads(line)["page"]
        for line in (runs(home)[0] / "pages.jsonl").read_text("utf-8").split("\n")[:-1]
    ]
    assert names == ["briefs-clean", "county-interleaved"]
    assert run("bless", "latest", *suites(home)) == 2


def test_rules_are_run_like_a_model(home: Path, capsys: Capture) -> None:
    assert run("run", "small", "--no-beside", "--model", "rules", *suites(home)) == 0
    shown = capsys.readouterr()
    assert "rules · rules" in shown.out
    assert "floor (rules)" not in shown.out


WRONG_USE = [
    ("--stale", "--live"),
    ("--record", "x", "--live"),
    ("--model", "m-1"),
    ("--model", "rules", "--live"),
    ("--strategy", "odd"),
]


@pytest.mark.parametrize("arguments", WRONG_USE)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], home: Path) -> None:
    assert run("run", "small", *arguments, *suites(home)) == 2
    assert not (home / "runs").exists()


def test_nothing_is_sent_before_the_cost_is_told_and_agreed_to(
    home: Path, endpoint: Endpoint, capsys: Capture
) -> None:
    asking = ("--live", "--model", "m-1", "--base-url", endpoint.url, "--pages", "1", *suites(home))

    assert run("run", "small", "--no-beside", *asking) == 2
    assert "about 1 requests" in capsys.readouterr().err
    assert endpoint.bodies == []
    assert run("run", "small", "--no-beside", *asking, "--yes") == 0
    assert len(endpoint.bodies) == 1
    assert read(runs(home)[0] / "run.json")["live"] == 1


def test_the_cost_is_told_without_a_key(home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HYLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "cassettes/priced"

    asking = ("--record", str(folder), "--model", "openai/gpt-5-mini", "--repeat", "2", "--pages", "2")
    assert run("run", "small", *asking, *suites(home)) == 2

    cost, key = capsys.readouterr().err.splitlines()
    assert re.match(r"about 4 requests, [\d,]+ tokens in and [\d,]+ out .*: at most about \$0\.\d\d by", cost)
    assert "no key: set OPENAI_API_KEY" in key
    assert not folder.exists()


def test_repeats_carry_seeds_and_are_kept_apart(home: Path, endpoint: Endpoint, capsys: Capture) -> None:
    answers = iter([Reply('{"projects":[],"meetings":[],"officials":[]}')] * 6)
    endpoint.answer = lambda body: next(answers)
    folder = home / "cassettes/again"
    asking = ("--record", str(folder), "--model", "m-1", "--base-url", endpoint.url, "--yes")

    assert run("run", "small", "--no-beside", *asking, "--pages", "2", "--repeat", "2", *suites(home)) == 0
    assert sorted(str(body.get("seed")) for body in endpoint.bodies) == ["2", "2", "None", "None"]
    assert len(list(folder.glob("page/*-*.yaml"))) == len(list(folder.glob("repeat-2/page/*-*.yaml"))) == 2
    assert "repeats" in capsys.readouterr().out

    say(home, "cassettes/small", "cassettes/again")
    assert run("run", "small", "--no-beside", "--pages", "2", "--repeat", "2", *suites(home)) == 0
    assert len(endpoint.bodies) == 4


def test_a_page_of_a_run_is_shown(ran: Path, capsys: Capture) -> None:
    assert run("show", "latest", *suites(ran)) == 0
    assert "worse · page · m-1" in capsys.readouterr().out
    assert run("show", "worse", "briefs-clean", *suites(ran)) == 0
    assert "南天门" in capsys.readouterr().out
    assert run("show", str(ran / "runs/worse"), "briefs-clean", "--json", *suites(ran)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["page"] for line in lines} == {"briefs-clean"}
    assert run("show", "latest", "odd", *suites(ran)) == 2
    assert "briefs-clean" in capsys.readouterr().err


def test_spans_of_values_are_the_values_own(ran: Path) -> None:
    records = [
        json.loads(line)
        for line in (ran / "runs/small" / "records.jsonl").read_text("utf-8").split("\n")[:-1]
    ]
    names = 0
    for record_line in records:
        text = (ran / f"small/pages/{record_line['page']}.txt").read_text(encoding="utf-8")
        for slot in record_line["slots"]:
            if slot["row"] == "name" and slot["gold"]:
                ((start, end),) = slot["gold_at"]
                assert "".join(text[start:end].split()) == "".join(slot["gold"].split())
                assert slot["predicted_at"] == slot["gold_at"]
                names += 1
    assert names > 20


def test_what_a_person_decided_survives_runs(home: Path, capsys: Capture) -> None:
    for_gold = home / "small/gold/front-clean.json"
    gold = read(for_gold)
    place = gold["projects"][0]["place"]
    gold["projects"][0]["place"] = None
    for_gold.write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert run("run", "small", "--no-beside", *suites(home)) == 0
    capsys.readouterr()

    assert run("adjudicate", "latest", "--json", *suites(home)) == 0
    (value,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (value["row"], value["predicted"], value["decision"]) == ("place", place, None)
    assert run("adjudicate", "latest", "--decide", f"{value['key']}=perhaps", *suites(home)) == 2
    assert (
        run("adjudicate", "latest", "--decide", f"{value['key']}=right", "--note", "漏", *suites(home)) == 0
    )

    assert run("run", "small", "--no-beside", *suites(home)) == 0
    (line,) = (runs(home)[-1] / "adjudicate.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["decision"], json.loads(line)["note"]) == ("right", "漏")
    assert "decided: right" in (runs(home)[-1] / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run("adjudicate", "latest", *suites(home)) == 0
    assert capsys.readouterr().out == ""


def test_two_runs_are_compared_in_a_report(ran: Path, tmp_path: Path) -> None:
    first, second = (ran / "runs" / name for name in ("small", "worse"))
    out = tmp_path / "compared.html"

    assert (
        run("compare", str(first), str(second), "--report", str(out), "--pages", str(ran / "small/pages"))
        == 0
    )
    page = out.read_text(encoding="utf-8")
    assert "Newly broken" in page
    assert "南天门" in page
    assert run("compare", str(first), str(second), "--pages", str(ran / "small/pages")) == 2
