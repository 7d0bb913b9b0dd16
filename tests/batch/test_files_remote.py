"""Files and Batches of an endpoint, honest and hostile: nothing is lost, doubled or paid twice."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hyllm.batch import Store
from hyllm.batch._ledger import spent
from tests.batch.batch_server import BatchServer, Ending, honest, serving
from tests.batch.batching import Line, answered, expired, outcomes, requests_in, states
from tests.batch.making import make_archive, number_in
from tests.batch.reading import read_here
from tests.batch.test_command import hyllm
from tests.batch.test_files import lines_of
from tests.conftest import Reply

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving(BatchServer()) as told:
        yield told


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between tries, and answers are read in this process."""
    monkeypatch.setattr("hyllm.client._retries.backoff", lambda attempt: 0.01)  # pyright: ignore
    monkeypatch.setattr("hyllm.cli.batch_files_said.read_all", read_in_this_process)


def read_in_this_process(store: Store, readers: int) -> None:
    assert readers == 1
    read_here(store.connection)


@pytest.fixture
def store(tmp_path: Path, server: BatchServer, capsys: Captured) -> Path:
    """A store of eight pages, written to a file."""
    path = tmp_path / "a.db"
    fill(path, make_archive(tmp_path / "archive", 8), server)
    assert files("write", path, tmp_path / "o", "--price", "0.5/0.05/5") == 0
    capsys.readouterr()
    return path


def fill(path: Path, archive: Path, server: BatchServer) -> None:
    said = ("--model", "m-1", "--base-url", server.url, "--answer-tokens", 100, "--dry-run")
    assert hyllm("batch", "run", archive, "--store", path, *said) == 0


def files(command: str, store: Path, *words: object) -> int:
    return hyllm("batch", "files", command, *words, "--store", store)


def found(store: Path) -> dict[str, int]:
    with Store(store) as opened:
        return states(opened)


def test_from_files_over_a_batch_to_an_export(store: Path, server: BatchServer, capsys: Captured) -> None:
    server.under_way = True
    assert files("submit", store) == 0
    assert "the text goes to 127.0.0.1" in capsys.readouterr().err
    assert files("submit", store) == 0
    assert "nothing to submit" in capsys.readouterr().err
    assert files("status", store) == 0
    assert "in_progress, 8 of 8 answered" in capsys.readouterr().out
    assert files("fetch", store) == 4
    assert found(store) == {"out": 8}
    server.under_way = False
    assert files("fetch", store) == 0
    assert found(store) == {"done": 8}
    before = lines_of(store)
    assert files("fetch", store) == 0
    (written,) = (store.parent / "o").iterdir()
    assert files("fetch", store, written.name) == 0
    assert "8 lines say what was known before" in capsys.readouterr().err
    assert lines_of(store) == before
    with Store(store) as opened:
        assert outcomes(opened) == {"answer": 8}
        assert spent(opened.connection).dollars == pytest.approx(0.008)
    assert len(server.batches) == len(server.uploads) == 1


def shuffled_and_doubled(lines: Sequence[Line]) -> Ending:
    mixed = [answered(line) for line in lines] * 2
    random.Random(7).shuffle(mixed)
    return Ending([*mixed, answered({"custom_id": "other", "body": lines[0]["body"]})])


def short(lines: Sequence[Line]) -> Ending:
    return Ending([answered(line) for line in lines[:-3]])


def half_expired(lines: Sequence[Line]) -> Ending:
    return Ending(
        [answered(one) for one in lines[:4]], [expired(one) for one in lines[4:6]], status="expired"
    )


def cancelled(lines: Sequence[Line]) -> Ending:
    return Ending([answered(one) for one in lines[:2]], status="cancelled")


def never_begun(lines: Sequence[Line]) -> Ending:
    return Ending(status="failed", message="enqueued token limit reached")


def overloaded(lines: Sequence[Line]) -> Ending:
    error = Reply(body={"error": {"message": "overloaded"}})
    return Ending([answered(line, error if number_in(line["body"]) < 5 else None) for line in lines])


@pytest.mark.parametrize(
    ("finish", "after"),
    [
        (shuffled_and_doubled, {"done": 8}),
        (short, {"done": 5, "open": 3}),
        (half_expired, {"done": 4, "open": 4}),
        (cancelled, {"done": 2, "open": 6}),
        (never_begun, {"open": 8}),
        (overloaded, {"done": 3, "open": 5}),
    ],
)
def test_whatever_a_batch_leaves_out_goes_into_the_next(
    tmp_path: Path,
    store: Path,
    server: BatchServer,
    finish: Callable[[Sequence[Line]], Ending],
    after: dict[str, int],
) -> None:
    server.finish = finish
    assert files("submit", store) == 0
    assert files("fetch", store) == 4
    assert found(store) == after
    if "open" in after:
        server.finish = honest
        assert files("write", store, tmp_path / "o") == 0
        assert files("submit", store) == 0
        assert files("fetch", store) == 0
        again = [number_in(line["body"]) for line in server.requests("batch-2")]
        assert len(again) == after["open"]
    assert found(store) == {"done": 8}
    assert len(lines_of(store).splitlines()) == 8


