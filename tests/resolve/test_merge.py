"""Readings of one thing become one."""

from typing import Any

import pytest

from hyllm.resolve._merge import merged
from hyllm.schemas import Meeting, Official, Project, Reading, Record, reading_model


def merge(kind: type[Record], *said: dict[str, Any]) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    readings: list[Reading] = [reading_model(kind).model_validate(one) for one in said]
    united = merged(kind, readings)
    return [one.model_dump(exclude_defaults=True) for one in united.readings], [
        tuple(c) for c in united.conflicts
    ]


def test_lists_unite_and_the_first_words_win() -> None:
    united, conflicts = merge(
        Project,
        {
            "name": "新塘铜业园",
            "investment": "25亿元",
            "parties": [{"name": "甲公司", "role": "investor"}],
            "evidence": [1],
        },
        {"name": "霞流米粉厂", "evidence": [2]},
        {
            "name": "“新塘”铜业园项目",
            "place": "新塘镇",
            "parties": [{"name": "甲 公司", "role": "investor"}],
            "evidence": [1, 3],
        },
    )

    assert united == [
        {
            "name": "新塘铜业园",
            "investment": "25亿元",
            "place": "新塘镇",
            "parties": [{"name": "甲公司", "role": "investor"}],
            "evidence": [1, 3],
        },
        {"name": "霞流米粉厂", "evidence": [2]},
    ]
    assert conflicts == []


def test_a_difference_is_a_conflict_that_names_both() -> None:
    _, conflicts = merge(
        Project,
        {"name": "霞流米粉厂", "evidence": [2]},
        {"name": "新塘铜业园", "investment": "25亿元", "evidence": [1]},
        {"name": "新塘铜业园", "investment": "26亿元", "evidence": [1]},
    )

    assert conflicts == [(1, "investment", "25亿元", "26亿元")]


def test_the_same_words_in_another_width_are_no_conflict() -> None:
    _, conflicts = merge(
        Project,
        {"name": "新塘铜业园", "investment": "25亿元", "evidence": [1]},
        {"name": "新塘铜业园", "investment": "２５ 亿元", "evidence": [1]},
    )

    assert conflicts == []


@pytest.mark.parametrize(
    ("dates", "count"),
    [(("3月1日", "3月1日"), 1), (("3月1日", "3月2日"), 2), (("3月1日", None), 2), ((None, None), 2)],
)
def test_meetings_are_one_if_name_and_date_are_the_same(dates: tuple[str | None, ...], count: int) -> None:
    said = [{"name": "座谈会", "type": "conference", "date": date, "evidence": [1]} for date in dates]

    united, _ = merge(Meeting, *said)

    assert len(united) == count


def test_a_post_held_and_a_post_lost_both_stay() -> None:
    held = {
        "name": "方自强",
        "posts": [{"organisation": "甲局", "title": "局长", "status": "holds"}],
        "evidence": [1],
    }
    lost = {
        "name": "方自强",
        "posts": [{"organisation": "乙局", "title": "局长", "status": "removed"}],
        "evidence": [2],
    }

    united, _ = merge(Official, held, lost)

    assert united == [{"name": "方自强", "posts": [*held["posts"], *lost["posts"]], "evidence": [1, 2]}]
