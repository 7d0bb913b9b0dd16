"""The suites in this repository: made as they would be made, and fresh where they must be."""

from pathlib import Path

import pytest

from hyllm.evals import Folder, Suite, differences, folder_files, read_suites, suite_pages
from hyllm.extract import Extractor
from tests.evals import suite as trial

EVALS = Path(__file__).parents[2] / "evals"
COMMITTED = read_suites(EVALS / "suites.toml")


def fresh_pages(suite: Suite) -> list[str]:
    """Pages that must be fresh and are not: recorded for another request, or not recorded."""
    pages = [page for page in suite_pages(suite) if page.page in suite.fresh]
    results = Extractor(replay=suite.cassettes).map(pages)
    return [f"{result.page.page}: {result.error}" for result in results if result.error]


@pytest.mark.parametrize("folder", COMMITTED.folders.values(), ids=lambda folder: folder.name)
def test_pages_and_gold_are_what_would_be_made(folder: Folder) -> None:
    assert not differences(folder, dict(folder_files(folder)))


@pytest.mark.parametrize("name", COMMITTED.suites)
def test_pages_that_must_be_fresh_are(name: str) -> None:
    suite = COMMITTED.suites[name]
    if suite.fresh and suite.cassettes.is_dir():
        assert not fresh_pages(suite)


def test_what_a_folder_lacks_has_too_much_or_has_otherwise_is_found(home: Path) -> None:
    folder = read_suites(home / "suites.toml").folders["small"]
    files = dict(folder_files(folder))
    assert not differences(folder, files)

    (folder.pages / "front-clean.txt").write_text("别的", encoding="utf-8")
    (folder.gold / "county-clean.json").unlink()
    (folder.pages / "odd-clean.txt").write_text("多的", encoding="utf-8")

    found = [line.rpartition("/")[2] for line in differences(folder, files)]
    assert found == [
        "county-clean.json: is not there",
        "odd-clean.txt: no page of suites.toml has it",
        "front-clean.txt: is not what would be made",
    ]


def test_a_stale_page_that_must_be_fresh_is_found(home: Path) -> None:
    suite = read_suites(home / "suites.toml").suite("small")
    assert not fresh_pages(suite)

    trial.record(home, "worse", prompt="旧的说明")
    (suite.cassettes / "page/front-clean.yaml").write_bytes(
        (home / "cassettes/worse/page/front-clean.yaml").read_bytes()
    )

    (told,) = fresh_pages(suite)
    assert "front-clean" in told
    assert "the prompt" in told
