"""A run over a store: what is asked, what is kept, what it costs, and how it ends."""

import gc
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hyllm.archive import PageReader
from hyllm.batch import (
    Caps,
    Ended,
    Options,
    Store,
    StoreError,
    enqueue,
    failures,
    load_setups,
    new_setup,
    reparse,
    retry,
    run_batch,
    save_setup,
)
from hyllm.batch._reader import read_here
from hyllm.client import Endpoint as Address
from hyllm.client import Price, find_endpoint
from hyllm.errors import EndpointError, UsageError
from hyllm.extract import Extractor
from tests.batch.making import answer_to, asked, count, cut_first, exported, make_archive, number_in
from tests.conftest import Endpoint, Reply

PRICE = Price(1.0, 0.1, 10.0, "")
"""Of the usage in `making`: 0.002 dollars a page."""


def address(endpoint: Endpoint) -> Address:
    return find_endpoint("m-1", endpoint.url, {})


@contextmanager
def opened(path: Path, endpoint: Endpoint, *paths: Path, **extractor: Any) -> Generator[Store]:
    """A store for an endpoint, with an archive enqueued."""
    with Store(path, write=True) as store:
        if not load_setups(store.connection):
            made = Extractor(endpoint=address(endpoint), **extractor)
            setup = new_setup(made, prompts=None, ask_again=True, gazetteer=None, adopted=True)
            store.set_meta("seed", "test")
            save_setup(store.connection, setup)
        if paths:
            enqueue(store, paths, PageReader())
        yield store


def ask(store: Store, endpoint: Endpoint, **options: Any) -> Ended:
    """A run, with reading processes only if the options say so."""
    options = {"concurrency": 8, "timeout": 5.0, "readers": 0} | options
    return run_batch(store, load_setups(store.connection)[-1], address(endpoint), Options(**options))


def run(store: Store, endpoint: Endpoint, **options: Any) -> Ended:
    """The same, after which answers are read in this process, and asked further."""
    while True:
        ended = ask(store, endpoint, **options)
        read_here(store.connection)
        further = store.connection.execute("SELECT 1 FROM jobs WHERE state = 'open' AND turn > 0").fetchone()
        if ended.stopped or not further:
            return ended


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "archive", 12)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyllm.batch._engine.backoff", lambda attempt: 0.01)  # pyright: ignore


def states(store: Store) -> dict[str, int]:
    return dict(store.connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())


