"""Gold files: read, refused with a clear word, and checked."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyllm.errors import UsageError
from hyllm.scoring import (
    PageText,
    agree,
    check_gold,
    digests,
    metrics,
    read_gold,
    read_predictions,
    score,
)
from tests.scoring.making import (
    ALL,
    Json,
    date,
    meeting,
    milestone,
    money,
    official,
    page,
    person,
    post,
    project,
)

TEXT = (
    "11月6日上午，远湘铜箔项目在水口山开工，总投资约6.5亿元。\n市委副书记朱健、李四出席。24个项目集中签约。"
)


def sound() -> Json:
    return page(
        "p1",
        projects=[
            project(
                "远湘铜箔项目",
                count=24,
                place="水口山",
                investment=money("约6.5亿元", 650_000_000, bound="about"),
                milestones=[milestone("started", date("11月6日上午", "2021-11-06"))],
                evidence=[{"quote": "远湘铜箔项目在水口山开工，"}],
            )
        ],
        officials=[official("朱健", post("市委", "副书记"), evidence=[{"quote": "市委副书记朱健"}])],
    ) | {"issue_date": "2021-11-07"}


def written(folder: Path, *pages: Json) -> Path:
    folder.mkdir(exist_ok=True)
    for one in pages:
        (folder / f"{one['page']}.json").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
    return folder


def test_gold_is_read_in_the_order_of_its_pages(tmp_path: Path) -> None:
    found = read_gold(written(tmp_path, page("b"), page("a")))

    assert [one.page for one in found] == ["a", "b"]
    assert not found[0].doubtful


def wrong(at: str, **fields: Any) -> tuple[Json, str]:
    return page("p1", projects=[project("甲厂", **fields)]), at


REFUSED: list[tuple[Any, str]] = [
    ([], "must be an object"),
    (page("p1") | {"projets": []}, "/projets"),
    ({k: v for k, v in page("p1").items() if k != "meetings"}, "/meetings"),
    wrong("/projects/0/place", place=3),
    wrong("/projects/0/colour", colour="red"),
    wrong("/projects/0/milestones/0/stage", milestones=[milestone("begun")]),
    wrong("/projects/0/investment/bound", investment=money("1亿元", 1, bound="circa")),
    wrong("/projects/0/place/any_of", place={"any_of": ["西渡"]}),
    wrong("/projects/0/parties/0/optional", parties=[{"name": "甲", "role": "investor", "optional": "yes"}]),
    wrong("/projects/0/aliases/1", aliases=["甲", None]),
    (page("p1", projects=[{"place": "西渡"}]), "/projects/0/name"),
    (page("p1", officials=[official({"any_of": ["朱健", 4]})]), "/officials/0/name/any_of/1"),
]


@pytest.mark.parametrize(("raw", "told"), REFUSED)
def test_what_is_no_gold_is_refused_with_file_place_and_fault(tmp_path: Path, raw: Any, told: str) -> None:
    file = tmp_path / "p1.json"
    file.write_text(json.dumps(raw), encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read_gold(tmp_path)

    assert str(file) in str(caught.value)
    assert told in str(caught.value)


def test_broken_json_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \*\.json"):
        read_gold(tmp_path)
    (tmp_path / "p1.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="no JSON"):
        read_gold(tmp_path)


def test_a_gold_file_with_first_alternatives_is_a_prediction(tmp_path: Path) -> None:
    found = read_predictions(written(tmp_path, sound()))

    assert found[0].page == "p1"


BAD_LINES: list[tuple[str, str]] = [
    ("{", ":1: no JSON"),
    ("[]", "must be an object"),
    ('{"page": "a", "projects": {}}', "/projects: must be a list"),
    ('{"page": "a", "projects": [{"name": 3}]}', "/projects/0/name: must be text"),
    ('{"page": "a"}\n{"page": "a"}', "a second time"),
    ('{"page": "a", "grounding": [3]}', "/grounding"),
    ("", "no prediction"),
]


@pytest.mark.parametrize(("text", "told"), BAD_LINES)
def test_a_line_that_is_no_prediction_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "predictions.jsonl"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read_predictions(file)

    assert told in str(caught.value)


def test_predictions_may_hold_more_than_the_scorer_knows(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    line = page(
        "a", projects=[project("甲厂", id="x", stage="unknown", stage_date=None, place_code="430421")]
    )
    file.write_text(json.dumps(line | {"usage": {}, "links": []}) + "\n\n", encoding="utf-8")

    assert read_predictions(file)[0].records("projects")[0]["name"] == "甲厂"


def test_predictions_may_leave_out_what_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    line = page("a", projects=[{"name": "甲厂", "parties": None}], meetings=None)
    file.write_text(json.dumps(line), encoding="utf-8")
    gold = read_gold(written(tmp_path / "gold", page("a", projects=[project("甲厂")])))

    assert metrics(score(gold, read_predictions(file)))["slots"]["F1"] == 1.0


def findings(tmp_path: Path, gold: Json) -> list[tuple[str, str, bool]]:
    checked = check_gold(written(tmp_path / "gold", gold), ALL, {"p1": PageText(TEXT, "2021-11-07")})
    return [(one.at, one.rule, one.certain) for one in checked.findings]


def test_sound_gold_is_found_sound(tmp_path: Path) -> None:
    assert findings(tmp_path, sound()) == []


def test_words_that_are_not_on_the_page_are_found(tmp_path: Path) -> None:
    gold = sound()
    gold["projects"][0]["place"] = "松柏镇"
    gold["officials"][0]["evidence"] = [{"quote": "市委副书记朱健、 李四出席"}, {"quote": "朱健缺席"}]

    assert findings(tmp_path, gold) == [
        ("/projects/0/place", "words", True),
        ("/officials/0/evidence/1/quote", "words", True),
    ]


def test_numbers_are_held_against_their_text(tmp_path: Path) -> None:
    gold = sound()
    gold["projects"][0]["investment"] |= {"amount": 65_000_000, "bound": "exact"}
    gold["projects"][0]["milestones"][0]["date"]["edtf"] = "2021-12-06"
    gold["projects"][0]["count"] = 25

    assert sorted(findings(tmp_path, gold)) == [
        ("/projects/0/count", "number", False),
        ("/projects/0/investment/amount", "number", True),
        ("/projects/0/investment/bound", "number", True),
        ("/projects/0/milestones/0/date/edtf", "date", False),
    ]


def test_an_edtf_that_is_none_is_found(tmp_path: Path) -> None:
    gold = sound()
    gold["projects"][0]["milestones"][0]["date"]["edtf"] = "2021-11-31"

    assert findings(tmp_path, gold) == [("/projects/0/milestones/0/date/edtf", "date", True)]


def test_rules_within_a_record_are_checked(tmp_path: Path) -> None:
    gold = sound()
    gold["meetings"] = [
        meeting("集中签约", participants=[person("朱健", "attended", "spoke")], evidence=[])
        | {"type": "signing"}
    ]
    gold["projects"][0]["milestones"] *= 2

    assert sorted(findings(tmp_path, gold)) == [
        ("/meetings/0/evidence", "record", True),
        ("/meetings/0/participants/0/roles", "record", True),
        ("/projects/0/milestones", "record", True),
    ]


def test_too_much_doubt_is_found(tmp_path: Path) -> None:
    gold = sound()
    gold["projects"][0]["place"] = {"any_of": ["水口山", None]}
    gold["officials"][0]["optional"] = True

    assert ("", "doubt", True) in findings(tmp_path, gold)


def test_a_field_that_is_not_written_out_is_found(tmp_path: Path) -> None:
    gold = sound()
    del gold["projects"][0]["area"]

    assert findings(tmp_path, gold) == [("/projects/0/area", "shape", True)]


def test_a_change_since_the_digests_were_written_is_found(tmp_path: Path) -> None:
    texts = {"p1": PageText(TEXT, "2021-11-07")}
    folder = written(tmp_path / "gold", sound())
    (folder / "digests.json").write_text(json.dumps(digests(folder, texts)), encoding="utf-8")
    assert check_gold(folder, ALL, texts).findings == []

    written(folder, sound() | {"page_no": "1"})
    found = check_gold(folder, ALL, {"p1": PageText(TEXT + "\n", "2021-11-07")}).findings

    assert [(one.at, one.rule) for one in found] == [("/p1/gold", "digest"), ("/p1/text", "digest")]


def test_agreement_is_the_scorers_own_measure(tmp_path: Path) -> None:
    first, second = (
        page("p1", officials=[official("朱健"), official("李四")]),
        page("p1", officials=[official("朱健")]),
    )
    found = agree(written(tmp_path / "a", first, page("x")), written(tmp_path / "b", second), ALL).numbers()

    assert found["agreement"]["slots"] == {"A_B": pytest.approx(2 / 3, abs=1e-6)} | {
        "B_A": pytest.approx(2 / 3, abs=1e-6),
        "ceiling": pytest.approx(2 / 3, abs=1e-6),
    }
    assert found["only_A"] == ["x"]
    with pytest.raises(UsageError, match="no page in common"):
        agree(written(tmp_path / "c", page("y")), tmp_path / "b", ALL)
