"""What every record is made of: base classes, and the marks that say how a field is filled."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A part of a record. Immutable; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Kind:
    """What hyllm must know of a record kind beside its fields: one row, on the record class as `hyllm`."""

    name: str
    """Singular, as in `--kind project`."""
    plural: str
    """The key of its list in answers, predictions and gold."""
    identity: tuple[str, ...]
    """The fields that say which thing it is. Its id is computed from where they stand."""
    prompts: str
    """The folder of its rules and example: beside the module of the record class, or an absolute path."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Marks a field that code computes from the others: no model is asked for it."""


@dataclass(frozen=True, slots=True)
class FromWords:
    """Marks a number that is read as words (第10次) and computed from them."""

    parse: Literal["count", "ordinal"]


Count = Annotated[int, FromWords("count")]
"""How many things a batch has: 24个重大项目 is 24."""
Ordinal = Annotated[int, FromWords("ordinal")]
"""Which one of a series: 第10次 is 10."""


class Evidence(Part):
    """A run of the page that states what the record is."""

    quote: str = Field(description="The page's characters, line breaks aside.")


class Record(Part):
    """One thing the page tells of. Subclass it, and say `hyllm = Kind(...)`, for a kind of your own.

    A field's type says how it is read: `str` verbatim words, `Literal` a choice, `Date`, `Money`,
    `Quantity`, `Count` and `Ordinal` words whose value is computed, lists and parts of these. Its last
    field is `evidence: list[Evidence]`.
    """

    hyllm: ClassVar[Kind]

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="Short hash of the page, the kind and where the identity stands. Computed."
    )
