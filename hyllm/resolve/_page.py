"""One pass over what a model said of a page: every word located, every value computed, nothing dropped.

What does not stand on the page, or has no value, stays in its record as the model said it, and is marked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

from hyllm.marks import Grounding, Problem, Reason
from hyllm.resolve._dates import Dates
from hyllm.resolve._ids import with_ids
from hyllm.resolve._links import Link, links
from hyllm.resolve._merge import Conflict, merged
from hyllm.resolve._places import Gazetteer
from hyllm.resolve._rules import computed, tidied
from hyllm.resolve._unclaimed import Unclaimed, unclaimed
from hyllm.schemas import (
    Date,
    DateReading,
    Evidence,
    FromWords,
    Money,
    Part,
    Quantity,
    Reading,
    Record,
    annotation_of,
    without_none,
)
from hyllm.text import Located, Locator, joined
from hyllm.values import (
    MoneyValue,
    Refusal,
    is_vague_date,
    parse_count,
    parse_money,
    parse_ordinal,
    parse_quantity,
)

_TEXTS = frozenset(["/projects/name", "/meetings/name", "/meetings/topics", "/meetings/outcomes/text"])
"""The fields that hold text, of which a few characters may be misread. Others hold names, amounts, dates."""
_INDEX = re.compile(r"/\d+")
_PARSERS = {"count": parse_count, "ordinal": parse_ordinal}


@dataclass(frozen=True, slots=True)
class Resolved:
    """The finished records of a page under their plural keys, and what is to be said of their values."""

    records: Mapping[str, Sequence[Record]]
    grounding: tuple[Grounding, ...]
    problems: tuple[Problem, ...]
    unclaimed: tuple[Unclaimed, ...]
    links: tuple[Link, ...]


def resolve_page(
    locator: Locator,
    readings: Mapping[str, Sequence[Reading]],
    kinds: Sequence[type[Record]],
    *,
    page_sha256: str,
    issue_date: str | None,
    city: str | None,
    gazetteer: Gazetteer | None = None,
    lost: Sequence[Problem] = (),
) -> Resolved:
    """The records of a page out of what a model said of it.

    Args:
        locator: the page.
        readings: what the model said, a list a kind under its plural key.
        kinds: the record classes of the readings.
        page_sha256: the hash of the page's text, for the records' ids.
        issue_date: EDTF of the issue, against which relative dates resolve; `None` if unknown.
        city: the paper's own city (衡阳), which is no place of its own; `None` if unknown.
        gazetteer: the divisions places are looked up in; `None`: places get no code.
        lost: problems of the readings, whose pointers count readings; those of the result count records.
    """
    dates = Dates(locator, issue_date, (r for some in readings.values() for r in some))
    marks: list[Grounding] = []
    plurals = [kind.hyllm.plural for kind in kinds]
    problems = [problem for problem in lost if not any(_is_of(problem, plural) for plural in plurals)]
    records: dict[str, Sequence[Record]] = {}
    for kind in kinds:
        plural = kind.hyllm.plural
        united = merged(kind, readings[plural])
        problems += [
            _repointed(problem, plural, united.places) for problem in lost if _is_of(problem, plural)
        ]
        problems += [_conflict(plural, conflict) for conflict in united.conflicts]
        found: list[Record] = []
        for index, one in enumerate(united.readings):
            walk = _Walk(locator, dates, one, marks, problems)
            told = locator.folded(getattr(one, "evidence", ())) or locator.view.text
            record = walk.record(kind, tidied(kind, one, told, city), f"/{plural}/{index}")
            found.append(computed(record, gazetteer))
        records[plural] = with_ids(found, page_sha256, {mark.at: mark for mark in marks})
    overlooked = unclaimed(locator.text, locator.view, marks)
    return Resolved(records, tuple(marks), tuple(problems), tuple(overlooked), tuple(links(records)))


def _is_of(problem: Problem, plural: str) -> bool:
    return problem.at.startswith(f"/{plural}/")


def _repointed(problem: Problem, plural: str, places: Sequence[int]) -> Problem:
    """A reading's problem as the record's: merging has moved records up."""
    index, slash, rest = problem.at.removeprefix(f"/{plural}/").partition("/")
    return replace(problem, at=f"/{plural}/{places[int(index)]}{slash}{rest}")


def _conflict(plural: str, conflict: Conflict) -> Problem:
    at = f"/{plural}/{conflict.record}/{conflict.field}"
    return Problem(at, "conflict", conflict.other, f"said twice of one record; {conflict.kept!r} is kept")


class _Walk:
    """The way through one record, beside its reading."""

    def __init__(
        self,
        locator: Locator,
        dates: Dates,
        said: Reading,
        marks: list[Grounding],
        problems: list[Problem],
    ) -> None:
        self._locator = locator
        self._dates = dates
        self._own: list[int] = getattr(said, "evidence", [])
        self._marks = marks
        self._problems = problems
        self._naming = ""
        """The pointer of the field that names the record."""
        self._beside: list[tuple[int, int]] = []
        """Where the record's name stands in its units, once it is known."""
        self._together: list[tuple[int, int]] | None = None
        """Within a part: where its last words stand."""
        self._ahead = False
        """Within a part: whether it tells of something foreseen."""

    def record(self, kind: type[Record], said: Reading, at: str) -> Record:
        self._naming = f"{at}/{kind.hyllm.identity[0]}"
        return kind.model_validate(self._part(kind, said, at))

    def _part(self, part: type[Part], said: Reading, at: str) -> dict[str, Any]:
        """The fields of a record, or of a part of one."""
        return {
            name: self._value(annotation, getattr(said, name), f"{at}/{name}")
            for name, annotation in _annotations(part, type(said))
        }

    def _value(self, annotation: Any, said: Any, at: str) -> Any:
        """The value of what was said, by the field's type (without `| None`)."""
        if said is None:
            return None
        origin = get_origin(annotation)
        if origin is list:
            (item,) = get_args(annotation)
            if item is Evidence:
                return self._evidence(said, at)
            said = [one for one in said if not (isinstance(one, DateReading) and is_vague_date(one.text))]
            item = without_none(item)
            return [self._value(item, one, f"{at}/{index}") for index, one in enumerate(said)]
        if origin is Literal:
            return said
        if origin is Annotated:
            return self._number(annotation, said, at)
        if isinstance(said, DateReading):
            return self._date(said, at)
        if isinstance(said, Reading):
            return self._nested(annotation, said, at)
        words, _ = self._words(said, at if annotation is str else f"{at}/text")
        return words if annotation is str else self._amount(annotation, words, at)

    def _nested(self, part: type[Part], said: Reading, at: str) -> dict[str, Any]:
        """The fields of a part: its words belong with each other first (a title with its organisation)."""
        of_record, self._together, self._ahead = self._together, [], getattr(said, "status", "") == "expected"
        fields = self._part(part, said, at)
        self._together, self._ahead = of_record, False
        return fields

    def _words(self, said: str, at: str) -> tuple[str, Located]:
        """The page's own characters for what was said, and where they stand."""
        fuzzy = _INDEX.sub("", at) in _TEXTS
        place = self._locator.find(said, self._own, self._together or self._beside, fuzzy=fuzzy)
        if at == self._naming:
            name = said if place.start is None else self._locator.text[place.start : place.end]
            self._beside = self._locator.places(name, self._own)
        if self._together is not None and place.start is not None and place.end is not None:
            self._together = [(place.start, place.end)]
        self._mark(place, said, at)
        if place.start is None:
            return said, place
        return joined(self._locator.text[place.start : place.end]), place

    def _mark(self, place: Located, said: str, at: str, anchor: tuple[int, int] | None = None) -> None:
        self._marks.append(Grounding(at, place.start, place.end, place.status, anchor))
        if place.status == "missing":
            self._problem(at, "ungrounded", said, "these words do not stand on the page")
        elif place.status == "ambiguous":
            self._problem(
                at, "ambiguous", said, "these words stand in several places, none in the record's units"
            )

    def _problem(self, at: str, reason: Reason, text: str, message: str) -> None:
        self._problems.append(Problem(at, reason, text, message))

    def _date(self, said: DateReading, at: str) -> dict[str, Any] | None:
        if is_vague_date(said.text):
            return None
        place = self._locator.find(said.text, self._own)
        value = self._dates.resolve(said, place, self._own, ahead=self._ahead)
        self._mark(place, said.text, f"{at}/text", value.anchor)
        text = said.text if place.start is None else joined(self._locator.text[place.start : place.end])
        if isinstance(value.edtf, Refusal):
            self._problem(f"{at}/edtf", "unresolved", text, value.edtf.message)
            return Date(text=text, edtf=None).model_dump()
        return Date(text=text, edtf=value.edtf).model_dump()

    def _amount(self, annotation: Any, words: str, at: str) -> Money | Quantity:
        """A sum of money or a quantity; where the field may hold both, whichever the words are."""
        value = parse_money(words) if annotation is not Quantity else parse_quantity(words)
        if isinstance(value, Refusal) and annotation not in (Money, Quantity):
            quantity = parse_quantity(words)
            value = value if isinstance(quantity, Refusal) else quantity
        if isinstance(value, Refusal):
            self._problem(at, "unresolved", words, value.message)
            if annotation is Money or (annotation is not Quantity and "元" in words):
                return Money(text=words, amount=None, currency=None, bound=None, upper=None)
            return Quantity(text=words, value=None, unit=None, bound=None, upper=None)
        if isinstance(value, MoneyValue):
            return Money(
                text=words, amount=value.amount, currency=value.currency, bound=value.bound, upper=value.upper
            )
        return Quantity(text=words, value=value.value, unit=value.unit, bound=value.bound, upper=value.upper)

    def _number(self, annotation: Any, said: str, at: str) -> int | None:
        """A number read as words; the annotation's mark says how."""
        words, _ = self._words(said, at)
        (mark,) = (mark for mark in get_args(annotation) if isinstance(mark, FromWords))
        value = _PARSERS[mark.parse](words)
        if isinstance(value, Refusal):
            self._problem(at, "unresolved", words, value.message)
            return None
        return value

    def _evidence(self, numbers: Iterable[int], at: str) -> list[Evidence]:
        """The quotes of the units cited, neighbours in one."""
        numbers = list(numbers)
        unknown = sorted({n for n in numbers if not 1 <= n <= len(self._locator.units)})
        if unknown:
            shown = ", ".join(map(str, unknown[:10]))
            self._problem(
                at, "ungrounded", shown, f"the page has no such units; it has {len(self._locator.units)}"
            )
        spans = self._locator.span(numbers)
        if not spans:
            self._problem(at, "ungrounded", "", "no evidence is cited for this record")
        for index, (start, end) in enumerate(spans):
            self._marks.append(Grounding(f"{at}/{index}/quote", start, end, "exact"))
        return [Evidence(quote=joined(self._locator.text[start:end])) for start, end in spans]


@lru_cache(maxsize=256)
def _annotations(part: type[Part], reading: type[Reading]) -> Sequence[tuple[str, Any]]:
    """The fields of a part that are read, by name, each with its type without `| None`."""
    fields = part.model_fields
    return [(name, without_none(annotation_of(fields[name]))) for name in reading.model_fields]
