"""`hyllm batch` as it is typed: exit codes, messages, and a kind of one's own all the way."""

import csv
import json
import sqlite3
from pathlib import Path

import pytest

from hyllm.batch import Store, load_setups
from hyllm.cli import main
from tests.batch.making import answer_to, arguments, count, make_archive, page_text
from tests.batch.test_run import opened, run
from tests.conftest import Endpoint, Reply
from tests.test_own_kind import ANSWER, EXAMPLE, MODULE, PAGE


def hyllm(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(str(ended.value.code))


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_a_run_from_the_look_to_the_export(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = make_archive(tmp_path / "archive", 3)
    store = tmp_path / "a.db"
    endpoint.answer = answer_to

    assert hyllm(*arguments(store, endpoint, archive, "--dry-run", "--price", "1/0.1/4")) == 0
    out, err = capsys.readouterr()
    assert "3 pages: 3 dated to the day" in err
    assert "to ask: 3 pages (guessed" in out
    assert count(endpoint) == 0
    assert hyllm(*arguments(store, endpoint, "--price", "1/0.1/4")) == 0
    assert "3 done" in capsys.readouterr().err
    assert hyllm("batch", "status", "--store", store) == 0
    assert "answered as m-1: 3" in capsys.readouterr().out
    assert hyllm("batch", "export", "--store", store) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert hyllm("batch", "show", "0001", "--store", store) == 2
    assert "did you mean" in capsys.readouterr().err


def test_failed_pages_give_exit_code_4_and_are_listed(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = make_archive(tmp_path / "archive", 2)
    endpoint.answer = lambda body: Reply(status=400, body={"error": {"message": "\x1b[31mno"}})

    assert hyllm(*arguments(tmp_path / "a.db", endpoint, archive, "--readers", 0)) == 0
    assert hyllm("batch", "reparse", "--store", tmp_path / "a.db") == 0
    capsys.readouterr()
    assert hyllm("batch", "failures", "--store", tmp_path / "a.db") == 0
    out = capsys.readouterr().out
    assert "2 HTTP 400" in out
    assert "\x1b" not in out
    assert hyllm("batch", "retry", "--cause", "HTTP 500", "--store", tmp_path / "a.db") == 2
    assert "nothing failed for it; causes are: HTTP 400" in capsys.readouterr().err
    assert hyllm("batch", "retry", "--cause", "HTTP 400", "--store", tmp_path / "a.db") == 0
    assert "2 pages are open again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--max-cost", "1"], "the price of m-1 is not known, and --max-cost needs it"),
        (["--price", "1"], "--price '1': give IN/CACHED/OUT"),
        (["--deadline", "soon"], "--deadline 'soon': give 90m"),
        (["--name-pattern", "{"], "name pattern"),
    ],
)
def test_a_mistake_is_one_line_and_sends_nothing(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str], more: list[str], says: str
) -> None:
    archive = make_archive(tmp_path / "archive", 1)

    assert hyllm(*arguments(tmp_path / "a.db", endpoint, archive, *more)) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert count(endpoint) == 0


