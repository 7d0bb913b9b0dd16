"""What came of a reading of files of answers."""

from collections import Counter
from dataclasses import dataclass, field

LISTED = 5


@dataclass(slots=True)
class Taken:
    """What the lines of some files were."""

    answers: int = 0
    late: int = 0
    """Answers to requests that had been taken back and asked otherwise: kept, not read."""
    failed: Counter[str] = field(default_factory=Counter[str])
    """Requests that get no answer, by cause."""
    passing: Counter[str] = field(default_factory=Counter[str])
    """Requests that are open again, by cause."""
    again: int = 0
    """Lines about requests of which the store had heard: a file read twice, a line that is there twice."""
    unknown: int = 0
    """Lines about requests that this store never wrote."""
    some_unknown: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    """Where lines are that are none: cut off, or damaged."""
    files: set[int] = field(default_factory=set[int])
    """The files of requests that the lines are about."""
    hopeless: str | None = None
    """Why all that was asked in a file failed, where that is no page's fault."""

    def to_json(self) -> dict[str, object]:
        return {
            "answers": self.answers,
            "late": self.late,
            "failed": dict(self.failed),
            "passing": dict(self.passing),
            "again": self.again,
            "unknown": self.unknown,
            "unknown_ids": self.some_unknown,
            "broken": self.broken[:LISTED],
        }
