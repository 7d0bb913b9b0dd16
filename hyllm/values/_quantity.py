"""Quantities: 1200亩, 3000余个就业岗位, 100~200人, 30万平方米."""

import re

from ._amounts import Amount, Grammar
from ._normal import normalise
from ._numerals import NUMERAL, plain
from ._other_numbers import BLOT, without_other_numbers
from ._types import QuantityValue, Refusal
from ._units import UNIT

_QUANTITY = Grammar.of(unit=UNIT)
_RATE_BEFORE = re.compile("每(?!年|日|天)|[人亩户地车件单]均|时速|单价|均价")
_RATE_AFTER = re.compile("/|每(?!年|日|天)|级")
_STRAY = re.compile(rf"[0-9]|[数几]{NUMERAL}")


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
        'not_a_value'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    masked = without_other_numbers(words)
    found = _QUANTITY.find(masked)
    if not found:
        return _nothing_in(words, masked)
    return _only_one(words, masked, found)


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
    if BLOT in masked:
        return Refusal("not_a_value", f"'{words}' is a date, a sum, a percentage or a name, not a quantity.")
    return Refusal("no_number", f"'{words}' holds no number.")
