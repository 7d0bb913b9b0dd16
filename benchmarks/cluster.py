"""What `hyllm batch run --on ray` costs beside one process, on nodes that are all this machine. See README.md.

python benchmarks/cluster.py nodes    share of a single process's rate, and memory, at 1, 2 and 4 nodes
python benchmarks/cluster.py shards   the same at two nodes, by pages a shard; what a shard costs to start and to end
python benchmarks/cluster.py folder   seconds and bytes of cutting, finishing, folding and exporting; no Ray in it
python benchmarks/cluster.py cut      seconds of cutting alone, by pages of the archive

`nodes` and `shards` take --repeat N, --out FIGURES.json, and --plot PICTURE.svg, which draws all figures in that file.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster_endpoint import fill, log_of, serving, url_of
from cluster_memory import watching
from cluster_tables import print_folder, show

HERE = Path(__file__)
FLIGHT = 8
NODES, SHARDS = (1, 2, 4), (40, 80, 160, 320)
PAGES = 320
"""Pages a node."""


# --- one process, and nodes --------------------------------------------------------------------------------


def single(port: int, who: str, pages: int) -> dict[str, Any]:
    """The rate of one process, and the memory it takes."""
    from hyllm.batch import Options, Store, run_batch

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "a.db"), write=True) as store:
        setup, endpoint = fill(store, Path(folder), pages, url_of(port, who))
        with watching() as memory:
            began = time.time()
            ended = run_batch(store, setup, endpoint, Options(concurrency=FLIGHT, readers=1))
            took = time.time() - began
    assert ended.progress.answers == pages
    assert not ended.left.answered
    latency = statistics.mean(answered - came for _, came, answered in log_of(port, who))
    return {"rate": pages / took, "little": FLIGHT / latency, "memory": memory}


def cluster(port: int, who: str, nodes: int, pages: int, shard: int) -> dict[str, Any]:
    """The rate of so many nodes with so many pages each, what their shards cost beside asking, and memory."""
    os.environ["RAY_TMPDIR"] = home = tempfile.mkdtemp(
        prefix="ray-"
    )  # else others here may take it for theirs
    import ray.cluster_utils

    from hyllm.batch import Options
    from hyllm.cluster import Cluster, Driver, cut_shards, make_folder, open_whole, publish_index

    class Noting(Cluster):
        """Notes when shards begin and end."""

        def __init__(self, address: str) -> None:
            super().__init__(address)
            self.spans: list[dict[str, Any]] = []

        def start(self, start: Any, task: Any) -> None:
            self.spans.append({"shard": start.shard, "node": start.node, "began": time.time()})
            super().start(start, task)

        def wait(self, seconds: float) -> Any:
            ended = super().wait(seconds)
            for start, _ in ended:
                next(one for one in self.spans if one["shard"] == start.shard)["ended"] = time.time()
            return ended

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    local = {
        "node_ip_address": "127.0.0.2",
        "num_cpus": 1,
    }  # for 127.0.0.1 Ray takes the machine's own address
    machines = ray.cluster_utils.Cluster(
        initialize_head=True, head_node_args={**local, "include_dashboard": False}
    )
    try:
        for _ in range(nodes - 1):
            machines.add_node(**local)
        with tempfile.TemporaryDirectory() as scratch:
            folder = make_folder(f"{scratch}/shards")
            with open_whole(folder) as store:
                setup, endpoint = fill(store, Path(scratch), pages * nodes, url_of(port, who))
                cut_shards(store, folder, setup.id, shard)
                publish_index(store, folder)
                noting = Noting(machines.address)
                try:
                    with watching() as memory:
                        began = time.time()
                        driver = Driver(
                            noting,
                            folder,
                            store,
                            setup,
                            endpoint,
                            Options(concurrency=FLIGHT, readers=1),
                            per_node=1,
                            own_endpoints=False,
                            told=lambda now: None,
                            said=print,
                        )
                        ended = driver.run()
                        took = time.time() - began
                finally:
                    noting.close()
                assert ended.answers == pages * nodes, ended
                db = store.connection
                assert db.execute("SELECT count(*) FROM results").fetchone()[0] == pages * nodes
                placed = db.execute("SELECT page, shard FROM pages JOIN placed USING (text_id)").fetchall()
    finally:
        machines.shutdown()
        shutil.rmtree(home, ignore_errors=True)
    costs = costs_of(noting.spans, {int(page[1:]): number for page, number in placed}, log_of(port, who))
    return {"rate": pages * nodes / took, "costs": costs, "memory": memory}


def costs_of(
    spans: Sequence[dict[str, Any]], shard_of: Mapping[int, int], log: Sequence[tuple[int, float, float]]
) -> list[dict[str, Any]]:
    """What each shard cost in seconds: until its first request, after its last answer, and in all beside asking."""
    asked: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for number, came, answered in log:
        asked[shard_of[number]].append((came, answered))
    seen: set[str] = set()
    found: list[dict[str, Any]] = []
    for span in spans:
        times = asked[span["shard"]]
        took = span["ended"] - span["began"]
        found.append(
            {
                "first": span["node"] not in seen,
                "start": min(came for came, _ in times) - span["began"],
                "end": span["ended"] - max(answered for _, answered in times),
                "beside": took - sum(answered - came for came, answered in times) / FLIGHT,
            }
        )
        seen.add(span["node"])
    return found


# --- the folder, without Ray -------------------------------------------------------------------------------


def folder(port: int, pages: int, shard: int, max_cost: float | None) -> dict[str, Any]:
    """Seconds and bytes of all that is done with a folder beside asking, at a fifth of a second a request."""
    from hyllm.batch import Caps, Options
    from hyllm.client import Price
    from hyllm.cluster import cut_shards, make_folder, open_whole, publish_index
    from hyllm.cluster._purse import Purse
    from hyllm.cluster._shard import Task, run_shard
    from hyllm.export import prediction_lines, write_parquet

    found: dict[str, tuple[float, float]] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        began, used = time.monotonic(), time.process_time()
        yield
        found[name] = (time.monotonic() - began, time.process_time() - used)

    class Near:
        """A purse in this process."""

        def __init__(self) -> None:
            self._purse = Purse(Caps(dollars=max_cost))

        async def ask(self, ask: Any) -> Any:
            return self._purse.renew(ask)

        async def hand_back(self, unused: Any) -> None:
            self._purse.hand_back(unused)

    with tempfile.TemporaryDirectory() as scratch:
        where = make_folder(f"{scratch}/shards")
        with open_whole(where) as store:
            setup, endpoint = fill(store, Path(scratch), pages, url_of(port, "folder", 0.2))
            with timed("cut"):
                shards = cut_shards(store, where, setup.id, shard)
            with timed("index"):
                publish_index(store, where)
        sizes = {"input": sum(sizes_in(Path(scratch) / "shards/shards").values())}
        segments: dict[str, int] = {}
        wrote = type(where).write_from

        def write_from(self: Any, name: str, path: Path) -> None:
            if "/segments/" in name:
                segments[name] = path.stat().st_size
            wrote(self, name, path)

        type(where).write_from = write_from  # pyright: ignore[reportAttributeAccessIssue]
        options = Options(concurrency=64, readers=1, price=Price(0.25, 0.025, 2.0, ""))
        for number in range(1, shards + 1):
            task = Task(
                where=where.given,
                shard=number,
                epoch=1,
                holder=f"{number:06d}-001",
                endpoint=endpoint,
                options=options,
            )
            assert run_shard(task, Near()).is_finished
        (Path(scratch) / "shards/archive.db").unlink()
        with timed("fold"), open_whole(where) as store:
            pass
        with open_whole(where) as store:
            assert store.connection.execute("SELECT sum(records) FROM results").fetchone()[0] > pages
            with timed("jsonl"):
                for _ in prediction_lines(store.connection):
                    pass
            with timed("parquet"):
                write_parquet(store.connection, Path(scratch) / "tables")
        for name, size in sizes_in(Path(scratch) / "shards").items():
            if "/" not in name and name != "archive.db":
                continue
            sort = "parts" if name.startswith("tables/") else name.partition("/")[0]
            sizes[sort] = sizes.get(sort, 0) + size
    sizes["segments"] = sum(segments.values())
    return {"seconds": found, "bytes": sizes, "segments": len(segments), "pages": pages, "shards": shards}


def sizes_in(folder: Path) -> Mapping[str, int]:
    """Bytes of each file below a folder."""
    return {p.relative_to(folder).as_posix(): p.stat().st_size for p in folder.rglob("*") if p.is_file()}


def cut(pages: int, shard: int) -> dict[str, float]:
    """Seconds of cutting an archive of so many short pages."""
    from hyllm.batch import load_setups
    from hyllm.cluster import cut_shards, make_folder, open_whole, publish_index

    with tempfile.TemporaryDirectory() as scratch:
        where = make_folder(f"{scratch}/shards")
        with open_whole(where) as store:
            make_short(store, pages)
            (setup,) = load_setups(store.connection)
            began = time.monotonic()
            cut_shards(store, where, setup.id, shard)
            took = time.monotonic() - began
            began = time.monotonic()
            publish_index(store, where)
            index = time.monotonic() - began
        size = sum(sizes_in(Path(scratch) / "shards/index").values())
        (Path(scratch) / "shards/archive.db").unlink()
        began = time.monotonic()
        with open_whole(where):
            refolded = time.monotonic() - began
    return {"cut": took, "index": index, "index bytes": size, "refold": refolded}


def make_short(store: Any, pages: int) -> None:
    """Short pages, put in without files."""
    import hashlib

    from hyllm.batch import new_setup, save_setup
    from hyllm.batch._enqueue import rank
    from hyllm.batch.store import deflate, transaction
    from hyllm.client import find_endpoint
    from hyllm.extract import Extractor

    extractor = Extractor(endpoint=find_endpoint("m", "http://127.0.0.1:9/v1", {}))
    with transaction(store.connection) as db:
        store.set_meta("seed", "bench")
        save_setup(db, new_setup(extractor, prompts=None, ask_again=True, gazetteer=None, adopted=True))
        for number in range(1, pages + 1):
            text = f"第{number}号版面"
            sha = hashlib.sha256(text.encode()).digest()
            db.execute("INSERT INTO texts VALUES (?,?,?,?,?)", (number, sha, len(text), 9, deflate(text)))
            db.execute(
                "INSERT INTO pages (page, text_id, issue_date, extra, conflicts, changed, added, seen) "
                "VALUES (?,?,?,'{}','[]',0,1,1)",
                (f"p{number}", number, f"{1990 + number % 30}-03-18"),
            )
            db.execute(
                "INSERT INTO jobs (text_id, setup_id, rank, state) VALUES (?,1,?,'open')",
                (number, rank(b"bench", sha)),
            )


# --- tables and the plot -----------------------------------------------------------------------------------


def measure(port: int, nodes: int, shard: int) -> dict[str, Any]:
    """A cluster and a single process at the same time, so that both have the same machine."""
    who = f"{nodes}-{shard}-{time.time():.0f}"
    beside = subprocess.Popen(
        [sys.executable, str(HERE), "_single", str(PAGES), "--who", f"{who}-1", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = run_apart("_cluster", nodes, PAGES, shard, "--who", who, "--port", port)
        one = json.loads(beside.communicate()[0].splitlines()[-1])
    finally:
        beside.kill()
        beside.wait()
    return {
        "nodes": nodes,
        "pages": PAGES,
        "shard": shard,
        "share": found["rate"] / nodes / one["rate"],
        "load": os.getloadavg()[0],
        "single": one,
        **found,
    }


def run_apart(*arguments: object) -> dict[str, Any]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE), *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def run_all(what: str, given: argparse.Namespace) -> None:
    """Measures, adds to the figures in the file, prints the tables, and draws."""
    known: dict[str, list[dict[str, Any]]] = {}
    if given.out and given.out.exists():
        known = json.loads(given.out.read_text())
    plans = [(nodes, 160) for nodes in NODES] if what == "nodes" else [(2, shard) for shard in SHARDS]
    with serving(given.port):
        for _ in range(given.repeat):
            for nodes, shard in plans:
                known.setdefault(what, []).append(measure(given.port, nodes, shard))
                if given.out:
                    given.out.write_text(json.dumps(known))
    show(known, given.plot)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = [
        "nodes",
        "shards",
        "folder",
        "cut",
        "show",
        "_serve",
        "_single",
        "_cluster",
        "_folder",
        "_cut",
    ]
    parser.add_argument("what", choices=commands)
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--port", type=int, default=9378)
    parser.add_argument("--who", default="one")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--max-cost", type=float)
    given = parser.parse_args()
    match given.what:
        case "_single":
            print(json.dumps(single(given.port, given.who, *given.numbers)))
        case "_cluster":
            print(json.dumps(cluster(given.port, given.who, *given.numbers)))
        case "_folder":
            print(json.dumps(folder(given.port, *given.numbers, given.max_cost)))
        case "_cut":
            print(json.dumps(cut(*given.numbers)))
        case "folder":
            pages, shard = given.numbers or (2000, 500)
            capped = ["--max-cost", given.max_cost] if given.max_cost else []
            with serving(given.port):
                print_folder(run_apart("_folder", pages, shard, "--port", given.port, *capped))
        case "cut":
            print(
                "| pages | cut, s for 1,000 | index, s for 1,000 | index, bytes a page | folded anew, s for 1,000 |"
            )
            print("|---|---|---|---|---|")
            for pages in given.numbers or (10_000, 100_000):
                found = run_apart("_cut", pages, 1000)
                seconds = [found[name] * 1000 / pages for name in ("cut", "index", "refold")]
                print(
                    f"| {pages:,} | {seconds[0]:.3f} | {seconds[1]:.4f} | {found['index bytes'] / pages:.0f} "
                    f"| {seconds[2]:.3f} |",
                    flush=True,
                )
        case "show":
            show(json.loads(given.out.read_text()), given.plot)
        case what:
            run_all(what, given)


if __name__ == "__main__":
    main()
