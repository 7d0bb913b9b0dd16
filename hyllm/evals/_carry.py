"""Gold of one page carried to another page made of the same articles, in that page's own characters.

The values stay what they are; their words become what the other page prints. What the OCR has torn,
misread or lost there is given as the codebook says, and listed, so that a person can look at it:

- a name, place, phrase cut in two: its longest contiguous part;
- a post that is torn: what is legible of it;
- a quote that is torn: each of its fragments;
- a sum, quantity or date: recomputed from what is left of its words, left out where that says something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from hyllm.errors import UsageError
from hyllm.evals._finding import Fate, Passage
from hyllm.evals._page import MadePage
from hyllm.evals._renewed import renewed_amount, renewed_date
from hyllm.evals._rewrite import LOST, Value, rebuilt
from hyllm.kinds import KINDS
from hyllm.text import fold, joined

Why = Literal["torn", "misread", "clipped", "lost", "no evidence", "no post", "same as the name"]
_NEAR_ONLY = ("title",)
"""Fields whose words say something else where they stand elsewhere."""
_MARKS = "，、；：。,;: "
_LEAST_WORDS = 2
_LEAST_QUOTE = 6
_MOST_TOLD = 8


class Change(NamedTuple):
    """A value that is not the same on the other page, but for widths and blanks."""

    at: str
    """Its JSON Pointer in the gold that was carried."""
    why: Why
    before: str
    after: str | None
    """`None`: it is left out."""


class Carried(NamedTuple):
    """Gold for the other page, and what became different."""

    gold: dict[str, Any]
    changes: list[Change]


def carry(gold: Mapping[str, Any], first: MadePage, second: MadePage, page: str) -> Carried:
    """The gold of the page `first` for the page `second`, whose id is `page`.

    Raises:
        UsageError: the pages have different articles, or words of the gold are not on the first page.
    """
    if first.source.text != second.source.text:
        raise UsageError("gold can be carried only between pages made of the same articles")
    carrier = _Carrier(gold, Passage(first, second))
    new: dict[str, Any] = {**gold, "page": page}
    for kind in KINDS.values():
        plural = kind.hyllm.plural
        if plural in gold:
            new[plural] = rebuilt(list[kind], gold[plural], f"/{plural}", carrier.renew)
            new[plural] = carrier.settled(new[plural], f"/{plural}")
    if carrier.missing:
        told = "\n  ".join(carrier.missing[:_MOST_TOLD])
        raise UsageError(f"gold of {gold.get('page')}: not on the page it is for:\n  {told}")
    return Carried(new, carrier.changes)


class _Record(NamedTuple):
    """What the values of one record are looked up with."""

    at: str
    units: list[int]
    name: str | None


class _Carrier:
    def __init__(self, gold: Mapping[str, Any], passage: Passage) -> None:
        self._issue_date: str | None = gold.get("issue_date")
        self._passage = passage
        self._records = [
            _Record(at, passage.units(_quotes(raw["evidence"])), _first_text(raw.get("name")))
            for plural in (kind.hyllm.plural for kind in KINDS.values())
            for at, raw in _records_in(gold.get(plural), f"/{plural}")
        ]
        self.changes: list[Change] = []
        self.missing: list[str] = []

    def renew(self, value: Value) -> Any:
        """The value in the other page's characters, or `LOST`."""
        record = next((r for r in self._records if value.at.startswith(f"{r.at}/")), _Record("", [], None))
        fates = self._passage.fates(value.words, record.units, record.name)
        if not fates:
            self.missing.append(f"{value.at}: {value.words}")
            return LOST
        if value.sort == "quote":
            return self._quotes(value, fates[0])
        near = value.sort != "text" or value.at.rsplit("/", 1)[-1] in _NEAR_ONLY
        fate = _best(fates, near=near)
        new = self._renewed(value, fate)
        if not fate.intact:
            self._tell(value, fate, new)
        return new

    def _renewed(self, value: Value, fate: Fate) -> Any:
        if value.sort == "amount":
            return renewed_amount(value.raw, fate.words, intact=fate.intact)
        if value.sort == "date":
            return renewed_date(value.raw, fate.words, self._issue_date, intact=fate.intact)
        if fate.intact:
            return fate.words
        words = fate.words if len(fate.pieces) == 1 else self._passage.longest_part(value.words, fate.words)
        words = words.strip(_MARKS)
        return words if len(fold(words)) >= _LEAST_WORDS else LOST

    def _quotes(self, value: Value, fate: Fate) -> Any:
        """The fragments of a quote; short ones only where there is nothing else."""
        long = [piece for piece in fate.pieces if len(fold(piece)) >= _LEAST_QUOTE]
        kept = long or [words for words in (fate.words,) if len(fold(words)) >= _LEAST_WORDS]
        if not fate.intact:
            self._tell(value, fate, " … ".join(kept) if kept else LOST)
        return [{**value.raw, "quote": piece} for piece in kept]

    def _tell(self, value: Value, fate: Fate, new: Any) -> None:
        after = None if new is LOST else new if isinstance(new, str) else new["text"]
        self.changes.append(Change(value.at, _why(fate, after), value.words, after))

    def settled(self, raw: Any, at: str) -> Any:
        """A list of carried records without those that no longer are any."""
        if isinstance(raw, list):
            return [new for one in cast("list[Any]", raw) if (new := self._settled(one, at)) is not LOST]
        node = cast("dict[str, Any]", raw)
        return {**node, "any_of": [self.settled(option, at) for option in node["any_of"]]}

    def _settled(self, raw: dict[str, Any], at: str) -> Any:
        if "any_of" in raw:
            options = [new for one in raw["any_of"] if (new := self._settled(one, at)) is not LOST]
            return {**raw, "any_of": options} if len(options) > 1 else options[0] if options else LOST
        name = _first_text(raw.get("name")) or ""
        if raw.get("posts") == []:
            self.changes.append(Change(at, "no post", name, None))
            return LOST
        if raw.get("evidence") == [] and not (raw := self._with_evidence(raw, name, at)):
            return LOST
        return self._without_twins(raw, name, at)

    def _with_evidence(self, raw: dict[str, Any], name: str, at: str) -> dict[str, Any]:
        """The record with the unit in which its name stands as evidence; empty where there is none."""
        locator = self._passage.second_locator
        place = locator.find(name).start if name else None
        quote = "" if place is None else joined(locator.sentence(place))
        self.changes.append(Change(at, "no evidence", name, quote or None))
        return {**raw, "evidence": [{"quote": quote}]} if quote else {}

    def _without_twins(self, raw: dict[str, Any], name: str, at: str) -> dict[str, Any]:
        """The record without aliases that have become its name."""
        aliases = raw.get("aliases")
        if not isinstance(aliases, list):
            return raw
        names = cast("list[str]", aliases)
        kept = [alias for alias in names if fold(alias) != fold(name)]
        self.changes += [Change(at, "same as the name", alias, None) for alias in names if alias not in kept]
        return {**raw, "aliases": kept}


