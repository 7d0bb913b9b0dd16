"""Shards without a cluster: an archive with all that makes trouble, its shards run here or in a process of their own."""

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from hyllm.archive import PageReader
from hyllm.batch import Caps, Options, Store, enqueue, load_setups, new_setup, save_setup
from hyllm.client import Endpoint as Address
from hyllm.client import find_endpoint
from hyllm.cluster import (
    Driven,
    Driver,
    cut_shards,
    make_folder,
    open_whole,
    publish_index,
    read_changed,
    work_in,
)
from hyllm.cluster._folder import open_folder
from hyllm.cluster._identity import identity_of
from hyllm.cluster._layout import Shard, shards_in
from hyllm.cluster._messages import Amounts, Ask, Grant, Total, Unused
from hyllm.cluster._purse import Purse
from hyllm.cluster._ray import Died
from hyllm.cluster._schedule import Start
from hyllm.cluster._shard import Broke, End, Task, run_shard, run_task
from hyllm.export import prediction_lines, write_csv, write_sqlite
from hyllm.extract import Extractor
from tests.batch.making import answer_to, cut_first, number_in, page_text
from tests.conftest import Endpoint, Reply

REFUSED, CUT, DOUBLE, OLDER, CONFLICT = 13, 7, 9, 11, 12
"""Every which page is refused, is answered in part at first, stands there twice, in an older version, or beside
another page of the same name and date."""
_FILLER = "".join(f"又讯，第{n}组昨日在雁峰区听取了汇报，并就第{n}项工作作了部署。\n" for n in range(12))


def make_hard_archive(folder: Path, pages: int) -> Path:
    """An archive of so many texts that are to be asked about, with doubles, versions, conflicts and what is no page."""
    for number in range(pages):
        about = {"paper": "衡阳日报", "issue_date": f"{2010 + number // 336}-{1 + number // 28 % 12:02d}-"}
        about["issue_date"] += f"{1 + number % 28:02d}"
        about["page_no"] = "1"
        text = page_text(number) + _FILLER
        _write(folder, f"{number:04d}", text, 100, **about)
        if number % DOUBLE == 1:
            _write(folder, f"double-{number:04d}", text, 100, paper="衡阳晚报")
        if number % OLDER == 2:
            _write(folder, f"early-{number:04d}", text.replace("雁峰", "雁 峰"), 50, **about)
        if number % CONFLICT == 3:
            other = f"第{number + 5000}号工厂停产整顿。\n原址在石鼓区，改作仓库，另行公告。\n"
            _write(folder, f"other-{number:04d}", other, 20, **about)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "torn.txt").write_bytes(b"\xff\xfe\x00\xd8\x00\x00" * 9)
    return folder


