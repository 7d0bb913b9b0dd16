"""The counts of MUC-7, and precision, recall and F1 from them."""

from dataclasses import dataclass, fields
from typing import Literal

Verdict = Literal["cor", "inc", "mis", "spu", "non"]
Ratio = float | None
"""`None` for 0/0: nothing to score is no score."""


@dataclass(slots=True)
class Counts:
    """How many slots are correct, incorrect, missing, spurious, and null on both sides."""

    cor: int = 0
    inc: int = 0
    mis: int = 0
    spu: int = 0
    non: int = 0
    strict: int = 0
    """Those of `cor` that are equal under the strict tier too."""

    @property
    def possible(self) -> int:
        return self.cor + self.inc + self.mis

    @property
    def actual(self) -> int:
        return self.cor + self.inc + self.spu

    @property
    def wrong(self) -> int:
        return self.inc + self.mis + self.spu

    @property
    def precision(self) -> Ratio:
        return ratio(self.cor, self.actual)

    @property
    def recall(self) -> Ratio:
        return ratio(self.cor, self.possible)

    @property
    def f1(self) -> Ratio:
        return ratio(2 * self.cor, self.possible + self.actual)

    @property
    def error(self) -> Ratio:
        """ERR of MUC: the share of wrong slots."""
        return ratio(self.wrong, self.cor + self.wrong)

    def add(self, other: "Counts") -> None:
        self.cor += other.cor
        self.inc += other.inc
        self.mis += other.mis
        self.spu += other.spu
        self.non += other.non
        self.strict += other.strict

    def take(self, vector: tuple[int, int, int, int, int, int]) -> None:
        """Adds counts in the order of the fields."""
        cor, inc, mis, spu, non, strict = vector
        self.cor += cor
        self.inc += inc
        self.mis += mis
        self.spu += spu
        self.non += non
        self.strict += strict

    def vector(self) -> list[int]:
        return [getattr(self, field.name) for field in fields(self)]

    def row(self) -> dict[str, int | Ratio]:
        """As it stands in `metrics.json`."""
        return {
            "POS": self.possible,
            "ACT": self.actual,
            "cor": self.cor,
            "inc": self.inc,
            "mis": self.mis,
            "spu": self.spu,
            "non": self.non,
            "P": self.precision,
            "R": self.recall,
            "F1": self.f1,
            "ERR": self.error,
            "F1_strict": ratio(2 * self.strict, self.possible + self.actual),
        }


def ratio(part: float, whole: float) -> Ratio:
    """A share, or `None` of nothing."""
    return part / whole if whole else None


def total(counts: "list[Counts]") -> Counts:
    """The sum of counts."""
    found = Counts()
    for one in counts:
        found.add(one)
    return found


def mean(values: "list[Ratio]") -> Ratio:
    """The mean of those that are scores."""
    known = [value for value in values if value is not None]
    return ratio(sum(known), len(known))
