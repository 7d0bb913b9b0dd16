"""The counts of slots, against tables worked out by hand."""

from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field

from hyllm.schemas import Evidence, Kind, Money, Part, Record
from tests.scoring.making import (
    ALL,
    Json,
    counts,
    date,
    figure,
    meeting,
    milestone,
    money,
    numbers,
    official,
    page,
    party,
    person,
    post,
    project,
    quantity,
    scored,
    slots,
)

EXAMPLE_GOLD = page(
    projects=[
        project(
            "远湘铜箔项目",
            investment=money("6.5亿元", 650_000_000),
            parties=[party("楚越公司"), party("县政府", "government")],
            milestones=[milestone("started", date("11月6日", "2021-11-06"))],
        ),
        project("钟表小镇", place="西渡镇"),
    ],
    officials=[official("张健国", post("市委", "书记"))],
)
EXAMPLE_PREDICTED = page(
    projects=[
        project("松柏水厂", investment=money("2亿元", 200_000_000)),  # spurious: 2
        project("衡阳钟表小镇", place="西渡"),  # name and place wrong: 2 inc
        project(
            "远湘铜箔",  # right without 项目
            investment=money("6.5万元", 65_000),  # inc unit
            parties=[party("楚越公司"), party("县政府", "partner")],  # 1 cor, 1 inc
            milestones=[milestone("started", date("11月", "2021-11"))],  # stage cor, date inc
        ),
    ],
    officials=[official("张健国", post("市", "委书记"), post(None, "市领导"))],  # 2 cor, 1 spu
)


def test_the_small_example_has_the_counts_worked_out_by_hand() -> None:
    found = numbers(EXAMPLE_GOLD, EXAMPLE_PREDICTED)

    # cor: name, party, stage; name, post. inc: investment, party, date; name, place. spu: 2 + 1.
    assert counts(found["slots"]) == (5, 5, 0, 3)
    assert found["slots"]["POS"] == 10
    assert found["slots"]["ACT"] == 13
    assert found["slots"]["P"] == pytest.approx(5 / 13, abs=1e-6)
    assert found["slots"]["R"] == pytest.approx(0.5)
    assert found["slots"]["F1"] == pytest.approx(10 / 23, abs=1e-6)
    assert found["slots"]["ERR"] == pytest.approx(8 / 13, abs=1e-6)
    assert counts(found["records"]) == (3, 0, 0, 1)
    assert found["records"]["exact"] == 0
    assert counts(found["fields"]["projects/name"]) == (1, 1, 0, 1)
    assert counts(found["fields"]["projects/milestones.date"]) == (0, 1, 0, 0)
    assert counts(found["fields"]["officials/posts"]) == (1, 0, 0, 1)
    assert found["names"]["projects/parties"] == {"POS": 2, "cor": 2, "R": 1.0}


class Dish(Record):
    """A dish with many fields that are mostly null."""

    hyllm: ClassVar[Kind] = Kind("dish", "dishes", identity=("name",), prompts="dish")

    name: str
    a: str | None = None
    b: Money | None = None
    c: Literal["hot", "cold"] | None = None
    d: list[str] = Field(default_factory=list[str])
    evidence: list[Evidence] = Field(default_factory=list[Evidence])


@pytest.mark.parametrize("k", range(5))
def test_fields_null_on_both_sides_earn_nothing(k: int) -> None:
    fields: Json = {"a": None, "b": None, "c": None, "d": []}
    empty: Json = {name: fields[name] for name in list(fields)[:k]}
    gold: Json = page(dishes=[{"name": "鱼粉", "evidence": [], **empty}])
    predicted: Json = page(dishes=[{"name": "鱼", "evidence": [], **empty}])

    assert counts(numbers(gold, predicted, kinds=(Dish,))["slots"]) == (0, 1, 0, 0)


def test_null_on_both_sides_is_reported_as_non() -> None:
    found = numbers(page(projects=[project("甲厂")]), page(projects=[project("甲厂")]))

    assert found["fields"]["projects/area"]["non"] == 1
    assert found["slots"]["non"] == 9
    assert found["slots"]["POS"] == 1


