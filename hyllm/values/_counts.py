"""Plain numbers, and how many a batch has: 1.5万, 二十四, 24个重大项目."""

import re
from fractions import Fraction

from ._normal import normalise
from ._numerals import NUMERAL, plain, read_numeral
from ._other_numbers import without_other_numbers
from ._types import Number, Refusal
from ._units import COUNTED

_COUNT = re.compile(rf"(?P<number>{NUMERAL})(?:{COUNTED}|(?=重[大点]|项目))")
_GLOSS = re.compile(r"\([^()]*\)")
# The 项目 of 企业5家、项目12个 belongs to the 12.
_NOUN_BEHIND = re.compile(rf"(?:(?!{NUMERAL}{COUNTED})[^0-9])*?项目(?![共达]?{NUMERAL})")
_RANGE_BEFORE = re.compile(f"{NUMERAL}[-至到]$")


def parse_number(text: str) -> Number | Refusal:
    """The number that the whole text writes, without unit or bound word.

    Examples:
        >>> parse_number("1.5万")
        15000
        >>> parse_number("三十六")
        36
        >>> parse_number("3000余万").reason
        'ambiguous'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    numeral = read_numeral(words) if "·" not in words else None
    if numeral is None or numeral.bound != "exact":
        reason = "ambiguous" if re.search(NUMERAL, words) else "no_number"
        return Refusal(reason, f"'{words}' is not one number.")
    return plain(numeral.value)


def parse_count(text: str) -> int | Refusal:
    """How many a batch has: the bare number, or the one that counts things (24个重大项目).

    Among several, the one whose noun is 项目 counts. 余 and 约 are passed over, as a count has no bound;
    数十 and ranges are refused.

    Examples:
        >>> parse_count("24个重大项目")
        24
        >>> parse_count("二十四")
        24

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    bare = parse_number(words)
    if not isinstance(bare, Refusal):
        return _whole(words, bare)
    counts = _counts(without_other_numbers(words))
    if len(set(counts)) == 1 and counts[0]:
        return _whole(words, plain(counts[0]))
    reason = "ambiguous" if counts else "no_number"
    return Refusal(reason, f"'{words}' does not say how many there are in one clear number.")


def _counts(masked: str) -> list[Fraction]:
    """The numbers of things; only those of 项目, if any. 0 stands for a number without one value."""
    for searched in (_GLOSS.sub("", masked), masked):
        if found := list(_COUNT.finditer(searched)):
            return [_count(searched, match) for match in _of_projects(searched, found) or found]
    return []


def _of_projects(masked: str, found: list[re.Match[str]]) -> list[re.Match[str]]:
    """Those whose noun is 项目. In 一批12个、二批8个项目 the first shares the noun of the second."""
    chosen: list[re.Match[str]] = []
    noun_behind = False
    for match in reversed(found):
        shares_it = noun_behind and masked.startswith(("、", "和", "及", "与"), match.end())
        noun_behind = shares_it or _NOUN_BEHIND.match(masked, match.end()) is not None
        if noun_behind or masked[: match.start()].endswith(("项目", "项目共", "项目达")):
            chosen.append(match)
    return chosen


def _count(masked: str, match: re.Match[str]) -> Fraction:
    numeral = read_numeral(match["number"])
    several = re.search("[数几]", match["number"]) or _RANGE_BEFORE.search(masked[: match.start()])
    return Fraction(0) if numeral is None or several else numeral.value


def _whole(words: str, number: Number) -> int | Refusal:
    if isinstance(number, int) and number > 0:
        return number
    return Refusal("out_of_range", f"'{words}' is no count.")
