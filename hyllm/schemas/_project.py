"""Projects (项目): what somebody invests in, builds, moves, expands or puts into use."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hyllm.schemas._base import Computed, Count, Evidence, Kind, Part, Record
from hyllm.schemas._values import Date, Money, Quantity

Stage = Literal["planned", "signed", "started", "building", "completed", "operating"]
MilestoneStatus = Literal["reached", "expected"]
PartyRole = Literal["investor", "operator", "government", "partner"]
Measure = Literal["invested", "output_value", "tax", "jobs", "capacity", "companies", "visitors"]
Period = Literal["year", "day", "total"]
FigureStatus = Literal["promised", "reached"]


class Milestone(Part):
    """A stage of a project, and when it was first reached or is expected."""

    stage: Stage
    date: Date | None = None
    status: MilestoneStatus


class Party(Part):
    """An organisation behind a project."""

    name: str
    role: PartyRole


class Figure(Part):
    """One of a project's own figures."""

    measure: Measure
    quantity: Money | Quantity
    period: Period
    status: FigureStatus


class Project(Record):
    """A named, or clearly identified, undertaking."""

    hyllm: ClassVar[Kind] = Kind("project", "projects", identity=("name",), prompts="project")

    name: str = Field(description="The fullest name on the page.")
    aliases: list[str] = Field(description="Other names the page uses for it on their own.")
    count: Count | None = Field(default=None, description="Of a batch told as one: how many. From words.")
    milestones: list[Milestone] = Field(description="Every stage the page tells of, each once.")
    place: str | None = Field(default=None, description="Where it is, as a locative phrase states it.")
    parties: list[Party] = Field(description="The organisations behind it.")
    investment: Money | None = Field(default=None, description="Total (planned) investment.")
    area: Quantity | None = Field(default=None, description="Land or floor area.")
    figures: list[Figure] = Field(description="Its own figures, promised and reached.")
    stage: Annotated[Stage | Literal["unknown"], Computed()] = Field(
        default="unknown", description="The furthest stage reached. Computed."
    )
    stage_date: Annotated[Date | None, Computed()] = Field(default=None, description="When. Computed.")
    place_code: Annotated[str | None, Computed()] = Field(
        default=None, description="GB/T 2260 code of the county or district the place lies in. Computed."
    )
    evidence: list[Evidence]