def test_of_nothing_there_is_no_score() -> None:
    found = numbers(page(), page())

    assert found["slots"]["F1"] is None
    assert found["slots"]["P"] is None
    assert found["pages"]["specificity"] == 1.0


ONE_FIELD: list[tuple[str, Any, Any, tuple[int, int, int, int]]] = [
    ("place", "西渡镇", "西 渡镇", (2, 0, 0, 0)),
    ("place", "西渡镇", None, (1, 0, 1, 0)),
    ("place", None, "西渡镇", (1, 0, 0, 1)),
    ("place", "西渡镇", "西渡", (1, 1, 0, 0)),
    ("count", 24, 24, (2, 0, 0, 0)),
    ("count", 24, 42, (1, 1, 0, 0)),
    ("aliases", ["A", "B"], ["B", "C", "D"], (2, 1, 0, 1)),
    ("aliases", ["钟表园项目"], ["钟表园"], (2, 0, 0, 0)),
    ("parties", [party("甲"), party("乙")], [party("甲", "operator")], (1, 1, 1, 0)),
    ("parties", [party("甲"), party("甲")], [party("甲")], (2, 0, 1, 0)),
    ("milestones", [milestone("signed"), milestone("started")], [milestone("signed")], (2, 0, 1, 0)),
    ("milestones", [milestone("signed")], [milestone("signed", None, "expected")], (1, 1, 0, 0)),
    (
        "milestones",
        [milestone("signed", date("5月", "2020-05"))],
        [milestone("signed", date("五月", "2020-05"), "expected")],
        (2, 1, 0, 0),
    ),
    ("milestones", [milestone("signed", date("5月", "2020-05"))], [milestone("signed")], (2, 0, 1, 0)),
    (
        "figures",
        [figure("tax", money("1亿元", 100_000_000)), figure("jobs", quantity("800个", 800, "个"))],
        [
            figure("jobs", quantity("800个以上", 800, "个")),
            figure("tax", money("1亿元", 100_000_000), "total"),
        ],
        (2, 1, 0, 0),
    ),
]


@pytest.mark.parametrize(("field", "right", "found", "expected"), ONE_FIELD)
def test_the_slots_of_one_field(
    field: str, right: Any, found: Any, expected: tuple[int, int, int, int]
) -> None:
    gold, predicted = (page(projects=[project("甲厂", **{field: value})]) for value in (right, found))

    assert slots(gold, predicted) == expected


def test_a_participant_has_a_slot_for_each_role() -> None:
    gold = page(
        meetings=[meeting("会", participants=[person("朱健", "chaired", "spoke"), person("李", "attended")])]
    )
    predicted = page(meetings=[meeting("会", participants=[person("朱健", "spoke"), person("李", "signed")])])
    found = numbers(gold, predicted)

    assert counts(found["fields"]["meetings/participants"]) == (1, 1, 1, 0)
    assert found["names"]["meetings/participants"] == {"POS": 2, "cor": 2, "R": 1.0}


def test_topics_and_outcomes_are_rows_out_of_the_headline() -> None:
    gold = page(
        meetings=[
            meeting(
                "会",
                topics=["研究安全生产工作", "审议预算"],
                outcomes=[{"type": "signed", "text": "签订合作协议"}],
            )
        ]
    )
    predicted = page(
        meetings=[
            meeting(
                "会",
                topics=["安全生产工作", "文艺演出"],
                outcomes=[{"type": "decided", "text": "签订了合作协议"}],
            )
        ]
    )
    found = numbers(gold, predicted)

    assert counts(found["slots"]) == (2, 0, 0, 0)  # name and type
    assert counts(found["fields"]["meetings/topics"]) == (1, 1, 0, 0)
    assert counts(found["fields"]["meetings/outcomes"]) == (1, 0, 0, 0)
    assert counts(found["fields"]["meetings/outcomes.type"]) == (0, 1, 0, 0)


