"""What both peers share: the rules they are told, the pages, and a transport that keeps every answer."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
from openai import OpenAI

from hyllm.archive import Page
from hyllm.evals import read_suites, suite_pages
from hyllm.files import shipped

HOME = Path(__file__).parent
SUITES = HOME.parent.parent / "evals" / "suites.toml"
TEST = (
    *("feature-4-wrapped", "feature-6-clean", "feature-7-wrapped", "front-4-clean", "front-6-interleaved"),
    *("front-8-wrapped", "lists-4-interleaved", "lists-5-clean", "lists-6-wrapped", "signing-4-interleaved"),
    *("signing-5-clean", "signing-7-interleaved"),
)
"""Twelve pages of the suite test: three of each group, four of each band."""
DEV = (
    *("feature-1-interleaved", "feature-3-wrapped", "front-1-clean", "lists-1-wrapped", "lists-3-clean"),
    "signing-3-interleaved",
)


def rules() -> str:
    """hyllm's own rules, as its prompt tells them; a quote in place of unit numbers."""
    frame = shipped("prompts", "frame.md").read_text(encoding="utf-8")
    general = frame[frame.index("# 通则") : frame.index("# 答案的形式")]
    lines = [line for line in general.splitlines() if not line.startswith("5. evidence")]
    kinds = [
        shipped("prompts", kind, "rules.md").read_text(encoding="utf-8")
        for kind in ("project", "meeting", "official")
    ]
    return "\n".join([*lines, "", "# 各类规则", *kinds])


def pages(suite: str) -> list[Page]:
    """The pages peers are asked about: of `test` twelve, of `dev` six."""
    wanted = TEST if suite == "test" else DEV
    return [page for page in suite_pages(read_suites(SUITES).suite(suite)) if page.page in wanted]


class Kept(httpx2.BaseTransport):
    """Gives the kept answer to a request, else sends it and keeps what comes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sender = httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.read())
        key = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        kept = json.loads(self._path.read_text(encoding="utf-8")) if self._path.exists() else []
        for one in kept:
            if one["request"] == key:
                return httpx2.Response(200, json=one["response"])
        begun = time.monotonic()
        response = self._sender.handle_request(request)
        answer = json.loads(response.read())
        if response.status_code == 200:
            sent = sum(len(message["content"]) for message in body["messages"])
            seconds = round(time.monotonic() - begun, 1)
            kept.append({"request": key, "sent_characters": sent, "seconds": seconds, "response": answer})
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return httpx2.Response(response.status_code, json=answer)


def client(base_url: str, path: Path) -> OpenAI:
    """A client whose answers are kept in a file."""
    http = httpx2.Client(transport=Kept(path), timeout=9000)
    return OpenAI(base_url=base_url, api_key="none", http_client=http, max_retries=0, timeout=9000)


def ask_all(ask: Callable[[Page], dict[str, Any]], asked: Iterable[Page], out: Path, at_once: int) -> None:
    """Prediction lines of all pages; a page whose answer cannot be used has failed."""

    def line(page: Page) -> str:
        head = {"format": 1, "page": page.page, "text_sha256": page.text_sha256}
        try:
            records = ask(page)
        except Exception as error:  # whatever a peer raises: the page is lost, and counts so
            print(f"{page.page}: {type(error).__name__}: {str(error)[:200]}")
            return json.dumps(head | {"status": "failed", "projects": [], "meetings": [], "officials": []})
        return json.dumps(head | {"status": "done"} | records, ensure_ascii=False)

    with ThreadPoolExecutor(at_once) as pool:
        lines = list(pool.map(line, asked))
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
