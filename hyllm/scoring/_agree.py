"""How far two annotators agree: the scorer's own measure, one against the other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hyllm.errors import UsageError
from hyllm.schemas import Record
from hyllm.scoring._counts import mean
from hyllm.scoring._gold import GoldPage, read_gold
from hyllm.scoring._metrics import metrics
from hyllm.scoring._predictions import Prediction
from hyllm.scoring._records import first_alternatives
from hyllm.scoring._score import Score, score


class Agreement(NamedTuple):
    """Two sets of gold files on the pages both have."""

    forth: Score
    """B read as a prediction, against A."""
    back: Score
    """A read as a prediction, against B."""
    only: tuple[tuple[str, ...], tuple[str, ...]]
    """Pages that only one of them has."""

    def numbers(self) -> dict[str, Any]:
        """F1 both ways, their mean (the ceiling of a model's score), and all numbers of the first way."""
        there, again = metrics(self.forth), metrics(self.back)
        ways = [(there[view]["F1"], again[view]["F1"]) for view in ("slots", "records")]
        summary: dict[str, Any] = {
            name: {"A_B": way[0], "B_A": way[1], "ceiling": mean(list(way))}
            for name, way in zip(("slots", "records"), ways, strict=True)
        }
        summary["fields"] = {
            name: mean([row["F1"], again["fields"].get(name, {}).get("F1")])
            for name, row in there["fields"].items()
        }
        return {"agreement": summary, "only_A": list(self.only[0]), "only_B": list(self.only[1]), **there}


def agree(first: str | Path, second: str | Path, kinds: Sequence[type[Record]]) -> Agreement:
    """The agreement of two folders of gold files.

    Raises:
        UsageError: a file is no gold, or they have no page in common.
    """
    sides = [read_gold(folder, kinds) for folder in (first, second)]
    if not {page.page for page in sides[0]} & {page.page for page in sides[1]}:
        raise UsageError(f"{first} and {second} have no page in common")
    return agree_pages(sides[0], sides[1], kinds)


def agree_pages(
    first: Sequence[GoldPage], second: Sequence[GoldPage], kinds: Sequence[type[Record]]
) -> Agreement:
    """The agreement of two sets of gold pages on those that both have, of which there must be one."""
    sides = [{page.page: page for page in side} for side in (first, second)]
    both = sorted(sides[0].keys() & sides[1].keys())
    left, right = ([side[page] for page in both] for side in sides)
    only = tuple(tuple(sorted(a.keys() - b.keys())) for a, b in (sides, sides[::-1]))
    return Agreement(
        score(left, _as_predictions(right), kinds=kinds),
        score(right, _as_predictions(left), kinds=kinds),
        (only[0], only[1]),
    )


def _as_predictions(pages: Sequence[GoldPage]) -> list[Prediction]:
    return [Prediction(page.page, first_alternatives(page.raw), doubtful=False) for page in pages]
