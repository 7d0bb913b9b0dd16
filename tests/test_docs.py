"""The documents: commands that are there, with options they take, links that lead somewhere, code that runs."""

import re
import shlex
from pathlib import Path

import click
import pytest

from hyllm.cli import cli
from hyllm.files import shipped

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("evals/*.md")])
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def commands(document: Path) -> list[str]:
    """Every `hyllm …` in a block of commands or between backticks."""
    text = text_of(document)
    lines = [
        line for kind, block in _BLOCK.findall(text) if kind in ("", "sh") for line in block.splitlines()
    ]
    lines += _INLINE.findall(_BLOCK.sub("", text))
    found = [line.removeprefix(".venv/bin/").partition(" #")[0].strip() for line in lines]
    return [line for line in found if line.startswith("hyllm ")]


def unknown_in(line: str) -> str | None:
    """What hyllm would not understand in a command line; `None` if nothing."""
    words = shlex.split(re.split(r"[>|;]", line)[0].replace("…", " "))[1:]
    command: click.Command = cli
    for word in words:
        if word.startswith("--"):
            known = {
                option
                for parameter in command.params
                for option in (*parameter.opts, *parameter.secondary_opts)
            }
            if word.partition("=")[0] not in known | {"--help", "--version"}:
                return f"{command.name} has no {word}"
        elif isinstance(command, click.Group):
            names = [name for name in word.split("|") if name]
            missing = [name for name in names if name not in command.commands]
            if missing:
                return f"{command.name} has no command {missing[0]}"
            command = command.commands[names[0]]
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_is_one_hyllm_understands(document: Path) -> None:
    wrong = {line: why for line in commands(document) if (why := unknown_in(line))}

    assert not wrong


def test_commands_are_found_and_wrong_ones_are_told() -> None:
    assert len(commands(ROOT / "README.md")) > 10
    assert unknown_in("hyllm extract x --no-such") == "extract has no --no-such"
    assert unknown_in("hyllm eval nothing") == "eval has no command nothing"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = [link for link in _LINK.findall(_BLOCK.sub("", text_of(document))) if "://" not in link]

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "README.zh-CN.md"])
def test_the_python_example_runs(
    document: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = [block for kind, block in _BLOCK.findall(text_of(ROOT / document)) if kind == "python"]
    (code,) = [block for block in blocks if "Extractor" in block]
    replayed = re.sub(
        r'Extractor\("[^"]+"\)', f"Extractor(replay={str(shipped('cassettes', 'demo'))!r})", code
    )
    assert replayed != code
    monkeypatch.chdir(ROOT)

    exec(compile(replayed, document, "exec"), {})

    assert "exact" in capsys.readouterr().out
