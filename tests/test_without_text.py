"""Recordings without their page's text: nothing of it is left, and all of it comes back."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hyllm.cli import main
from hyllm.errors import RecordingError, StaleRecording, UsageError
from hyllm.extract import Extractor
from hyllm.files import shipped
from hyllm.prompting import request_key, show_page
from hyllm.recordings import Interaction, PageText, Recordings, Turn, loads
from hyllm.text import split_units

TEXT = "回雁峰下试验田\n本报讯 3月7日上午，雨母山“稻渔共\n生”示范园在蒸湘区开园。示范园总投资1.2亿\n元，占地300亩。"
PAGE = "p1"
BODY: dict[str, Any] = {
    "model": "m-1",
    "messages": [
        {"role": "system", "content": "列出项目。"},
        {"role": "user", "content": show_page(TEXT, split_units(TEXT))},
    ],
}


def interaction(content: str, **changed: Any) -> Interaction:
    answer = {"id": "x", "choices": [{"message": {"role": "assistant", "content": content}}]}
    return replace(Interaction("http://127.0.0.1:1/v1/chat/completions", BODY, answer), **changed)


def recorded(tmp_path: Path, *interactions: Interaction, text: str = TEXT) -> str:
    store = Recordings(tmp_path, without_text=True)
    store.expect(PAGE, text)
    for one in interactions:
        store.add(PAGE, one)
    return (tmp_path / "page" / f"{PAGE}.yaml").read_text(encoding="utf-8")


def replayed(tmp_path: Path, turn: Turn | None = None, text: str = TEXT) -> str:
    store = Recordings(tmp_path)
    store.expect(PAGE, text)
    return store.get(PAGE, BODY, turn).answer["choices"][0]["message"]["content"]


ANSWER = {
    "projects": [
        {
            "name": "雨母山“稻渔共生”示范园",
            "milestones": [{"stage": "operating", "date": {"text": "3月7日上午"}}],
            "investment": "1.2亿元",
            "place": "城南",
            "evidence": [2, 3],
        }
    ]
}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ANSWER, ensure_ascii=False, separators=(",", ":")),
        json.dumps(ANSWER, ensure_ascii=False),
        json.dumps(ANSWER, ensure_ascii=False, indent=2),
        json.dumps(ANSWER),
        "```json\n" + json.dumps(ANSWER, ensure_ascii=False, indent=3) + "\n```",
        json.dumps(ANSWER, ensure_ascii=False)[:70],
        "<think>版上写雨母山“稻渔共生”示范园在蒸湘区开园，应报。</think>"
        + json.dumps(ANSWER, ensure_ascii=False),
        "",
        "没有记录。",
        '{"projects": [], "projects": [1.0, 1e3]}',
        '{"$span": [0, 5], "projects": []}',
        TEXT,
    ],
)
def test_what_was_answered_comes_back_and_the_page_is_gone(tmp_path: Path, content: str) -> None:
    file = recorded(tmp_path, interaction(content))

    assert replayed(tmp_path) == content
    for words in ("稻渔共", "示范园", "蒸湘区", "1.2亿"):
        assert words not in file


def test_a_value_is_a_span_and_what_is_written_otherwise_has_edits(tmp_path: Path) -> None:
    file = recorded(tmp_path, interaction(json.dumps(ANSWER, ensure_ascii=False, separators=(",", ":"))))

    one = loads(file, "x")[0]
    project = one.answer["choices"][0]["message"]["content"]["$json"]["projects"][0]
    start, end = TEXT.index("雨母山"), TEXT.index("在蒸湘区")
    assert project["name"] == {"$span": [start, end], "edits": [[7, 8, ""]]}
    assert project["place"] == "城南"
    assert project["milestones"][0]["stage"] == "operating"
    assert one.request["messages"][1]["content"].keys() == {"$page"}
    assert one.recorded_key == request_key(BODY)


def test_further_turns_are_kept_without_text_too(tmp_path: Path) -> None:
    turn = Turn(request_key(BODY), 1)
    again = {
        **BODY,
        "messages": [*BODY["messages"], {"role": "user", "content": "已收到：雨母山“稻渔共生”示范园"}],
    }

    file = recorded(tmp_path, interaction("{}"), interaction('{"a":"蒸湘区"}', request=again, turn=turn))

    assert "稻渔" not in file
    assert replayed(tmp_path, turn) == '{"a":"蒸湘区"}'


def test_another_text_under_the_same_id_is_stale(tmp_path: Path) -> None:
    recorded(tmp_path, interaction("{}"))
    store = Recordings(tmp_path)
    store.expect(PAGE, TEXT + "！")
    body = {**BODY, "messages": [BODY["messages"][0], {"role": "user", "content": "another"}]}

    with pytest.raises(StaleRecording, match="is of a text with SHA-256"):
        store.get(PAGE, body)


def test_a_changed_prompt_is_stale_and_explained(tmp_path: Path) -> None:
    recorded(tmp_path, interaction("{}"))
    store = Recordings(tmp_path)
    store.expect(PAGE, TEXT)
    body = {**BODY, "messages": [{"role": "system", "content": "列出会议。"}, BODY["messages"][1]]}

    with pytest.raises(StaleRecording, match=r"the prompt(.|\n)*列出项目(.|\n)*列出会议"):
        store.get(PAGE, body)


def test_a_request_with_the_pages_text_in_its_prompt_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    long = "".join(chr(0x4E00 + i * 7) for i in range(30))
    store = Recordings(tmp_path, without_text=True)
    store.expect(PAGE, f"甲{long}乙")
    body = {"messages": [{"role": "system", "content": {"$odd": long}}]}

    with pytest.raises(RecordingError, match=r"p1: cannot be recorded --without-text"):
        store.check(PAGE, body)


@pytest.mark.parametrize("key", ["".join(chr(0x4E00 + i * 7) for i in range(30))])
def test_the_pages_text_as_a_key_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(RecordingError, match="would stand in its recording"):
        recorded(tmp_path, interaction(json.dumps({key: 1})), text=f"甲{key}乙")

    assert not (tmp_path / "page").exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"$span": [0, 10_000]},
        {"$span": [5, 2]},
        {"$span": "x"},
        {"$span": [0, 1], "edits": [[0]]},
        {"$json": {}, "style": "odd"},
        {"$json": {}},
        {"$pieces": 7},
        {"$pieces": [7]},
    ],
)
def test_a_broken_recording_is_an_error(tmp_path: Path, broken: Any) -> None:
    recorded(tmp_path, interaction("{}"))
    path = tmp_path / "page" / f"{PAGE}.yaml"
    text = path.read_text(encoding="utf-8")
    tree = yaml.safe_load(text)
    tree["interactions"][0]["response"]["json"]["choices"][0]["message"]["content"] = broken
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")

    with pytest.raises(RecordingError, match="p1"):
        replayed(tmp_path)


def test_without_the_page_it_cannot_be_read(tmp_path: Path) -> None:
    recorded(tmp_path, interaction("{}"))

    with pytest.raises(RecordingError, match="without its text, which is needed"):
        Recordings(tmp_path).get(PAGE, BODY)


@given(
    text=st.text(alphabet="衡阳日报会议12年月 \n，“”（）(),\"'㎡—-", min_size=1, max_size=60),
    content=st.text(alphabet="衡阳日报会议12年月 \n，“”（）(),\"'㎡—-{}:\\u", max_size=60),
)
def test_every_answer_comes_back_as_it_was(text: str, content: str) -> None:
    body = {"messages": [{"role": "user", "content": show_page(text, split_units(text))}]}
    one = interaction(content, request=body)
    page = PageText(text)

    back = page.restored(page.without(one))

    assert (back.request, back.answer) == (one.request, one.answer)


def test_the_demo_recorded_without_text_gives_the_same_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite, samples = shipped("cassettes", "demo"), shipped("samples")
    whole, bare = Recordings(suite), Recordings(tmp_path, without_text=True)
    bare.begin(replace(whole.meta(), without_text=True))
    paths = sorted(samples.glob("*.txt"))
    for path in paths:
        bare.expect(path.stem, path.read_text(encoding="utf-8"))
        for one in loads((whole.folder / f"{path.stem}.yaml").read_text(encoding="utf-8"), "x"):
            bare.add(path.stem, one)

    lines: list[str] = []
    for folder in (suite, tmp_path):
        with contextlib.suppress(SystemExit):
            main(["extract", *map(str, paths), "--replay", str(folder), "--json"])
        lines.append(capsys.readouterr().out)

    assert lines[0] == lines[1]
    assert len(lines[0].splitlines()) == len(paths)


def test_a_folder_with_text_is_not_mixed_with_one_without(tmp_path: Path) -> None:
    meta = Recordings(shipped("cassettes", "demo")).meta()
    Recordings(tmp_path).begin(meta)

    with pytest.raises(UsageError, match="recorded with its pages' text; leave out --without-text"):
        Recordings(tmp_path).begin(replace(meta, without_text=True))


def test_without_text_needs_a_folder_to_record_into() -> None:
    with pytest.raises(UsageError, match="give --record DIR too"):
        Extractor("relay/m", without_text=True)
