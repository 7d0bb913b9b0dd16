"""`hyllm extract --model rules`: no endpoint, and it says so."""

import json
from pathlib import Path

import pytest

from tests.cli.test_extract import page, run
from tests.conftest import Endpoint

__all__ = ["page"]


def test_rules_need_no_endpoint(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text("县长方自强出席。新塘铜业产业园昨日开工。", encoding="utf-8")

    code, out, err = run(
        capsys, "extract", page, "--model", "rules", "--issue-date", "2022-03-18", "--json", "--local-only"
    )

    found = json.loads(out)
    assert code == 0
    assert found["officials"][0]["posts"] == [{"organisation": None, "title": "县长", "status": "holds"}]
    assert found["projects"][0]["stage_date"] == {"text": "昨日", "edtf": "2022-03-17"}
    assert (found["provenance"]["model"], found["provenance"]["answers"]) == ("rules", "computed")
    assert "no model, patterns only: expect to miss most of what a model finds" in err
    assert (
        err.count(
            "never filled: projects' aliases and government parties; meetings' launched or decided outcomes"
        )
        == 1
    )
    assert "; nothing is sent" in err
    assert "No model was asked." in err


def test_a_model_called_rules_at_an_address_is_that_model(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "extract", page, "--model", "rules", "--base-url", endpoint.url, "--json")

    assert [body["model"] for body in endpoint.bodies] == ["rules"]


def test_an_address_out_of_the_environment_gets_nothing(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYLLM_BASE_URL", endpoint.url)

    code, _, err = run(capsys, "extract", page, "--model", "rules", "--json")

    assert code == 0
    assert "nothing is sent" in err
    assert endpoint.bodies == []