def test_every_page_is_asked_about_once_and_its_records_are_exported(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ended = ask(store, endpoint, readers=2)
        again = ask(store, endpoint)

    assert (ended.progress.answers, again.progress.answers) == (12, 0)
    lines = exported(tmp_path / "a.db")
    assert [line["page"] for line in lines] == sorted(line["page"] for line in lines)
    assert len(lines) == 12
    (first,) = [line for line in lines if line["page"].endswith("0003")]
    assert first["projects"][0]["investment"]["amount"] == 400000000
    assert first["projects"][0]["stage_date"]["edtf"] == "2017-12-31"
    assert first["officials"][0]["name"] == "方自强"


def test_the_garbage_collector_looks_at_all_again_after_a_run(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    seen: list[int] = []

    def answer(*given: Any) -> Any:
        seen.append(gc.get_freeze_count())
        return answer_to(*given)

    endpoint.answer = answer
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ask(store, endpoint)

    assert min(seen) > 0
    assert gc.get_freeze_count() == 0


def test_a_body_is_the_very_request_of_a_single_page(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    from hyllm.prompting import request_key

    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive, wire="json_schema") as store:
        run(store, endpoint)
        keys = {bytes(row[0]).hex() for row in store.connection.execute("SELECT request_key FROM attempts")}
    asking = Extractor(endpoint=address(endpoint), wire="json_schema")
    bodies = [asking.requests(page)[0].body for page in PageReader().from_paths([archive])]

    assert sorted(endpoint.bodies, key=number_in) == sorted(bodies, key=number_in)
    assert keys == {request_key(body) for body in bodies}


def test_a_further_turn_is_asked_and_read(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    endpoint.answer = cut_first
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ask(store, endpoint, readers=1)
        assert states(store) == {"done": 12}
    assert count(endpoint) == 24
    assert all(line["officials"] and line["usage"]["requests"] == 2 for line in exported(tmp_path / "a.db"))


def test_moved_and_doubled_files_cost_nothing_and_one_more_page_one_request(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
    archive.rename(tmp_path / "moved")
    make_archive(tmp_path / "moved", 1, first=500)
    (tmp_path / "moved" / "copy.txt").write_text(
        next((tmp_path / "moved").rglob("0003.txt")).read_text("utf-8"), "utf-8"
    )
    with opened(tmp_path / "a.db", endpoint, tmp_path / "moved") as store:
        run(store, endpoint)

    assert count(endpoint) == 13
    lines = exported(tmp_path / "a.db")
    assert len(lines) == len({line["text_sha256"] for line in lines}) == 13


def test_a_corrected_date_is_resolved_anew_for_nothing(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    page = next(archive.rglob("0003.txt"))
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
    page.with_suffix(".json").write_text(json.dumps({"issue_date": "2019-05-02"}), "utf-8")
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)

    assert count(endpoint) == 12
    (line,) = [line for line in exported(tmp_path / "a.db") if line["page"].endswith("0003")]
    assert line["issue_date"] == "2019-05-02"
    assert line["projects"][0]["stage_date"]["edtf"] == "2019-05-01"


def test_a_sample_is_a_part_of_a_larger_one(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint, sample=3)
        few = set(asked(endpoint))
        run(store, endpoint, sample=7)

    assert len(few) == 3
    assert few < set(asked(endpoint))
    assert count(endpoint) == 7


@pytest.mark.parametrize(
    ("caps", "most"),
    [(Caps(dollars=0.02), 10), (Caps(tokens=12_000), 10), (Caps(pages=4), 4)],
    ids=["dollars", "tokens", "pages"],
)
def test_a_cap_holds_over_runs(
    tmp_path: Path, archive: Path, endpoint: Endpoint, caps: Caps, most: int
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive, max_tokens=100) as store:
        ended = [run(store, endpoint, caps=caps, price=PRICE) for _ in range(3)]

    assert 1 <= count(endpoint) <= most
    assert ended[-1].stopped == "the cap is reached"


@pytest.mark.slow
def test_a_cap_on_dollars_holds_with_64_in_flight(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 900)
    cost: list[float] = []

    def dear(body: dict[str, Any]) -> Reply:
        tokens = 100 + 13 * (number_in(body) % 97)
        cost.append((1000 + 10 * tokens) / 1e6)
        return answer_to(body, delay=0.05, usage={"prompt_tokens": 1000, "completion_tokens": tokens})

    endpoint.answer = dear
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint, caps=Caps(dollars=3.0), price=PRICE, concurrency=64)

    assert 3.0 - 0.15 < sum(cost) < 3.0 + max(cost)


def test_a_deadline_stops_the_sending(tmp_path: Path, archive: Path, endpoint: Endpoint) -> None:
    endpoint.answer = lambda body: answer_to(body, delay=0.3)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ended = run(store, endpoint, concurrency=1, deadline=time.time() + 0.8)

    assert ended.stopped == "the deadline has come"
    assert 1 <= count(endpoint) <= 5


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(status=401, body={}), "key is missing or wrong"),
        (Reply(status=402, body={}), "no money"),
        (Reply(status=429, body={"error": {"code": "insufficient_quota"}}), "no quota"),
        (Reply(status=404, body={}), "no such address or model"),
    ],
    ids=["key", "money", "quota", "model"],
)
def test_an_unusable_endpoint_stops_the_run_and_no_page_is_blamed(
    tmp_path: Path, archive: Path, endpoint: Endpoint, reply: Reply, says: str
) -> None:
    endpoint.answer = lambda body: reply
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ended = run(store, endpoint, concurrency=2)
        assert states(store) == {"open": 12}
    assert isinstance(ended.stopped, EndpointError)
    assert says in str(ended.stopped)
    assert count(endpoint) <= 2


def test_a_dead_endpoint_stops_the_run_in_seconds(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyllm.batch._health._UNREACHABLE_FOR", 0.5)
    began = time.monotonic()
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        dead = find_endpoint("m-1", "http://127.0.0.1:9/v1", {})
        ended = run_batch(store, load_setups(store.connection)[-1], dead, Options())
        assert states(store) == {"open": 12}
    assert "cannot be reached" in str(ended.stopped)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=500, body={}),
        Reply(status=429, body={}, headers={"Retry-After": "0.1"}),
        Reply(status=503, body=b"busy"),
        Reply(hang_up=True),
        Reply(cut=20),
        Reply(body={"error": {"message": "upstream"}}),
    ],
    ids=["500", "429", "503", "hang-up", "cut", "error-in-200"],
)
def test_what_passes_is_tried_again(
    tmp_path: Path, archive: Path, endpoint: Endpoint, failure: Reply
) -> None:
    seen: set[int] = set()

    def at_first(body: dict[str, Any]) -> Reply:
        number = number_in(body)
        if number in seen:
            return answer_to(body)
        seen.add(number)
        return failure

    endpoint.answer = at_first
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        assert states(store) == {"done": 12}
    assert count(endpoint) == 24


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (Reply(status=400, body={"error": {"message": "too long"}}), "HTTP 400"),
        (Reply(None, finish="content_filter"), "refused"),
        (Reply(body=b"<html>"), "no readable answer"),
        (Reply(status=500, body={}), "500"),
    ],
    ids=["400", "filter", "html", "500"],
)
def test_a_page_that_fails_for_good_is_listed_with_its_cause_and_may_be_retried(
    tmp_path: Path, archive: Path, endpoint: Endpoint, reply: Reply, cause: str
) -> None:
    endpoint.answer = lambda body: reply if number_in(body) == 5 else answer_to(body)
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        (failure,) = failures(store.connection)
        assert (failure.page[-4:], failure.cause) == ("0005", cause)
        assert states(store) == {"done": 11, "failed": 1}
        endpoint.answer = answer_to
        assert retry(store.connection, "something else") == 0
        assert retry(store.connection, cause) == 1
        run(store, endpoint)
        assert states(store) == {"done": 12}


