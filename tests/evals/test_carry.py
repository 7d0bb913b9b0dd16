"""Gold on another page: the same values in that page's own characters."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyllm.errors import UsageError
from hyllm.evals import Band, MadePage, carry
from hyllm.kinds import KINDS
from hyllm.scoring import PageText, check_gold
from hyllm.scoring._leaves import leaves
from hyllm.text import Locator, joined
from tests.evals.making import SETS, by_hand, gold, page, source
from tests.scoring.making import (
    date,
    figure,
    meeting,
    milestone,
    money,
    official,
    person,
    post,
    project,
    quantity,
)

Json = dict[str, Any]
TEXT = "8月2日上午，县委书记段青山出席远湘铜箔产业园开工仪式，项目总投资约25亿元，用地120亩。远湘铜箔产业园年产3万吨。"
STRAY = "别的文章插在中间"


def page_gold(**kinds: list[Json]) -> Json:
    about = {"page": "p", "paper": None, "issue_date": "2023-08-03", "page_no": None}
    return {**about, "projects": [], "meetings": [], "officials": [], **kinds}


def carried(
    given: Json, *pieces: str | tuple[str, str], of: str = TEXT
) -> tuple[Json, list[tuple[str, str | None]]]:
    """Gold of the clean text on a page set by hand, and each change's reason and outcome."""
    text = source(of)
    found = carry(given, by_hand(text, of), by_hand(text, *pieces), "q")
    return found.gold, [(change.why, change.after) for change in found.changes if "evidence" not in change.at]


def evidence(*quotes: str) -> list[Json]:
    return [{"quote": quote} for quote in quotes]


SENTENCE = TEXT[: TEXT.index("。") + 1]
PARK = project("远湘铜箔产业园", evidence=evidence(SENTENCE))


@pytest.mark.parametrize(
    ("fields", "pieces", "after", "changes"),
    [
        pytest.param({}, ["8月2日上午，县委书记段青山出席远湘", STRAY, "铜箔产业园开工仪式"], {"name": "铜箔产业园"}, [("torn", "铜箔产业园")], id="a name cut in two: its longest part"),
        pytest.param({}, ["段青山出席远湘", STRAY, "铜箔产业园开工仪式", "远湘铜箔产业园年产3万吨。"], {"name": "远湘铜箔产业园"}, [], id="a name cut in two that stands whole elsewhere: whole"),
        pytest.param({}, [("段青山出席远湘铜箔产业园开工仪式", "段青山出席远湘铜箔产亚园开工仪式")], {"name": "远湘铜箔产亚园"}, [("misread", "远湘铜箔产亚园")], id="a misread name: as it is printed"),
        pytest.param({"investment": money("约25亿元", 2500000000, bound="about")}, ["铜箔产业园开工仪式，项目总投资约25"], {"investment": None}, [("clipped", "铜箔产业园"), ("lost", None)], id="a sum without its unit is left out"),
        pytest.param({"area": quantity("120亩", 120, "亩")}, ["出席远湘铜箔产业园开工仪式", "用地12", STRAY, "0亩。"], {"area": None}, [("lost", None)], id="a number cut in two is no smaller number"),
        pytest.param({"milestones": [milestone("started", date("8月2日上午", "2023-08-02"))]}, ["8月2日", STRAY, "上午，县委书记段青山出席远湘铜箔产业园开工"], {"milestones": [milestone("started", date("8月2日", "2023-08-02"))]}, [("torn", "8月2日")], id="a date without its part of day is that day"),
        pytest.param({"milestones": [milestone("started", date("8月2日上午", "2023-08-02"))]}, ["上午，县委书记段青山出席远湘铜箔产业园开工"], {"milestones": [milestone("started")]}, [("lost", None)], id="a part of day without its day is no date"),
        pytest.param({"aliases": ["铜箔产业园"]}, ["段青山出席远湘", STRAY, "铜箔产业园开工仪式"], {"name": "铜箔产业园", "aliases": []}, [("torn", "铜箔产业园"), ("same as the name", None)], id="an alias that has become the name goes"),
        pytest.param({"investment": {"any_of": [money("约25亿元", 2500000000, bound="about"), None]}}, ["出席远湘铜箔产业园开工仪式"], {"investment": None}, [("lost", None)], id="alternatives that have become one are one"),
    ],
)  # fmt: skip
def test_what_the_ocr_did_to_a_project(
    fields: Json, pieces: list[Any], after: Json, changes: list[Any]
) -> None:
    new, told = carried(page_gold(projects=[PARK | fields]), *pieces)
    one = new["projects"][0]
    assert {name: one[name] for name in after} == after
    assert told == changes


