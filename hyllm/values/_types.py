"""What the readers of values return: a value, or the reason why there is none."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Number: TypeAlias = int | float
"""An `int` when the value is whole, else the `float` nearest to it."""

Bound: TypeAlias = Literal["exact", "about", "at_least", "at_most", "range"]

RefusalReason: TypeAlias = Literal[
    "no_number",  # nothing in the text is a number of the wanted kind
    "no_unit",  # a number, but not of what
    "no_date",  # nothing in the text is a date
    "not_a_value",  # a rate, a percentage, a name such as 5G
    "vague",  # words that fix nothing: 近日, 几个
    "ambiguous",  # two readings, and no rule to choose between them
    "needs_issue_date",  # the issue date, or a finer one, would settle it
    "needs_anchor",  # the date the words point at, or a finer one, would settle it
    "out_of_range",  # 2月30日, 13月, a range that runs backwards
    "unsupported",  # no convention exists: festivals, the lunar calendar, weeks
    "damaged",  # bytes were lost inside the text
    "too_long",  # a passage, not an expression
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """No value, and why. Returned rather than raised: refusing is an ordinary outcome."""

    reason: RefusalReason
    """Why, as a code to count by."""
    message: str
    """Why, for people: names the text and says what is missing."""


@dataclass(frozen=True, slots=True)
class MoneyValue:
    """A sum of money in whole units of its currency."""

    amount: Number
    """The sum, or the lower end of a range: 50亿元 is 5000000000."""
    currency: str
    """ISO 4217, `CNY` unless the text names another."""
    bound: Bound
    """How the text limits the sum."""
    upper: Number | None
    """The upper end of a range, else `None`."""


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number of something."""

    value: Number
    """The number with 万 and 亿 multiplied out, or the lower end of a range."""
    unit: str
    """The measure word as written: 亩, 家, 人次."""
    bound: Bound
    """How the text limits the number."""
    upper: Number | None
    """The upper end of a range, else `None`."""


@dataclass(frozen=True, slots=True)
class DateValue:
    """A date or an interval of dates."""

    edtf: str
    """Extended Date/Time Format, ISO 8601-2 level 1: `2020-07-29`, `2020-07/2020-09`, `../2021-12-31`."""
