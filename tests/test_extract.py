"""The extractor as a whole: its options, and that a fault costs one page alone."""

from pathlib import Path
from typing import Any

import pytest

from hyllm import Extraction, Extractor, HyllmError, Page, RecordingError, UsageError
from hyllm.recordings import Recordings
from tests.conftest import Endpoint, Reply


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"replay": Path("a"), "record": Path("b")}, "exclude each other"),
        ({"concurrency": 0}, "must be positive"),
        ({"timeout": 0}, "must be positive"),
        ({"max_tokens": 0}, "must be positive"),
        ({"kinds": ["ship"]}, "unknown kind"),
        ({"kinds": "project"}, "must be a list"),
        ({"wire": "smoke"}, "unknown wire"),
        ({"gazetteer": "nowhere.json"}, "cannot be read"),
        ({"prompts": "nowhere", "replay": "nowhere"}, "no recordings"),
        ({"kinds": ["os:path"]}, "no subclass"),
        ({"kinds": ["nowhere:Ship"]}, "cannot be loaded"),
        ({"kinds": ["hyllm.schemas:Record"]}, "does not say what kind"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(HyllmError, match=says):
        Extractor("m", base_url="http://127.0.0.1:9/v1", **options)


def test_a_fault_of_hyllms_own_costs_one_page_not_the_run(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from hyllm import extract

    real = extract.resolve_page

    def faulty(locator: Any, *arguments: Any, **options: Any) -> Any:
        if locator.text == "乙。":
            raise RuntimeError("boom")
        return real(locator, *arguments, **options)

    monkeypatch.setattr(extract, "resolve_page", faulty)
    endpoint.replies[:] = [Reply()]

    results = Extractor("m", base_url=endpoint.url).map(
        [Page("甲。", "1"), Page("乙。", "2"), Page("丙。", "3")]
    )

    assert [result.status for result in results] == ["done", "failed", "done"]
    assert "report it: RuntimeError('boom')" in results[1].problems[0].message
    assert "boom" in caplog.text


def test_a_conflict_of_metadata_is_a_problem_of_the_page(endpoint: Endpoint) -> None:
    page = Page("甲。", conflicts=("page_no: 1 is used, the sidecar says 2",))

    result = Extractor("m", base_url=endpoint.url).extract(page)

    assert [(problem.reason, problem.message) for problem in result.problems] == [
        ("conflict", "page_no: 1 is used, the sidecar says 2")
    ]
    assert result.status == "done"


def test_only_the_kinds_asked_for_have_keys(endpoint: Endpoint) -> None:
    endpoint.replies[:] = [Reply('{"officials":[]}')]

    line = Extractor("m", base_url=endpoint.url, kinds=["official"]).extract(Page("甲。")).to_json()

    assert line["officials"] == []
    assert "projects" not in line


def test_provenance_says_what_made_the_result(endpoint: Endpoint) -> None:
    provenance = Extractor("m", base_url=endpoint.url).extract(Page("甲。")).provenance

    assert provenance["model"] == "m"
    assert provenance["reached"] == endpoint.url
    assert {len(provenance[name]) for name in ("prompt_sha256", "schema_sha256", "request_key")} == {64}


def test_a_callback_that_raises_ends_the_run_with_its_exception(endpoint: Endpoint) -> None:
    def done(result: Extraction) -> None:
        raise KeyError(result.page.page)

    with pytest.raises(KeyError, match="1"):
        Extractor("m", base_url=endpoint.url, concurrency=1).map([Page("甲。", "1"), Page("乙。", "2")], done)


def test_a_page_that_cannot_name_a_recording_is_refused_before_anything_is_sent(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="'meta' cannot name a recording"):
        Extractor("m", base_url=endpoint.url, record=str(tmp_path)).extract(Page("甲。", "meta"))

    assert endpoint.bodies == []


def test_recordings_that_cannot_be_written_are_an_error_before_anything_is_sent(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(RecordingError, match="cannot be written"):
        Extractor("m", base_url=endpoint.url, record=tmp_path / "file" / "x").extract(Page("甲。", "1"))

    assert endpoint.bodies == []


def test_an_answer_that_cannot_be_written_is_not_asked_for_twice(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page" / "1.yaml").mkdir(parents=True)
    monkeypatch.setattr(Recordings, "find", lambda *arguments: None)  # pyright: ignore

    result = Extractor("m", base_url=endpoint.url, record=tmp_path).extract(Page("甲。", "1"))

    assert isinstance(result.error, RecordingError)
    assert "cannot be written" in str(result.error)
    assert len(endpoint.bodies) == 1


def test_another_models_recordings_are_not_written_over(endpoint: Endpoint, tmp_path: Path) -> None:
    Extractor("m", base_url=endpoint.url, record=tmp_path).extract(Page("甲。", "1"))

    for model, max_tokens in (("n", None), ("m", 7)):
        with pytest.raises(UsageError, match="give another folder"):
            Extractor(model, base_url=endpoint.url, record=tmp_path, max_tokens=max_tokens).extract(
                Page("甲。", "1")
            )
