"""What each way of asking wins: scores beside characters and dollars, out of recorded answers to the same pages.

Run with `python benchmarks/strategies.py [--plot FILE.svg] [--stale]`. Prints tables in Markdown. Nothing is
sent. Only --plot needs more than hyllm: matplotlib.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyllm.answers import Usage
from hyllm.client import PRICES
from hyllm.evals import Suite, read_suites, run_suite, suite_pages
from hyllm.extract import Extractor
from hyllm.recordings import Interaction, loads
from hyllm.settings import known_strategy
from hyllm.tokens import estimate_tokens

HOME = Path(__file__).parent.parent
WAYS = (
    ("page", "dev-ways", "page"),
    ("page, no examples", "dev-no-examples", "page"),
    ("page, rows", "dev-rows", "page"),
    ("kind", "dev-ways", "kind"),
    ("second", "dev-ways", "second"),
    ("page, 1.5B", "dev-small", "page"),
)
"""A label, the suite that holds the answers, and how they were asked for. The small model has fewer pages."""
SAME_PAGES = "dev-ways"
"""The suite whose pages all are compared on."""
PRICED_BY = ("openai", "gpt-5-mini")
PRICE = PRICES[PRICED_BY[0]][PRICED_BY[1]]


class Traffic(NamedTuple):
    """What went to the model and came back; tokens are estimated, by one rule for all."""

    requests: int = 0
    sent: int = 0
    """Characters."""
    received: int = 0
    sent_tokens: int = 0
    cached_tokens: int = 0
    """What a provider with a cache has seen before: the constant part, and an earlier turn's messages."""
    received_tokens: int = 0

    def and_then(self, other: "Traffic") -> "Traffic":
        return Traffic(*(a + b for a, b in zip(self, other, strict=True)))


class Way(NamedTuple):
    """A way of asking, scored."""

    label: str
    numbers: Mapping[str, Any]
    traffic: Traffic
    pages: int
    page_tokens: int
    """Of all pages, each counted once."""

    @property
    def dollars(self) -> float:
        """US dollars for 1,000 pages, estimated."""
        of = self.traffic
        usage = Usage(of.requests, of.sent_tokens, of.cached_tokens, of.received_tokens)
        return (PRICE.of(usage) or 0) / self.pages * 1000


def scored(
    label: str, name: str, strategy: str, suites: Mapping[str, Suite], planned: set[str], stale: bool
) -> Way | None:
    """A way's answers to the pages all are compared on; `None` where they are not recorded."""
    suite = suites.get(name)
    if suite is None or not (suite.cassettes / strategy).is_dir():
        print(f"not recorded: {label}", file=sys.stderr)
        return None
    pages = [page for page in suite_pages(suite) if page.page in planned]
    extractor = Extractor(replay=suite.cassettes, strategy=known_strategy(strategy), stale_too=stale)
    numbers = run_suite(suite, strategy, extractor, pages).numbers
    traffic, page_tokens = Traffic(), 0
    for page in pages:
        path = suite.cassettes / strategy / f"{page.page}.yaml"
        found = [traffic_of(one) for one in loads(path.read_text(encoding="utf-8"), str(path))]
        page_tokens += found[0].sent_tokens - found[0].cached_tokens
        for one in found:
            traffic = traffic.and_then(one)
    return Way(label, numbers, traffic, len(pages), page_tokens)


def traffic_of(interaction: Interaction) -> Traffic:
    """What one request and its answer come to."""
    *earlier, last = (message["content"] for message in interaction.request["messages"])
    schema = interaction.request.get("response_format", {}).get("json_schema")
    seen = "".join(earlier) + (json.dumps(schema, ensure_ascii=False) if schema else "")
    answer = interaction.answer["choices"][0]["message"]["content"] or ""
    new, cached, back = map(estimate_tokens, (last, seen, answer))
    return Traffic(1, len(seen) + len(last), len(answer), new + cached, cached, back)


def overview(ways: Sequence[Way]) -> list[str]:
    """A row a way."""
    lines = [
        "| asked | pages | slots F1 (95 %) | P | R | records F1 | hallucinated | requests a page "
        "| characters sent a page | received | answer tokens a page token | $ for 1,000 pages |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for way in ways:
        numbers, of = way.numbers, way.traffic
        within = numbers["intervals"]["slots"]
        lines.append(
            f"| {way.label} | {way.pages} | {f1(numbers['slots']['F1'])} ({f1(within['low'])}–{f1(within['high'])}) "
            f"| {f1(numbers['slots']['P'])} | {f1(numbers['slots']['R'])} | {f1(numbers['records']['F1'])} "
            f"| {100 * (numbers['grounding']['hallucinated'] or 0):.1f} % | {of.requests / way.pages:.1f} "
            f"| {of.sent / way.pages:,.0f} | {of.received / way.pages:,.0f} "
            f"| {of.received_tokens / way.page_tokens:.2f} | {way.dollars:.2f} |"
        )
    return lines


def slices(ways: Sequence[Way]) -> list[str]:
    """A row a way: slots F1 of each kind, and pages by how the OCR left them."""
    kinds = list(ways[0].numbers["kinds"])
    lines = [
        f"| asked | {' | '.join(kinds)} | unclaimed | of them in gold |",
        "|---" * (len(kinds) + 3) + "|",
    ]
    for way in ways:
        cells = [f1(way.numbers["kinds"][kind]["slots"]["F1"]) for kind in kinds]
        grounding = way.numbers["grounding"]
        counts = f"{grounding['unclaimed']} | {grounding['unclaimed_in_gold']}"
        lines.append(f"| {way.label} | {' | '.join(cells)} | {counts} |")
    return lines


def f1(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0")


def plot(ways: Sequence[Way], path: str) -> None:
    """Slots F1 with its interval against dollars."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
    for way in ways:
        middle, within = way.numbers["slots"]["F1"], way.numbers["intervals"]["slots"]
        around = [[middle - within["low"]], [within["high"] - middle]]
        axes.errorbar(way.dollars, middle, yerr=around, fmt="o", capsize=3)
        axes.annotate(way.label, (way.dollars, middle), xytext=(6, 4), textcoords="offset points")
    axes.set_xlabel(f"US dollars for 1,000 pages, estimated (prices of {'/'.join(PRICED_BY)}, {PRICE.since})")
    axes.set_ylabel("slots F1, 95 % interval")
    axes.set_ylim(0, 1)
    figure.savefig(path)


def main() -> None:
    """Prints the tables, and draws them if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", metavar="FILE", help="where to draw F1 against dollars, as PNG or SVG")
    parser.add_argument("--stale", action="store_true", help="take recordings made with another prompt, too")
    options = parser.parse_args()
    suites = read_suites(HOME / "evals" / "suites.toml")
    planned = {one.page for one in suites.suite(SAME_PAGES).planned}
    ways = [way for row in WAYS if (way := scored(*row, suites.suites, planned, options.stale))]
    print("\n".join([*overview(ways), "", *slices(ways)]))
    if options.plot:
        plot(ways, options.plot)


if __name__ == "__main__":
    main()
