"""A small suite with recordings, made once and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.evals.answers import Json
from tests.evals.suite import lay_out, record, run


def worse(page: str, answer: Json) -> Json:
    """The answer without a record, with a wrong place that is on no page and a post that is on this one."""
    if page.startswith("front"):
        answer["projects"] = answer["projects"][1:]
        answer["officials"][0]["posts"] = [{"organisation": None, "title": "记者", "status": "holds"}]
    answer["projects"][0]["place"] = "南天门"
    return answer


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = lay_out(tmp_path_factory.mktemp("suite"))
    record(home, "small")
    record(home, "worse", worse)
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "evals")


@pytest.fixture(scope="session")
def ran_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = shutil.copytree(template, tmp_path_factory.mktemp("ran") / "evals")
    for suite in ("small", "worse"):
        assert run("run", suite, "--no-beside", "--suites", str(home / "suites.toml")) == 0
    for suite in ("small", "worse"):
        next((home / "runs").glob(f"*-{suite}-*")).rename(home / "runs" / suite)
    return home


@pytest.fixture
def ran(ran_template: Path, tmp_path: Path) -> Path:
    """The suite after a run of `small` and one of `worse`, in runs/small and runs/worse."""
    return shutil.copytree(ran_template, tmp_path / "evals")