def _write(folder: Path, name: str, text: str, changed: int, **about: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{name}.txt"
    page.write_text(text, encoding="utf-8")
    page.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")
    os.utime(page, (changed * 10**6, changed * 10**6))


def hard_answer(body: dict[str, Any]) -> Reply:
    """An answer to a request about a page of `make_hard_archive`: right, short at first, or none."""
    number = number_in(body)
    if number % REFUSED == 5:
        return Reply(None, finish="content_filter", usage={"prompt_tokens": 1000, "completion_tokens": 1})
    return cut_first(body) if number % CUT == 3 else answer_to(body)


def address(endpoint: Endpoint) -> Address:
    return find_endpoint("m-1", endpoint.url, {})


def save_new_setup(store: Store, endpoint: Endpoint) -> None:
    if not load_setups(store.connection):
        made = Extractor(endpoint=address(endpoint), max_tokens=100)
        setup = new_setup(made, prompts=None, ask_again=True, gazetteer=None, adopted=True)
        store.set_meta("seed", "test")
        save_setup(store.connection, setup)


def cut_archive(
    where: Path, endpoint: Endpoint, archive: Path, size: int, reader: PageReader | None = None
) -> int:
    """Takes an archive into a folder of shards; how many new ones."""
    folder = make_folder(str(where))
    with open_whole(folder) as store:
        save_new_setup(store, endpoint)
        enqueue(store, [archive], reader or PageReader())
        read_changed(store)
        new = cut_shards(store, folder, load_setups(store.connection)[-1].id, size)
        publish_index(store, folder)
    return new


HERE = pytest.mark.usefixtures("reads_here")


class LocalPurse:
    """A purse that many threads reach, one at a time."""

    def __init__(self, purse: Purse) -> None:
        self.purse = purse
        self.lock = threading.Lock()

    async def renew(self, ask: Ask) -> Grant:
        with self.lock:
            return self.purse.renew(ask)

    async def hand_back(self, unused: Unused) -> None:
        with self.lock:
            self.purse.hand_back(unused)


def shards_of(where: Path) -> dict[int, Shard]:
    return dict(shards_in(make_folder(str(where)).names("shards")))


def unfinished(where: Path) -> list[Shard]:
    return [shard for shard in shards_of(where).values() if not shard.is_finished]


def task_of(where: Path, shard: Shard, endpoint: Address, **options: Any) -> Task:
    """The next start of a shard."""
    said: dict[str, Any] = {"concurrency": 8, "timeout": 60.0, "readers": 1} | options
    return Task(
        where=str(where),
        folder=identity_of(open_folder(str(where))),
        shard=shard.number,
        epoch=shard.epoch + 1,
        holder=f"{shard.number:06d}-{shard.epoch + 1}",
        endpoint=endpoint,
        options=Options(**said),
    )


def run_shards(
    where: Path, endpoint: Endpoint, purse: Purse, *, at_once: int = 4, **options: Any
) -> list[End]:
    """What is unfinished, each shard in a thread of its own."""
    local = LocalPurse(purse)
    tasks = [task_of(where, shard, address(endpoint), **options) for shard in unfinished(where)]
    with ThreadPoolExecutor(at_once) as threads:
        return [one.result() for one in [threads.submit(run_shard, task, local) for task in tasks]]


class Threads:
    """A cluster of threads, as the driver sees one."""

    def __init__(self, *nodes: str, endpoints: Mapping[str, Address] | None = None) -> None:
        self._nodes = nodes
        self._endpoints = endpoints or {}
        self._tasks: dict[Future[End | Broke | Died], Start] = {}
        self._threads = ThreadPoolExecutor(8)
        self.started: list[Start] = []
        self.dies: Callable[[Start], Died | None] = lambda start: None
        """Says of a start whether it dies, and how, instead of being run."""
        self.sees: Callable[[Start, Task], Task] = lambda start, task: task
        """How a machine sees a task."""

    def open_purse(self, caps: Caps, before: Amounts, **limits: Any) -> None:
        self._purse = LocalPurse(Purse(caps, before, **limits))

    def nodes(self) -> Sequence[str]:
        return self._nodes

    def start(self, start: Start, task: Task) -> None:
        self.started.append(start)
        own = replace(task, endpoint=self._endpoints.get(start.node, task.endpoint))
        self._tasks[self._threads.submit(self._run, start, own)] = start

    def _run(self, start: Start, task: Task) -> End | Broke | Died:
        return self.dies(start) or run_task(self.sees(start, task), self._purse)

    def name_of(self, node: str) -> str:
        return f"machine {node}"

    @property
    def running(self) -> Sequence[Start]:
        return list(self._tasks.values())

    def wait(self, seconds: float) -> Sequence[tuple[Start, Any]]:
        wait(self._tasks, timeout=seconds, return_when=FIRST_COMPLETED)
        ended = [one for one in self._tasks if one.done()]
        return [(self._tasks.pop(one), one.result()) for one in ended]

    def now(self) -> Total:
        with self._purse.lock:
            return self._purse.purse.now()

    def tell_lost(self, holder: str) -> None:
        with self._purse.lock:
            self._purse.purse.lost(holder)

    def stop(self, why: str) -> None:
        with self._purse.lock:
            self._purse.purse.stop(why)

    def break_off(self) -> None:
        raise AssertionError("nobody interrupts threads twice")


def drive(
    where: Path,
    endpoint: Endpoint,
    cluster: Threads | None = None,
    *,
    said: Callable[[str], None] = print,
    per_node: int = 2,
    own_endpoints: bool = False,
    **options: Any,
) -> Driven:
    """A run of the driver on threads."""
    wanted: dict[str, Any] = {"concurrency": 4, "timeout": 60.0, "readers": 1} | options
    folder = make_folder(str(where))
    with whole(where) as store:
        setup = load_setups(store.connection)[-1]
        driver = Driver(
            cast(Any, cluster or Threads("a", "b")),
            folder,
            store,
            setup,
            address(endpoint),
            Options(**wanted),
            work_in(store, folder, setup, wanted.get("sample")),
            per_node=per_node,
            own_endpoints=own_endpoints,
            told=lambda now: None,
            said=said,
        )
        return driver.run()


@contextmanager
def whole(where: Path) -> Generator[Store]:
    """The whole store of a folder."""
    with open_whole(make_folder(str(where))) as store:
        read_changed(store)
        yield store


def table_of(path: Path, rows: dict[str, str]) -> Path:
    """A table of metadata: the dates of pages."""
    lines = ["page,paper,issue_date", *(f"{page},衡阳日报,{date}" for page, date in rows.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def export_bytes(store: Store, out: Path) -> dict[str, bytes]:
    """All that an export gives but what requests took: the bytes of each file by its name."""
    out.mkdir(parents=True)
    db = store.connection
    write_csv(db, out / "csv")
    write_sqlite(db, out / "archive.sqlite")
    found = {f"csv/{path.name}": path.read_bytes() for path in sorted((out / "csv").iterdir())}
    found.pop("csv/attempts.csv", None)
    found["sqlite"] = (out / "archive.sqlite").read_bytes()
    found["jsonl"] = "".join(f"{line}\n" for line in prediction_lines(db)).encode()
    return found


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Some pages that are not the same, and the names of the files."""
    pages = [set(export["csv/pages.csv"].decode().splitlines()) for export in (one, other)]
    lines = sorted(pages[0] ^ pages[1])[:6]
    return lines + sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def start_shard(
    where: Path, shard: Shard, url: str, scratch: Path, *, concurrency: int, sync_answers: int = 64
) -> "subprocess.Popen[str]":
    """A shard's task as a process of its own, with a scratch folder of its own."""
    scratch.mkdir(parents=True)
    said = [where, shard.number, shard.epoch + 1, url, concurrency, sync_answers]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.running", *map(str, said)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(scratch)},
    )


def writes_of(scratch: Path) -> list[tuple[float, float]]:
    """From when to when a shard that ran in a scratch folder wrote each of its segments; the last maybe without end."""
    log = scratch.with_suffix(".writes")
    times = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(float(began), float(rest[0]) if rest else math.inf) for began, *rest in times]


def _log_writes(log: Path) -> None:
    """Lets the shard of this process write down when it writes a segment."""
    shard: Any = import_module("hyllm.cluster._shard")
    write = shard._Running._write_segment

    def logged(*given: Any) -> None:
        with log.open("a") as file:
            print(time.monotonic(), end=" ", file=file, flush=True)
            write(*given)
            print(time.monotonic(), file=file)

    shard._Running._write_segment = logged


def _main(where: str, number: str, epoch: str, url: str, concurrency: str, sync_answers: str) -> None:
    from hyllm.cluster import _lease

    _log_writes(Path(os.environ["TMPDIR"]).with_suffix(".writes"))
    _lease._SYNC_ANSWERS = int(sync_answers)  # pyright: ignore[reportPrivateUsage]
    task = Task(
        where=where,
        folder=identity_of(open_folder(where)),
        shard=int(number),
        epoch=int(epoch),
        holder=f"{number}-{epoch}",
        endpoint=find_endpoint("m-1", url, {}),
        options=Options(concurrency=int(concurrency), timeout=60.0),
    )
    end = run_shard(task, LocalPurse(Purse(Caps())))
    print(end.is_finished, end.stopped, flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
