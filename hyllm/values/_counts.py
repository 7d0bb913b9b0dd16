"""Plain numbers, and how many a batch has: 1.5万, 二十四, 24个重大项目."""

import re
from fractions import Fraction

from ._normal import normalise
from ._numerals import NUMERAL, plain, read_numeral
from ._other_numbers import without_other_numbers
from ._types import Number, Refusal
from ._units import COUNTED

_COUNT = re.compile(rf"(?P<number>{NUMERAL})(?:{COUNTED}|(?=重[大点]|项目))")
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
    found = list(_COUNT.finditer(masked))
    of_projects = [match for match in found if _is_of_projects(masked, match)]
    return [_count(masked, match) for match in of_projects or found]


def _count(masked: str, match: re.Match[str]) -> Fraction:
    numeral = read_numeral(match["number"])
    several = re.search("[数几]", match["number"]) or _RANGE_BEFORE.search(masked[: match.start()])
    return Fraction(0) if numeral is None or several else numeral.value


def _is_of_projects(masked: str, match: re.Match[str]) -> bool:
    after = re.split("[0-9]", masked[match.end() :], maxsplit=1)[0]
    return "项目" in after or masked[: match.start()].endswith(("项目", "项目共", "项目达"))


def _whole(words: str, number: Number) -> int | Refusal:
    if isinstance(number, int) and number > 0:
        return number
    return Refusal("out_of_range", f"'{words}' is no count.")
