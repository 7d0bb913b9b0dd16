"""The JSON Schemas in `schemas/` are what the record classes say."""

from pathlib import Path

import pytest

from hyllm.cli.schemas import schema_text
from hyllm.kinds import KINDS

FOLDER = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("name", KINDS)
def test_the_generated_schema_is_fresh(name: str) -> None:
    stored = (FOLDER / f"{name}.json").read_text(encoding="utf-8")

    assert stored == schema_text(KINDS[name]), "stale: run `make schemas`"


def test_no_schema_is_left_of_a_kind_that_is_gone() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(KINDS)
