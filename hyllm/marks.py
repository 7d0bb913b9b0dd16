"""What is said of the values of a page beside its records: where they stand, and what went wrong.

`at` is a JSON Pointer into the prediction: `/meetings/0/participants/2/name`. The empty pointer is the page.
"""

from dataclasses import dataclass
from typing import Any, Literal

from hyllm.text import Status

Reason = Literal[
    "ungrounded",  # the words do not stand on the page
    "ambiguous",  # they stand in several places, and nothing says in which
    "unresolved",  # they stand there, but no value can be computed from them
    "invalid",  # a part of the answer has not the form asked for, and was left out
    "refused",  # the model declined
    "truncated",  # the answer breaks off
    "failed",  # no answer
    "conflict",  # two sources disagree
    "damaged",  # places of the page's text cannot be read
]


@dataclass(frozen=True, slots=True)
class Grounding:
    """Where one reported value stands: `page.text[start:end]`."""

    at: str
    start: int | None
    """`None`, as `end`, where the words are missing from the page."""
    end: int | None
    status: Status
    anchor: tuple[int, int] | None = None
    """Where the expression stands that a relative date leans on."""

    def to_json(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"at": self.at, "start": self.start, "end": self.end, "status": self.status}
        return entry if self.anchor is None else entry | {"anchor": list(self.anchor)}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be, kept and marked."""

    at: str
    reason: Reason
    text: str
    """The words concerned."""
    message: str
    """What is wrong and, where something can be done, what."""

    def to_json(self) -> dict[str, str]:
        return {"at": self.at, "reason": self.reason, "text": self.text, "message": self.message}