def test_the_stage_is_a_row_and_not_counted_twice() -> None:
    gold = page(
        projects=[project("甲厂", milestones=[milestone("signed"), milestone("operating", None, "expected")])]
    )
    predicted = page(projects=[project("甲厂", milestones=[milestone("signed"), milestone("operating")])])
    found = numbers(gold, predicted)

    assert counts(found["fields"]["projects/stage"]) == (0, 1, 0, 0)
    assert counts(found["slots"]) == (2, 1, 0, 0)


def test_evidence_is_reported_beside() -> None:
    gold = page(projects=[project("甲厂", evidence=[{"quote": "昨日，甲厂一期在西渡开工建设。"}])])
    near = page(projects=[project("甲厂", evidence=[{"quote": "甲厂一期在西渡开工"}])])
    far = page(projects=[project("甲厂", evidence=[{"quote": "别处另有一事"}])])

    assert counts(numbers(gold, near)["fields"]["projects/evidence"]) == (1, 0, 0, 0)
    assert counts(numbers(gold, far)["fields"]["projects/evidence"]) == (0, 1, 0, 0)
    assert slots(gold, far) == (1, 0, 0, 0)


def test_a_page_that_failed_is_all_missing() -> None:
    gold = [page("a", projects=[project("甲厂", place="西渡")]), page("b", projects=[project("乙厂")])]
    found = numbers(gold, [gold[1], {"page": "a", "status": "failed", "projects": gold[0]["projects"]}])
    absent = numbers(gold, [gold[1]])

    assert counts(found["slots"]) == counts(absent["slots"]) == (1, 0, 2, 0)
    assert found["pages"]["failed"] == absent["pages"]["failed"] == 1
    assert absent["pages"]["not_predicted"] == 1


def test_a_kind_that_was_not_asked_for_is_not_scored() -> None:
    gold = page(projects=[project("甲厂")], officials=[official("朱健")])
    found = numbers(gold, {"page": "p1", "projects": [project("甲厂")]})

    assert counts(found["slots"]) == (1, 0, 0, 0)
    assert found["not_asked"] == ["meetings", "officials"]


def test_pages_say_whether_there_is_any_record() -> None:
    gold = [page("a", projects=[project("甲厂")]), page("b"), page("c")]
    found = numbers(gold, [page("a"), page("b", projects=[project("乙厂")]), page("c")])

    assert counts(found["pages"]) == (0, 0, 1, 1)
    assert found["pages"]["specificity"] == 0.5


class Ingredient(Part):
    """What goes into it."""

    name: str
    amount: Money | None = None


class Recipe(Record):
    """A kind of somebody's own."""

    hyllm: ClassVar[Kind] = Kind("recipe", "recipes", identity=("name",), prompts="recipe")

    name: str
    ingredients: list[Ingredient]
    tags: list[Literal["hot", "sour"]]
    evidence: list[Evidence]


def test_a_kind_of_ones_own_is_scored_without_a_change() -> None:
    gold: Json = page(
        recipes=[
            {"name": "鱼粉", "ingredients": [{"name": "鱼"}, {"name": "粉"}], "tags": ["hot"], "evidence": []}
        ]
    )
    predicted: Json = page(
        recipes=[{"name": "鱼 粉", "ingredients": [{"name": "粉"}], "tags": ["sour"], "evidence": []}]
    )
    found = numbers(gold, predicted, kinds=(Recipe,))

    assert counts(found["slots"]) == (2, 1, 1, 0)
    assert counts(found["fields"]["recipes/ingredients"]) == (1, 0, 1, 0)


def test_the_scorer_digest_follows_the_table_of_fields() -> None:
    gold, own = page(projects=[project("甲厂")]), page(recipes=[])

    assert scored(gold, gold).scorer == scored(gold, gold).scorer
    assert scored(gold, gold).scorer != scored(own, own, kinds=(Recipe,)).scorer
    assert len(ALL) == 3