HEAD = official("段青山", post("县委", "书记"), evidence=evidence(SENTENCE))


@pytest.mark.parametrize(
    ("pieces", "posts", "changes"),
    [
        pytest.param([("县委书记段青山出席", "县委书纪段青山出席")], [post("县委", "书纪")], [("misread", "书纪")], id="a misread title"),
        pytest.param(["县委", STRAY, "书记段青山"], [post("县委", "书记")], [], id="body and title need not stand together"),
        pytest.param(["书记段青山"], [post(None, "书记")], [("lost", None)], id="a body that is lost"),
    ],
)  # fmt: skip
def test_of_a_torn_post_what_is_legible_remains(
    pieces: list[Any], posts: list[Json], changes: list[Any]
) -> None:
    new, told = carried(page_gold(officials=[HEAD]), *pieces)
    assert new["officials"][0]["posts"] == posts
    assert told == changes


def test_an_official_without_a_legible_post_is_none() -> None:
    new, told = carried(page_gold(officials=[HEAD]), "段青山出席远湘铜箔产业园开工仪式")
    assert new["officials"] == []
    assert told == [("lost", None), ("lost", None), ("no post", None)]


def test_who_is_lost_took_no_part() -> None:
    ceremony = meeting(
        "远湘铜箔产业园开工仪式",
        type="ceremony",
        participants=[person("段青山", "attended")],
        evidence=evidence(SENTENCE),
    )
    new, told = carried(page_gold(meetings=[ceremony]), "出席远湘铜箔产业园开工仪式")
    assert new["meetings"][0]["participants"] == []
    assert told == [("lost", None)]


def test_a_torn_quote_is_given_by_its_fragments() -> None:
    new, _ = carried(
        page_gold(projects=[PARK]),
        "8月2日上午，县委书记段青山",
        STRAY,
        "出席远湘铜箔产业园开工仪式",
        STRAY,
        "用地",
    )
    quotes = [one["quote"] for one in new["projects"][0]["evidence"]]
    assert quotes == ["8月2日上午，县委书记段青山", "出席远湘铜箔产业园开工仪式"]


def test_a_record_whose_quotes_are_lost_rests_on_the_sentence_with_its_name() -> None:
    park = PARK | {"evidence": evidence(TEXT[TEXT.index("用地") : TEXT.index("亩。") + 1])}
    new, _ = carried(page_gold(projects=[park]), "远湘铜箔产业园年产3万吨。")
    assert new["projects"][0]["evidence"] == evidence("远湘铜箔产业园年产3万吨。")


def test_a_record_that_is_not_on_the_page_is_not_in_its_gold() -> None:
    new, _ = carried(page_gold(projects=[PARK]), STRAY)
    assert new["projects"] == []


def test_a_longer_part_of_a_torn_name_may_stand_elsewhere() -> None:
    text = "市政府召开第19次常务会议。昨日，市政府第19次常务会议研究粮食工作。"
    session = meeting(
        "市政府第19次常务会议", session=19, evidence=evidence("昨日，市政府第19次常务会议研究粮食工作。")
    )
    new, _ = carried(
        page_gold(meetings=[session]),
        "市政府召开第19次常务会议。",
        "昨日，市政府第19次",
        STRAY,
        "议研究粮食工作。",
        of=text,
    )
    assert new["meetings"][0]["name"] == "第19次常务会议"


def test_the_record_s_own_figure_counts_not_the_same_words_of_another() -> None:
    text = "甲园投资5亿元开工。乙园投资5亿元投产。"
    both = [
        project(name, investment=money("5亿元", 500000000), evidence=evidence(f"{name}投资5亿元{stage}。"))
        for name, stage in (("甲园", "开工"), ("乙园", "投产"))
    ]
    new, _ = carried(page_gold(projects=both), "甲园投资5", "乙园投资5亿元投产。", of=text)
    assert [one["investment"] for one in new["projects"]] == [None, money("5亿元", 500000000)]


