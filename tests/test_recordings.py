"""Recordings: what is written, what is found again, and what a stale one says."""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.errors import RecordingError, StaleRecording, UsageError
from hyllm.prompting import request_key
from hyllm.recordings import Interaction, Meta, Recordings, Turn, dumps, explain, loads

META = Meta("m-1", "hyllm relay", "2022-03-18", ("project",), "p" * 64, "s" * 64, {"wire": "json_object"})


def request(content: str = "甲\n乙", model: str = "m-1") -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": content}]}


def interaction(**changed: Any) -> Interaction:
    answer = {"choices": [{"message": {"content": '{"projects":[]}'}}]}
    return replace(Interaction("http://127.0.0.1:1/v1/chat/completions", request(), answer), **changed)


def test_a_recording_is_read_back_as_it_was_written() -> None:
    one = interaction(headers={"content-type": "application/json"})
    other = interaction(answer="no JSON", status=200)

    assert loads(dumps([one, other]), "x") == [one, other]


def test_chinese_is_chinese_and_text_of_several_lines_is_a_block() -> None:
    text = dumps([interaction(request=request("第一行\n第二行"))])

    assert "content: |-\n          第一行\n          第二行" in text


def test_secrets_and_volatile_headers_are_not_written() -> None:
    headers = {"Authorization": "Bearer sk-secret", "Set-Cookie": "sid=1", "Date": "now", "Retry-After": "3"}

    text = dumps([interaction(uri="https://joe:pw@h.example:99/v1/x?api-key=sk-secret#f", headers=headers)])

    for secret in ("sk-secret", "joe", "pw@", "sid=1", "now"):
        assert secret not in text
    assert "uri: https://h.example:99/v1/x\n" in text
    assert "retry-after" in text


def test_a_recording_answers_the_same_request_from_any_host(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction())

    found = Recordings(tmp_path).get("p1", request())

    assert found.answer == interaction().answer


def test_pages_in_folders_have_recordings_in_folders(tmp_path: Path) -> None:
    Recordings(tmp_path).add("2020/07/p1", interaction())

    assert (tmp_path / "page" / "2020" / "07" / "p1.yaml").is_file()


@pytest.mark.parametrize("page", ["../p1", "/etc/p1", "meta"])
def test_a_page_id_cannot_lead_out_of_the_folder(tmp_path: Path, page: str) -> None:
    with pytest.raises(UsageError, match="cannot name a recording"):
        Recordings(tmp_path).add(page, interaction())


def test_a_stale_recording_says_what_has_changed(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction())

    with pytest.raises(StaleRecording, match=r"the page(.|\n)*-.*乙(.|\n)*\+.*丙"):
        Recordings(tmp_path).get("p1", request("甲\n丙"))
    with pytest.raises(StaleRecording, match="the model"):
        Recordings(tmp_path).get("p1", request(model="m-2"))


def test_a_page_that_is_not_recorded_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"p1: not recorded"):
        Recordings(tmp_path).get("p1", request())


def test_a_new_answer_replaces_what_was_recorded_of_another_request(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction(request=request("旧")))
    recordings = Recordings(tmp_path)

    recordings.add("p1", interaction(request=request("新")))
    recordings.add("p1", interaction(request=request("再")))

    kept = loads((tmp_path / "page" / "p1.yaml").read_text(encoding="utf-8"), "p1")
    assert [one.request["messages"][0]["content"] for one in kept] == ["新", "再"]


def test_meta_is_written_once_for_the_same_prompt_and_model(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recordings.begin(META)
    later = replace(META, recorded="2023-01-01")

    recordings.begin(later)
    assert recordings.meta() == META

    recordings.begin(replace(later, prompt_hash="q" * 64))
    assert (recordings.meta().prompt_hash, recordings.meta().recorded) == ("q" * 64, "2023-01-01")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch pwned']",
        "interactions: [!!python/object/apply:os.system ['touch pwned']]",
        "interactions: 7",
        "interactions: [{}]",
        "[]",
        "",
        "interactions: [",
        "a: &a [*a]",
        "interactions: &a [*a, *a]",
        "[" * 5_000,
        "interactions: " + "[" * 5_000,
        "interactions: [{request: {uri: x, json: {}, turn: 7}, response: {json: {}, status: {code: 200}, headers: {}}}]",
    ],
)
def test_a_hostile_or_broken_recording_is_an_error_and_runs_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(RecordingError, match="p1"):
        loads(text, "p1")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_recordings_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"no recordings in .*meta\.yaml is missing"):
        Recordings(tmp_path).meta()


