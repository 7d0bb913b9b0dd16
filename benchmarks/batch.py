"""How fast and how lean `hyllm batch` is, against a server on loopback. See benchmarks/README.md.

python benchmarks/batch.py rate      requests a second and CPU of the request path, beside a bare client
python benchmarks/batch.py own       CPU of the request path alone, with no client and no network: little noise
python benchmarks/batch.py reading   milliseconds of CPU to read a page's answer
python benchmarks/batch.py memory    peak memory and start of a resume, at 10³, 10⁵ and 10⁶ queued pages
"""

import argparse
import asyncio
import functools
import gc
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__)
LATENCY, SLOW = 1.0, 10.0
ANSWER = json.dumps(
    {"projects": [], "meetings": [], "officials": [{"name": "方自强", "posts": [], "evidence": [1]}]},
    ensure_ascii=False,
)


def completion() -> bytes:
    message = {"role": "assistant", "content": ANSWER}
    usage = {"prompt_tokens": 9000, "completion_tokens": 900}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "c", "model": "m", "choices": [choice], "usage": usage}).encode()


def latency_of(body: bytes) -> float:
    """Seconds the server takes for a body: ten times as long for about one in twenty."""
    return LATENCY * (SLOW if sum(body[-400:]) % 20 == 0 else 1)