@pytest.mark.parametrize("admits", [True, False])
def test_half_a_file_takes_nothing_back_and_is_fetched_again(
    store: Path, server: BatchServer, capsys: Captured, *, admits: bool
) -> None:
    server.finish = lambda lines: Ending([answered(line) for line in lines], cut=2500, admits_cut=admits)
    assert files("submit", store) == 0
    assert files("fetch", store) == 4
    assert "nothing was taken back, since a file of answers is cut off" in capsys.readouterr().err
    before = found(store)
    assert before["out"] + before["done"] == 8
    assert before["done"]
    server.finish = honest
    assert files("fetch", store) == 0
    assert found(store) == {"done": 8}


def test_a_batch_without_its_file_takes_nothing_back(
    store: Path, server: BatchServer, capsys: Captured
) -> None:
    server.finish = lambda lines: Ending([answered(line) for line in lines], no_file=True)
    assert files("submit", store) == 0
    assert files("fetch", store) == 4
    assert "8 are said to be answered, but no file is given" in capsys.readouterr().err
    assert found(store) == {"out": 8}


def test_a_batch_whose_beginning_was_not_confirmed_is_found_and_not_begun_twice(
    store: Path, server: BatchServer
) -> None:
    server.loses_begin = True
    assert files("submit", store) == 4
    server.loses_begin = False
    assert files("submit", store) == 0
    assert files("fetch", store) == 0
    assert len(server.batches) == 1
    assert Counter(line["custom_id"] for line in server.begun()).most_common(1)[0][1] == 1


def test_where_nobody_can_say_whether_a_batch_was_begun_none_is(
    store: Path, server: BatchServer, capsys: Captured
) -> None:
    server.loses_begin = True
    assert files("submit", store) == 4
    server.refuses = {"GET /v1/batches": 404}
    assert files("submit", store) == 5
    assert "cannot be asked" in capsys.readouterr().err
    assert len(server.batches) == 1


def test_a_file_that_was_changed_or_answered_otherwise_is_not_sent(
    store: Path, server: BatchServer, capsys: Captured
) -> None:
    (written,) = (store.parent / "o").iterdir()
    data = written.read_bytes()
    written.write_bytes(data + b"\n")
    assert files("submit", store) == 2
    assert "is not as it was written" in capsys.readouterr().err
    written.write_bytes(data)
    assert files("take-back", store, written.name, "--unsent") == 0
    assert files("submit", store, written.name) == 2
    assert "nothing of it is out any more" in capsys.readouterr().err
    assert server.asked == []


@pytest.mark.parametrize(
    ("refuses", "code", "says"),
    [
        ({"POST /v1/files": 401}, 5, "the key is missing or wrong"),
        ({"POST /v1/files": 404}, 5, "has it Files and Batches?"),
        ({"POST /v1/files": 500}, 4, "answers 500"),
        ({"POST /v1/batches": 400}, 4, "answers 400"),
    ],
)
def test_what_an_endpoint_refuses_is_one_line_and_the_pages_stay_out(
    store: Path, server: BatchServer, capsys: Captured, refuses: dict[str, int], code: int, says: str
) -> None:
    server.refuses = refuses
    assert files("submit", store) == code
    err = capsys.readouterr().err
    assert says in err.splitlines()[-1]
    assert found(store) == {"out": 8}
    server.refuses = {}
    assert files("submit", store) == 0
    assert len(server.batches) == 1


def test_fetching_from_an_endpoint_in_trouble_keeps_what_has_come(
    store: Path, server: BatchServer, capsys: Captured
) -> None:
    assert files("submit", store) == 0
    server.refuses = {"GET /v1/files/out-1/content": 500}
    assert files("fetch", store) == 4
    assert "answers 500" in capsys.readouterr().err
    server.refuses = {"GET /v1/batches": 401}
    assert files("fetch", store) == 5
    assert files("status", store) == 5
    assert "8 requests" in capsys.readouterr().out
    assert found(store) == {"out": 8}
    server.refuses = {}
    assert files("fetch", store) == 0


def test_a_submitted_file_is_taken_back_only_as_perhaps_paid_and_its_answers_are_kept(
    tmp_path: Path, store: Path, server: BatchServer, capsys: Captured
) -> None:
    (written,) = (tmp_path / "o").iterdir()
    assert files("submit", store) == 0
    assert files("take-back", store, written.name, "--unsent") == 2
    assert files("take-back", store, written.name) == 0
    assert "cancel it there" in capsys.readouterr().err
    assert found(store) == {"open": 8}
    assert files("fetch", store, written.name) == 0
    assert found(store) == {"done": 8}
    assert requests_in(written)


def test_where_all_fails_for_one_cause_the_exit_code_says_so(
    tmp_path: Path, server: BatchServer, capsys: Captured
) -> None:
    refused = Reply(status=400, body={"error": {"message": "no such parameter"}})
    server.finish = lambda lines: Ending((), [answered(line, refused) for line in lines])
    fill(path := tmp_path / "a.db", make_archive(tmp_path / "archive", 25), server)
    assert files("write", path, tmp_path / "o") == 0
    assert files("submit", path) == 0
    assert files("fetch", path) == 5
    assert "no page is to blame" in capsys.readouterr().err
    assert found(path) == {"open": 25}
