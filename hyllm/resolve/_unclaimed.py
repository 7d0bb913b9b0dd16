"""Values that stand on a page and in no record: what a model may have overlooked."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hyllm.marks import Grounding
from hyllm.text import MatchView, Unit, joined
from hyllm.values import find_titled_names, find_values


class Unclaimed(NamedTuple):
    """A value of the page that no record holds: `page.text[start:end]`."""

    type: str
    """`money`, `date`, `quantity`, or `name`: the name that follows a title."""
    text: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


def unclaimed(text: str, view: MatchView, grounding: Iterable[Grounding]) -> list[Unclaimed]:
    """What stands on the page and is touched by no located value, in printed order.

    A value that evidence quotes, but no field holds, is unclaimed.
    """
    claimed = _united(
        (mark.start, mark.end)
        for mark in grounding
        if mark.start is not None and mark.end is not None and not mark.at.endswith("/quote")
    )
    begins = [begin for begin, _ in claimed]
    found: list[Unclaimed] = []
    for value in sorted((*find_values(view.text), *find_titled_names(view.text)), key=lambda v: v.start):
        start, end = view.span(value.start, value.end)
        before = bisect_right(begins, end - 1) - 1
        if before < 0 or claimed[before][1] <= start:
            found.append(Unclaimed(value.type, joined(text[start:end]), start, end))
    return found


def shown_unclaimed(values: Iterable[Unclaimed], units: Sequence[Unit]) -> str:
    """The values as a model is asked about them: a line a unit, behind its number, each value once."""
    begins = [unit.start for unit in units]
    by_unit: dict[int, list[str]] = {}
    for value in values:
        said = by_unit.setdefault(max(1, bisect_right(begins, value.start)), [])
        if value.text not in said:
            said.append(value.text)
    return "\n".join(f"[{number}]{'；'.join(said)}" for number, said in sorted(by_unit.items()))


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, overlapping ones as one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united
