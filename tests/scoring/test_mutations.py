"""A right prediction, damaged in one way: the counts move by just what the formulas say."""

import copy
from collections.abc import Callable

import pytest

from tests.scoring.making import (
    Json,
    counts,
    date,
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
)

GOLD = page(
    projects=[
        project(
            "远湘铜箔项目",
            investment=money("6.5亿元", 650_000_000),
            place="水口山",
            parties=[party("楚越公司"), party("县政府", "government")],
            milestones=[milestone("started", date("11月6日", "2021-11-06"))],
        ),
        project("松柏水厂", investment=money("2亿元", 200_000_000), place="松柏镇"),
    ],
    meetings=[
        meeting(
            "全市经济工作会议",
            date=date("昨日", "2021-11-05"),
            participants=[person("朱健", "chaired", "spoke")],
        )
    ],
    officials=[
        official("朱健", post("市委", "副书记"), post(None, "市长")),
        official("段志刚", post(None, "市领导")),
    ],
)
# slots: 7 + 3 + (name, type, date, 2 roles) + 3 + 2
RIGHT = 20


def change_amount(found: Json) -> None:
    found["projects"][0]["investment"] = money("6.5万元", 65_000)


def swap_names(found: Json) -> None:
    first, second = found["officials"]
    first["name"], second["name"] = second["name"], first["name"]


def drop_record(found: Json) -> None:
    found["projects"].pop(0)


def double_record(found: Json) -> None:
    found["projects"].append(copy.deepcopy(found["projects"][0]))


def shift_date(found: Json) -> None:
    found["meetings"][0]["date"] = date("昨日", "2021-11-04")


def move_value(found: Json) -> None:
    moved = found["projects"][0]["parties"].pop()
    found["projects"][1]["parties"].append(moved)


def invent_record(found: Json) -> None:
    found["meetings"].append(meeting("一场虚构的演出", type="performance", place="天涯"))


def change_role(found: Json) -> None:
    found["meetings"][0]["participants"][0]["roles"] = ["chaired", "signed"]


def lose_field(found: Json) -> None:
    found["projects"][1]["place"] = None


def damaged_quote(found: Json) -> None:
    found["projects"][0]["evidence"] = [{"quote": "完全是另外一句话而已"}]


MUTATIONS: list[tuple[Callable[[Json], None], tuple[int, int, int, int]]] = [
    (change_amount, (RIGHT - 1, 1, 0, 0)),
    # 朱健 with one wrong post instead of two, 段志刚 with two wrong ones instead of one
    (swap_names, (RIGHT - 3, 2, 1, 1)),
    (drop_record, (RIGHT - 7, 0, 7, 0)),
    (double_record, (RIGHT, 0, 0, 7)),
    (shift_date, (RIGHT - 1, 1, 0, 0)),
    (move_value, (RIGHT - 1, 0, 1, 1)),
    (invent_record, (RIGHT, 0, 0, 3)),
    (change_role, (RIGHT - 1, 1, 0, 0)),
    (lose_field, (RIGHT - 1, 0, 1, 0)),
    (damaged_quote, (RIGHT, 0, 0, 0)),
]


@pytest.mark.parametrize(("mutate", "expected"), MUTATIONS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_mutation_moves_the_counts_by_what_it_did(
    mutate: Callable[[Json], None], expected: tuple[int, int, int, int]
) -> None:
    predicted = copy.deepcopy(GOLD)
    mutate(predicted)
    found = numbers(GOLD, predicted)["slots"]

    assert counts(found) == expected
    cor, inc, mis, spu = counts(found)
    assert found["F1"] == pytest.approx(2 * cor / (2 * cor + 2 * inc + mis + spu), abs=1e-6)


def test_unmutated_all_is_right() -> None:
    assert counts(numbers(GOLD, copy.deepcopy(GOLD))["slots"]) == (RIGHT, 0, 0, 0)
