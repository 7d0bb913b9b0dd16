"""Reading an answer: what is whole is kept, what is not is listed."""

import contextlib
import json
import time
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
        "cost_usd": None,
        "prices_of": None,
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
        "好的，如下：{} 以上。",
        '<think>先写 {{"projects": [1]}} 试试</think>{}',
        "<think>没有写完的念头 {}",
        "念头，开头的标记没有了</think>\n{}",
        '<think>草稿 {{"projects": [{{"name": \n</think>\n{}',
        '{{"answer": {}}}',
        "[{}]",
        "/* 注 */ {} // 完",
    ],
)
def test_fences_and_thoughts_around_the_answer_are_taken_off(around: str) -> None:
    text = around.replace("{}", json.dumps(WHOLE)).replace("{{", "{").replace("}}}", "}}")

    assert dumped(read(text)) == WHOLE


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ("]}", "],}"),
        ("}]", "},]"),
        ("}]", "}, // 一条\n ]"),
        ("{", "{ /* 注：} ] */ "),
        ("洣水桥", "洣水\n桥"),
        ("洣水桥", "洣水\x01桥"),
        ("洣水桥", "洣//水/*桥*/"),
        ("洣水桥", "洣,]水,}桥"),
        ("洣水桥", "洣\\ud800水"),
        ("洣水桥", "洣\\ud83d\\ude00水"),
        ("洣水桥", "洣\ud800水"),
    ],
)
def test_what_has_one_meaning_is_mended_and_strings_stay(change: str, to: str) -> None:
    answer = read(json.dumps(WHOLE, ensure_ascii=False).replace(change, to))

    expected = json.loads(json.dumps(WHOLE))
    if change == "洣水桥":
        said = (
            to.replace("\\ud83d\\ude00", "\U0001f600")
            .replace("\\ud800", "\ufffd")
            .replace("\ud800", "\ufffd")
        )
        expected["projects"][0]["name"] = said
    assert dumped(answer) == expected
    assert answer.problems == ()


WAYS: list[dict[str, Any]] = [
    {"tool_calls": [{"function": {"name": "page", "arguments": json.dumps(WHOLE)}}]},
    {"tool_calls": [{"function": {"name": "page", "arguments": WHOLE}}]},
    {"content": [{"type": "text", "text": json.dumps(WHOLE)}]},
    {"content": json.dumps(json.dumps(WHOLE))},
    {"content": json.dumps({kind: json.dumps(some) for kind, some in WHOLE.items()})},
    {"content": json.dumps({kind: some[0] for kind, some in WHOLE.items()})},
]


@pytest.mark.parametrize("message", WAYS)
def test_an_answer_is_found_wherever_an_endpoint_puts_it(message: dict[str, Any]) -> None:
    answer = read_answer({"choices": [{"message": message, "finish_reason": "stop"}]}, KINDS)

    assert dumped(answer) == WHOLE
    assert answer.problems == ()


def test_an_answer_that_breaks_off_without_saying_so_is_seen() -> None:
    answer = read(json.dumps(WHOLE)[:-30], "stop")

    assert [problem.reason for problem in answer.problems][:1] == ["truncated"]
    assert answer.unfinished == (Official,)


def test_a_whole_answer_that_ran_on_to_the_limit_is_whole() -> None:
    answer = read(json.dumps(WHOLE) + "\n\n" + "啊" * 50, "length")

    assert dumped(answer) == WHOLE
    assert answer.problems == ()


def test_what_came_before_the_filter_is_kept() -> None:
    answer = read(json.dumps(WHOLE)[:-30], "content_filter")

    assert [problem.reason for problem in answer.problems][:1] == ["refused"]
    assert len(answer.readings["meetings"]) == 1
    assert answer.unfinished == ()


HEAVY = [
    '{"projects":[' * 40_000,
    '{"projects":[' + "[" * 200_000,
    "{" * 300_000,
    '{"projects":"' + '\\"' * 300_000,
    '{"projects":' + "/*" * 300_000,
    '{"projects":[' + ", " * 300_000,
    '{"projects":[' + '"",' * 50_000,
    "<think>" * 100_000,
    "```json\n" * 100_000,
]


@pytest.mark.parametrize("content", HEAVY, ids=lambda content: content[:14])
def test_hostile_answers_are_read_in_linear_time(content: str) -> None:
    begun = time.process_time()

    with contextlib.suppress(AnswerError):
        read(content)

    assert time.process_time() - begun < 10


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 500),
            st.integers(0, 4),
            st.sampled_from(['"', "{", "}", "]", ",", "\\", "x", "\x1b"]),
        ),
        max_size=4,
    )
)
def test_however_an_answer_is_damaged_reading_it_is_no_fault(damages: list[tuple[int, int, str]]) -> None:
    text = json.dumps(WHOLE, ensure_ascii=False)
    for place, length, put in damages:
        text = text[:place] + put + text[place + length :]

    with contextlib.suppress(AnswerError):
        answer = read(text)
        assert set(answer.readings) == {"projects", "meetings", "officials"}


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


@settings(max_examples=300)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("projects", "meetings", "officials"), JSON)))
def test_no_json_makes_reading_fail_and_nothing_vanishes_unmentioned(said: dict[str, Any]) -> None:
    answer = read(said)

    for plural, items in said.items():
        if isinstance(items, list):
            lost = sum(problem.at == f"/{plural}" for problem in answer.problems)
            assert len(answer.readings[plural]) + lost == len(cast("list[Any]", items))


def test_keys_in_another_case_are_keys() -> None:
    said = {
        "PROJECTS": [
            {
                "Name": "甲园",
                "Milestones": [{"STAGE": "started", "status": "reached", "Date": {"Text": "昨日"}}],
            }
        ],
        "meetings": [],
        "Officials": [{"NAME": "林子安", "name": "方自强"}],
    }

    found = read(json.dumps(said))

    (project,) = found.readings["projects"]
    assert project.model_dump(exclude_defaults=True) == {
        "name": "甲园",
        "milestones": [{"stage": "started", "status": "reached", "date": {"text": "昨日"}}],
    }
    (official,) = found.readings["officials"]
    assert official.model_dump()["name"] == "方自强", "a key as it was asked for comes first"
    assert [problem.at for problem in found.problems] == ["/officials/0"]


def test_a_cut_off_answer_in_another_case_is_found_behind_talk() -> None:
    found = read('好的：{"Projects": [{"Name": "甲园"}, {"Na')

    assert [getattr(one, "name", None) for one in found.readings["projects"]] == ["甲园"]


def test_a_part_that_lacks_two_keys_costs_neither_its_neighbour_nor_its_record() -> None:
    posts = [{"organisation": "县委"}, {"title": "县长", "status": "holds"}, {"organisation": "县委"}]

    found = read({**WHOLE, "officials": [{"name": "方自强", "posts": posts, "evidence": [2]}]})

    (official,) = found.readings["officials"]
    assert [post["title"] for post in official.model_dump()["posts"]] == ["县长"]
    assert [problem.at for problem in found.problems] == ["/officials/0/posts"] * 2
