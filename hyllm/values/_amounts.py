"""Numbers that have a unit, with their bound words and ranges: what money and quantities share."""

import re
from dataclasses import dataclass
from fractions import Fraction

from ._bounds import SUFFIX, bounds_after, bounds_before, combined, combined_range, is_unclear
from ._numerals import NUMERAL, Numeral, read_neighbours, read_numeral
from ._types import Bound, Refusal

_RANGE = "[-至到]"
_LOST_NUMBER = re.compile("[百千万亿]")
_GLOSS = re.compile(r"\([^()]*[0-9一二三四五六七八九十百千万亿][^()]*\)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, as one text states it."""

    value: Fraction
    upper: Fraction | None
    bound: Bound
    sign: str
    """A currency before the number, or nothing."""
    unit: str
    """What stands behind the number."""
    before: str
    """The text up to it."""
    after: str
    """The text behind it."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """Where the amounts of one kind stand in a text."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, *, unit: str, sign: str = "(?!)") -> "Grammar":
        """A grammar for numbers that a match of `unit` follows, or that a `sign` ($) precedes."""
        to_the_high_end = f"(?P<low_unit>{unit})?{_RANGE}(?:{sign})?(?P<high>{NUMERAL})"
        return cls(
            re.compile(
                f"(?P<sign>{sign})?(?P<low>{NUMERAL})(?:{to_the_high_end})?"
                f"(?:(?P<unit>{unit})|(?(sign)|(?!))){SUFFIX}"
            )
        )

    def find(self, text: str) -> list[Amount | Refusal]:
        """The amounts outside brackets, else those within; for each its value, or why it has none."""
        for searched in (_GLOSS.sub("", text), text):
            if found := [_amount(searched, match) for match in self.pattern.finditer(searched)]:
                return found
        return []


def _amount(text: str, match: re.Match[str]) -> Amount | Refusal:
    before, after = text[: match.start()], text[match.end() :]
    ends = _ends(match)
    if ends is None or is_unclear(before, match["low"], after):
        return Refusal("ambiguous", f"'{text}' can be read in two ways at '{match[0]}'.")
    low, high = ends
    bounds: list[Bound] = [low.bound, *bounds_before(before, match["low"]), *bounds_after(match, after)]
    bound = combined(bounds) if high is None else combined_range([*bounds, high.bound])
    if bound is None:
        return Refusal("ambiguous", f"'{text}' limits the number from both sides.")
    if bound == "exact" and _LOST_NUMBER.fullmatch(match["low"]):
        return Refusal("no_number", f"'{text}' has lost the number before '{match[0]}'.")
    upper = None if high is None else high.value
    return Amount(low.value, upper, bound, match["sign"] or "", match["unit"] or "", before, after)


def _ends(match: re.Match[str]) -> tuple[Numeral, Numeral | None] | None:
    low = read_numeral(match["low"])
    if match["high"] is None:
        return read_neighbours(match["low"]) if low is None else (low, None)
    high = read_numeral(match["high"])
    if low is None or high is None:
        return None
    if match["low_unit"] is None:
        low = _sharing_scale(low, match["low"], high, match["high"])
    elif match["low_unit"] != match["unit"]:
        return None
    return (low, high) if low.value < high.value else None


def _sharing_scale(low: Numeral, low_text: str, high: Numeral, high_text: str) -> Numeral:
    """10至20万 is 10万至20万, but 5000至1万 and 3000万至1亿 say both ends in full."""
    scale = re.search("[万亿]+$", high_text)
    if scale is None or re.search("[万亿]", low_text):
        return low
    shared = read_numeral(low_text + scale[0])
    return shared if shared is not None and shared.value < high.value else low
