"""Batch files: what is written, how answers come back in whatever state, and that nothing is asked twice."""

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hyllm.batch import Caps, Store, failures, retry
from hyllm.batch._ledger import spent
from hyllm.batch.files import finish_interrupted, jobs_out, out_files, take_back
from hyllm.batch.store import transaction
from hyllm.client import Price
from hyllm.errors import UsageError
from hyllm.export import prediction_lines
from hyllm.prompting import request_key
from tests.batch.batching import (
    Line,
    answered,
    expired,
    outcomes,
    requests_in,
    run_all,
    save,
    states,
    take,
    write,
)
from tests.batch.making import answer_to, count, cut_first, make_archive, number_in
from tests.batch.test_run import opened, run
from tests.conftest import Endpoint, Reply

PRICE = Price(0.5, 0.05, 5.0, "")
"""Of the usage in `making`: 0.001 dollars a page."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "archive", 12)


def sometimes_wrong(body: dict[str, Any]) -> Reply:
    """Answers of many sorts, the same for the same body."""
    number = number_in(body)
    if number % 6 == 1:
        return cut_first(body)
    if number % 6 == 2:
        return Reply(status=400, body={"error": {"message": "too long", "code": "context_length"}})
    if number % 6 == 3:
        return Reply(None, finish="content_filter")
    if number % 6 == 4:
        return Reply("```json\n" + (answer_to(body).content or "") + "\n```")
    return answer_to(body)


def lines_of(path: Path) -> bytes:
    with Store(path) as store:
        return "\n".join(prediction_lines(store.connection)).encode()


def test_files_give_the_export_that_live_requests_give(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = sometimes_wrong
    with opened(tmp_path / "live.db", endpoint, archive) as store:
        run(store, endpoint)
        live = states(store)
    asked = count(endpoint)
    with opened(tmp_path / "files.db", endpoint, archive) as store:
        turns = 0
        while (written := write(store, tmp_path / "out", most_lines=5)).files:
            turns += 1
            out = run_all(
                written,
                tmp_path / f"{turns}.jsonl",
                lambda line: answered(line, sometimes_wrong(line["body"])),
            )
            take(store, out)
        files = states(store)

    assert (turns, live, files) == (2, {"done": 8, "failed": 4}, live)
    assert lines_of(tmp_path / "live.db") == lines_of(tmp_path / "files.db")
    assert len(lines_of(tmp_path / "live.db").splitlines()) == 12
    assert count(endpoint) == asked


def test_a_file_holds_the_very_requests_of_a_live_run(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        written = write(store, tmp_path / "out", most_lines=5)
        assert states(store) == {"out": 12}
        keys = {bytes(row[0]).hex() for row in store.connection.execute("SELECT request_key FROM attempts")}
    with opened(tmp_path / "live.db", endpoint, archive) as store:
        run(store, endpoint)
    lines = requests_in(*(file.path for file in written.files))

    assert [file.requests for file in written.files] == [5, 5, 2]
    assert all(file.path.stat().st_size == file.bytes for file in written.files)
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert len({line["custom_id"] for line in lines}) == 12
    assert max(len(line["custom_id"]) for line in lines) <= 64
    assert sorted((line["body"] for line in lines), key=number_in) == sorted(endpoint.bodies, key=number_in)
    assert keys == {request_key(line["body"]) for line in lines}


def test_a_file_is_no_larger_than_it_may_be(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        (whole,) = write(store, tmp_path / "out").files
        take_all_back(store)
        written = write(store, tmp_path / "few", most_bytes=whole.bytes // 3)

    assert all(file.bytes <= whole.bytes // 3 for file in written.files)
    assert sum(file.requests for file in written.files) == 12


def take_all_back(store: Store, outcome: str = "unsent") -> None:
    with transaction(store.connection) as db:
        for file in out_files(db):
            take_back(db, file.id, outcome, "taken back")


def test_shuffled_doubled_and_foreign_lines_and_files_read_twice_do_no_harm(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        lines = [
            answered(line) for line in requests_in(*[f.path for f in write(store, tmp_path / "o").files])
        ]
        foreign = answered({"custom_id": "somebody-else's", "body": requests_body()})
        mixed = [*lines, lines[0], lines[5], foreign]
        random.Random(1).shuffle(mixed)
        first = take(store, save(tmp_path / "1.jsonl", mixed))
        again = take(store, tmp_path / "1.jsonl")

        assert (first.answers, first.again, first.unknown) == (12, 2, 1)
        assert first.some_unknown == ["somebody-else's"]
        assert (again.answers, again.again, again.unknown) == (0, 14, 1)
        assert states(store) == {"done": 12}
        assert outcomes(store) == {"answer": 12}
        assert len(prediction_list(store)) == 12
        (file,) = out_files(store.connection)
        assert (file.answered, file.out, file.back) == (12, 0, 0)
        assert file.ended


def requests_body() -> Line:
    return {"messages": [{}, {"content": "第1号工厂"}]}


def prediction_list(store: Store) -> list[Line]:
    return [json.loads(line) for line in prediction_lines(store.connection)]


def test_what_a_file_says_nothing_of_stays_out_until_it_is_taken_back(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        lines = [
            answered(line) for line in requests_in(*[f.path for f in write(store, tmp_path / "o").files])
        ]
        half = save(tmp_path / "1.jsonl", lines)
        data = half.read_bytes()
        half.write_bytes(data[: data.index(b'"custom_id"', len(data) // 2) + 40])
        taken = take(store, half)
        out = jobs_out(store.connection, 1)

        assert 0 < out < 12
        assert taken.answers == 12 - out
        assert [place.endswith("where the file is cut off") for place in taken.broken] == [True]
        assert write(store, tmp_path / "o").files == ()
        assert run(store, endpoint).progress.answers == 0
        take_all_back(store, "uncertain")
        assert states(store) == {"done": 12 - out, "open": out}
        assert run(store, endpoint).progress.answers == out
        half.write_bytes(data)
        late = take(store, half)
        assert (late.answers, late.late, late.again) == (0, out, 12 - out)
        assert states(store) == {"done": 12}
        assert outcomes(store) == {"answer": 12 + out}
        assert len(prediction_list(store)) == 12


def test_an_answer_that_comes_after_it_was_taken_back_is_used_if_nobody_else_answered(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        first = run_all(write(store, tmp_path / "o"), tmp_path / "1.jsonl")
        take_all_back(store)
        second = write(store, tmp_path / "o", sample=4)
        taken = take(store, first)
        assert (taken.answers, states(store)) == (12, {"done": 12})
        assert [file.stale for file in out_files(store.connection)] == [0, 4]
        twice = take(store, run_all(second, tmp_path / "2.jsonl"))
        assert (twice.answers, twice.late) == (0, 4)
        assert spent(store.connection).out == 0
        assert len(prediction_list(store)) == 12


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (None, "batch_expired"),
        (Reply(body={"error": {"message": "overloaded"}}), "error in 200"),
        (Reply(status=500, body={"error": {"message": "oh"}}), "500"),
        (Reply(status=429, body={"error": {"message": "slow"}}), "429"),
        (Reply(status=401, body={"error": {"message": "key"}}), "endpoint"),
    ],
    ids=["expired", "error-in-200", "500", "429", "401"],
)
def test_what_failed_in_passing_goes_into_the_next_file(
    tmp_path: Path, archive: Path, endpoint: Endpoint, reply: Reply | None, cause: str
) -> None:
    def some(line: Line) -> Line:
        if number_in(line["body"]) >= 3:
            return answered(line)
        return answered(line, reply) if reply else expired(line)

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        taken = take(store, run_all(write(store, tmp_path / "o"), tmp_path / "1.jsonl", some))
        assert taken.passing == {cause: 3}
        assert states(store) == {"done": 9, "open": 3}
        again = write(store, tmp_path / "o")
        assert {number_in(line["body"]) for line in requests_in(again.files[0].path)} == {0, 1, 2}
        take(store, run_all(again, tmp_path / "2.jsonl"))
        assert states(store) == {"done": 12}


def test_what_fails_in_passing_again_and_again_fails_for_good(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    def some(line: Line) -> Line:
        reply = Reply(status=500, body={"error": {"message": "oh"}})
        return answered(line, reply if number_in(line["body"]) == 7 else None)

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        turns = 0
        while (written := write(store, tmp_path / "o")).files:
            turns += 1
            take(store, run_all(written, tmp_path / f"{turns}.jsonl", some))
        (failure,) = failures(store.connection)
        assert (turns, failure.cause, failure.page[-4:]) == (5, "500", "0007")
        assert retry(store.connection, "500") == 1
        take(store, run_all(write(store, tmp_path / "o"), tmp_path / "6.jsonl", some))
        assert states(store) == {"done": 11, "open": 1}


def test_an_answer_after_an_error_is_taken_and_an_error_after_an_answer_is_not(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        requests = requests_in(*[file.path for file in write(store, tmp_path / "o").files])
        refused = [answered(line, Reply(status=400, body={"error": "no"})) for line in requests]
        right = [answered(line) for line in requests]
        take(store, save(tmp_path / "1.jsonl", [*right[:4], *refused[4:6], *refused[:2], *right[6:]]))
        assert states(store) == {"done": 10, "failed": 2}
        take(store, save(tmp_path / "2.jsonl", [*refused, *right]))
        assert states(store) == {"done": 12}
        assert list(failures(store.connection)) == []


def test_where_all_fails_for_one_cause_no_page_is_blamed(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 30)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        out = run_all(
            write(store, tmp_path / "o"),
            tmp_path / "1.jsonl",
            lambda line: answered(line, Reply(status=400, body={"error": {"message": "no such parameter"}})),
        )
        taken = take(store, out)
        assert states(store) == {"open": 30}
    assert "no such parameter" in str(taken.hopeless)


def vllm_error(line: Line) -> Line:
    response = {"status_code": 400, "request_id": "r", "body": None}
    return {"id": "vllm-1", "custom_id": line["custom_id"], "response": response, "error": "too long"}


def sglang(line: Line) -> Line:
    found = answered(line)
    body = found["response"]["body"]
    body["choices"] = body["choices"][0]
    return found


def test_the_forms_of_offline_runners_are_read(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    def some(line: Line) -> Line:
        return vllm_error(line) if number_in(line["body"]) == 3 else sglang(line)

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        take(store, run_all(write(store, tmp_path / "o"), tmp_path / "1.jsonl", some))
        (failure,) = failures(store.connection)
        assert states(store) == {"done": 11, "failed": 1}
    assert failure.cause == "HTTP 400"
    assert failure.message.startswith(f"{endpoint.url[7:-3]} answers 400:")
    assert "too long" in failure.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"null\n[]\n7\n{}\n",
        b"\xff\xfe\x00\n",
        b'{"custom_id": 3, "response": null}\n',
        b'{"custom_id": "x"}\n',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"\n",
        b"1" * 5000 + b"\n",
    ],
    ids=["empty", "blank", "other", "bytes", "number", "nothing", "deep", "deep-object", "long"],
)
def test_what_is_no_answer_changes_nothing(
    tmp_path: Path, archive: Path, endpoint: Endpoint, data: bytes
) -> None:
    (tmp_path / "1.jsonl").write_bytes(data)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        write(store, tmp_path / "o")
        taken = take(store, tmp_path / "1.jsonl")
        assert states(store) == {"out": 12}
    assert taken.answers == 0
    assert bool(taken.broken) == bool(data.strip())


@pytest.mark.parametrize(
    "response",
    [
        {"status_code": 200, "body": None},
        {"status_code": 200, "body": "<html>"},
        {"status_code": 200, "body": [1]},
        {"status_code": 200, "body": {"choices": "none"}},
        {"status_code": 200, "body": {"choices": [{"message": {"content": "\ud800"}}]}},
        {"status_code": "200", "body": {}},
    ],
)
def test_an_answer_that_cannot_be_read_is_a_failure_of_its_page(
    tmp_path: Path, endpoint: Endpoint, response: Any
) -> None:
    archive = make_archive(tmp_path / "archive", 1)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        while (written := write(store, tmp_path / "o")).files:
            out = run_all(
                written,
                tmp_path / "1.jsonl",
                lambda line: {"custom_id": line["custom_id"], "response": response, "error": None},
            )
            take(store, out)
        assert states(store) == {"failed": 1}


def test_requests_are_no_answers(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        (file,) = write(store, tmp_path / "o").files
        with pytest.raises(UsageError, match="holds requests"):
            take(store, file.path)


def test_a_cap_holds_over_what_is_out_and_what_is_asked_live(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive, max_tokens=100) as store:
        caps = Caps(dollars=0.012)
        written = write(store, tmp_path / "o", caps=caps, price=PRICE)
        requests = sum(file.requests for file in written.files)
        assert written.capped
        assert 0 < requests < 12
        assert written.dollars <= 0.012
        ended = run(store, endpoint, caps=caps, price=PRICE)
        assert (ended.stopped, count(endpoint)) == ("the cap is reached", 0)
        take(store, run_all(written, tmp_path / "1.jsonl"))
        assert spent(store.connection).dollars == pytest.approx(0.001 * requests)
        assert spent(store.connection).out_dollars == 0


def test_at_a_cap_on_pages_those_asked_about_before_are_written_and_no_others(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        write(store, tmp_path / "o", caps=Caps(pages=5))
        take_all_back(store, "uncertain")
        again = write(store, tmp_path / "o", caps=Caps(pages=5))
        assert ([one.requests for one in again.files], again.left, again.capped) == ([5], 7, True)


def test_a_cap_on_pages_counts_those_that_are_out_and_none_that_went_nowhere(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        assert write(store, tmp_path / "o", caps=Caps(pages=5)).left == 7
        assert write(store, tmp_path / "o", caps=Caps(pages=5)).files == ()
        take_all_back(store)
        (file,) = write(store, tmp_path / "o", caps=Caps(pages=5)).files
        assert file.requests == 5


def test_a_run_goes_from_live_to_files_and_back_and_asks_nothing_twice(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = cut_first
    asked: Counter[bytes] = Counter()
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint, sample=4)
        written = write(store, tmp_path / "o", sample=8)
        run(store, endpoint, sample=10)
        take(
            store,
            run_all(written, tmp_path / "1.jsonl", lambda line: answered(line, cut_first(line["body"]))),
        )
        assert states(store) == {"done": 6, "open": 6}
        run(store, endpoint)
        assert states(store) == {"done": 12}
        asked.update(bytes(row[0]) for row in store.connection.execute("SELECT request_key FROM attempts"))

    assert len(asked) == 24
    assert set(asked.values()) == {1}


def test_a_killed_run_does_not_touch_what_is_out(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        write(store, tmp_path / "o", sample=5)
        run(store, endpoint)  # which begins with what a killed run has left
        assert states(store) == {"done": 7, "out": 5}
        assert outcomes(store) == {"answer": 7, "out": 5}


def test_a_file_whose_writing_was_broken_off_gets_its_name_later(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def rename(*_: object) -> None:
        raise Killed

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", rename)
            with pytest.raises(Killed):
                write(store, tmp_path / "o")
        assert list((tmp_path / "o").glob("*.jsonl")) == []
        finish_interrupted(store.connection)
        (path,) = (tmp_path / "o").glob("*.jsonl")
        assert len(requests_in(path)) == states(store)["out"] == 12


def test_a_text_that_was_cleared_out_meanwhile_is_no_trouble(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    from hyllm.batch import gc

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        written = write(store, tmp_path / "o")
    for page in archive.rglob("0003.txt"):
        page.write_text(page.read_text("utf-8").replace("第3号", "第33号"), "utf-8")
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        gc(store.connection, size=0)
        taken = take(store, run_all(written, tmp_path / "1.jsonl"))
        assert (taken.answers, taken.late) == (11, 1)
        assert states(store) == {"done": 11, "older": 1, "open": 1}


def test_an_interrupt_while_a_file_is_written_leaves_nothing_out(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        with monkeypatch.context() as patched:
            patched.setattr("hyllm.batch._files_write.os.fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                write(store, tmp_path / "o")
        assert list((tmp_path / "o").iterdir()) == []
        assert states(store) == {"open": 12}


def test_a_reading_that_was_interrupted_is_made_good(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hyllm.batch import _files_read
    from hyllm.batch._files_lines import Line as Said
    from hyllm.batch._files_lines import read_line

    read: list[bytes] = []

    def interrupted(line: bytes, host: str) -> Said | None:
        read.append(line)
        if len(read) > 7:
            raise KeyboardInterrupt
        return read_line(line, host)

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        out = run_all(write(store, tmp_path / "o"), tmp_path / "1.jsonl")
        with monkeypatch.context() as patched:
            patched.setattr(_files_read, "_GROUP", 2)
            patched.setattr(_files_read, "read_line", interrupted)
            with pytest.raises(KeyboardInterrupt):
                take(store, out)
        assert outcomes(store) == {"answer": 6, "out": 6}
        taken = take(store, out)
        assert (taken.answers, taken.again) == (6, 6)
        assert states(store) == {"done": 12}
