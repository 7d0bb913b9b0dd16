"""What patterns are said never to fill they never fill, and no other field or choice of that sort."""

from pathlib import Path
from typing import Any

import pytest

from hyllm import Extraction, Extractor, find_pages, read_page
from hyllm.files import shipped
from hyllm.rules import left_out
from hyllm.schemas import Meeting, Official, Project

PAGES = Path(__file__).parents[2] / "evals"


@pytest.fixture(scope="module")
def results() -> list[Extraction]:
    files = find_pages([shipped("samples"), PAGES / "dev" / "pages", PAGES / "test" / "pages"])
    return Extractor("rules").map([read_page(file.path, file.page) for file in files])


def test_it_is_told_of_the_kinds_that_are_asked_for() -> None:
    assert left_out([Project, Meeting, Official]) == (
        "projects' aliases and government parties; meetings' launched or decided outcomes"
    )
    assert left_out([Official]) == ""


def test_these_are_never_filled_and_every_other_field_is_somewhere(results: list[Extraction]) -> None:
    empty: set[str] = set()
    for kind in (Project, Meeting, Official):
        records = [record for result in results for record in result.records[kind.hyllm.plural]]
        for name in kind.model_fields:
            values: list[Any] = [getattr(record, name) for record in records]
            if not any(value not in (None, []) for value in values):
                empty.add(f"{kind.hyllm.plural}/{name}")

    assert empty == {"projects/aliases"}
    assert {party.role for result in results for one in result.projects for party in one.parties} == {
        "investor",
        "operator",
        "partner",
    }
    assert {outcome.type for result in results for one in result.meetings for outcome in one.outcomes} == {
        "approved",
        "awarded",
        "signed",
    }
