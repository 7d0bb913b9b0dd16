"""Values out of the words of a Chinese newspaper: money, quantities, counts, ordinals and dates.

Every reader is a pure function of its text. It returns a value, or a `Refusal` that says why there is
none: a text with two readings is refused, never guessed. Width, white space and the kind of dash make
no difference.
"""

from ._counts import parse_count, parse_number
from ._dates import is_vague_date, needs_anchor, parse_date
from ._finding import Found, find_values
from ._money import parse_money
from ._ordinals import parse_ordinal
from ._people import find_titled_names, surname_pattern, title_pattern
from ._quantity import parse_quantity
from ._types import Bound, DateValue, MoneyValue, Number, QuantityValue, Refusal, RefusalReason

__all__ = [
    "Bound",
    "DateValue",
    "Found",
    "MoneyValue",
    "Number",
    "QuantityValue",
    "Refusal",
    "RefusalReason",
    "find_titled_names",
    "find_values",
    "is_vague_date",
    "needs_anchor",
    "parse_count",
    "parse_date",
    "parse_money",
    "parse_number",
    "parse_ordinal",
    "parse_quantity",
    "surname_pattern",
    "title_pattern",
]
