"""`suites.toml`: what it says, and what is wrong with it."""

from pathlib import Path

import pytest

from hyllm.errors import UsageError
from hyllm.evals import Suites, read_suites
from tests.evals.suite import TOML, run


def read(tmp_path: Path, text: str) -> Suites:
    path = tmp_path / "suites.toml"
    path.write_text(text, encoding="utf-8")
    return read_suites(path)


def test_a_suite_is_pages_of_a_folder_in_their_bands(tmp_path: Path) -> None:
    found = read(tmp_path, TOML)

    suite = found.suite("small")
    assert [one.page for one in suite.planned] == [
        "briefs-clean",
        "briefs-interleaved",
        "county-clean",
        "county-interleaved",
        "front-clean",
        "front-interleaved",
    ]
    assert {one.seed for one in suite.planned} == {3}
    assert (suite.strategy, suite.floors, suite.margin) == ("page", {"slots": 0.3}, 0.01)
    assert suite.cassettes == tmp_path / "cassettes/small"
    assert suite.baseline("page").name == "small.json"
    assert suite.baseline("kind").name == "small-kind.json"


def test_several_suites_may_share_a_folder_and_take_a_part_of_it(tmp_path: Path) -> None:
    found = read(tmp_path, TOML + '\n[suites.part]\nfolder = "small"\npages = ["*-clean"]\n')

    part = found.suite("part")
    assert [one.page for one in part.planned] == ["briefs-clean", "county-clean", "front-clean"]
    assert part.cassettes == tmp_path.parent / "cassettes/part"


WRONG = [
    ("= [", "is no TOML"),
    ("[folders.a]\nclean = ['x']\n[suites.s]\nfolder = 'b'", "suites.s: folder 'b'"),
    ("[folders.a]\nclean = ['x']\nodd = 1\n[suites]", "folders.a.odd"),
    ("[folders.a]\nclean = ['x']\n[suites.s]\nfolder = 'a'\nfloors = { slotz = 0.5 }", "floors.slotz"),
    ("[folders.a]\nclean = ['x']\n[suites.s]\nfolder = 'a'\nfloors = { slots = 50 }", "floors.slots"),
    ("[folders.a]\nclean = ['x']\n[suites.s]\nfolder = 'a'\nfresh = ['y-clean']", "'y-clean'"),
    ("[folders.a]\nclean = ['x']\n[suites.s]\nfolder = 'a'\npages = ['y*']", "'y*'"),
    (
        "[folders.a]\nclean = ['x']\n[folders.b]\nwrapped = ['x']\n[suites]",
        "text 'x' stands in folders a and b",
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert told in str(raised.value)
    assert "suites.toml" in str(raised.value)


def test_without_a_file_or_a_suite_there_is_one_clear_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("run", "dev", "--suites", str(home / "none.toml")) == 2
    assert "--suites" in capsys.readouterr().err
    assert run("run", "dev", "--suites", str(home / "suites.toml")) == 2
    assert "no suite 'dev'; there are small, worse" in capsys.readouterr().err


def test_make_writes_and_checks(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suites = ("--suites", str(home / "suites.toml"))

    assert run("make", "--check", *suites) == 0
    assert run("gold", "check", str(home / "small/gold"), "--pages", str(home / "small/pages")) == 0
    (home / "small/pages/front-clean.txt").unlink()
    capsys.readouterr()
    assert run("make", "small", "--check", *suites) == 1
    assert "front-clean.txt: is not there" in capsys.readouterr().out
    assert run("make", *suites) == 0
    assert (home / "small/pages/front-clean.txt").is_file()
    assert run("make", "big", *suites) == 2


def test_a_text_that_is_not_there_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "adjudicated/front-clean.json").unlink()
    assert run("make", "--suites", str(home / "suites.toml")) == 2
    assert "front-clean.json" in capsys.readouterr().err
