"""The sample pages and their recorded answers: fresh, whole, and played by both players."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from vcr.cassette import Cassette  # pyright: ignore[reportMissingTypeStubs]

from hyllm import Extraction, Extractor, read_page
from hyllm.archive import find_pages
from hyllm.cli import main
from hyllm.files import shipped
from hyllm.recordings import Recordings

SUITE = shipped("cassettes", "demo")
FILES = find_pages([shipped("samples")])
NAMES = [file.page for file in FILES]


def cassette(name: str) -> Path:
    return SUITE / "page" / f"{name}.yaml"


@pytest.fixture(scope="module")
def results() -> dict[str, Extraction]:
    pages = [read_page(file.path, file.page) for file in FILES]
    return {result.page.page: result for result in Extractor(replay=SUITE).map(pages)}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_page_is_extracted_whole_from_a_fresh_recording(
    name: str, results: dict[str, Extraction]
) -> None:
    result = results[name]

    assert result.error is None, str(result.error)
    assert result.status == "done"
    assert result.projects
    assert result.meetings
    assert result.officials


@pytest.mark.parametrize("name", NAMES)
def test_every_located_value_is_the_pages_own_slice(name: str, results: dict[str, Extraction]) -> None:
    result = results[name]
    line = result.to_json()

    for entry in result.grounding:
        value: object = line
        for step in entry.at.split("/")[1:]:
            value = value[int(step)] if isinstance(value, list) else value[step]  # pyright: ignore
        if entry.start is None:
            continue
        words = "".join(result.page.text[entry.start : entry.end].split())
        if isinstance(value, str):
            assert "".join(value.split()) == words, entry.at
        else:
            assert isinstance(value, int | None), entry.at


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_twice_or_left_unsaid(name: str, results: dict[str, Extraction]) -> None:
    """Each ungrounded value has its problem, each problem of a value its value."""
    result = results[name]
    missing = {entry.at for entry in result.grounding if entry.status == "missing"}
    pointers = [entry.at for entry in result.grounding]

    assert len(pointers) == len(set(pointers))
    assert missing == {problem.at for problem in result.problems if problem.reason == "ungrounded"}


def test_no_recording_is_left_unplayed() -> None:
    recorded = {path.relative_to(SUITE / "page").with_suffix("").as_posix() for path in SUITE.rglob("*.yaml")}

    assert recorded == {*NAMES, "meta"}


def test_recordings_are_small_and_hold_no_secret() -> None:
    for path in SUITE.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) < 110_000
        assert "authorization" not in text.lower()
        assert "bearer" not in text.lower()


@pytest.fixture
def played(vcr: Cassette) -> Iterator[None]:
    yield
    assert vcr.all_played, "a recording was not played"


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.vcr(str(cassette(name)))) for name in NAMES]
)
def test_pytest_recording_plays_the_same_files(name: str, results: dict[str, Extraction]) -> None:
    meta = Recordings(SUITE).meta()

    played = Extractor(f"relay/{meta.model}").extract(results[name].page)

    assert played.status == "done"
    assert played.records == results[name].records


def test_two_replays_give_the_same_bytes() -> None:
    page = read_page(FILES[0].path, FILES[0].page)

    once, twice = (json.dumps(Extractor(replay=SUITE).extract(page).to_json()) for _ in range(2))

    assert once == twice


def test_the_demo_shows_page_records_and_places(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo"])

    printed = capsys.readouterr()
    assert ended.value.code == 0
    assert "nothing is sent" in printed.err
    assert "no person has checked them" in printed.err
    for name in NAMES:
        assert name in printed.out
    assert "[start,end)" in printed.out


def test_a_sample_page_that_is_not_there_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--page", "nowhere"])

    assert ended.value.code == 2
    assert NAMES[0] in capsys.readouterr().err
