"""What a store holds, for others: lines, tables, a file for Datasette; the same answers give the same bytes."""

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hyllm.batch import Store, failures, load_setups
from hyllm.errors import UsageError
from hyllm.export import prediction_lines, write_csv, write_parquet, write_sqlite
from hyllm.export._lines import is_passage
from tests.batch.making import answer_to, make_archive, number_in, page_text
from tests.batch.test_run import opened, run
from tests.conftest import Endpoint, Reply

MONEY = {
    "projects": [{"name": "第1号工厂", "investment": "2亿元", "evidence": [2]}],
    "meetings": [],
    "officials": [],
}


@pytest.fixture
def store(tmp_path: Path, endpoint: Endpoint) -> Path:
    """Six pages: one without records, one that fails, a double; and a file that is no page."""
    archive = make_archive(tmp_path / "archive", 6)
    (archive / "double.txt").write_text(page_text(2), encoding="utf-8")
    (archive / "broken.txt").write_text("", encoding="utf-8")

    def answer(body: dict[str, Any]) -> Reply:
        match number_in(body):
            case 3:
                return Reply('{"projects":[],"meetings":[],"officials":[]}')
            case 4:
                return Reply(status=400, body={"error": {"message": "no"}})
            case 5:
                found = answer_to(body)
                found.content = (found.content or "").replace("第5号工厂", "=第5号工厂")
                return found
            case _:
                return answer_to(body)

    endpoint.answer = answer
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        assert len(list(failures(store.connection))) == 2
    return tmp_path / "a.db"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_join_and_every_page_has_its_state(store: Path, tmp_path: Path) -> None:
    with Store(store) as opened_store:
        write_csv(opened_store.connection, tmp_path / "out")
    tables = {path.stem: read(path) for path in (tmp_path / "out").iterdir()}

    states = {row["page"][-4:]: row["state"] for row in tables["pages"]}
    assert states["0003"] == "empty"
    assert states["0004"] == "failed"
    assert sorted(states.values()) == ["done", "done", "done", "done", "double", "empty", "failed"]
    (double,) = [row for row in tables["pages"] if row["state"] == "double"]
    assert double["stands_for"] in {row["page"] for row in tables["pages"] if row["state"] == "done"}
    assert [row["place"].endswith("broken.txt: the page is empty") for row in tables["unreadable"]] == [True]
    ids = {row["id"] for row in tables["projects"]}
    assert {row["record_id"] for row in tables["milestones"]} == ids
    assert {row["record_id"] for row in tables["posts"]} == {row["id"] for row in tables["officials"]}
    first = next(row for row in tables["projects"] if row["name"] == "第1号工厂")
    assert (first["investment_amount"], first["investment_currency"]) == ("200000000", "CNY")
    assert first["model"] == "m-1"
    assert len(first["prompt_sha256"]) == 64


def test_a_value_has_its_place_and_what_was_computed(store: Path, tmp_path: Path) -> None:
    with Store(store) as opened_store:
        write_csv(opened_store.connection, tmp_path / "out")
    values = read(tmp_path / "out" / "values.csv")

    (money,) = [row for row in values if row["text"] == "2亿元"]
    page = page_text(1)
    assert page[int(money["start"]) : int(money["end"])] == "2亿元"
    assert json.loads(money["computed"])["amount"] == 200000000
    assert (money["field"], money["status"]) == ("investment/text", "exact")
    unclaimed = [row for row in values if row["status"] == "unclaimed"]
    assert {row["record_id"] for row in unclaimed} == {""}
    assert "6亿元" not in {row["text"] for row in unclaimed}


