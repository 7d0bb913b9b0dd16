"""How well, and how fast, quotes are located: hyllm beside langextract's aligner and instructor's citations.

Run with `python benchmarks/grounding.py [--count 500] [--plot FILE.svg]`. Prints a table in Markdown. All
that is compared is measured in the same run, on the same quotes; times are worth nothing between runs.
"""

import argparse
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from quotes import ABSENT, CHANGED, PRESENT, REPEATED, Page, Perturbation, Quote, page, quotes
from rapidfuzz import fuzz

from hyllm.text import Locator

Span = tuple[int, int]
Locate = Callable[[Quote], Span | None]

_PAGES = 12
_FAST = ("hyllm", "rapidfuzz")


class Score(NamedTuple):
    """How one tool did on the quotes of one kind."""

    right: float
    """The share of quotes that were located right, or rightly not at all."""
    seconds: Sequence[float]


Scores = dict[str, dict[str, Score]]
"""Of each kind of quotes, the score of each tool."""


def is_right(quote: Quote, found: Span | None) -> bool:
    """Whether a place is the true one, or differs from it by marks and blanks at its ends alone."""
    if found is None or quote.place is None:
        return found == quote.place
    (begin, stop), (true_begin, true_stop) = found, quote.place
    if begin >= true_stop or true_begin >= stop:
        return False
    text = quote.page.printed
    off = (
        text[min(begin, true_begin) : max(begin, true_begin)]
        + text[min(stop, true_stop) : max(stop, true_stop)]
    )
    return re.search(r"\w", off) is None


def score(locate: Locate, some: Sequence[Quote]) -> Score:
    """What a tool makes of some quotes."""
    right, seconds = 0, list[float]()
    for quote in some:
        begin = time.thread_time()  # a busy machine must not look like a slow tool
        found = locate(quote)
        seconds.append(time.thread_time() - begin)
        right += is_right(quote, found)
    return Score(right / len(some), seconds)


class Hyllm:
    """`Locator.find`, with a locator a page, built beforehand."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._locators = {page.printed: Locator(page.printed) for page in pages}

    def __call__(self, quote: Quote) -> Span | None:
        """Where the quote stands."""
        locator = self._locators.get(quote.page.printed) or Locator(quote.page.printed)
        own = [] if quote.own is None else units_of(locator, quote.own)
        found = locator.find(quote.words, own, [quote.beside] if quote.beside else [], fuzzy=quote.is_text)
        return None if found.start is None or found.end is None else (found.start, found.end)


@lru_cache(maxsize=100_000)
def units_of(locator: Locator, span: Span) -> list[int]:
    """The numbers of the units that a span touches."""
    return [unit.number for unit in locator.units if _overlap((unit.start, unit.end), span)]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def bare(quote: Quote) -> Span | None:
    """One `partial_ratio_alignment` on the page: the yardstick of time. It accepts from 80 on."""
    found = fuzz.partial_ratio_alignment(quote.words, quote.page.printed)
    return (found.dest_start, found.dest_end) if found and found.score >= 80 else None


def langextract() -> Locate | None:
    """langextract's aligner with the settings its `extract` uses; `None` where it is not installed."""
    try:
        from langextract import resolver
        from langextract.core import data
    except ImportError:
        return None
    aligner = resolver.Resolver()

    def find(quote: Quote) -> Span | None:
        extraction = data.Extraction(extraction_class="quote", extraction_text=quote.words)
        (aligned,) = aligner.align([extraction], quote.page.printed, token_offset=0, char_offset=0)
        interval = aligned.char_interval
        if interval is None or interval.start_pos is None or interval.end_pos is None:
            return None
        return interval.start_pos, interval.end_pos

    return find


def citation_mixin() -> Locate | None:
    """instructor's CitationMixin, which searches with up to five errors; `None` where it is not installed."""
    try:
        from instructor.dsl.citation import CitationMixin
    except ImportError:
        return None

    def find(quote: Quote) -> Span | None:
        return next(CitationMixin(substring_quotes=[quote.words]).get_spans(quote.page.printed), None)

    return find


def scores_of(
    kinds: Sequence[Perturbation],
    tools: dict[str, Locate],
    pages: Sequence[Page],
    count: int,
    others: int,
    rng: random.Random,
) -> Scores:
    """The scores of every tool on every kind of quotes."""
    scores: Scores = {}
    for kind in kinds:
        drawn = quotes(kind, pages, count, rng)
        few = drawn[:others]
        name = kind.__name__.replace("_", " ")
        scores[name] = {t: score(find, drawn if t in _FAST else few) for t, find in tools.items()}
        print(f"{name}: done", file=sys.stderr)
    return scores


