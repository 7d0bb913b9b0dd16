"""The endpoint and the archive of cluster.py: the demo's pages and answers, as many as are wanted."""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
LATENCY = 5.0
NUMBER = re.compile(r"第(\d+)号版面")


def answers() -> Sequence[tuple[str, bytes]]:
    """The demo's pages, each with its answer as it was recorded."""
    from hyllm.recordings import Recordings

    recordings = Recordings(ROOT / "cassettes/demo")
    found: list[tuple[str, bytes]] = []
    for path in sorted((ROOT / "hyllm/samples").glob("*.txt")):
        first = recordings._interactions(path.stem)[0]  # pyright: ignore[reportPrivateUsage]
        usage = {"prompt_tokens": 10_700, "completion_tokens": 2_000}
        body = json.dumps({**first.answer, "model": "m", "usage": usage}).encode()
        found.append((path.read_text(encoding="utf-8"), body))
    return found


def latency_of(number: int, mean: float) -> float:
    """Half to one and a half times the mean, for a page always the same."""
    return mean * random.Random(number).uniform(0.5, 1.5)


def serve(port: int) -> None:
    """An endpoint at /WHO/SECONDS/v1 that answers as recorded; /WHO/log tells when each page came and was answered."""
    from aiohttp import web

    said = [body for _, body in answers()]
    log: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)

    async def chat(request: Any) -> Any:
        came = time.time()
        message = json.loads(await request.read())["messages"][-1]["content"]
        match = NUMBER.search(message)
        assert match is not None
        number = int(match[1])
        await asyncio.sleep(latency_of(number, float(request.match_info["seconds"])))
        log[request.match_info["who"]].append((number, came, time.time()))
        return web.Response(body=said[number % len(said)], content_type="application/json")

    async def told(request: Any) -> Any:
        return web.json_response(log[request.match_info["who"]])

    app = web.Application(client_max_size=10**8)
    app.add_routes([web.post("/{who}/{seconds}/v1/chat/completions", chat), web.get("/{who}/log", told)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


@contextmanager
def serving(port: int) -> Iterator[None]:
    server = subprocess.Popen([sys.executable, __file__, str(port)])
    try:
        for _ in range(100):
            try:
                urlopen(f"http://127.0.0.1:{port}/x/log").read()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def make_archive(path: Path, pages: int) -> Path:
    """Pages of the demo, each with a line of its own at the end, so that the recorded answers fit them."""
    texts = [text for text, _ in answers()]
    with path.open("w", encoding="utf-8") as file:
        for number in range(pages):
            day = f"{2000 + number % 20}-{1 + number // 20 % 12:02d}-{1 + number // 240 % 28:02d}"
            text = f"{texts[number % len(texts)].rstrip()}\n第{number}号版面\n"
            page = {"id": f"p{number}", "text": text, "issue_date": day, "page_no": str(number // 6720)}
            file.write(json.dumps(page, ensure_ascii=False) + "\n")
    return path


def fill(store: Any, folder: Path, pages: int, base_url: str) -> tuple[Any, Any]:
    """Takes so many pages into a store, one request each; its setup and endpoint."""
    from hyllm.archive import PageReader
    from hyllm.batch import enqueue, load_setups, new_setup, save_setup
    from hyllm.client import find_endpoint
    from hyllm.extract import Extractor

    endpoint = find_endpoint("m", base_url, {})
    store.set_meta("seed", "bench")
    extractor = Extractor(endpoint=endpoint, ask_again=False)
    save_setup(
        store.connection,
        new_setup(extractor, prompts=None, ask_again=False, gazetteer=None, adopted=True),
    )
    enqueue(store, [make_archive(folder / "archive.jsonl", pages)], PageReader())
    (setup,) = load_setups(store.connection)
    return setup, endpoint


def url_of(port: int, who: str, latency: float = LATENCY) -> str:
    return f"http://127.0.0.1:{port}/{who}/{latency}/v1"


def log_of(port: int, who: str) -> list[tuple[int, float, float]]:
    return json.loads(urlopen(f"http://127.0.0.1:{port}/{who}/log").read())


if __name__ == "__main__":
    serve(int(sys.argv[1]))
