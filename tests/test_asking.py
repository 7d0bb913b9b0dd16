"""Asking again: only what failed, at most twice, never the same, and nothing that came is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hyllm import Extraction, Extractor, Page
from tests.conftest import Endpoint, Reply

PAGE = Page("新塘铜业园开工。湘江桥竣工。林子安出席。方自强讲话。", "p1")
PROJECT, OTHER = {"name": "新塘铜业园", "evidence": [1]}, {"name": "湘江桥", "evidence": [2]}
OFFICIAL = {"name": "林子安", "evidence": [3]}
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 60}}


def said(**lists: Any) -> str:
    return json.dumps({"projects": [], "meetings": [], "officials": [], **lists}, ensure_ascii=False)


def reply(content: str | None, finish: str = "stop") -> Reply:
    return Reply(content, finish=finish, usage=USAGE)


def extract(endpoint: Endpoint, *replies: Reply, **options: Any) -> Extraction:
    endpoint.replies[:] = replies
    return Extractor("m", base_url=endpoint.url, **options).extract(PAGE)


def names(result: Extraction) -> dict[str, list[str]]:
    return {plural: [str(getattr(r, "name", "")) for r in some] for plural, some in result.records.items()}


def last_words(body: dict[str, Any]) -> str:
    return body["messages"][-1]["content"]


def test_a_record_without_the_right_form_is_asked_for_again_and_replaced(endpoint: Endpoint) -> None:
    faulty = {"name": "林子安", "posts": [{"title": "县长", "status": "rules"}], "evidence": [3]}
    mended = {"name": "林子安", "posts": [{"title": "县长", "status": "holds"}], "evidence": [3]}

    result = extract(
        endpoint, reply(said(projects=[PROJECT], officials=[faulty])), reply(said(officials=[mended]))
    )

    assert result.status == "done"
    assert [p.reason for p in result.problems if p.reason == "invalid"] == []
    assert len(result.officials[0].posts) == 1
    assert names(result) == {"projects": ["新塘铜业园"], "meetings": [], "officials": ["林子安"]}
    first, further = endpoint.bodies
    assert further["messages"][:2] == first["messages"], "prompt and page stay, so that they are cached"
    assert [message["role"] for message in further["messages"]] == ["system", "user", "assistant", "user"]
    assert json.loads(further["messages"][2]["content"]) == {"officials": [faulty]}
    assert "officials「林子安」：posts.0.status: " in last_words(further)
    assert "新塘铜业园" not in last_words(further)
    assert len(last_words(further)) < 500


def test_what_stays_wrong_is_asked_for_twice_and_then_marked(endpoint: Endpoint) -> None:
    faulty = {"name": "林子安", "posts": [{"title": "县长", "status": "rules"}], "evidence": [3]}

    result = extract(endpoint, reply(said(officials=[faulty])))

    assert len(endpoint.bodies) == 3
    assert result.status == "partial"
    assert [p.at for p in result.problems if p.reason == "invalid"] == ["/officials/0/posts"]
    assert names(result)["officials"] == ["林子安"]


def test_a_field_nobody_asked_for_is_not_worth_a_request(endpoint: Endpoint) -> None:
    result = extract(endpoint, reply(said(projects=[PROJECT | {"colour": "红"}])))

    assert len(endpoint.bodies) == 1
    assert [p.reason for p in result.problems if p.at.startswith("/projects")][:1] == ["invalid"]


def test_a_record_of_which_nothing_was_left_comes_back(endpoint: Endpoint) -> None:
    result = extract(
        endpoint, reply(said(projects=[PROJECT, {"evidence": [2]}])), reply(said(projects=[OTHER]))
    )

    assert result.status == "done"
    assert names(result)["projects"] == ["新塘铜业园", "湘江桥"]


def test_the_rest_of_a_cut_off_answer_is_asked_for_and_nothing_else(endpoint: Endpoint) -> None:
    cut = said(projects=[PROJECT, OTHER])[: -len('"evidence": [2]}], "meetings": [], "officials": []}')]

    result = extract(
        endpoint,
        reply(cut, "length"),
        reply(said(projects=[OTHER], officials=[OFFICIAL])),
        wire="json_schema",
    )

    assert result.status == "done"
    assert names(result) == {"projects": ["新塘铜业园", "湘江桥"], "meetings": [], "officials": ["林子安"]}
    assert "不要再报的projects：新塘铜业园" in last_words(endpoint.bodies[1])


def test_kinds_that_are_whole_are_not_asked_for_again(endpoint: Endpoint) -> None:
    cut = '{"projects": [' + json.dumps(PROJECT) + '], "meetings": [], "off'

    result = extract(endpoint, reply(cut, "length"), reply(said(officials=[OFFICIAL])), wire="json_schema")

    schema = endpoint.bodies[1]["response_format"]["json_schema"]["schema"]
    assert list(schema["properties"]) == ["officials"]
    assert result.status == "done"
    assert names(result)["officials"] == ["林子安"]


def test_what_breaks_off_again_is_asked_for_by_halves(endpoint: Endpoint) -> None:
    halves = [said(projects=[PROJECT]), said(projects=[OTHER], officials=[OFFICIAL])]

    result = extract(endpoint, reply('{"projects": [{"na', "length"), *map(reply, halves))

    assert result.status == "done"
    assert names(result) == {"projects": ["新塘铜业园", "湘江桥"], "meetings": [], "officials": ["林子安"]}
    first, second = (last_words(body) for body in endpoint.bodies[1:])
    assert "[1]到[2]" in first
    assert "[3]到[4]" in second


def test_an_endless_break_off_ends(endpoint: Endpoint) -> None:
    result = extract(endpoint, reply('{"projects": [{"na', "length"))

    assert len(endpoint.bodies) == 7  # whole, two halves, four quarters
    assert len({last_words(body) for body in endpoint.bodies}) == 7, "never the same again"
    assert result.status == "partial"
    assert "truncated" in [problem.reason for problem in result.problems]


@pytest.mark.parametrize("content", ["抱歉，我做不到。", "", None, "[]"])
def test_an_answer_that_cannot_be_read_is_asked_for_anew(endpoint: Endpoint, content: str | None) -> None:
    result = extract(endpoint, reply(content), reply(said(projects=[PROJECT])))

    assert result.status == "done"
    assert names(result)["projects"] == ["新塘铜业园"]


def test_unescaped_quotes_in_mid_answer_cost_what_follows_and_that_is_asked_for(endpoint: Endpoint) -> None:
    broken = said(projects=[PROJECT, {"name": "所谓Q五上Q工程"}], officials=[OFFICIAL]).replace("Q", '"')

    result = extract(endpoint, reply(broken), reply(said(projects=[OTHER], officials=[OFFICIAL])))

    assert result.status == "done"
    assert names(result) == {"projects": ["新塘铜业园", "湘江桥"], "meetings": [], "officials": ["林子安"]}


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Reply(status=400, body={"error": {"message": "too long"}}), "failed"),
        (Reply(status=401, body={}), "failed"),
        (Reply(None, finish="content_filter"), "refused"),
    ],
)
def test_a_further_turn_that_fails_loses_nothing_that_came(
    endpoint: Endpoint, failure: Reply, reason: str
) -> None:
    result = extract(endpoint, reply(said(projects=[PROJECT])[:-20], "length"), failure)

    assert result.status == "partial"
    assert names(result)["projects"] == ["新塘铜业园"]
    assert {"truncated", reason} <= {problem.reason for problem in result.problems}


def test_two_answers_that_differ_are_a_conflict(endpoint: Endpoint) -> None:
    one, other = PROJECT | {"investment": "3亿元"}, PROJECT | {"investment": "5亿元"}
    cut = '{"meetings": [], "projects": [' + json.dumps(one) + ", "

    result = extract(endpoint, reply(cut, "length"), reply(said(projects=[other])))

    (conflict,) = [problem for problem in result.problems if problem.reason == "conflict"]
    assert (conflict.at, conflict.text) == ("/projects/0/investment", "5亿元")
    assert result.projects[0].investment is not None
    assert result.projects[0].investment.text == "3亿元"


def test_refusals_and_filters_are_not_argued_with(endpoint: Endpoint) -> None:
    for refusal in (Reply(None, finish="content_filter"), Reply(None, message={"refusal": "no"})):
        endpoint.bodies.clear()
        assert extract(endpoint, refusal).problems[-1].reason == "refused"
        assert len(endpoint.bodies) == 1


def test_usage_is_summed_over_all_answers_the_unreadable_too(endpoint: Endpoint) -> None:
    result = extract(endpoint, reply("抱歉"), reply(said()))
    failed = extract(endpoint, reply("抱歉"))

    assert (result.usage.requests, result.usage.prompt_tokens, result.usage.cached_tokens) == (2, 200, 120)
    assert (failed.status, failed.usage.requests, failed.usage.completion_tokens) == ("failed", 3, 30)


def test_it_can_be_switched_off(endpoint: Endpoint) -> None:
    result = extract(endpoint, reply("抱歉"), ask_again=False)

    assert (result.status, len(endpoint.bodies)) == ("failed", 1)


def test_turns_are_recorded_and_found_again_whatever_words_they_had(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    cut = said(projects=[PROJECT])[:-20]
    suite, prompts = tmp_path / "suite", tmp_path / "prompts"
    (prompts / "again").mkdir(parents=True)
    (prompts / "again" / "rest.md").write_text("余下的：{{kinds}}。{{known}}", encoding="utf-8")

    first = extract(endpoint, reply(cut, "length"), reply(said(officials=[OFFICIAL])), record=suite)
    again = extract(endpoint, Reply(status=500, body={}), record=suite, prompts=prompts)
    replayed = Extractor(replay=suite, prompts=prompts).extract(PAGE)

    assert len(endpoint.bodies) == 2
    assert names(first) == names(again) == names(replayed)
    assert (first.usage, first.status) == (replayed.usage, "done") == (again.usage, again.status)
    assert [r.provenance["answers"] for r in (first, again, replayed)] == ["live", "cached", "replayed"]


def test_a_recording_without_further_turns_is_replayed_as_it_is(endpoint: Endpoint, tmp_path: Path) -> None:
    extract(endpoint, reply(said(projects=[PROJECT])[:-20], "length"), record=tmp_path, ask_again=False)

    replayed = Extractor(replay=tmp_path).extract(PAGE)

    assert replayed.error is None
    assert replayed.status == "partial"
    assert names(replayed)["projects"] == ["新塘铜业园"]


def test_a_further_turn_is_added_beside_a_recorded_first_answer(endpoint: Endpoint, tmp_path: Path) -> None:
    cut = said(projects=[PROJECT])[:-20]
    extract(endpoint, reply(cut, "length"), record=tmp_path, ask_again=False)

    extract(endpoint, reply(said(officials=[OFFICIAL])), record=tmp_path)
    replayed = Extractor(replay=tmp_path).extract(PAGE)

    assert len(endpoint.bodies) == 2
    assert names(replayed)["projects"] == ["新塘铜业园"]
    assert names(replayed)["officials"] == ["林子安"]


def _echo(cut: int, whole: str) -> Callable[[dict[str, Any]], Reply]:
    def answer(body: dict[str, Any]) -> Reply:
        return reply(whole[:cut], "length") if len(body["messages"]) == 2 else reply(whole)

    return answer


WHOLE = said(projects=[PROJECT, OTHER], officials=[OFFICIAL])


@pytest.mark.parametrize("cut", range(0, len(WHOLE), 7))
def test_wherever_an_answer_breaks_off_the_page_is_whole_in_the_end(endpoint: Endpoint, cut: int) -> None:
    endpoint.answer = _echo(cut, WHOLE)

    result = Extractor("m", base_url=endpoint.url).extract(PAGE)

    assert result.status == "done"
    assert names(result) == {"projects": ["新塘铜业园", "湘江桥"], "meetings": [], "officials": ["林子安"]}


def test_two_pages_with_one_text_are_recorded_each_under_its_name(endpoint: Endpoint, tmp_path: Path) -> None:
    pages = [Page(PAGE.text, "a"), Page(PAGE.text, "b")]

    Extractor("m", base_url=endpoint.url, record=tmp_path).map(pages)

    assert [r.status for r in Extractor(replay=tmp_path).map(pages)] == ["done", "done"]