def test_a_store_is_bound_to_its_model_once_something_was_asked(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = make_archive(tmp_path / "archive", 2)
    endpoint.answer = answer_to
    assert hyllm(*arguments(tmp_path / "a.db", endpoint, archive, "--dry-run", "--model", "other")) == 0
    assert hyllm(*arguments(tmp_path / "a.db", endpoint, "--readers", 0)) == 0
    with Store(tmp_path / "a.db") as store:
        assert [setup.model for setup in load_setups(store.connection)] == ["m-1"]

    assert hyllm(*arguments(tmp_path / "a.db", endpoint, "--model", "other")) == 2
    assert "--model contradicts" in capsys.readouterr().err


def test_a_key_is_wanted_where_something_is_sent_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HYLLM_API_KEY", raising=False)
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    archive = make_archive(tmp_path / "archive", 1)
    command = ["batch", "run", archive, "--store", tmp_path / "a.db", "--model", "deepseek/m-1", "--dry-run"]

    assert hyllm(*command) == 0
    assert "to ask: 1 page (guessed" in capsys.readouterr().out
    assert hyllm(*command, "--adopt") == 2  # its trial pages are asked about
    assert "no key: set DEEPSEEK_API_KEY" in capsys.readouterr().err


def test_an_own_kind_goes_all_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lorries.py").write_text(MODULE, encoding="utf-8")
    folder = tmp_path / "accident"
    folder.mkdir()
    (folder / "rules.md").write_text("## 事故 accidents\n车辆相撞、侧翻。", encoding="utf-8")
    (folder / "example.txt").write_text("洣水桥追尾事故昨日发生。", encoding="utf-8")
    (folder / "example.json").write_text(json.dumps(EXAMPLE), encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "2022-03-18.txt").write_text(PAGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    endpoint.replies[:] = [Reply(json.dumps(ANSWER))]
    own = ("--kind", "lorries:Accident")

    assert hyllm(*arguments(tmp_path / "a.db", endpoint, "pages", *own)) == 0
    assert hyllm(*arguments(tmp_path / "a.db", endpoint)) == 2
    assert "repeat --kind lorries:Accident" in capsys.readouterr().err
    assert hyllm("batch", "reparse", "--store", "a.db") == 2
    assert "repeat --kind lorries:Accident" in capsys.readouterr().err
    assert hyllm("batch", "reparse", "--store", "a.db", *own) == 0
    assert "1 pages read again; 0 could not be" in capsys.readouterr().err
    assert hyllm("batch", "export", "--store", "a.db", "--format", "csv", "--out", "out") == 0
    rows = {name: rows_of(Path(f"out/{name}.csv")) for name in ("accidents", "vehicles")}

    assert rows["accidents"][0]["loss_amount"] == "30000"
    assert rows["accidents"][0]["date_edtf"] == "2022-03-17"
    assert rows["vehicles"][0]["plate"] == "湘D00001"
    assert rows["vehicles"][0]["record_id"] == rows["accidents"][0]["id"]


def _make_undated(folder: Path, pages: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(pages):
        (folder / f"{number:04d}.txt").write_text(page_text(number), encoding="utf-8")
    return folder


def _dates(store: Path) -> dict[str, str]:
    with Store(store) as looked:
        sql = "SELECT page, issue_date FROM pages ORDER BY page"
        return dict(looked.connection.execute(sql).fetchall())


def test_an_archive_is_read_as_the_last_time_where_nothing_else_is_said(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, store, table = tmp_path / "archive", tmp_path / "a.db", tmp_path / "dates.csv"
    for name in ("one", "two"):
        _make_undated(archive / name, 1)
    table.write_text("page,issue_date\none/0000,2012-05-06\ntwo/0000,2012-05-07\n", encoding="utf-8")
    endpoint.answer = answer_to
    monkeypatch.chdir(tmp_path)
    dates = {"one/0000": "2012-05-06", "two/0000": "2012-05-07"}
    assert hyllm(*arguments(store, endpoint, "archive", "--metadata", "dates.csv")) == 0
    assert _dates(store) == dates

    assert hyllm(*arguments(store, endpoint, archive)) == 0
    assert f"read as the last time: --metadata {table}" in capsys.readouterr().err
    assert _dates(store) == dates
    assert hyllm(*arguments(store, endpoint, archive, "--issue-date", "2013-01-02")) == 0
    assert set(_dates(store).values()) == {"2013-01-02"}
    assert hyllm(*arguments(store, endpoint, archive)) == 0
    assert "read as the last time: --issue-date 2013-01-02" in capsys.readouterr().err
    assert hyllm(*arguments(store, endpoint, "--metadata", "dates.csv")) == 2
    assert "--metadata: give PATHS, too" in capsys.readouterr().err
    assert count(endpoint) == 1  # both have one text


def test_where_the_table_of_the_last_time_is_gone_nothing_is_read_without_it(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, store, table = _make_undated(tmp_path / "archive", 1), tmp_path / "a.db", tmp_path / "dates.csv"
    table.write_text("page,city\n0000,衡阳\n", encoding="utf-8")
    endpoint.answer = answer_to
    assert hyllm(*arguments(store, endpoint, archive, "--metadata", table)) == 0
    table.unlink()

    assert hyllm(*arguments(store, endpoint, archive)) == 2
    assert "dates.csv: was the --metadata of this archive, and is not there" in capsys.readouterr().err
    assert hyllm(*arguments(store, endpoint)) == 0


def test_paths_that_were_read_in_different_ways_are_not_read_in_one(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = make_archive(tmp_path / "one", 1), make_archive(tmp_path / "two", 2)
    store = tmp_path / "a.db"
    assert hyllm(*arguments(store, endpoint, one, "--city", "衡阳", "--dry-run")) == 0

    assert hyllm(*arguments(store, endpoint, one, two, "--dry-run")) == 2
    assert "looked through with different options before" in capsys.readouterr().err
    assert hyllm(*arguments(store, endpoint, two, "--dry-run")) == 0


def test_rows_of_the_table_that_are_of_no_page_are_named(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, table = _make_undated(tmp_path / "archive", 2), tmp_path / "dates.csv"
    rows = "".join(f"{number:04d},衡阳\n" for number in range(1, 9))
    table.write_text(f"page,city\n{rows}", encoding="utf-8")

    assert hyllm(*arguments(tmp_path / "a.db", endpoint, archive, "--metadata", table, "--dry-run")) == 0
    assert "dates.csv: 7 of 8 rows are of no page: 0002, 0003, 0004, 0005, 0006, …" in capsys.readouterr().err
    table.write_text("page,city\n衡阳1,衡阳\n", encoding="utf-8")
    assert hyllm(*arguments(tmp_path / "b.db", endpoint, archive, "--metadata", table)) == 2
    assert "no row is of a page here, such as 0000" in capsys.readouterr().err
    assert count(endpoint) == 0


def test_a_trial_that_fails_is_no_success_and_an_abandoned_one_no_work(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.db"
    endpoint.answer = answer_to
    with opened(path, endpoint, make_archive(tmp_path / "archive", 3)) as store:
        run(store, endpoint)
    endpoint.answer = lambda body: Reply(status=401, body={"error": {"message": "no such key"}})

    assert hyllm(*arguments(path, endpoint, "--adopt", "--model", "m-2")) == 5
    out, err = capsys.readouterr()
    assert not out
    assert "3 to go: 0 answers" in err
    assert "to go on: the same command" in err
    assert hyllm(*arguments(path, endpoint)) == 0
    assert "3 done: 0 answers" in capsys.readouterr().err
    assert hyllm("batch", "status", "--store", path) == 0
    assert "states: 3 done; 6 records" in capsys.readouterr().out


def test_what_stops_a_run_is_said_once(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    endpoint.answer = answer_to
    monkeypatch.setattr("hyllm.batch._ledger.answered", full)
    monkeypatch.setattr("hyllm.batch._engine._WAITS_FOR_ROOM", 1)
    archive = make_archive(tmp_path / "archive", 2)
    assert hyllm(*arguments(tmp_path / "a.db", endpoint, archive, "--readers", 0)) == 2
    said = capsys.readouterr().err.splitlines()
    assert len([line for line in said if "full" in line]) == 1


def test_a_sample_is_done_when_its_pages_are(
    tmp_path: Path, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.db"
    endpoint.answer = answer_to
    with opened(path, endpoint, make_archive(tmp_path / "archive", 5)) as store:
        run(store, endpoint, sample=2)
    assert hyllm(*arguments(path, endpoint, "--sample", 2)) == 0
    err = capsys.readouterr().err
    assert "of the sample 2 done: 0 answers" in err
    assert "to go on" not in err
