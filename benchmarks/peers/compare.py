"""The peers beside hyllm: the same pages, gold and scorer. Prints a table in Markdown; nothing is sent.

Run with `python benchmarks/peers/compare.py [test|dev]`, once the peers have answered (see README.md).
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from _common import HOME, SUITES, pages

from hyllm.evals import known_pages, read_suites, scored_pages
from hyllm.extract import Extractor
from hyllm.kinds import KINDS
from hyllm.recordings import loads
from hyllm.scoring import Prediction, read_gold

MODELS = {"test": "claude", "dev": "qwen2.5-coder-1.5b-instruct"}
RECORDED = {"test": "test", "dev": "dev-small"}
"""The suites that hold hyllm's own answers."""
_VERBATIM = ("name", "aliases", "text", "place", "organisers", "topics", "organisation", "title")


class Row(NamedTuple):
    """A peer, or hyllm."""

    name: str
    lines: Sequence[Mapping[str, Any]]
    requests: int
    sent: int
    """Characters of all messages."""
    received: int
    """Characters of all answers."""
    seconds: float | None


def main() -> None:
    """Prints the table."""
    suite_name = sys.argv[1] if len(sys.argv) > 1 else "test"
    suites = read_suites(SUITES)
    asked = pages(suite_name)
    names = {page.page for page in asked}
    kinds = tuple(KINDS.values())
    folder = suites.suite(suite_name).folder
    truth = [gold for gold in read_gold(folder.gold, kinds) if gold.page in names]
    print(
        "| | slots F1 (95 %) | P | R | records F1 | in source | located | requests | sent | received | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for row in (own(suites.suite(RECORDED[suite_name]).cassettes, asked), *peers(suite_name)):
        predictions = [Prediction(line["page"], dict(line), doubtful=False) for line in row.lines]
        _, numbers = scored_pages(predictions, truth, known_pages(folder.pages), kinds)
        print(told(row, numbers, len(asked)))


def told(row: Row, numbers: Mapping[str, Any], count: int) -> str:
    slots, within = numbers["slots"], numbers["intervals"]["slots"]
    seconds = "–" if row.seconds is None else f"{row.seconds / count:.0f}"
    return (
        f"| {row.name} | {f1(slots['F1'])} ({f1(within['low'])}–{f1(within['high'])}) | {f1(slots['P'])} "
        f"| {f1(slots['R'])} | {f1(numbers['records']['F1'])} | {share(numbers['grounding']['in_source'])} "
        f"| {share(located(row.lines))} | {row.requests / count:.1f} | {row.sent / count:,.0f} "
        f"| {row.received / count:,.0f} | {seconds} |"
    )


def located(lines: Sequence[Mapping[str, Any]]) -> float:
    """The share of words in records, quotes of evidence aside, that come with a place on the page."""
    words = places = 0
    for line in lines:
        marks = {mark["at"] for mark in line.get("grounding", ()) if mark["start"] is not None}
        for plural in (kind.hyllm.plural for kind in KINDS.values()):
            pointers = list(_words(line.get(plural), f"/{plural}"))
            words += len(pointers)
            places += sum(pointer in marks for pointer in pointers)
    return places / words if words else 0.0


def _words(tree: Any, at: str) -> Iterator[str]:
    """The pointer of each string that stands for words of the page."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in _VERBATIM and isinstance(value, str):
                yield f"{at}/{key}"
            elif key not in ("evidence", "stage_date"):  # quotes, and what code repeats
                yield from _words(value, f"{at}/{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            if isinstance(value, str) and at.rpartition("/")[2] in _VERBATIM:
                yield f"{at}/{index}"
            else:
                yield from _words(value, f"{at}/{index}")


def own(folder: Path, asked: Sequence[Any]) -> Row:
    """hyllm's recorded answers, strategy `page`."""
    lines = [result.to_json() for result in Extractor(replay=folder, stale_too=True).map(list(asked))]
    sent = received = requests = 0
    for page in asked:
        path = folder / "page" / f"{page.page}.yaml"
        for one in loads(path.read_text(encoding="utf-8"), str(path)):
            requests += 1
            sent += sum(len(message["content"]) for message in one.request["messages"])
            received += len(one.answer["choices"][0]["message"]["content"] or "")
    return Row("hyllm", lines, requests, sent, received, None)


def peers(suite: str) -> list[Row]:
    """Those that have answered."""
    rows: list[Row] = []
    for name, label in (("one-shot", "instructor, one call"), ("langextract", "langextract")):
        title = f"{name}-{suite}-{MODELS[suite]}"
        path = HOME / f"{title}.jsonl"
        if not path.exists():
            print(f"not asked yet: {title}", file=sys.stderr)
            continue
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        kept = [
            one
            for file in sorted((HOME / "answers" / title).glob("*.json"))
            for one in json.loads(file.read_text(encoding="utf-8"))
        ]
        received = sum(len(one["response"]["choices"][0]["message"]["content"] or "") for one in kept)
        sent, seconds = (sum(one[key] for one in kept) for key in ("sent_characters", "seconds"))
        rows.append(Row(label, lines, len(kept), sent, received, seconds if suite == "dev" else None))
    return rows


def f1(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


if __name__ == "__main__":
    main()
