"""How much of a score survives: on a recorded page whose own answer is taken for the truth."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hyllm import Extractor, read_page
from hyllm.cli import main
from hyllm.errors import RecordingError
from hyllm.evals import DAMAGES, Survival, robustness
from hyllm.files import shipped

SUITE, NAME = shipped("cassettes", "demo"), "hyrb-2024-09-3"
PAGE = read_page(shipped("samples") / f"{NAME}.txt", NAME)


@pytest.fixture(scope="module")
def found() -> Sequence[Survival]:
    return robustness(SUITE, "page", [PAGE], None, shares=(0.2,), seed=3)


def test_undamaged_answers_are_their_own_measure_and_nothing_crashes(found: Sequence[Survival]) -> None:
    whole, *others = found

    assert (whole.damage, whole.slots_f1, whole.kept_f1, whole.records_f1) == (None, 1.0, 1.0, 1.0)
    assert [one.damage for one in others] == list(DAMAGES)
    assert all((one.failed, one.crashed) == (0, 0) for one in found)


def test_what_can_be_mended_costs_nothing_and_what_cannot_is_missed(found: Sequence[Survival]) -> None:
    kept = {one.damage: one.kept_f1 or 0.0 for one in found}

    assert kept["keys"] == kept["fenced"] == 1.0
    for damage in ("dropped", "reworded", "choices", "cut"):
        assert 0.6 < kept[damage] < 1.0, damage
    assert kept["all"] < min(kept["cut"], kept["dropped"])


def test_an_answer_that_broke_off_is_a_lost_page_to_the_scorer(found: Sequence[Survival]) -> None:
    (cut,) = [one for one in found if one.damage == "cut"]

    assert (cut.slots_f1, cut.partial) == (0.0, 1)


def test_a_page_without_recording_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    shutil.copy(SUITE / "page" / "meta.yaml", tmp_path / "page")

    with pytest.raises(RecordingError, match="not recorded"):
        robustness(tmp_path, "page", [PAGE], None)


def test_the_command_against_gold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = Extractor(replay=SUITE).extract(PAGE).to_json()
    lists: dict[str, Any] = {plural: line[plural] for plural in ("projects", "meetings", "officials")}
    for record in (record for some in lists.values() for record in some):
        del record["id"]
    gold = {name: line[name] for name in ("page", "paper", "issue_date", "page_no")} | lists
    (tmp_path / f"{NAME}.json").write_text(json.dumps(gold), encoding="utf-8")
    given = ["eval", "robustness", str(SUITE), "--pages", str(shipped("samples")), "--gold", str(tmp_path)]

    with pytest.raises(SystemExit) as ended:
        main([*given, "--share", ".1", "--json"])

    lines = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 0
    assert [one["damage"] for one in lines] == [None, *DAMAGES]
    assert lines[0]["slots_f1"] == 1.0
