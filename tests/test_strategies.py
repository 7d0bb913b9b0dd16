"""How pages are asked for: what is sent, what comes of it, and that it is recorded and found again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from hyllm import Extraction, Extractor, Page
from hyllm.answers import read_answer, united
from hyllm.errors import StaleRecording, UsageError
from hyllm.files import shipped
from hyllm.kinds import KINDS
from hyllm.prompting import prompt_hash, request_key, system_prompt
from hyllm.recordings import Recordings, loads
from hyllm.schemas import Meeting, Project
from hyllm.strategies import STRATEGIES, plans
from hyllm.tokens import estimate_tokens
from tests.conftest import Endpoint, Reply

ALL = tuple(KINDS.values())
PAGE = Page(
    "新塘铜业园昨日开工，总投资3亿元。县长林子安出席动员会。湘江桥2020年竣工。", "p1", issue_date="2022-03-18"
)
PROJECT = {"name": "新塘铜业园", "milestones": [{"stage": "started", "status": "reached"}], "evidence": [1]}
MEETING = {"name": "动员会", "type": "conference", "evidence": [2]}
OFFICIAL = {"name": "林子安", "posts": [{"title": "县长", "status": "holds"}], "evidence": [2]}
USAGE = {"prompt_tokens": 100, "completion_tokens": 10}
PREFIX_TOKENS = 8000


def said(**lists: Any) -> str:
    return json.dumps({"projects": [], "meetings": [], "officials": [], **lists}, ensure_ascii=False)


def reply(content: str | None, **options: Any) -> Reply:
    return Reply(content, usage=USAGE, **options)


def extractor(endpoint: Endpoint, **options: Any) -> Extractor:
    return Extractor("m", base_url=endpoint.url, **options)


def asked_for(body: dict[str, Any]) -> str:
    """The plurals whose rules stand in the prompt."""
    prompt: str = body["messages"][0]["content"]
    return " ".join(kind.hyllm.plural for kind in ALL if f" {kind.hyllm.plural}\n" in prompt)


def by_kind(body: dict[str, Any]) -> Reply:
    answers = {"projects": PROJECT, "meetings": MEETING, "officials": OFFICIAL}
    plural = asked_for(body)
    return reply(json.dumps({plural: [answers[plural]]}, ensure_ascii=False))


def names(result: Extraction) -> list[str]:
    return [str(getattr(record, "name", "")) for some in result.records.values() for record in some]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_what_every_page_begins_with_stays_short_enough_to_be_worth_it(strategy: Any) -> None:
    """By hyllm's estimate, which for prompts is within 5 % of Qwen2.5's tokenizer."""
    for plan in plans(strategy, ALL, None):
        assert 1024 < estimate_tokens(plan.prompt) * 1.05 < PREFIX_TOKENS, plan.kinds


def test_the_default_strategy_sends_the_bodies_that_are_recorded() -> None:
    recorded = loads(
        (shipped("cassettes", "demo") / "page" / "hyrb-2022-03-18-1.yaml").read_text("utf-8"), "demo"
    )
    text = (shipped("samples") / "hyrb-2022-03-18-1.txt").read_text(encoding="utf-8")
    asking = Extractor(replay=shipped("cassettes", "demo"))

    (request,) = asking.requests(Page(text))

    assert asking.strategy == "page"
    assert request_key(request.body) == recorded[0].key
    assert prompt_hash(system_prompt(ALL)) == hashlib.sha256(system_prompt(ALL).encode()).hexdigest()


def test_kind_asks_once_a_kind_with_that_kinds_prompt(endpoint: Endpoint) -> None:
    endpoint.answer = by_kind

    result = extractor(endpoint, strategy="kind").extract(PAGE)

    assert sorted(map(asked_for, endpoint.bodies)) == ["meetings", "officials", "projects"]
    assert names(result) == ["新塘铜业园", "动员会", "林子安"]
    assert result.status == "done"
    assert (result.usage.requests, result.usage.prompt_tokens, result.usage.completion_tokens) == (3, 300, 30)
    assert result.provenance["strategy"] == "kind"
    assert len(set(result.provenance["request_keys"])) == 3


def test_requests_of_a_page_run_at_once_but_never_more_than_wished(endpoint: Endpoint) -> None:
    running: list[int] = []
    most: list[int] = []

    def slow(body: dict[str, Any]) -> Reply:
        running.append(1)
        most.append(len(running))
        found = by_kind(body)
        endpoint.stopping.wait(0.1)
        running.pop()
        return found

    endpoint.answer = slow
    extractor(endpoint, strategy="kind").extract(PAGE)
    at_once = max(most)
    most.clear()
    extractor(endpoint, strategy="kind", concurrency=2).map([PAGE, Page(PAGE.text, "p2")])

    assert at_once == 3
    assert max(most) == 2


def test_a_kind_without_answer_costs_that_kind(endpoint: Endpoint) -> None:
    def refusing(body: dict[str, Any]) -> Reply:
        return reply(None, message={"refusal": "no"}) if asked_for(body) == "meetings" else by_kind(body)

    endpoint.answer = refusing
    result = extractor(endpoint, strategy="kind").extract(PAGE)

    assert result.status == "partial"
    assert names(result) == ["新塘铜业园", "林子安"]
    assert result.to_json()["meetings"] == []
    (problem,) = [p for p in result.problems if p.reason == "refused"]
    assert problem.message.startswith("meetings: ")


def test_no_answer_to_any_kind_is_a_failed_page(endpoint: Endpoint) -> None:
    endpoint.replies[:] = [Reply(status=401, body={})]

    result = extractor(endpoint, strategy="kind").extract(PAGE)

    assert result.status == "failed"
    assert result.error is not None
    assert result.error.exit_code == 5


def test_each_kinds_further_turns_hang_on_its_own_request(endpoint: Endpoint, tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> Reply:
        first = len(body["messages"]) == 2
        return reply("抱歉") if first and asked_for(body) == "officials" else by_kind(body)

    endpoint.answer = answer
    live = extractor(endpoint, strategy="kind", record=tmp_path).extract(PAGE)
    replayed = Extractor(replay=tmp_path).extract(PAGE)

    kept = loads((tmp_path / "kind" / "p1.yaml").read_text(encoding="utf-8"), "p1")
    assert [asked_for(one.request) for one in kept] == ["projects", "meetings", "officials", "officials"]
    assert kept[3].turn == (kept[2].key, 1)
    assert live.records == replayed.records
    assert live.usage == replayed.usage
    assert replayed.provenance["answers"] == "replayed"


def test_kinds_recorded_one_after_the_other_are_all_kept(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.answer = by_kind
    for kind in ("official", "project"):
        extractor(endpoint, strategy="kind", kinds=[kind], record=tmp_path).extract(PAGE)
    both = Extractor(replay=tmp_path).extract(PAGE)
    one = Extractor(replay=tmp_path, kinds=["project"]).extract(PAGE)

    assert len(endpoint.bodies) == 2
    assert (names(both), names(one)) == (["林子安", "新塘铜业园"], ["新塘铜业园"])


def test_a_changed_prompt_of_one_kind_asks_for_that_kind_alone(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.answer = by_kind
    suite, own = tmp_path / "suite", tmp_path / "prompts"
    extractor(endpoint, strategy="kind", record=suite).extract(PAGE)
    (own / "meeting").mkdir(parents=True)
    (own / "meeting" / "rules.md").write_text("## 会议 meetings\n只要动员会。", encoding="utf-8")

    stale = Extractor(replay=suite, prompts=own).extract(PAGE)
    again = extractor(endpoint, strategy="kind", record=suite, prompts=own).extract(PAGE)

    assert isinstance(stale.error, StaleRecording)
    assert "  -**是**：人们聚到一处的一次场合" in str(stale.error), "it is told by the request for meetings"
    assert "--strategy kind --record" in str(stale.error)
    assert [asked_for(body) for body in endpoint.bodies[3:]] == ["meetings"]
    assert names(again) == ["新塘铜业园", "动员会", "林子安"]


def test_a_second_look_asks_about_what_stands_in_no_record(endpoint: Endpoint) -> None:
    more: dict[str, Any] = {"name": "新塘铜业园", "investment": "3亿元", "evidence": [1]}
    more["milestones"] = [{"stage": "started", "status": "reached", "date": {"text": "昨日"}}]
    endpoint.replies[:] = [
        reply(said(projects=[PROJECT], officials=[OFFICIAL])),
        reply(said(projects=[more])),
    ]

    result = extractor(endpoint, strategy="second").extract(PAGE)

    first, second = endpoint.bodies
    assert second["messages"][:2] == first["messages"]
    answered, question = (message["content"] for message in second["messages"][2:])
    assert json.loads(answered) == {"projects": [PROJECT], "meetings": [], "officials": [OFFICIAL]}
    assert "\n[1]昨日；3亿元\n[3]2020年\n" in question
    assert "林子安" not in question
    (project,) = result.projects
    assert project.investment is not None
    assert [(m.stage, m.date and m.date.edtf) for m in project.milestones] == [("started", "2022-03-17")]
    assert result.status == "done"
    assert result.usage.requests == 2


def test_nothing_is_sent_where_nothing_is_unclaimed(endpoint: Endpoint) -> None:
    endpoint.replies[:] = [reply(said(officials=[{"name": "林子安", "evidence": [1]}]))]

    result = extractor(endpoint, strategy="second").extract(Page("县长林子安出席。", "p1"))

    assert result.unclaimed == ()
    assert len(endpoint.bodies) == 1


@pytest.mark.parametrize(
    ("second", "requests"),
    [
        (reply("没有要补的。"), 2),
        (reply(said(projects=[{"name": "湘江桥"}])[:-30], finish="length"), 2),
        (reply(None, finish="content_filter"), 2),
        (Reply(status=400, body={"error": {"message": "too long"}}), 1),
    ],
)
def test_a_second_look_that_fails_loses_nothing_and_is_not_repeated(
    endpoint: Endpoint, second: Reply, requests: int
) -> None:
    endpoint.replies[:] = [reply(said(projects=[PROJECT])), second]

    result = extractor(endpoint, strategy="second").extract(PAGE)

    assert len(endpoint.bodies) == 2
    assert result.usage.requests == requests
    assert "新塘铜业园" in names(result)
    assert (result.status, result.error) == ("partial", None)
    (problem,) = [p for p in result.problems if not p.at]
    assert problem.reason == "invalid"
    assert problem.message.startswith("the second look ")


def test_a_second_look_is_found_again_whatever_was_asked_before_it(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    faulty = OFFICIAL | {"posts": [{"title": "县长", "status": "rules"}]}
    endpoint.replies[:] = [
        reply(said(officials=[faulty])),
        reply(said(officials=[OFFICIAL])),
        reply(said(projects=[PROJECT])),
    ]
    live = extractor(endpoint, strategy="second", record=tmp_path).extract(PAGE)

    replayed = Extractor(replay=tmp_path).extract(PAGE)
    without_mending = Extractor(replay=tmp_path, ask_again=False).extract(PAGE)

    kept = loads((tmp_path / "second" / "p1.yaml").read_text(encoding="utf-8"), "p1")
    assert [one.turn and one.turn.number for one in kept] == [None, 0, 1]
    assert live.records == replayed.records
    assert replayed.provenance["strategy"] == "second"
    assert [project.name for project in without_mending.projects] == ["新塘铜业园"]


def test_strategies_do_not_share_recordings(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.replies[:] = [reply(said(projects=[PROJECT]))]
    for strategy in ("page", "second"):
        extractor(endpoint, strategy=strategy, record=tmp_path).extract(PAGE)

    assert Extractor(replay=tmp_path).strategy == "page"
    assert Extractor(replay=tmp_path, strategy="second").extract(PAGE).status == "done"
    assert Recordings(tmp_path, "second").meta().prompt_hash != Recordings(tmp_path).meta().prompt_hash


def test_of_several_strategies_without_the_default_one_must_be_named(tmp_path: Path) -> None:
    for strategy in ("kind", "second"):
        (tmp_path / strategy).mkdir()
        (tmp_path / strategy / "meta.yaml").touch()

    with pytest.raises(UsageError, match="kind and second; say which with --strategy"):
        Extractor(replay=tmp_path)
    with pytest.raises(UsageError, match="unknown strategy 'article'; there are page, kind, second"):
        Extractor(replay=tmp_path, strategy="article")  # pyright: ignore[reportArgumentType]


def test_a_recording_of_all_kinds_says_so_when_one_is_asked_for(endpoint: Endpoint, tmp_path: Path) -> None:
    extractor(endpoint, record=tmp_path).extract(PAGE)

    error = Extractor(replay=tmp_path, kinds=["official"]).extract(PAGE).error

    assert isinstance(error, StaleRecording)
    assert "it was asked for project, meeting, official at once, not for official." in str(error)
    assert "Leave --kind out" in str(error)


def supplemented(kind: Any, known: list[Any], more: list[Any]) -> tuple[list[Any], list[str]]:
    """Both lists as one answer and a supplement, united; and the conflicts."""
    plural = kind.hyllm.plural
    first, later = (
        read_answer({"choices": [{"message": {"content": json.dumps({plural: items})}}]}, (kind,))
        for items in (known, more)
    )
    found = united(first, later, (kind,), supplements=True).answer
    told = [r.model_dump(exclude_defaults=True) for r in found.readings[plural]]
    return told, [problem.at for problem in found.problems]


BOTH = [{"date": {"text": "昨日"}}, {"date": {"text": "今日"}}]
SPOKE = {"participants": [{"name": "林子安", "roles": ["spoke"]}]}
SIGNED = {
    "participants": [{"name": "林子安", "roles": ["signed"]}, {"name": "方自强", "roles": ["attended"]}]
}
BOTH_ROLES = {"participants": [{"name": "林子安", "roles": ["spoke", "signed"]}, SIGNED["participants"][1]]}
SUPPLEMENTS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]] = {
    "a date filled in": ([{"place": "县城"}], BOTH[:1], [BOTH[0] | {"place": "县城"}]),
    "a date left out": (BOTH[:1], [{"place": "县城"}], [BOTH[0] | {"place": "县城"}]),
    "another day": (BOTH[:1], BOTH[1:], BOTH),
    "of either, so of neither": (BOTH, [{"place": "县城"}], [*BOTH, {"place": "县城"}]),
    "another name": ([{}], [{"name": "年会"}], [{}, {"name": "年会"}]),
    "roles and persons": ([SPOKE], [SIGNED], [BOTH_ROLES]),
}


@pytest.mark.parametrize("case", SUPPLEMENTS)
def test_a_supplement_goes_into_the_meeting_it_names(case: str) -> None:
    known, more, expected = SUPPLEMENTS[case]
    base = {"name": "动员会", "type": "conference"}

    found, conflicts = supplemented(Meeting, [base | one for one in known], [base | one for one in more])

    assert found == [base | one for one in expected]
    assert conflicts == []


def test_a_supplement_contradicts_nothing_silently() -> None:
    base = {"name": "新塘铜业园", "investment": "3亿元"}
    dated = {"stage": "started", "status": "reached", "date": {"text": "昨日"}}
    expected = {"stage": "operating", "status": "expected", "date": {"text": "明年"}}

    found, conflicts = supplemented(
        Project,
        [base | {"milestones": [{"stage": "started", "status": "reached"}]}],
        [base | {"investment": "5亿元", "milestones": [dated, expected]}],
    )

    assert found == [base | {"milestones": [dated, expected]}]
    assert conflicts == ["/projects/0/investment"]