def test_no_table_passes_an_invented_value_off_as_found_and_what_else_is_known_of_a_page_is_kept(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    archive = make_archive(tmp_path / "archive", 1)
    (page,) = archive.rglob("*.txt")
    page.with_suffix(".json").write_text('{"reel": "衡-07"}', encoding="utf-8")
    invented = {
        "name": "第0号工厂",
        "investment": "9亿元",
        "milestones": [{"stage": "started", "date": {"text": "次年"}, "status": "reached"}],
    }
    answer = json.dumps({"projects": [invented | {"evidence": [2]}], "meetings": [], "officials": []})
    endpoint.answer = lambda body: Reply(answer)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        write_csv(store.connection, tmp_path / "out")

    (project,) = read(tmp_path / "out" / "projects.csv")
    (milestone,) = read(tmp_path / "out" / "milestones.csv")
    assert "investment/text: ungrounded" in project["marks"].split(" | ")
    assert milestone["marks"].startswith("date")
    assert json.loads(read(tmp_path / "out" / "pages.csv")[0]["extra"]) == {"reel": "衡-07"}


def test_no_cell_is_a_formula(store: Path, tmp_path: Path) -> None:
    with Store(store) as opened_store:
        write_csv(opened_store.connection, tmp_path / "out", bom=True)
    names = {row["name"] for row in read(tmp_path / "out" / "projects.csv")}

    assert "'=第5号工厂" in names
    assert (tmp_path / "out" / "projects.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_same_answers_give_the_same_bytes(
    store: Path, tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path / "b.db", endpoint, tmp_path / "archive") as other:
        run(other, endpoint, concurrency=1)
    found: list[dict[str, bytes]] = []
    for number, path in enumerate((store, tmp_path / "b.db")):
        out = tmp_path / f"out{number}"
        with Store(path) as opened_store:
            db = opened_store.connection
            write_csv(db, out)
            write_parquet(db, tmp_path / f"parquet{number}")
            write_sqlite(db, tmp_path / f"sqlite{number}")
            lines = "\n".join(prediction_lines(db)).encode()
        folders = (out, tmp_path / f"parquet{number}")
        files = {file.name: file.read_bytes() for folder in folders for file in folder.iterdir()}
        found.append(files | {"lines": lines, "sqlite": (tmp_path / f"sqlite{number}").read_bytes()})
    for name in ("attempts.csv", "attempts.parquet"):
        assert found[0].pop(name) != found[1].pop(name)

    assert [name for name in found[0] if found[0][name] != found[1][name]] == []


def test_datasette_finds_chinese_words_of_two_and_more_characters(store: Path, tmp_path: Path) -> None:
    with Store(store) as opened_store:
        metadata = write_sqlite(opened_store.connection, tmp_path / "out.db")
    db = sqlite3.connect(tmp_path / "out.db")
    (query,) = json.loads(metadata.read_text("utf-8"))["databases"]["out"]["queries"].values()

    for words, least in (("县长", 6), ("县长方自强", 6), ("第3号工厂", 1), ("不在此处", 0), ('"', 0)):
        assert len(db.execute(query["sql"], {"words": words}).fetchall()) >= least
        assert bool(db.execute(query["sql"], {"words": words}).fetchall()) == bool(least)
    assert db.execute("SELECT count(*) FROM projects_dated WHERE issue_date IS NOT NULL").fetchone() == (4,)
    assert db.execute(
        "SELECT 中文 FROM dictionary WHERE \"table\" = 'projects' AND \"column\" = 'name'"
    ).fetchone()
    db.close()


def test_without_text_no_passage_of_a_page_is_left(store: Path, tmp_path: Path) -> None:
    with Store(store) as opened_store:
        db = opened_store.connection
        write_csv(db, tmp_path / "csv", without_text=True)
        write_sqlite(db, tmp_path / "out.db", without_text=True)
        lines = list(prediction_lines(db, without_text=True))
    everything = "\n".join([*lines, *((file.read_text("utf-8")) for file in (tmp_path / "csv").iterdir())])

    assert "在草市镇开工，总投资" not in everything
    assert "在草市镇开工，总投资".encode() not in (tmp_path / "out.db").read_bytes()
    assert "第1号工厂" in everything


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("县长", False),
        ("衡阳市高新技术产业开发区管理委员会", False),
        ("昨日，" * 10, True),
        ("一" * 25, True),
        ("a" * 50, False),
    ],
)
def test_what_a_passage_is(text: str, passage: bool) -> None:
    assert is_passage(text) == passage


def test_an_export_replaces_an_earlier_one_and_nothing_else(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("precious", encoding="utf-8")
    with Store(store) as opened_store:
        with pytest.raises(UsageError, match="no earlier export"):
            write_csv(opened_store.connection, out)
        (out / "mine.txt").unlink()
        write_csv(opened_store.connection, out)
        write_csv(opened_store.connection, out)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_every_column_is_described_in_both_languages(store: Path) -> None:
    from hyllm.export._dictionary import dictionary_rows
    from hyllm.export._rows import Exported

    with Store(store) as opened_store:
        rows = list(dictionary_rows(Exported(opened_store.connection)))
        assert load_setups(opened_store.connection)

    assert [row for row in rows if row[3] == row[1]] == []
    assert [row for row in rows if not row[4]] == []


def test_a_file_that_cannot_be_written_is_the_one_that_is_named(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "no" / "such" / "a.db"
    with Store(store) as opened_store, pytest.raises(UsageError, match=f"{out}: cannot be written"):
        write_sqlite(opened_store.connection, out)