def table(scores: Scores) -> str:
    """The shares that were right, and hyllm's time in means of a bare alignment's."""
    tools = list(next(iter(scores.values())))
    head = ["quotes", *(f"{tool}, %" for tool in tools), "mean time in rapidfuzz's", "p99 in its means"]
    rows = [head, ["---"] * len(head)]
    for name, row in scores.items():
        rows.append([name, *(f"{100 * row[tool].right:.1f}" for tool in tools), *_times([row])])
    on_pages = [row for name, row in scores.items() if name != "twice in a sentence"]
    rows.append(["all but the last", *("" for _ in tools), *_times(on_pages)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _times(rows: Sequence[dict[str, Score]]) -> tuple[str, str]:
    ours = sorted(s for row in rows for s in row["hyllm"].seconds)
    yardstick = statistics.fmean(s for row in rows for s in row["rapidfuzz"].seconds)
    return f"{statistics.fmean(ours) / yardstick:.2f}", f"{ours[int(0.99 * len(ours))] / yardstick:.2f}"


def growth() -> str:
    """Seconds for texts of 0.5, 1 and 2 million characters, random ones and ones that invite trouble."""
    rng = random.Random(7)
    han = [chr(0x4E00 + n) for n in range(4000)]
    words = "".join(rng.choices(han, k=40))
    texts = {
        "random": lambda n: "".join(rng.choices(han, k=n)),
        "one character": lambda n: "的" * n,
        "one clause": lambda n: ("甲厂乙厂投资5亿元，" * (n // 10 + 1))[:n],
        "one line": lambda n: ("甲厂乙厂投资5亿元\n" * (n // 10 + 1))[:n],
    }
    asked = [
        words,
        "的" * 500 + "甲" + "的" * 499,
        "甲厂乙厂投资5亿元,甲厂丙厂",
        "5亿元",
        "甲厂……丙厂投资落户",
        "的" * 5000,
    ]
    lines = ["| 2 MB of | building, s for 0.5 / 1 / 2 million | six look-ups, s |", "|---|---|---|"]
    for name, text in texts.items():
        build, look = zip(
            *(_timed(text(size), asked) for size in (500_000, 1_000_000, 2_000_000)), strict=True
        )
        lines.append(f"| {name} | {_joined(build)} | {_joined(look)} |")
    return "\n".join(lines)


def _timed(text: str, asked: Sequence[str]) -> tuple[float, float]:
    begin = time.thread_time()
    locator = Locator(text)
    built = time.thread_time()
    for words in asked:
        locator.find(words, range(1, len(locator.units), 2), fuzzy=True)
    return built - begin, time.thread_time() - built


def _joined(seconds: Sequence[float]) -> str:
    return " / ".join(f"{s:.2f}" for s in seconds)


def plot(scores: Scores, path: str) -> None:
    """A bar a tool and kind: the share that was right."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    tools = list(next(iter(scores.values())))
    height = 0.8 / len(tools)
    figure, axes = plt.subplots(figsize=(8, 0.45 * len(scores) + 1), layout="constrained")
    for index, tool in enumerate(tools):
        places = [row + index * height for row in range(len(scores))]
        axes.barh(places, [100 * row[tool].right for row in scores.values()], height, label=tool)
    axes.set_yticks([row + 0.4 - height / 2 for row in range(len(scores))], list(scores))
    axes.invert_yaxis()
    axes.set_xlabel("quotes located right, or rightly not at all, %")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncols=len(tools))
    figure.savefig(path)


def main() -> None:
    """Runs everything and prints it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="quotes a kind")
    parser.add_argument("--others", type=int, default=50, help="of these, for tools that take long")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--plot", metavar="FILE", help="where to draw the table, as PNG or SVG")
    parser.add_argument("--alone", action="store_true", help="without the other tools")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    pages = [page(rng) for _ in range(_PAGES)]
    tools: dict[str, Locate] = {"hyllm": Hyllm(pages), "rapidfuzz": bare}
    slow = {} if options.alone else {"langextract": langextract(), "CitationMixin": citation_mixin()}
    tools |= {name: find for name, find in slow.items() if find is not None}
    scores = scores_of(
        [*PRESENT, *CHANGED, *ABSENT, *REPEATED], tools, pages, options.count, options.others, rng
    )
    print(table(scores), growth(), sep="\n\n")
    if options.plot:
        plot(scores, options.plot)


if __name__ == "__main__":
    main()
