"""The words of the score tables are explained: at the table, in the help, and in docs/scores.md."""

from pathlib import Path

import pytest

from tests.evals.suite import run

TERMS = (Path(__file__).parents[2] / "docs/scores.md").read_text(encoding="utf-8").partition("## Terms")[2]
WORDS = (
    "clusters|tau|gold|pred|P|R|F1|95 % (pages)|grounded + correct|ceiling A–B|floor (rules)|"
    "first alternatives only|strict|mean over pages|matched records alone|in doubt|exact records|dup|splits|"
    "merges|empty pages|specificity|hallucinated|plausible|in source|right place|spans ok|unclaimed|marked|POS|cor|"
    "inc|mis|spu|main error|worst"
).split("|")


def test_every_word_of_the_table_is_a_term_and_the_table_says_where(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", "worse", "--suites", str(home / "suites.toml")) == 0
    table = capsys.readouterr().out
    rows = [line.split("|")[1].strip() for line in TERMS.splitlines() if line.startswith("| ")]
    told = {term for row in rows for term in row.split(", ")}

    assert [word for word in WORDS if word not in table] == []
    assert [word for word in WORDS if word not in told] == []
    assert "docs/scores.md" in table.splitlines()[-1]


@pytest.mark.parametrize("command", ["run", "score", "show"])
def test_help_explains_the_most_important_ones(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0

    lines = capsys.readouterr().out.splitlines()
    for word in ("slot", "record", "grounded + correct", "ceiling", "floor", "margin", "POS"):
        assert [line for line in lines if line.strip().startswith(f"{word}  ")], word