def _best(fates: Sequence[Fate], *, near: bool) -> Fate:
    """The place whose words count: an intact one before a damaged one, then the record's own.

    Args:
        fates: in order of preference.
        near: whether only the nearest places will do.
    """
    nearest = max(fate.nearness for fate in fates)
    return max(
        (fate for fate in fates if not near or fate.nearness == nearest),
        key=lambda fate: (fate.intact, fate.nearness, fate.legible, fate.unchanged),
    )


def _why(fate: Fate, after: str | None) -> Why:
    if after is None:
        return "lost"
    if len(fate.pieces) > 1:
        return "torn"
    return "clipped" if fate.unchanged == fate.legible else "misread"


def _records_in(raw: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The records of a list with their places, in all alternatives."""
    if isinstance(raw, list):
        for place, one in enumerate(cast("list[Any]", raw)):
            yield from _records_in(one, f"{at}/{place}")
    elif isinstance(raw, dict):
        node = cast("dict[str, Any]", raw)
        if "any_of" in node:
            yield from _records_in(node["any_of"], f"{at}/any_of")
        elif "evidence" in node:
            yield at, node


def _quotes(evidence: Any) -> list[str]:
    if isinstance(evidence, dict):
        node = cast("dict[str, Any]", evidence)
        inner = node.get("any_of", node.get("quote"))
        return _quotes(inner)
    if isinstance(evidence, list):
        return [quote for one in cast("list[Any]", evidence) for quote in _quotes(one)]
    return [evidence] if isinstance(evidence, str) else []


def _first_text(raw: Any) -> str | None:
    if isinstance(raw, dict) and "any_of" in raw:
        return _first_text(cast("dict[str, Any]", raw)["any_of"][0])
    return raw if isinstance(raw, str) else None
