"""Times stickler-eval and ANLS* on pages given on standard input; run by benchmarks/scoring.py.

Both get each page's records as they are; stickler gets a model with the same fields and its usual
comparators (exact for choices and numbers, Levenshtein for texts).
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from anls_star import anls_score
from stickler import ComparableField, ExactComparator, LevenshteinComparator, StructuredModel


def text() -> Any:
    return ComparableField(comparator=LevenshteinComparator(), threshold=0.8, default="")


def choice() -> Any:
    return ComparableField(comparator=ExactComparator(), threshold=1.0, default="")


class Item(StructuredModel):
    name: str = text()
    role: str = choice()


class Project(StructuredModel):
    name: str = text()
    place: str = text()
    amount: str = choice()
    milestones: list[Item] = ComparableField(default=None)
    parties: list[Item] = ComparableField(default=None)


class Meeting(StructuredModel):
    name: str = text()
    type: str = choice()
    date: str = choice()
    place: str = text()
    participants: list[Item] = ComparableField(default=None)


class Official(StructuredModel):
    name: str = text()
    posts: list[Item] = ComparableField(default=None)


class Page(StructuredModel):
    projects: list[Project] = ComparableField(default=None)
    meetings: list[Meeting] = ComparableField(default=None)
    officials: list[Official] = ComparableField(default=None)


def item(name: str, role: str) -> Item:
    return Item(name=name, role=role)


def page(raw: Any) -> Page:
    return Page(
        projects=[
            Project(
                name=one["name"],
                place=one["place"],
                amount=str(one["investment"]["amount"]),
                milestones=[item(m["date"]["edtf"], m["stage"]) for m in one["milestones"]],
                parties=[item(p["name"], p["role"]) for p in one["parties"]],
            )
            for one in raw["projects"]
        ],
        meetings=[
            Meeting(
                name=one["name"],
                type=one["type"],
                date=one["date"]["edtf"],
                place=one["place"],
                participants=[item(p["name"], r) for p in one["participants"] for r in p["roles"]],
            )
            for one in raw["meetings"]
        ],
        officials=[
            Official(
                name=one["name"],
                posts=[item(p["organisation"] + p["title"], p["status"]) for p in one["posts"]],
            )
            for one in raw["officials"]
        ],
    )


def timed(name: str, pairs: list[Any], compare: Callable[[Any, Any], Any], records: int) -> None:
    start = time.perf_counter()
    for gold, predicted in pairs:
        compare(gold, predicted)
    seconds = time.perf_counter() - start
    print(json.dumps({"name": name, "seconds": seconds, "records": records}))


def main() -> None:
    sides = json.load(sys.stdin)
    lists = ("projects", "meetings", "officials")
    records = sum(len(one[name]) for one in sides["gold"] for name in lists)
    plain = [[{name: one[name] for name in lists} for one in sides[side]] for side in ("gold", "predicted")]
    pairs = list(zip(*plain, strict=True))
    models = [(page(a), page(b)) for a, b in pairs]
    timed("ANLS*", pairs, anls_score, records)
    timed("stickler-eval", models, lambda a, b: a.compare_with(b), records)


if __name__ == "__main__":
    main()
