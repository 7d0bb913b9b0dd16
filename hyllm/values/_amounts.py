"""Numbers that have a unit, with their bound words and ranges: what money and quantities share."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from ._numerals import NUMERAL, Numeral, read_numeral
from ._types import Bound, Refusal

_RANGE = "[-至到]"

_BEFORE: dict[Bound, str] = {
    "at_least": "超过|超出|超|逾|突破|不低于|不少于|不小于|不下于|不下|不止|至少|最少|起码|高于|大于|多于",
    "at_most": "不超过|未超过|不超|不高于|不多于|不大于|不足|不到|不满|低于|少于|小于|至多|最多",
    "about": "大约|约|将近|接近|逼近|近|大概|大致|差不多",
}
"""Words before the number. Beyond the codebook's own, only those that say the same as one of them."""
_AFTER: dict[Bound, str] = {
    "at_least": "(?:及|或)?以上(?!述|是)|之上|有余|开外|(?:余|多)(?=$|的)",
    "at_most": "(?:及|或)?以下(?!简称)|之下|以内|之内",
    "about": "左右(?!岸)|上下(?!游)",
}
_AFTER_NOUN: dict[Bound, str] = {"at_least": "以上", "at_most": "以下|以内", "about": "左右"}
"""Words that may also close the text, behind a noun: 3000个就业岗位以上."""

# 签约50亿元 and 附近3000亩 limit nothing: there the bound word is the end of another word.
_OTHER_WORDS = r"(?<![签合节履解续违预邀集条公制契相附就邻最靠亲临远赶反])"
_FILLERS = r"(?:了|过|到|达到|达|为|是|有|合|可|需|占地|占|投资|投入|用地|人民币)*"
_PREFIX = re.compile(
    _OTHER_WORDS
    + "(?:"
    + "|".join(f"(?P<{bound}>{words})" for bound, words in sorted(_BEFORE.items(), reverse=True))
    + f"){_FILLERS}$"
)
# 上百, 过亿 and 破千 need a bare scale behind them: 网上500人 and 通过500万元 are other words.
_REACHED = re.compile("(?<![线网以地海通经])(?:上|过|破)$")
_BARE_SCALE = re.compile("[百千万亿]")
_BEST_CASE = re.compile("最高(?:可达|达|可|不超过)?$")
_DENIED = re.compile(f"(?:未|没有|没|不能|未能)(?:突破|达到|达|超出|超){_FILLERS}$")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, as one text states it."""

    value: Fraction
    sign: str
    unit: str
    bound: Bound
    upper: Fraction | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grammar:
    """Where an amount of one kind stands in a text."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, *, unit: str, sign: str = "(?!)") -> "Grammar":
        """A grammar for amounts whose unit matches `unit`, or that a `sign` ($) precedes."""
        return cls(
            re.compile(
                rf"(?P<sign>{sign})?(?P<low>{NUMERAL})"
                rf"(?:(?P<low_unit>{unit})?{_RANGE}(?P<high_sign>{sign})?(?P<high>{NUMERAL}))?"
                rf"(?:(?P<unit>{unit})|(?(sign)|(?!)))"
                + "(?:"
                + "|".join(f"(?P<{bound}>{words})" for bound, words in _AFTER.items())
                + ")?"
            )
        )

    def find(self, text: str) -> Iterator[Amount | Refusal]:
        """The amounts of the text in order, or the reason why one has no value."""
        for match in self.pattern.finditer(text):
            yield _amount(text, match)


def _amount(text: str, match: re.Match[str]) -> Amount | Refusal:
    before = text[: match.start()]
    if (
        re.search(r"(?:[0-9][-.,·、:;/+*x×]+|-|第)$", before)
        or _BEST_CASE.search(before)
        or _DENIED.search(before)
    ):
        return Refusal("ambiguous", f"'{text}': what stands before '{match[0]}' gives it a second reading.")
    ends = _ends(match)
    if ends is None:
        return Refusal("ambiguous", f"'{text}': '{match[0]}' is no number with one clear reading.")
    low, high = ends
    bounds = [low.bound, *_bounds_around(text, match, low)]
    bound = _combined(bounds) if high is None else _combined_range([*bounds, high.bound])
    if bound is None:
        return Refusal("ambiguous", f"'{text}' limits the number from both sides.")
    upper = None if high is None else high.value
    sign, unit = match["sign"] or "", match["unit"] or ""
    return Amount(low.value, sign, unit, bound, upper, match.start(), match.end())


def _ends(match: re.Match[str]) -> tuple[Numeral, Numeral | None] | None:
    low = read_numeral(match["low"])
    if match["high"] is None:
        return None if low is None else (low, None)
    high = read_numeral(match["high"])
    if low is None or high is None:
        return None
    if match["low_unit"] is None:
        low = _sharing_scale(low, match["low"], match["high"])
    elif match["low_unit"] != match["unit"]:
        return None
    return (low, high) if low.value < high.value else None


def _sharing_scale(low: Numeral, low_text: str, high_text: str) -> Numeral:
    """10至20万 is 10万至20万, but 5000至1万 and 3000万至1亿 say both ends in full."""
    high, scale = read_numeral(high_text), re.search("[万亿]+$", high_text)
    shared = read_numeral(low_text + scale[0]) if scale else None
    said_in_full = re.search("[万亿]", low_text)
    if said_in_full or shared is None or high is None or shared.value >= high.value:
        return low
    return shared


def _bounds_around(text: str, match: re.Match[str], low: Numeral) -> Iterable[Bound]:
    before, after = text[: match.start()], text[match.end() :]
    if (prefix := _PREFIX.search(before)) and prefix.lastgroup:
        yield _named(prefix)
    elif _REACHED.search(before) and _BARE_SCALE.match(match["low"]):
        yield "at_least"
    for bound, words in _AFTER.items():
        if match[bound] or (
            words and not re.search("[0-9]", after) and re.search(f"(?:{_AFTER_NOUN[bound]})$", after)
        ):
            yield bound


def _named(match: re.Match[str]) -> Bound:
    return next(bound for bound in _BEFORE if match[bound])


def _combined(bounds: Iterable[Bound]) -> Bound | None:
    """One bound out of all: 约200余人 and 约5亿元以上 are `at_least`, the limit being the firmer statement."""
    said = set(bounds) - {"exact"}
    if {"at_least", "at_most"} <= said:
        return None
    for bound in ("at_least", "at_most", "about"):
        if bound in said:
            return bound
    return "exact"


def _combined_range(bounds: Iterable[Bound]) -> Bound | None:
    """约3亿至5亿元 is a range; 3亿至5亿元以上 is no interval any more."""
    return "range" if set(bounds) <= {"exact", "about"} else None
