"""The extractor as a whole: its options, and that a fault costs one page alone."""

from pathlib import Path
from typing import Any

import pytest

from hyllm import Extraction, Extractor, Page, UsageError
from tests.conftest import Endpoint, Reply


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"replay": Path("a"), "record": Path("b")}, "exclude each other"),
        ({"concurrency": 0}, "must be positive"),
        ({"timeout": 0}, "must be positive"),
        ({"max_tokens": 0}, "must be positive"),
        ({"kinds": ["ship"]}, "unknown kind"),
        ({"kinds": ["os:path"]}, "no subclass"),
        ({"kinds": ["nowhere:Ship"]}, "cannot be loaded"),
        ({"kinds": ["hyllm.schemas:Record"]}, "does not say what kind"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
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
