"""Quantities and counts: 1200亩, 3000余个就业岗位, 100~200人, 30万平方米."""

import re
from fractions import Fraction

from ._amounts import Amount, Grammar
from ._money import CURRENCY_WORDS
from ._normal import normalise
from ._numerals import NUMERAL, plain, read_numeral
from ._types import Number, QuantityValue, Refusal
from ._units import COUNTED, UNIT

_QUANTITY = Grammar.of(unit=UNIT)
_DATES = re.compile(
    "(?:[0-9]{4}|[〇零一二三四五六七八九]{4})(?:[-至到][0-9]{4})?年度?"
    "|(?:[0-9]{2}年)?(?:[0-9一二三四五六七八九十]{1,2}月?[-至到])?[0-9一二三四五六七八九十]{1,2}月份?"
    "(?:[0-9一二三四五六七八九十]{1,3}[日号])?(?:[-至到][0-9一二三四五六七八九十]{1,3}[日号])?"
    "|[0-9]{1,2}(?:[时点](?:[0-9]{1,2}分)?|:[0-9]{2})"
)
_ORDINALS = re.compile(rf"第{NUMERAL}[届次期批季号]?|前{NUMERAL}[名位强]")
_PERCENTAGES = re.compile(
    rf"{NUMERAL}个?(?:%|‰|百分点|成(?!员|为)|倍|折)|百分之{NUMERAL}|{NUMERAL}分之{NUMERAL}"
)
_SUMS = re.compile(rf"{NUMERAL}(?:{CURRENCY_WORDS})")
# 5G, C919, 4+3+X and 4A are names with digits in them.
_NAMES = re.compile(
    r"一(?:大?批(?!次)|[面片道类起层步度代头次])|[0-9]+[期号强]|[A-Za-z]+-?[0-9]+[A-Za-z]*|[0-9]+(?:\+[0-9A-Za-z]+)+|[0-9]+\+|[0-9]+[A-Z](?![A-Za-z])"
)
_RATE_BEFORE = re.compile("每(?!年|日|天)|[人亩户地车件单]均|时速|单价|均价")
_RATE_AFTER = re.compile("/|每(?!年|日|天)|级")
_PER_YEAR_OR_DAY = re.compile("/[年日天]")
_COUNT = re.compile(rf"(?P<number>{NUMERAL})(?:{COUNTED}|(?=重[大点]|项目))")
_RANGE_BEFORE = re.compile(f"{NUMERAL}[-至到]$")
_STRAY = re.compile(rf"[0-9]|[数几]{NUMERAL}")
_SOMETHING_ELSE = "□"


def parse_quantity(text: str) -> QuantityValue | Refusal:
    """The quantity a text states, its unit being the measure word alone.

    Years, dates, ordinals, percentages, sums of money and names such as 5G beside it are passed
    over. A number that runs straight into a noun (200企业) has no measure word and is refused, as are
    rates, two different quantities, and a further number that could belong to the first.

    Args:
        text: Verbatim words of a page, in any width and with any white space.

    Examples:
        >>> parse_quantity("3000余个就业岗位")
        QuantityValue(value=3000, unit='个', bound='at_least', upper=None)
        >>> parse_quantity("年产手表2亿只").value
        200000000
        >>> parse_quantity("5G").reason
        'no_unit'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    masked = _masked(words)
    found = _QUANTITY.find(masked)
    if not found:
        return _nothing_in(words, masked)
    return _only_one(words, masked, found)


def _masked(words: str) -> str:
    """The words with every number blotted out that is no quantity."""
    words = _PER_YEAR_OR_DAY.sub("", words)
    for pattern in (_ORDINALS, _DATES, _PERCENTAGES, _SUMS, _NAMES):
        words = pattern.sub(_SOMETHING_ELSE, words)
    return words


def _only_one(words: str, masked: str, found: list[Amount | Refusal]) -> QuantityValue | Refusal:
    quantities = {amount if isinstance(amount, Refusal) else _quantity(words, amount) for amount in found}
    refusal = next((value for value in quantities if isinstance(value, Refusal)), None)
    if refusal is not None:
        return refusal
    if len(quantities) > 1 or _STRAY.search(_QUANTITY.pattern.sub("", masked)):
        return Refusal("ambiguous", f"'{words}' states several numbers: give one with its unit.")
    return quantities.pop()


def _quantity(words: str, amount: Amount) -> QuantityValue | Refusal:
    if _RATE_BEFORE.search(amount.before) or _RATE_AFTER.match(amount.after):
        return Refusal("not_a_value", f"'{words}' is a rate or a class, not a quantity.")
    upper = None if amount.upper is None else plain(amount.upper)
    return QuantityValue(plain(amount.value), amount.unit, amount.bound, upper)


def _nothing_in(words: str, masked: str) -> Refusal:
    if re.search(NUMERAL, masked):
        return Refusal("no_unit", f"'{words}' has no measure word: it may be lost, or stand behind the noun.")
    if _SOMETHING_ELSE in masked:
        return Refusal("not_a_value", f"'{words}' is a date, a sum, a percentage or a name, not a quantity.")
    return Refusal("no_number", f"'{words}' holds no number.")


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
    counts = _counts(_masked(words))
    if len(set(counts)) == 1:
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
    after = _STRAY.split(masked[match.end() :])[0]
    return "项目" in after or masked[: match.start()].endswith(("项目", "项目共", "项目达"))


def _whole(words: str, number: Number) -> int | Refusal:
    if isinstance(number, int) and number > 0:
        return number
    return Refusal("out_of_range", f"'{words}' is no count.")
