"""Projects while they are gathered: what several lines say of one is one."""

from dataclasses import dataclass, field
from typing import Any

from hyllm.rules._figures import Stated
from hyllm.rules._milestones import Milestone

_ITS_OWN = frozenset({"capacity", "jobs", "invested", "tax"})
"""Figures that are a project's own; 企业23家 is as often a whole park's or trade's."""
_ORDER = ("planned", "signed", "started", "building", "completed", "operating")


@dataclass
class Undertaking:
    """A project, as far as it is known."""

    name: str
    count: str | None
    lines: set[int] = field(default_factory=set[int])
    milestones: dict[str, Milestone] = field(default_factory=dict[str, Milestone])
    place: str | None = None
    parties: dict[str, str] = field(default_factory=dict[str, str])
    investment: str | None = None
    area: str | None = None
    figures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def is_told(self) -> bool:
        """Whether it has what makes a project: a stage, a figure of its own, or a builder."""
        own = any(figure["measure"] in _ITS_OWN for figure in self.figures)
        return bool(self.milestones or self.investment or self.area or self.parties or own)

    def note(self, amount: Stated) -> None:
        """Notes an amount: the first sum and the first area are its own, figures add up."""
        if amount.measure == "investment":
            self.investment = self.investment or amount.words
        elif amount.measure == "area":
            self.area = self.area or amount.words
        elif amount.figure() not in self.figures and (amount.measure == "invested" or not self.count):
            self.figures.append(amount.figure())

    def reach(self, one: Milestone) -> None:
        """Notes a stage: the first time it is told, or the first time with a date."""
        known = self.milestones.get(one.stage)
        if known is None or (known.date is None and one.date and known.status == one.status):
            self.milestones[one.stage] = one

    def _figures(self) -> list[dict[str, Any]]:
        """Its figures; what it can make is a promise until it runs."""
        operating = self.milestones.get("operating")
        if operating and operating.status == "reached":
            return self.figures
        return [one | {"status": "promised"} if one["measure"] == "capacity" else one for one in self.figures]

    def known(self) -> tuple[object, ...]:
        """How much is known of it: what changes when something is noted."""
        return (
            len(self.figures),
            len(self.milestones),
            len(self.parties),
            self.investment,
            self.area,
            self.place,
        )

    def reading(self) -> dict[str, Any]:
        """What a model would say."""
        stages = sorted(self.milestones.values(), key=lambda one: _ORDER.index(one.stage))
        told = [one.reading() for one in stages if one.stage != "planned"]
        if all(one["status"] == "expected" for one in told) and stages:
            told.insert(0, {"stage": "planned", "status": "reached"})
        return {
            "name": self.name,
            "count": self.count,
            "milestones": told,
            "place": self.place,
            "parties": [{"name": name, "role": role} for name, role in self.parties.items()],
            "investment": self.investment,
            "area": self.area,
            "figures": self._figures(),
            "evidence": sorted(self.lines),
        }
