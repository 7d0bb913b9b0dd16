"""`hyllm prompts`: shows the very bodies that are sent, and what prompts of one's own change."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyllm import Extractor, read_page
from hyllm.cli import main
from hyllm.client import Price
from hyllm.files import shipped
from hyllm.preview import Preview, Size, expected_cost, expected_usage
from hyllm.prompting import request_key
from hyllm.strategies import STRATEGIES
from tests.conftest import Endpoint

SAMPLE = shipped("samples") / "hyrb-2022-03-18-1.txt"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_it_shows_the_very_bodies_that_are_sent(
    strategy: Any, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--strategy", strategy, "--model", "m", "--base-url", endpoint.url]

    code, out, _ = run(capsys, "prompts", "show", str(SAMPLE), "--json", *given)
    Extractor("m", base_url=endpoint.url, strategy=strategy, ask_again=False).extract(read_page(SAMPLE))

    shown = {line["request_key"]: line["body"] for line in lines(out)}
    assert code == 0
    assert {request_key(body) for body in endpoint.bodies if len(body["messages"]) == 2} == shown.keys()
    assert all(request_key(body) == key for key, body in shown.items())


def test_no_key_is_needed_and_the_cost_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "HYLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    code, out, _ = run(capsys, "prompts", "show", str(SAMPLE), "--model", "openai/gpt-5-mini")

    assert code == 0
    assert "春分将至" in out
    assert "per 1,000, by prices of 2025-08-07" in out


def test_an_unknown_price_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    _, without, _ = run(capsys, "prompts", "show", str(SAMPLE))
    _, unlisted, _ = run(capsys, "prompts", "show", str(SAMPLE), "--model", "ollama/qwen3:8b")

    assert "cost      unknown: give --model" in without
    assert "cost      unknown: no price is known for qwen3:8b at 127.0.0.1:11434; hyllm batch run" in unlisted
    assert "--dry-run --price IN/CACHED/OUT" in unlisted


def test_without_a_page_what_is_the_same_for_every_page(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "prompts", "show", "--kind", "official", "--strategy", "second")

    assert code == 0
    assert "## 官员 officials" in out
    assert "## 会议 meetings" not in out
    assert "{{unclaimed}}" in out
    assert "<<<page\n" not in out.partition("# 示例")[0]


def test_with_the_longest_schema_too_the_constant_part_is_below_8000_tokens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "prompts", "show", "--json", "--model", "openai/gpt-5-mini")

    (line,) = lines(out)
    assert line["body"]["response_format"]["json_schema"]["strict"] is True
    # By Qwen's tokenizer the prompt is 2 % longer than estimated, and the schema 6 % shorter: 7,783 in all.
    assert line["constant"]["tokens"] * 1.02 < 8000


def test_what_a_page_is_expected_to_take() -> None:
    """By hand: 1,000 constant and 100 page tokens, so 130 of an answer; a second look of 50 repeats them all."""
    one = Preview(("project",), {}, "key", Size(2000, 1000), Size(150, 100))
    price = Price(prompt=2.0, cached=0.5, completion=10.0, since="2026-01-01")

    plain, second = expected_usage([one]), expected_usage([one], Size(70, 50))

    assert (plain.prompt_tokens, plain.cached_tokens, plain.completion_tokens) == (1100, 1000, 130)
    assert expected_cost(plain, price) == pytest.approx((100 * 2 + 1000 * 0.5 + 130 * 10) / 1e6)
    assert (second.prompt_tokens, second.cached_tokens, second.completion_tokens) == (2380, 2100, 130)
    assert expected_cost(second, None) is None


def test_diff_names_files_lines_and_stale_recordings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "meeting").mkdir()
    rules = (shipped("prompts") / "meeting" / "rules.md").read_text(encoding="utf-8")
    (tmp_path / "meeting" / "rules.md").write_text(rules.replace("## 会议", "## 集会"), encoding="utf-8")
    (tmp_path / "meetings.md").touch()

    code, out, err = run(capsys, "prompts", "diff", str(tmp_path))

    assert code == 0
    assert "──── meeting/rules.md: first requests that ask for meetings" in out
    assert "-## 会议 meetings\n+## 集会 meetings" in out
    assert "(page): 6 of 6 pages stale: hyrb-2021-09-28-1" in out
    assert "meetings.md: nothing reads this file" in err


def test_other_words_of_further_turns_make_nothing_stale(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "second.md").write_text("还缺什么？{{unclaimed}}{{kinds}}", encoding="utf-8")

    _, out, _ = run(capsys, "prompts", "diff", str(tmp_path), "--json")
    _, back, _ = run(capsys, "prompts", "diff", str(tmp_path), str(shipped("prompts")), "--json")

    changed, suite = lines(out)
    assert (changed["file"], suite["stale"], suite["pages"]) == ("again/second.md", [], 6)
    assert "+还缺什么？{{unclaimed}}{{kinds}}" in changed["diff"]
    assert "-还缺什么？{{unclaimed}}{{kinds}}" in lines(back)[0]["diff"]


def test_the_shipped_prompts_do_not_differ_from_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = run(capsys, "prompts", "diff", str(shipped("prompts")))
    code, _, wrong = run(capsys, "prompts", "diff", str(tmp_path), "--replay", str(tmp_path))

    assert out.startswith("no difference\n")
    assert ": 0 of 6 pages stale\n" in out
    assert err == ""
    assert (code, wrong) == (2, f"hyllm: --replay {tmp_path}: no recordings there\n")
