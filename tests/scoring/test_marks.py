"""What marks are worth: counted by hand."""

from typing import Any

from tests.scoring.making import (
    date,
    meeting,
    milestone,
    money,
    numbers,
    official,
    page,
    person,
    post,
    project,
)

Json = dict[str, Any]


def problem(at: str, reason: str) -> Json:
    return {"at": at, "reason": reason, "text": "", "message": ""}


GOLD = page(
    projects=[
        project("湘江桥", investment=money("3亿元", 3e8), place="蒸湘区", milestones=[milestone("started")])
    ],
    meetings=[meeting("动员会", participants=[person("林子安", "spoke")])],
    officials=[official("林子安", post("县委", "书记"))],
)
FOUND = page(
    projects=[
        # right: name, stage; wrong: investment, place, the milestone's date
        project(
            "湘江桥",
            investment=money("9亿元", None),
            place="石鼓区",
            milestones=[milestone("started", date("昨日"))],
        ),
        # wrong: a project gold has not, its name
        project("湘江大道"),
    ],
    # right: name, type; wrong: the person
    meetings=[meeting("动员会", participants=[person("林小安", "spoke")])],
    # right: name, post
    officials=[official("林子安", post("县委", "书记"))],
)
PROBLEMS = [
    problem("/projects/0/investment/text", "ungrounded"),  # wrong, and twice
    problem("/projects/0/investment", "unresolved"),
    problem("/projects/0/milestones/0/date/edtf", "unresolved"),  # wrong: the date, not the stage beside it
    problem("/projects/1/evidence", "ungrounded"),  # wrong: the name, by its record's evidence
    problem("/meetings/0/participants/0/name", "ambiguous"),  # wrong
    problem("/officials/0/posts/0/title", "ambiguous"),  # right
    problem("/officials/0/name", "conflict"),  # right
    problem("", "conflict"),  # of the page: no value's
]


def test_marks_are_counted_on_wrong_and_right_values() -> None:
    found = numbers(GOLD, FOUND | {"problems": PROBLEMS})["marks"]

    assert (found["pages"], found["wrong"], found["right"]) == (1, 5, 6)
    rows = {name: (row["wrong"], row["right"]) for name, row in found["marked"].items()}
    assert rows == {
        "grounding": (2, 1),
        "resolving": (2, 0),
        "answer": (0, 1),
        "evidence": (1, 0),
        "any": (4, 2),
    }
    assert found["marked"]["any"]["wrong_share"] == 0.8
    assert found["marked"]["any"]["right_share"] == round(2 / 6, 6)


def test_a_prediction_that_tells_of_no_problems_is_not_counted() -> None:
    found = numbers(GOLD, FOUND)["marks"]

    assert (found["pages"], found["wrong"], found["right"]) == (0, 0, 0)
    assert found["marked"]["any"]["wrong_share"] is None


def test_what_nobody_marked_is_counted_all_the_same() -> None:
    found = numbers(GOLD, FOUND | {"problems": []})["marks"]

    assert (found["wrong"], found["right"]) == (5, 6)
    assert found["marked"]["any"]["wrong_share"] == 0.0
