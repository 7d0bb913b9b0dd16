"""What may change while a store lives: the archive, versions of a page, the model behind a name, hyllm itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from hyllm.archive import PageReader
from hyllm.batch import (
    Options,
    Setup,
    Store,
    adopt,
    begin_trial,
    compare,
    enqueue,
    gc,
    load_setups,
    new_setup,
    run_batch,
    spent,
)
from hyllm.batch._store import transaction
from hyllm.batch._versions import overlap, versions
from hyllm.errors import UsageError
from hyllm.extract import Extractor
from tests.batch.making import answer_to, asked, count, exported, make_archive, number_in, page_text
from tests.batch.reading import read_here
from tests.batch.test_run import PRICE, address, opened, run
from tests.conftest import Endpoint, Reply


def write(folder: Path, name: str, text: str, **about: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")


BASE = "".join(f"今日，市政协第{n}次会议在雁峰区召开，听取了第{n}组的汇报。\n" for n in range(20))
PLACE = {"paper": "衡阳日报", "issue_date": "2020-07-30", "page_no": "1"}


def test_a_better_version_of_a_page_stands_for_the_older_one(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = tmp_path / "archive"
    write(archive, "scan1", BASE, **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
    write(archive, "scan2", BASE.replace("雁峰", "雁 峰") + "第1号工厂开工。\n", **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        (version,) = versions(store.connection)

    assert [line["page"] for line in exported(tmp_path / "a.db")] == ["scan2"]
    assert (version.page, version.newest_page, version.is_older) == ("scan1", "scan2", True)


def test_an_older_version_that_was_not_asked_about_costs_nothing(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = tmp_path / "archive"
    write(archive, "scan1", BASE, **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive):
        pass
    write(archive, "scan2", BASE + "又讯。\n", **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)

    assert count(endpoint) == 1


def test_an_older_version_is_not_paid_for_by_adopting_another_setup(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = tmp_path / "archive"
    write(archive, "scan1", BASE, **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive):
        pass
    write(archive, "scan2", BASE + "又讯。\n", **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)

        assert _adopt(store, endpoint, tmp_path) == 1


def test_a_wrong_date_hides_no_page(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = tmp_path / "archive"
    write(archive, "one", BASE, **PLACE)
    write(archive, "other", page_text(1), **PLACE)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        (version,) = versions(store.connection)

    assert len(exported(tmp_path / "a.db")) == 2
    assert not version.is_older


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("一二三四五", "一二三四五", 1.0), ("一二三四", "五六七八", 0.0), ("一", "二", 0.0)],
)
def test_overlap(one: str, other: str, share: float) -> None:
    assert overlap(one, other) == share


def test_a_file_that_changes_is_asked_about_anew_and_stands_alone(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 3)
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
    next(archive.rglob("0001.txt")).write_text(page_text(77), encoding="utf-8")
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)

    lines = exported(tmp_path / "a.db")
    assert count(endpoint) == 4
    assert sorted(line["projects"][0]["name"] for line in lines) == ["第0号工厂", "第2号工厂", "第77号工厂"]


def test_a_scan_that_was_interrupted_is_made_good(tmp_path: Path, endpoint: Endpoint) -> None:
    lines = tmp_path / "pages.jsonl"
    rows = [json.dumps({"id": f"p{n}", "text": page_text(n)}, ensure_ascii=False) for n in range(1200)]
    lines.write_text("\n".join(rows), encoding="utf-8")

    def told(seen: int) -> None:
        raise KeyboardInterrupt

    with opened(tmp_path / "a.db", endpoint) as store:
        with pytest.raises(KeyboardInterrupt):
            enqueue(store, [lines], PageReader(), told=told)
        assert enqueue(store, [lines], PageReader()).pages == 1200
        seen: list[int] = []
        enqueue(store, [lines], PageReader(), told=seen.append)
    assert seen == [1]


def test_two_pages_of_one_id_are_told(tmp_path: Path, endpoint: Endpoint) -> None:
    write(tmp_path / "a", "p", page_text(1))
    write(tmp_path / "b", "p", page_text(2))
    with opened(tmp_path / "a.db", endpoint, tmp_path / "a", tmp_path / "b") as store:
        (message,) = store.connection.execute("SELECT message FROM unreadable").fetchone()
    assert "same id" in message


def _prompts(tmp_path: Path, said: str) -> Path:
    folder = tmp_path / "prompts" / "official"
    folder.mkdir(parents=True)
    (folder / "rules.md").write_text(said, encoding="utf-8")
    return folder.parent


def _other(endpoint: Endpoint, prompts: Path) -> Setup:
    extractor = Extractor(endpoint=address(endpoint), prompts=prompts)
    return new_setup(extractor, prompts=prompts, ask_again=True, gazetteer=None, adopted=False)


def _another_prompt(*_: object) -> str:
    return "another prompt"


def _another_schema(*_: object, **__: object) -> dict[str, str]:
    return {"type": "object"}


def test_what_a_store_began_with_is_asked_though_hyllm_says_otherwise_today(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = make_archive(tmp_path / "archive", 2)
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive, wire="json_schema") as store:
        run(store, endpoint)
        make_archive(archive, 1, first=9)
        monkeypatch.setattr("hyllm.strategies.system_prompt", _another_prompt)
        monkeypatch.setattr("hyllm.prompting.wire_schema", _another_schema)
        enqueue(store, [archive], PageReader())
        run(store, endpoint)

    assert count(endpoint) == 3
    first, *_, last = endpoint.bodies
    assert first["messages"][0] == last["messages"][0]
    assert first["response_format"] == last["response_format"]


def test_another_setup_is_tried_compared_and_then_adopted(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 8)

    def answer(body: dict[str, Any]) -> Reply:
        found = answer_to(body)
        if "官员一概不报" in body["messages"][0]["content"]:
            found.content = json.dumps(
                json.loads(found.content or "") | {"officials": []}, ensure_ascii=False
            )
        return found

    endpoint.answer = answer
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        (in_force,) = load_setups(store.connection)
        with pytest.raises(UsageError, match="nothing to adopt"):
            begin_trial(store.connection, in_force, in_force)
        trial = begin_trial(
            store.connection, _other(endpoint, _prompts(tmp_path, "官员一概不报。")), in_force
        )
        run_batch(store, trial, address(endpoint), Options(readers=0))
        read_here(store.connection)
        found = compare(store.connection, in_force.id, trial.id)
        assert (found.pages, found.both["projects"], found.only_before["officials"]) == (8, 8, 8)
        assert all(line["officials"] for line in exported(tmp_path / "a.db"))
        assert adopt(store.connection, trial) == 0
    assert not any(line["officials"] for line in exported(tmp_path / "a.db"))


def _adopt(store: Store, endpoint: Endpoint, tmp_path: Path) -> int:
    """Puts another setup in force without a trial; how many pages are to be asked."""
    with transaction(store.connection) as db:
        in_force = load_setups(db)[-1]
        return adopt(db, begin_trial(db, _other(endpoint, _prompts(tmp_path, "官员一概不报。")), in_force))


def test_a_text_that_comes_back_is_asked_about_with_the_setup_in_force(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 40)
    changing = next(archive.rglob("0001.txt"))
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        changing.write_text(page_text(77), encoding="utf-8")
        enqueue(store, [archive], PageReader())
        run(store, endpoint)
        # the text that no page has any more comes first, and is none of those tried
        store.connection.execute(
            "UPDATE jobs SET rank = -9e18 WHERE text_id NOT IN (SELECT text_id FROM pages)"
        )
        assert _adopt(store, endpoint, tmp_path) == 40
        run(store, endpoint)
        changing.write_text(page_text(1), encoding="utf-8")
        enqueue(store, [archive], PageReader())
        run(store, endpoint)

    assert count(endpoint) == 40 + 1 + 40 + 1
    assert "官员一概不报" in endpoint.bodies[-1]["messages"][0]["content"]


def test_new_pages_are_taken_in_after_texts_were_cleared_out(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 1)
    (page,) = archive.rglob("*.txt")
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        page.write_text(page_text(77), encoding="utf-8")
        enqueue(store, [archive], PageReader())
        run(store, endpoint)
        page.write_text(page_text(0), encoding="utf-8")
        enqueue(store, [archive], PageReader())
        assert gc(store.connection, size=0).texts == 1
        assert enqueue(store, [make_archive(archive, 3)], PageReader()).texts == 3
        run(store, endpoint)
    assert len(exported(tmp_path / "a.db")) == 3


def test_watching_the_model_tells_a_change_behind_the_same_name(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 60)

    def answer(body: dict[str, Any]) -> Reply:
        changed = count(endpoint) > 52
        found = answer_to(body)
        completion = json.loads(found.payload()) | {"model": "m-2" if changed else "m-1"}
        return Reply(body=completion)

    endpoint.answer = answer
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        first = run(store, endpoint, sample=20)
        second = run(store, endpoint, watch_every=12, concurrency=2)

    assert first.notes == ()
    assert "answers as before" in second.notes[0]
    assert "THE MODEL HAS CHANGED" in second.notes[-1]
    assert len(exported(tmp_path / "a.db")) == 60


def test_a_page_asked_again_to_watch_the_model_may_have_been_paid_for_though_no_answer_came(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 24)
    endpoint.answer = lambda body: Reply(cut=20) if asked(endpoint)[number_in(body)] > 1 else answer_to(body)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint, sample=12, price=PRICE)
        ended = run(store, endpoint, watch_every=4, concurrency=1, price=PRICE)
        again = count(endpoint) - 24
        found = spent(store.connection)

    assert again >= 10
    assert found.unsure == again
    assert found.dollars == pytest.approx(0.002 * (24 + again))
    assert ended.dollars >= found.dollars


def test_a_store_that_names_code_runs_it_only_if_the_user_names_it_too(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    from dataclasses import replace

    from hyllm.batch import refuse_foreign_code

    with opened(tmp_path / "a.db", endpoint) as store:
        (setup,) = load_setups(store.connection)
    foreign = replace(setup, pinned=replace(setup.pinned, kinds=("evil:Record",)))

    with pytest.raises(UsageError, match="repeat --kind evil:Record"):
        refuse_foreign_code(foreign, [])
    refuse_foreign_code(setup, [])