def test_broken_meta_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "meta.yaml").write_text("model: m-1\n", encoding="utf-8")

    with pytest.raises(RecordingError, match="cannot be read"):
        Recordings(tmp_path).meta()


def test_a_changed_parameter_is_named() -> None:
    assert explain({"temperature": 0}, {"temperature": 1, "seed": 2}).startswith(
        "Changed since: temperature, seed."
    )


def test_the_file_is_yaml_any_tool_reads(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction())

    tree = yaml.safe_load((tmp_path / "page" / "p1.yaml").read_text(encoding="utf-8"))

    assert tree["version"] == 1
    assert tree["interactions"][0]["request"]["json"] == request()


WHOLE = dumps([interaction(), interaction(turn=Turn("0" * 64, 1))])


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 9), st.text("{}[]:-'*&!\n x", max_size=3)),
        max_size=3,
    )
)
def test_a_recording_damaged_at_random_is_read_or_refused(damages: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for place, length, put in damages:
        text = text[:place] + put + text[place + length :]

    with contextlib.suppress(RecordingError):
        assert all(isinstance(one, Interaction) for one in loads(text, "p1"))


def test_a_turn_is_found_by_its_first_request_and_number_whatever_it_says(tmp_path: Path) -> None:
    first = interaction()
    turn = Turn(str(first.key), 1)
    Recordings(tmp_path).add("p1", first)
    recordings = Recordings(tmp_path)
    recordings.get("p1", request())

    recordings.add("p1", interaction(request=request("再说"), turn=turn))

    found = Recordings(tmp_path)
    assert found.get("p1", request("另外的话"), turn).request == request("再说")
    assert found.find("p1", request()) == first
    with pytest.raises(RecordingError, match="further turn 2: not recorded"):
        found.get("p1", request(), Turn(str(first.key), 2))


def test_what_no_file_can_hold_is_replaced_when_it_is_written(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction(answer={"content": "洣\ud800水\x1b\u2028"}))

    assert Recordings(tmp_path).get("p1", request()).answer == {"content": "洣\ufffd水\x1b\u2028"}


def test_a_stale_recording_says_how_to_record_anew(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction())

    with pytest.raises(StaleRecording) as caught:
        Recordings(tmp_path).get("p1", request("丁"))

    assert str(caught.value).endswith(f"Record it anew with hyllm extract … --record {tmp_path}")


def test_a_stale_recording_is_given_where_it_will_do(tmp_path: Path) -> None:
    Recordings(tmp_path).add("p1", interaction())
    body = request()
    body["messages"] = [{"role": "system", "content": "新的说明"}, *body["messages"]]
    recordings = Recordings(tmp_path, stale_too=True)

    found = recordings.get("p1", body)

    assert found.request == request()
    assert "the prompt" in recordings.stale["p1"]
    with pytest.raises(StaleRecording) as raised:  # of another page, the answer would cite other units
        recordings.get("p1", request("甲\n丙"))
    assert "the page" in raised.value.changes


def test_further_turns_of_a_stale_recording_are_found(tmp_path: Path) -> None:
    first = interaction()
    turn = Turn(request_key(first.request), 1)
    Recordings(tmp_path).add("p1", first)
    recordings = Recordings(tmp_path)
    recordings.find("p1", first.request)
    recordings.add("p1", interaction(turn=turn))
    body = request()
    body["messages"] = [{"role": "system", "content": "新的说明"}, *body["messages"]]

    stale = Recordings(tmp_path, stale_too=True)
    stale.get("p1", body)

    assert stale.get("p1", request("续"), Turn(request_key(body), 1)).turn == turn


def test_of_several_recorded_requests_the_likest_is_given(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    user = request()["messages"]
    for words in ("甲类\n规则一\n规则二", "乙类\n规则三\n规则四"):
        body = request() | {"messages": [{"role": "system", "content": words}, *user]}
        recordings.add("p1", interaction(request=body))
    today = request() | {"messages": [{"role": "system", "content": "甲类\n规则一\n规则五"}, *user]}

    found = Recordings(tmp_path, stale_too=True).get("p1", today)

    assert "规则二" in found.request["messages"][0]["content"]


def test_a_digest_follows_the_recordings(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    recordings.add("p1", interaction())
    before = recordings.digest(["p1"])
    assert Recordings(tmp_path).digest(["p1"]) == before

    recordings.add("p1", interaction(request=request(model="m-2")))
    assert recordings.digest(["p1"]) != before