def test_page_after_page_that_fails_stops_the_run(tmp_path: Path, endpoint: Endpoint) -> None:
    archive = make_archive(tmp_path / "archive", 60)
    endpoint.answer = lambda body: Reply(status=400, body={"error": {"message": "no such parameter"}})
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ended = run(store, endpoint, concurrency=2)

    assert "pages in a row failed (HTTP 400)" in str(ended.stopped)
    assert count(endpoint) < 32


def test_without_readers_answers_are_kept_and_read_later(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        ended = ask(store, endpoint)
        assert (ended.left.open, ended.left.answered) == (0, 12)
        run(store, endpoint)
        assert states(store) == {"done": 12}
    assert count(endpoint) == 12


def test_a_fault_in_reading_costs_nothing_and_is_read_again_when_mended(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    endpoint.answer = answer_to
    with opened(tmp_path / "a.db", endpoint, archive) as store:
        run(store, endpoint)
        (job,) = store.connection.execute("SELECT min(id) FROM jobs").fetchone()
        store.connection.execute(
            "UPDATE jobs SET state = 'fault', cause = 'a fault in hyllm' WHERE id = ?", (job,)
        )
        before = exported(tmp_path / "a.db")
        assert reparse(store.connection) == 12
        run(store, endpoint)
        assert states(store) == {"done": 12}
    assert count(endpoint) == 12
    assert exported(tmp_path / "a.db") == before


def test_a_second_writer_is_refused_and_a_reader_may_look_on(
    tmp_path: Path, archive: Path, endpoint: Endpoint
) -> None:
    import os

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        with pytest.raises(UsageError, match=f"in use by process {os.getpid()}"):
            Store(tmp_path / "a.db", write=True)
        with Store(tmp_path / "a.db") as looking:
            assert states(looking) == states(store)


def test_an_older_store_is_brought_up_to_date_after_a_copy_is_made(
    tmp_path: Path, archive: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hyllm.batch import _store

    with opened(tmp_path / "a.db", endpoint, archive):
        pass
    monkeypatch.setattr(_store, "MIGRATIONS", (*_store.MIGRATIONS, "CREATE TABLE later (x)"))
    with pytest.raises(UsageError, match="made by an older hyllm"):
        Store(tmp_path / "a.db")
    with Store(tmp_path / "a.db", write=True) as store:
        store.connection.execute("SELECT * FROM later")
        assert states(store) == {"open": 12}
    monkeypatch.undo()
    assert (tmp_path / f"a.db.before-{len(_store.MIGRATIONS) + 1}").is_file()
    with pytest.raises(UsageError, match="made by a newer hyllm"):
        Store(tmp_path / "a.db", write=True)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\0" * 4096])
def test_what_is_no_store_is_refused_and_not_changed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)

    with pytest.raises((UsageError, StoreError)):
        Store(path, write=True)

    assert path.read_bytes() == content


def test_a_network_file_system_is_refused(tmp_path: Path) -> None:
    from hyllm.batch._lock import file_system

    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n", "utf-8")

    assert file_system(tmp_path / "below", mounts) == "nfs4"
    assert file_system(Path("/etc"), mounts) == "ext4"


def test_corrections_are_append_only(tmp_path: Path, endpoint: Endpoint, archive: Path) -> None:
    import sqlite3

    with opened(tmp_path / "a.db", endpoint, archive) as store:
        store.connection.execute(
            "INSERT INTO corrections (made, who, text_sha256, record_id, field) VALUES ('', '', x'00', 'a', '/name')"
        )
        for change in ("UPDATE corrections SET who = 'x'", "DELETE FROM corrections"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                store.connection.execute(change)
