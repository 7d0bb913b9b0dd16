"""Reading an answer: what is whole is kept, what is not is listed."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.answers import Answer, read_answer
from hyllm.errors import AnswerError
from hyllm.schemas import Meeting, Official, Project

KINDS = (Project, Meeting, Official)
WHOLE: dict[str, Any] = {
    "projects": [{"name": "洣水桥", "evidence": [1]}],
    "meetings": [
        {
            "name": "桥梁座谈会",
            "type": "conference",
            "participants": [
                {"name": "方自强", "roles": ["spoke"]},
                {"name": "林子安", "roles": ["chaired"]},
            ],
            "evidence": [2],
        }
    ],
    "officials": [{"name": "方自强", "posts": [{"title": "县长", "status": "holds"}], "evidence": [2]}],
}


def completion(content: object, finish: str = "stop", **message: object) -> dict[str, Any]:
    text = content if isinstance(content, str | None) else json.dumps(content, ensure_ascii=False)
    return {
        "model": "m-1",
        "choices": [{"message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": 90,
            "completion_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 60},
        },
    }


def read(content: object, finish: str = "stop", **message: object) -> Answer:
    return read_answer(completion(content, finish, **message), KINDS)


def dumped(answer: Answer) -> dict[str, Any]:
    return {k: [r.model_dump(exclude_defaults=True) for r in rs] for k, rs in answer.readings.items()}


def test_a_whole_answer_is_read_without_problems() -> None:
    answer = read(WHOLE)

    assert dumped(answer) == WHOLE
    assert answer.problems == ()
    assert answer.model == "m-1"
    assert answer.usage.to_json() == {
        "requests": 1,
        "prompt_tokens": 90,
        "cached_tokens": 60,
        "completion_tokens": 10,
        "estimated": False,
    }


@pytest.mark.parametrize(
    "around",
    [
        "```json\n{}\n```",
        "```\n{}\n```",
        "<think>多半是{{桥}}</think>\n{}",
        "\ufeff{}",
        "  \n{}\n",
        "好的，如下：\n```json\n{}\n```\n完。",
    ],
)
def test_fences_and_thoughts_around_the_answer_are_taken_off(around: str) -> None:
    text = around.replace("{{", "【").replace("}}", "】").replace("{}", json.dumps(WHOLE))

    assert dumped(read(text)) == WHOLE


Change = Callable[[Any], object]
CHANGES: list[tuple[Change, str, str]] = [
    (lambda a: a["meetings"][0]["participants"][0]["roles"].append("sang"), "/meetings/0/participants/0/roles", '"sang"'),
    (lambda a: a["meetings"][0]["participants"][0].pop("name"), "/meetings/0/participants", '{"roles": ["spoke"]}'),
    (lambda a: a["officials"][0]["posts"][0].update(status="rules"), "/officials/0/posts", '"status": "rules"'),
    (lambda a: a["projects"][0].update(colour="红"), "/projects/0", '"红"'),
    (lambda a: a["projects"][0].update(place=["甲", "乙"]), "/projects/0", '["甲", "乙"]'),
    (lambda a: a["projects"].insert(0, {"evidence": [1]}), "/projects", '{"evidence": [1]}'),
    (lambda a: a["projects"].insert(0, "洣水桥"), "/projects", '"洣水桥"'),
    (lambda a: a["projects"].insert(0, None), "/projects", "null"),
    (lambda a: a["projects"].insert(0, {"name": " ", "evidence": [1]}), "/projects", '{"name": " "'),
    (lambda a: a["projects"][0].update(aliases=[""]), "/projects/0/aliases", '""'),
]  # fmt: skip


@pytest.mark.parametrize(("change", "at", "lost"), CHANGES)
def test_only_the_part_that_is_wrong_is_left_out_and_listed(change: Change, at: str, lost: str) -> None:
    said = json.loads(json.dumps(WHOLE))
    change(said)

    answer = read(said)

    (problem,) = answer.problems
    assert (problem.at, problem.reason) == (at, "invalid")
    assert lost in problem.text
    assert [len(answer.readings[k]) for k in ("projects", "meetings", "officials")] == [1, 1, 1]


def test_several_wrong_parts_of_one_record_are_each_left_out() -> None:
    said = json.loads(json.dumps(WHOLE))
    people = said["meetings"][0]["participants"]
    people[:0] = [{"roles": ["spoke"]}, 7]
    people[2]["roles"] = ["sang", "spoke", "danced"]

    answer = read(said)

    assert dumped(answer) == WHOLE
    assert [p.at for p in answer.problems] == [
        "/meetings/0/participants/0/roles",
        "/meetings/0/participants/0/roles",
        "/meetings/0/participants",
        "/meetings/0/participants",
    ]


def test_a_missing_list_is_a_problem_not_an_empty_page() -> None:
    answer = read({"projects": [], "officials": []})

    assert [(p.at, p.reason) for p in answer.problems] == [("", "invalid")]
    assert "'meetings'" in answer.problems[0].message


@pytest.mark.parametrize("cut", range(2, len(json.dumps(WHOLE, ensure_ascii=False))))
def test_a_cut_off_answer_keeps_whole_records_wherever_it_breaks(cut: int) -> None:
    text = json.dumps(WHOLE, ensure_ascii=False)[:cut]

    answer = read(text, "length")

    assert answer.problems[0].reason == "truncated"
    for plural, records in dumped(answer).items():
        assert records in ([], WHOLE[plural])


@pytest.mark.parametrize(
    ("content", "finish", "message", "reason", "said"),
    [
        ("", "stop", {}, "failed", "empty"),
        (None, "stop", {}, "failed", "empty"),
        ("", "length", {}, "truncated", "broke off"),
        ("不行", "stop", {}, "failed", "no JSON"),
        ("[1]", "stop", {}, "failed", "no object"),
        ("[" * 100_000, "stop", {}, "failed", "no JSON"),
        (None, "stop", {"refusal": "I cannot"}, "refused", "I cannot"),
        ("{}", "content_filter", {}, "refused", "filter"),
    ],
)
def test_what_is_no_answer_is_an_error_that_says_what_it_is(
    content: str | None, finish: str, message: dict[str, str], reason: str, said: str
) -> None:
    with pytest.raises(AnswerError, match=said) as caught:
        read(content, finish, **message)

    assert caught.value.reason == reason


NO_ANSWERS: list[dict[str, Any]] = [{}, {"choices": []}, {"choices": None}, {"choices": [{}]}]


@pytest.mark.parametrize("body", NO_ANSWERS)
def test_a_completion_without_an_answer_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(AnswerError):
        read_answer(body, KINDS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "type", "posts", "roles", "evidence", "date", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("projects", "meetings", "officials"), JSON)))
def test_no_json_makes_reading_fail_and_nothing_vanishes_unmentioned(said: dict[str, Any]) -> None:
    answer = read(said)

    for plural, items in said.items():
        if isinstance(items, list):
            lost = sum(problem.at == f"/{plural}" for problem in answer.problems)
            assert len(answer.readings[plural]) + lost == len(cast("list[Any]", items))
