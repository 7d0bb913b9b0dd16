"""The dates of a page, some of which lean on others: 同年5月 on 2019年3月, 随后 on the day of a signing."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hyllm.schemas import DateReading, Reading
from hyllm.text import Located, Locator, joined
from hyllm.values import Refusal, parse_date


class ResolvedDate(NamedTuple):
    """The EDTF of a date or why it has none, and where its anchor stands."""

    edtf: str | Refusal
    anchor: tuple[int, int] | None


class Dates:
    """Resolves the dates of one page.

    Args:
        locator: the page.
        issue_date: EDTF of the issue, or `None` where it is not known.
        readings: everything the model said: a date that is an anchor may itself lean on another.
    """

    def __init__(self, locator: Locator, issue_date: str | None, readings: Iterable[Reading]) -> None:
        self._locator = locator
        self._issue_date = issue_date
        # By place, not by words: 次月 may stand on a page twice and lean on two different dates.
        self._anchors: dict[Located, str] = {}
        for reading in readings:
            own: list[int] = getattr(reading, "evidence", [])
            for date in _dates_in(reading):
                if date.anchor is not None:
                    self._anchors.setdefault(locator.find(date.text, own), date.anchor)

    def resolve(
        self, said: DateReading, place: Located, own: Sequence[int], *, ahead: bool = False
    ) -> ResolvedDate:
        """The value of a date that stands at `place`, in a record whose units are `own`.

        `ahead`: it is the date of something foreseen.
        """
        if said.anchor is None:
            return ResolvedDate(self._parse(said.text, None, place, ahead=ahead), None)
        where = self._locator.find(said.anchor, own)
        if where.start is None or where.end is None:
            message = f"{said.anchor!r}, which {said.text!r} leans on, is not on the page"
            return ResolvedDate(Refusal("needs_anchor", message), None)
        anchor = self._chain(said.anchor, where, own, frozenset({place}))
        value = anchor if isinstance(anchor, Refusal) else self._parse(said.text, anchor, place)
        return ResolvedDate(value, (where.start, where.end))

    def _chain(
        self, words: str, place: Located, own: Sequence[int], leaning: frozenset[Located]
    ) -> str | Refusal:
        """The EDTF of an anchor, which may lean on another; `leaning` are the places that wait for it."""
        if place in leaning:
            return Refusal("needs_anchor", f"{words!r} leans on itself")
        further = self._anchors.get(place)
        if further is None:
            return self._parse(words, None, place)
        anchor = self._chain(further, self._locator.find(further, own), own, leaning | {place})
        return anchor if isinstance(anchor, Refusal) else self._parse(words, anchor, place)

    def _parse(self, words: str, anchor: str | None, place: Located, *, ahead: bool = False) -> str | Refusal:
        sentence = "" if place.start is None else joined(self._locator.sentence(place.start))
        value = parse_date(words, issue_date=self._issue_date, anchor=anchor, sentence=sentence, ahead=ahead)
        return value if isinstance(value, Refusal) else value.edtf


def _dates_in(reading: Reading) -> Iterable[DateReading]:
    for name in type(reading).model_fields:
        value: object = getattr(reading, name)
        items: list[object] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        for item in items:
            if isinstance(item, DateReading):
                yield item
            elif isinstance(item, Reading):
                yield from _dates_in(item)
