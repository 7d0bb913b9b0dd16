"""The values of a record that code computes from words: dates, money, quantities."""

from pydantic import Field

from hyllm.schemas._base import Part
from hyllm.values import Bound

Number = int | float


class Date(Part):
    """When something was. `edtf` is `null` where the words alone fix no date."""

    text: str = Field(description="The fullest expression on the page, part of the day included.")
    edtf: str | None = Field(
        default=None, description="Extended Date/Time Format (ISO 8601-2), level 1. Computed."
    )


class Money(Part):
    """A sum of money. `amount` is `null` where the words could not be resolved."""

    text: str = Field(description="The words with their bounds: 约25亿元.")
    amount: Number | None = Field(description="In whole units of the currency; of a range, the lower end.")
    currency: str | None = Field(description="ISO 4217.")
    bound: Bound | None = Field(description="What the words say of the amount: 约 is about, 以上 at_least.")
    upper: Number | None = Field(description="The upper end of a range, else null.")


class Quantity(Part):
    """A number of something. `value` is `null` where the words could not be resolved."""

    text: str = Field(description="The words with their bounds and unit: 200家以上.")
    value: Number | None = Field(description="万 and 亿 multiplied out; of a range, the lower end.")
    unit: str | None = Field(description="The measure word alone, as written: 亩, 家, 平方米.")
    bound: Bound | None = Field(description="What the words say of the value: 约 is about, 以上 at_least.")
    upper: Number | None = Field(description="The upper end of a range, else null.")
