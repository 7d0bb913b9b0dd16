"""Rows in place of keyed objects, and prompts without examples: for trials, read like any other answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyllm import Extractor, Page
from hyllm.answers import read_answer
from hyllm.errors import UsageError
from hyllm.files import shipped
from hyllm.kinds import KINDS
from hyllm.prompting import Form, system_prompt
from hyllm.recordings import Recordings, loads
from hyllm.schemas import Meeting, Official, in_rows, reading_model, signature
from hyllm.tokens import estimate_tokens
from tests.conftest import Endpoint, Reply

ALL = tuple(KINDS.values())
DEMO = shipped("cassettes", "demo") / "page"
NAMES = [path.stem for path in sorted(DEMO.glob("hyrb*.yaml"))]


def read(tree: Any) -> Any:
    words = json.dumps(tree, ensure_ascii=False)
    return read_answer({"choices": [{"message": {"content": words}, "finish_reason": "stop"}]}, ALL)


def rows_of(tree: dict[str, Any]) -> dict[str, Any]:
    models = {kind.hyllm.plural: reading_model(kind) for kind in ALL}
    return {plural: [in_rows(one, models[plural]) for one in some] for plural, some in tree.items()}


def demo_answer(name: str) -> dict[str, Any]:
    answer = loads((DEMO / f"{name}.yaml").read_text(encoding="utf-8"), name)[0].answer
    return json.loads(answer["choices"][0]["message"]["content"])


def test_a_record_in_rows() -> None:
    said: dict[str, Any] = {
        "name": "动员会",
        "organisers": ["县委"],
        "participants": [{"name": "林子安", "roles": ["spoke"]}, {"name": "方自强"}],
        "outcomes": [{"type": "decided", "text": "开工"}],
        "evidence": [1, 2],
    }

    assert in_rows(said, reading_model(Meeting)) == said | {
        "participants": [["林子安", ["spoke"]], ["方自强"]],
        "outcomes": [["decided", "开工"]],
    }


def test_the_signature_names_the_places_of_a_row() -> None:
    assert "posts?: [organisation: string|null, title: string, status: " in signature((Official,), rows=True)
    assert "posts?: {organisation?: string; title: string; status: " in signature((Official,))


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_in_rows_is_read_as_the_same_and_is_shorter(name: str) -> None:
    keyed = demo_answer(name)
    rows = rows_of(keyed)

    assert read(rows).readings == read(keyed).readings
    assert read(rows).problems == read(keyed).problems == ()
    short, long = (json.dumps(tree, ensure_ascii=False, separators=(",", ":")) for tree in (rows, keyed))
    assert len(short) < 0.8 * len(long)
    assert estimate_tokens(short) < 0.9 * estimate_tokens(long)


def test_a_row_of_another_form_costs_that_item() -> None:
    found = read({"projects": [], "meetings": [], "officials": [{"name": "林子安", "posts": [[None, "县长", "holds"], [1, 2, 3, 4], ["县委"]]}]})  # fmt: skip

    (official,) = found.readings["officials"]
    assert [post["title"] for post in official.model_dump()["posts"]] == ["县长"]
    assert found.problems


def test_the_prompt_says_rows_in_signature_and_examples_or_has_no_examples() -> None:
    plain, rows = system_prompt(ALL), system_prompt(ALL, form=Form(rows=True))
    bare = system_prompt(ALL, form=Form(examples=False))

    assert '[["started",{"text":"11月6日上午"},"reached"]]' in rows
    assert "按所列次序写的数组" in rows
    assert "按所列次序写的数组" not in plain
    assert "<<<page\n[1]" in plain
    assert "<<<page\n[1]" not in bare
    assert estimate_tokens(bare) < estimate_tokens(plain)


def test_recordings_know_how_they_were_asked_for(endpoint: Endpoint, tmp_path: Path) -> None:
    answer = {"projects": [], "meetings": [], "officials": [{"name": "林子安", "posts": [[None, "县长", "holds"]], "evidence": [1]}]}  # fmt: skip
    endpoint.replies[:] = [Reply(json.dumps(answer))]
    Extractor("m", base_url=endpoint.url, rows=True, examples=False, record=tmp_path).extract(
        Page("县长林子安。", "p1")
    )

    replayed = Extractor(replay=tmp_path).extract(Page("县长林子安。", "p1"))

    assert Recordings(tmp_path).meta().form == (True, False)
    assert [post.title for post in replayed.officials[0].posts] == ["县长"]


def test_a_wire_that_demands_keys_is_refused(endpoint: Endpoint) -> None:
    with pytest.raises(UsageError, match="--wire json_object"):
        Extractor("m", base_url=endpoint.url, rows=True, wire="json_schema")