def serve(port: int) -> None:
    """An endpoint that takes a second, and ten for one request in twenty: the same ones for every client."""
    from aiohttp import web

    payload = completion()

    async def chat(request: Any) -> Any:
        body = await request.read()
        await asyncio.sleep(latency_of(body))
        return web.Response(body=payload, content_type="application/json")

    app = web.Application(client_max_size=10**8)
    app.add_routes([web.post("/v1/chat/completions", chat)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


def page_text(number: int, characters: int = 3500) -> str:
    """An invented page: sentences of common characters, and its number."""
    dice = random.Random(number)
    signs = "市县区项目工程建设会议发展企业投资产业园城乡农业科技学校医院交通道路人民生活服务中心加快推进全面"
    sentences = [
        "".join(dice.choices(signs, k=dice.randrange(18, 46))) + "。" for _ in range(characters // 33)
    ]
    lines = ["".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5)]
    return f"第{number}号版面\n" + "\n\n".join(lines) + "\n"


def make_store(path: Path, pages: int, *, base_url: str, characters: int = 3500) -> Any:
    """A store with so many pages, filled as `enqueue` fills it, but without files."""
    from hyllm.archive import Page
    from hyllm.batch import Store, load_setups, new_setup, save_setup
    from hyllm.batch._enqueue import rank
    from hyllm.batch._store import deflate, transaction
    from hyllm.client import find_endpoint
    from hyllm.extract import Extractor
    from hyllm.tokens import estimate_tokens

    store = Store(path, write=True)
    endpoint = find_endpoint("m", base_url, {})
    store.set_meta("seed", "bench")
    extractor = Extractor(endpoint=endpoint)
    save_setup(
        store.connection,
        new_setup(extractor, prompts=None, ask_again=True, gazetteer=None, adopted=True),
    )
    (setup,) = load_setups(store.connection)
    texts = "INSERT INTO texts (id, sha256, chars, tokens, text) VALUES (?,?,?,?,?)"
    jobs = "INSERT INTO jobs (text_id, setup_id, rank, state) VALUES (?,1,?,'open')"
    named = (
        "INSERT INTO pages (page, text_id, issue_date, extra, conflicts, changed, added, seen) "
        "VALUES (?,?,'2022-03-18','{}','[]',0,1,1)"
    )
    for start in range(0, pages, 5000):
        with transaction(store.connection) as db:
            for number in range(start, min(pages, start + 5000)):
                page = Page(page_text(number, characters))
                sha = bytes.fromhex(page.text_sha256)
                tokens = estimate_tokens(page.text) if characters > 500 else 200
                db.execute(texts, (number + 1, sha, len(page.text), tokens, deflate(page.text)))
                db.execute(named, (f"p{number}", number + 1))
                db.execute(jobs, (number + 1, rank(b"bench", sha)))
    return store, setup, endpoint


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Steady:
    """Answers over time, of which the middle counts: neither the start nor the drain."""

    def __init__(self, poster: Any) -> None:
        self._poster = poster
        self.times: list[float] = []
        self._latency = 0.0

    async def post(self, body: bytes) -> bytes:
        self._latency += latency_of(body)
        answer = await self._poster.post(body)
        self.times.append(time.monotonic())
        return answer

    async def aclose(self) -> None:
        await self._poster.aclose()

    @property
    def latency(self) -> float:
        """Seconds the server took for a request, in the mean."""
        return self._latency / len(self.times)

    def rate(self, sent_until: float) -> float:
        """Answers a second, from when a fifth had come until nothing was left to send."""
        begin = self.times[len(self.times) // 5]
        inside = [t for t in self.times if begin <= t <= sent_until]
        return (len(inside) - 1) / (inside[-1] - inside[0])


def rate_of_batch(port: int, flight: int, requests: int) -> dict[str, float]:
    import hyllm.client._post  # before the clock starts
    from hyllm.batch import Options, run_batch
    from hyllm.client import open_poster

    assert hyllm.client._post
    with tempfile.TemporaryDirectory() as folder:
        base = f"http://127.0.0.1:{port}/v1"
        store, setup, endpoint = make_store(Path(folder, "a.db"), requests, base_url=base)
        seen: list[Steady] = []

        class Lazy:
            async def post(self, body: bytes) -> bytes:
                if not seen:  # within the loop that is to use it
                    seen.append(Steady(open_poster(endpoint, timeout=60, most=flight)))
                return await seen[0].post(body)

            async def aclose(self) -> None:
                await seen[0].aclose()

        began, used = time.monotonic(), cpu()
        ended = run_batch(store, setup, endpoint, Options(concurrency=flight, readers=0), poster=Lazy())
        took, used = time.monotonic() - began, cpu() - used
        store.close()
        steady = seen[0]
        last_sent = sorted(steady.times)[max(0, requests - flight)] - 0.0
        assert ended.progress.answers == requests
        return told(steady, last_sent, requests / took, 1000 * used / requests)


def rate_of_client(port: int, flight: int, requests: int) -> dict[str, float]:
    """The openai client alone, posting ready bodies from as many loops."""
    import json as plain

    import httpx2
    import openai

    from hyllm.archive import Page
    from hyllm.client import find_endpoint
    from hyllm.extract import Extractor

    extractor = Extractor(endpoint=find_endpoint("m", f"http://127.0.0.1:{port}/v1", {}))
    bodies = [
        plain.dumps(extractor.requests(Page(page_text(number)))[0].body).encode()
        for number in range(min(requests, 500))
    ]

    class Bare:
        def __init__(self) -> None:
            limits = httpx2.Limits(max_connections=flight + 8, max_keepalive_connections=flight)
            http = openai.DefaultAioHttpClient(limits=limits, timeout=60)
            self._client = openai.AsyncOpenAI(
                base_url=f"http://127.0.0.1:{port}/v1", api_key="x", http_client=http, max_retries=0
            )

        async def post(self, body: bytes) -> bytes:
            headers = {"Content-Type": "application/json"}
            answer = await self._client.post(
                "/chat/completions", content=body, cast_to=httpx2.Response, options={"headers": headers}
            )
            return answer.content

        async def aclose(self) -> None:
            await self._client.close()

    async def all_of_them() -> Steady:
        steady = Steady(Bare())
        numbers = iter(range(requests))

        async def one() -> None:
            for number in numbers:
                await steady.post(bodies[number % len(bodies)])

        await asyncio.gather(*(one() for _ in range(flight)))
        await steady.aclose()
        return steady

    began, used = time.monotonic(), cpu()
    steady = asyncio.run(all_of_them())
    took, used = time.monotonic() - began, cpu() - used
    last_sent = sorted(steady.times)[max(0, requests - flight)]
    return told(steady, last_sent, requests / took, 1000 * used / requests)


def told(steady: Steady, last_sent: float, whole: float, used: float) -> dict[str, float]:
    """Rates, and CPU a request in milliseconds."""
    return {"rate": steady.rate(last_sent), "latency": steady.latency, "whole": whole, "cpu": used}


def own(flight: int, requests: int) -> dict[str, float]:
    """CPU milliseconds a request of all that is not the client: answers come out of the air."""
    import hyllm.client._post  # what a run has loaded is there
    from hyllm.batch import Options, run_batch

    assert hyllm.client._post
    payload = completion()

    class Instant:
        async def post(self, body: bytes) -> bytes:
            await asyncio.sleep(LATENCY / 2)
            return payload

        async def aclose(self) -> None:
            pass

    with tempfile.TemporaryDirectory() as folder:
        store, setup, endpoint = make_store(Path(folder, "a.db"), requests, base_url="http://127.0.0.1:9/v1")
        used = cpu()
        run_batch(store, setup, endpoint, Options(concurrency=flight, readers=0), poster=Instant())
        used = cpu() - used
        store.close()
    return {"cpu": 1000 * used / requests}


def reading() -> None:
    """CPU to read the recorded answers of the demo's pages: caches warm, and emptied before each page.

    As in the process that reads answers in a run, Ctrl-C is ignored, and what is loaded counts as settled.
    """
    from hyllm import read_page
    from hyllm.batch._machine import settled
    from hyllm.batch._stored import FIRST, Stored, StoredAnswers
    from hyllm.extract import Extractor
    from hyllm.recordings import Recordings

    root = HERE.parents[1]
    extractor = Extractor(replay=root / "cassettes/demo")
    recordings = Recordings(root / "cassettes/demo")
    caches = [c for c in gc.get_objects() if isinstance(c, functools._lru_cache_wrapper)]  # pyright: ignore
    caches = [
        c for c in caches if str(getattr(c, "__module__", "")).startswith(("hyllm.values", "hyllm.text"))
    ]
    print("| page | characters | values | warm, ms | cold, ms |\n|---|---|---|---|---|")
    means: list[list[float]] = [[], []]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner() as runner, settled():
        for path in sorted((root / "hyllm/samples").glob("*.txt")):
            page = read_page(path)
            turns = recordings._interactions(page.page)  # pyright: ignore[reportPrivateUsage]
            said = [Stored(False, json.dumps(one.answer, ensure_ascii=False)) for one in turns]
            answers = {FIRST if n == 0 else f"0.{n}": one for n, one in enumerate(said)}

            def read(page: Any = page, answers: Mapping[str, Stored] = answers) -> Any:
                return runner.run(extractor.read(page, StoredAnswers(answers))).to_json()

            values = len(read()["grounding"])
            times: list[list[float]] = [[], []]
            for number in range(40):
                if number % 2:
                    for cache in caches:
                        cache.cache_clear()
                began = time.process_time()
                json.dumps(read())
                times[number % 2].append(1000 * (time.process_time() - began))
            warm, cold = (sorted(some)[len(some) // 2] for some in times)
            means[0].append(warm)
            means[1].append(cold)
            print(f"| {page.page} | {len(page.text)} | {values} | {warm:.1f} | {cold:.1f} |")
    warm, cold = (sum(some) / len(some) for some in means)
    print(f"| mean | | | {warm:.1f} | {cold:.1f} |")


def memory(pages: int) -> dict[str, float]:
    """Peak memory and start of a run over a store that has so many pages; the store is made elsewhere."""
    from hyllm.batch import Caps, Options, Store, load_setups, run_batch
    from hyllm.client import find_endpoint

    began = time.monotonic()
    first: list[float] = []
    payload = completion()

    class Instant:
        async def post(self, body: bytes) -> bytes:
            if not first:
                first.append(time.monotonic() - began)
            await asyncio.sleep(0.02)
            return payload

        async def aclose(self) -> None:
            pass

    with Store(Path(f"/tmp/hyllm-bench-{pages}.db"), write=True) as store:
        (setup,) = load_setups(store.connection)
        endpoint = find_endpoint("m", "http://127.0.0.1:9/v1", {})
        bounds = Options(concurrency=256, readers=0, caps=Caps(pages=min(pages, 3000)))
        run_batch(store, setup, endpoint, bounds, poster=Instant(), told=lambda now: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"start": first[0], "peak": peak}


def run_apart(*arguments: object) -> dict[str, float]:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE), *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "what",
        choices=[
            "rate",
            "own",
            "reading",
            "memory",
            "serve",
            "_batch",
            "_client",
            "_make",
            "_memory",
            "_own",
        ],
    )
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--port", type=int, default=9377)
    given = parser.parse_args()
    match given.what:
        case "serve":
            serve(given.port)
        case "_batch":
            print(json.dumps(rate_of_batch(given.port, *given.numbers)))
        case "_client":
            print(json.dumps(rate_of_client(given.port, *given.numbers)))
        case "_make":
            (pages,) = given.numbers
            Path(f"/tmp/hyllm-bench-{pages}.db").unlink(missing_ok=True)
            make_store(
                Path(f"/tmp/hyllm-bench-{pages}.db"), pages, base_url="http://127.0.0.1:9/v1", characters=200
            )[0].close()
            print("{}")
        case "_memory":
            print(json.dumps(memory(*given.numbers)))
        case "_own":
            print(json.dumps(own(*given.numbers)))
        case "own":
            print("| in flight | own CPU ms |\n|---|---|")
            for flight in given.numbers or (64, 256, 1024):
                print(f"| {flight} | {run_apart('_own', flight, flight * 12)['cpu']:.2f} |", flush=True)
        case "reading":
            reading()
        case "memory":
            print("| queued pages | peak, MB | until the first request, s |\n|---|---|---|")
            for pages in given.numbers or (1_000, 100_000, 1_000_000):
                run_apart("_make", pages)
                found = run_apart("_memory", pages)
                print(f"| {pages:,} | {found['peak']:.0f} | {found['start']:.2f} |", flush=True)
                for file in Path("/tmp").glob(f"hyllm-bench-{pages}.db*"):
                    file.unlink()
        case _:
            server = subprocess.Popen([sys.executable, str(HERE), "serve", "--port", str(given.port)])
            time.sleep(2)
            print(
                "| in flight | Little | client alone, share | batch, share of Little | of the client "
                "| client, CPU ms | batch, CPU ms | own CPU ms |\n|---|---|---|---|---|---|---|---|"
            )
            try:
                for flight in given.numbers or (64, 256, 1024):
                    requests = flight * 24
                    bare = run_apart("_client", flight, requests, "--port", given.port)
                    ours = run_apart("_batch", flight, requests, "--port", given.port)
                    shares = [one["rate"] * one["latency"] / flight for one in (bare, ours)]
                    print(
                        f"| {flight} | {flight / ours['latency']:.0f}/s | {shares[0]:.3f} | {shares[1]:.3f} "
                        f"| {shares[1] / shares[0]:.3f} | {bare['cpu']:.2f} | {ours['cpu']:.2f} "
                        f"| {ours['cpu'] - bare['cpu']:.2f} |",
                        flush=True,
                    )
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    main()
