"""Damaged answers: the same for the same seed, as much as was asked for, and nothing else."""

import json
from copy import deepcopy
from typing import Any

import pytest

from hyllm.answers import read_answer
from hyllm.evals import DAMAGES, Damage, damaged
from hyllm.evals._damage import reworded
from hyllm.evals._dice import Dice
from hyllm.files import shipped
from hyllm.kinds import KINDS
from hyllm.recordings import loads

ALL = tuple(KINDS.values())
RECORDED = loads((shipped("cassettes", "demo") / "page" / "hyrb-2024-09-3.yaml").read_text("utf-8"), "demo")[
    0
].answer


def words(completion: Any) -> str:
    return completion["choices"][0]["message"]["content"]


def tree(completion: Any) -> Any:
    return json.loads(words(completion))


def leaves(node: Any, at: str = "") -> dict[str, Any]:
    """Every value by its place."""
    if isinstance(node, dict):
        return {k: v for key, value in node.items() for k, v in leaves(value, f"{at}/{key}").items()}  # pyright: ignore
    if isinstance(node, list):
        return {k: v for place, value in enumerate(node) for k, v in leaves(value, f"{at}/{place}").items()}  # pyright: ignore
    return {at: node}


CHOICES = ("/stage", "/status", "/role", "/type", "/measure", "/period")


def is_choice(at: str) -> bool:
    return at.endswith(CHOICES) or "/roles/" in at


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_same_seed_damages_the_same_and_the_answer_given_stays(damage: Damage) -> None:
    before = deepcopy(RECORDED)

    once, twice, other = (damaged(RECORDED, ALL, damage, 0.2, seed) for seed in (1, 1, 2))

    assert once == twice
    assert (once == other) == (damage in ("cut", "fenced"))
    assert before == RECORDED


@pytest.mark.parametrize("damage", ["dropped", "reworded", "choices", "keys"])
def test_a_share_of_nothing_changes_nothing(damage: Damage) -> None:
    assert tree(damaged(RECORDED, ALL, damage, 0.0, 1)) == tree(RECORDED)


def test_all_records_dropped() -> None:
    assert tree(damaged(RECORDED, ALL, "dropped", 1.0, 1)) == {kind.hyllm.plural: [] for kind in ALL}


@pytest.mark.parametrize(("damage", "choice"), [("reworded", False), ("choices", True)])
def test_words_or_choices_alone_are_changed_and_all_of_them(damage: Damage, choice: bool) -> None:
    before, after = leaves(tree(RECORDED)), leaves(tree(damaged(RECORDED, ALL, damage, 1.0, 1)))

    changed = {at for at in before if before[at] != after[at]}

    assert after.keys() == before.keys()
    assert changed == {
        at for at, value in before.items() if isinstance(value, str) and is_choice(at) == choice
    }


def test_keys_in_another_case_lose_nothing() -> None:
    found = damaged(RECORDED, ALL, "keys", 1.0, 1)

    assert not tree(found).keys() & tree(RECORDED).keys()
    assert read_answer(found, ALL).readings == read_answer(RECORDED, ALL).readings


def test_a_cut_answer_ends_early_and_says_so() -> None:
    found = damaged(RECORDED, ALL, "cut", 0.2, 1)

    assert words(RECORDED).startswith(words(found))
    assert len(words(found)) == round(len(words(RECORDED)) * 0.8)
    assert found["choices"][0]["finish_reason"] == "length"


def test_a_fence_stands_between_talk_and_is_read_through() -> None:
    found = damaged(RECORDED, ALL, "fenced", 0.05, 1)

    assert f"```json\n{words(RECORDED)}\n```" in words(found)
    assert read_answer(found, ALL).readings == read_answer(RECORDED, ALL).readings


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_about_the_share_that_was_asked_for_is_damaged(share: float) -> None:
    before = leaves(tree(RECORDED))
    strings = [at for at, value in before.items() if isinstance(value, str) and not is_choice(at)]

    changed = [
        sum(before[at] != after[at] for at in strings)
        for after in (leaves(tree(damaged(RECORDED, ALL, "reworded", share, seed))) for seed in range(20))
    ]

    assert sum(changed) / 20 / len(strings) == pytest.approx(share, rel=0.25)


@pytest.mark.parametrize(
    ("said", "possible"),
    [
        ("约6.5亿元", {"约65000万元"}),
        ("云锋电池产业园项目", {"云锋电池产业园工程"}),
        ("林子安", {"林子安同志"}),
        ("松柏老街", {"松的老街", "松老街", "松柏的街", "松柏街"}),
    ],
)
def test_other_words_for_the_same(said: str, possible: set[str]) -> None:
    assert {reworded(said, Dice(seed)) for seed in range(40)} == possible


NO_ANSWERS: list[Any] = ["no JSON", None, {}, {"choices": []}, {"choices": [{"message": {}}]}]


@pytest.mark.parametrize("answer", NO_ANSWERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_no_answer_stays_as_it_is(damage: Damage, answer: Any) -> None:
    assert damaged(answer, ALL, damage, 0.2, 1) == answer


@pytest.mark.parametrize("content", ["抱歉。", "[1]", '{"projects": 7, "meetings": [7, {"name": 7}]}', "{"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_words_that_are_no_records_are_damaged_without_harm(damage: Damage, content: str) -> None:
    answer = {"choices": [{"message": {"content": content}}]}

    assert isinstance(words(damaged(answer, ALL, damage, 0.5, 1)), str)