def test_alternatives_of_words_and_records_are_carried_one_by_one() -> None:
    doubtful = {
        "any_of": [PARK | {"name": {"any_of": ["远湘铜箔产业园", "铜箔产业园"]}}, PARK | {"optional": True}]
    }
    new, _ = carried(
        page_gold(projects=[doubtful]), ("出席远湘铜箔产业园开工仪式", "出席远湘铜箔产亚园开工仪式")
    )
    first, second = new["projects"][0]["any_of"]
    assert first["name"] == {"any_of": ["远湘铜箔产亚园", "铜箔产亚园"]}
    assert (second["name"], second["optional"]) == ("远湘铜箔产亚园", True)


def test_a_value_whose_words_are_in_doubt_is_carried_in_each_reading() -> None:
    when = {"text": {"any_of": ["8月2日上午", "8月2日"]}, "edtf": "2023-08-02"}
    park = PARK | {"milestones": [milestone("started", when)]}
    new, _ = carried(page_gold(projects=[park]), TEXT)
    readings = [date("8月2日上午", "2023-08-02"), date("8月2日", "2023-08-02")]
    assert new["projects"][0]["milestones"][0]["date"] == {"any_of": readings}
    new, _ = carried(page_gold(projects=[park]), "8月2日", STRAY, TEXT[TEXT.index("上午") :])
    assert new["projects"][0]["milestones"][0]["date"] == date("8月2日", "2023-08-02")


def test_words_that_are_not_on_the_first_page_are_told_with_their_place() -> None:
    text = source(TEXT)
    with pytest.raises(UsageError, match=r"/projects/0/name: 无中生有"):
        carry(
            page_gold(projects=[PARK | {"name": "无中生有"}]), by_hand(text, TEXT), by_hand(text, TEXT), "q"
        )


def test_gold_goes_only_between_pages_of_the_same_articles() -> None:
    with pytest.raises(UsageError, match="the same articles"):
        carry(page_gold(), page("front", "clean"), page("county", "clean"), "q")


def findings(path: Path, given: Json, made: MadePage) -> list[Any]:
    file = path / f"{given['page']}.json"
    file.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    texts = {given["page"]: PageText(made.text, given["issue_date"])}
    return check_gold(file, tuple(KINDS.values()), texts).findings


def words_of(given: Json) -> list[str]:
    found: list[str] = []
    for kind in KINDS.values():
        for leaf in leaves(kind, given[kind.hyllm.plural], ""):
            if leaf.sort in ("text", "quote"):
                found.append(leaf.raw)
            elif leaf.sort in ("date", "amount"):
                found.append(leaf.raw["text"])
    return found


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    ("band", "seed"), [("clean", 0), ("wrapped", 1), *(("interleaved", seed) for seed in range(3))]
)
def test_carried_gold_is_verbatim_on_its_page(tmp_path: Path, name: str, band: Band, seed: int) -> None:
    made = page(name, band, seed)
    new = carry(gold(name), page(name, "clean"), made, f"{name}-{band}").gold
    assert [one for one in findings(tmp_path, new, made) if one.certain] == []
    locator = Locator(made.text)
    for words in words_of(new):
        place = locator.find(words)
        assert place.status in ("exact", "normalised", "ambiguous"), words
        assert joined(words) == words


@pytest.mark.parametrize("name", SETS)
def test_the_gold_of_the_invented_pages_is_sound(tmp_path: Path, name: str) -> None:
    assert findings(tmp_path, gold(name), page(name, "clean")) == []


@pytest.mark.parametrize("name", SETS)
def test_to_the_clean_band_gold_goes_unchanged_and_from_wraps_it_comes_back(name: str) -> None:
    clean, wrapped = page(name, "clean"), page(name, "wrapped", 2)
    same, changes = carry(gold(name), clean, clean, name)
    assert (same, changes) == (gold(name), [])
    there, changes = carry(same, clean, wrapped, name)
    assert changes == []
    assert carry(there, wrapped, clean, name).gold == gold(name)


@pytest.mark.parametrize("name", SETS)
def test_gold_of_a_damaged_page_goes_to_another_damaged_page(tmp_path: Path, name: str) -> None:
    first, second = page(name, "interleaved", 1), page(name, "interleaved", 2)
    there = carry(gold(name), page(name, "clean"), first, name).gold
    onward = carry(there, first, second, name).gold
    assert [one for one in findings(tmp_path, onward, second) if one.certain] == []


def test_figures_of_a_kind_and_choices_stay_as_they_were() -> None:
    park = PARK | {"figures": [figure("capacity", quantity("3万吨", 30000, "吨"))]}
    new, changes = carried(page_gold(projects=[park]), SENTENCE, "远湘铜箔产业园年产3万吨。")
    assert new["projects"] == [park]
    assert changes == []
