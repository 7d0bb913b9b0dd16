"""`hyllm batch files` as it is typed: exit codes, messages, and a runner that is no server."""

from pathlib import Path

import pytest

from hyllm.batch import Store
from hyllm.client import BATCH_PRICES, PRICES
from tests.batch.batching import answered, expired, requests_in, save, states
from tests.batch.making import answer_to, arguments, count, make_archive
from tests.batch.test_command import hyllm
from tests.conftest import Endpoint

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, endpoint: Endpoint, capsys: Captured) -> Path:
    """A store that an archive of four pages was taken into, and nothing sent."""
    path = tmp_path / "a.db"
    archive = make_archive(tmp_path / "archive", 4)
    assert hyllm(*arguments(path, endpoint, archive, "--dry-run", "--answer-tokens", 100)) == 0
    capsys.readouterr()
    endpoint.answer = answer_to
    return path


def test_from_open_pages_to_an_export_without_any_server(
    tmp_path: Path, store: Path, endpoint: Endpoint, capsys: Captured
) -> None:
    price = ("--price", "0.5/0.05/5")
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store, "--dry-run", *price) == 0
    assert "to ask: 4 pages" in capsys.readouterr().out
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store, *price) == 0
    out, err = capsys.readouterr()
    (written,) = map(Path, out.split())
    assert "4 requests in 1 files" in err
    assert hyllm("batch", "files", "status", "--store", store) == 0
    assert "4 requests" in capsys.readouterr().out

    lines = requests_in(written)
    save(tmp_path / "1.jsonl", [answered(line) for line in lines[:3]])
    save(tmp_path / "2.jsonl", [expired(line) for line in lines[3:]])
    files = (tmp_path / "1.jsonl", tmp_path / "2.jsonl")
    assert hyllm("batch", "files", "read", *files, "--store", store) == 4
    assert "1 open again: batch_expired" in (err := capsys.readouterr().err)
    assert "3 done, 1 open" in err
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store) == 0
    (second,) = map(Path, capsys.readouterr().out.split())
    save(tmp_path / "3.jsonl", map(answered, requests_in(second)))
    assert hyllm("batch", "files", "read", tmp_path / "3.jsonl", "--store", store) == 0
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store) == 0
    assert "nothing is open" in capsys.readouterr().err
    assert hyllm("batch", "export", "--store", store) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert count(endpoint) == 0


def test_a_live_run_passes_over_what_is_out_and_says_so(
    tmp_path: Path, store: Path, endpoint: Endpoint, capsys: Captured
) -> None:
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store, "--sample", 3) == 0
    assert hyllm(*arguments(store, endpoint)) == 0
    err = capsys.readouterr().err
    assert "3 pages are out in batch files, and passed over" in err
    assert "1 done, 3 out in files" in err
    assert count(endpoint) == 1
    (written,) = (tmp_path / "o").iterdir()
    assert hyllm("batch", "files", "take-back", written.name, "--unsent", "--store", store) == 0
    assert "an answer that still comes is kept" in (err := capsys.readouterr().err)
    assert "do not send" in err
    assert hyllm(*arguments(store, endpoint)) == 0
    assert count(endpoint) == 4


def test_what_a_runner_that_has_ended_did_not_answer_is_open_again(
    tmp_path: Path, store: Path, capsys: Captured
) -> None:
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", store) == 0
    (written,) = (tmp_path / "o").iterdir()
    whole = save(tmp_path / "1.jsonl", map(answered, requests_in(written)))
    cut = tmp_path / "2.jsonl"
    cut.write_bytes(whole.read_bytes()[:-30])
    assert hyllm("batch", "files", "read", cut, "--ended", "--store", store) == 4
    assert "nothing was taken back" in capsys.readouterr().err
    cut.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:3]))
    assert hyllm("batch", "files", "read", cut, "--ended", "--store", store) == 4
    assert "1 had no answer: open again" in capsys.readouterr().err
    with Store(store) as opened:
        assert states(opened) == {"done": 3, "open": 1}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["write", "o", "--max-cost", 1], "the batch price of m-1 is not known"),
        (["write", "o", "--price", "cheap"], "--price 'cheap'"),
        (["write", "archive/2015-01-01/0000.txt/o"], "cannot be made"),
        (["read", "archive/2015-01-01/0000.txt"], None),
        (["read", "nothing.jsonl"], "does not exist"),
        (["take-back", "nothing.jsonl"], "no file that this store wrote"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path,
    store: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    words: list[object],
    says: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert hyllm("batch", "files", *words, "--store", store) == (2 if says else 4)
    err = capsys.readouterr().err
    assert (says or "no line of answers") in err
    assert "Traceback" not in err
    with Store(store) as opened:
        assert states(opened) == {"open": 4}


def test_an_empty_store_is_told_how_to_begin(tmp_path: Path, capsys: Captured) -> None:
    with Store(tmp_path / "e.db", write=True):
        pass
    assert hyllm("batch", "files", "write", tmp_path / "o", "--store", tmp_path / "e.db") == 2
    assert "has no pages yet; hyllm batch run ARCHIVE" in capsys.readouterr().err


def test_every_model_with_a_price_has_a_batch_price_of_half_and_a_date() -> None:
    assert {name: rows.keys() for name, rows in BATCH_PRICES.items()} == {
        n: r.keys() for n, r in PRICES.items()
    }
    for provider, rows in BATCH_PRICES.items():
        for model, price in rows.items():
            live = PRICES[provider][model]
            assert (price.prompt, price.completion) == (live.prompt / 2, live.completion / 2)
            assert price.since
