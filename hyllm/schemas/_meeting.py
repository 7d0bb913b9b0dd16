"""Meetings (会议): occasions where people met."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hyllm.schemas._base import Computed, Evidence, Kind, Ordinal, Part, Record
from hyllm.schemas._values import Date

MeetingType = Literal[
    "conference",
    "reception",
    "signing",
    "ceremony",
    "forum",
    "inspection",
    "training",
    "contest",
    "performance",
    "other",
]
ParticipantRole = Literal[
    "chaired",
    "spoke",
    "witnessed",
    "signed",
    "received",
    "visited",
    "instructed",
    "gave_award",
    "got_award",
    "presented",
    "attended",
]
OutcomeType = Literal["signed", "approved", "launched", "awarded", "decided"]


class Participant(Part):
    """A named person, and what they did there."""

    name: str
    roles: list[ParticipantRole]


class Outcome(Part):
    """What a meeting brought about, in the page's words."""

    type: OutcomeType
    text: str


class Meeting(Record):
    """An occasion where people met."""

    hyllm: ClassVar[Kind] = Kind("meeting", "meetings", identity=("name", "date"), prompts="meeting")

    name: str = Field(
        description="The fullest name on the page, else the shortest clause that identifies it."
    )
    type: MeetingType
    session: Ordinal | None = Field(default=None, description="Its own ordinal (第10次 is 10). From words.")
    date: Date | None = None
    place: str | None = Field(default=None, description="The venue or city, as written.")
    organisers: list[str] = Field(description="Bodies that host, convene or organise it.")
    participants: list[Participant] = Field(description="Every named person there.")
    topics: list[str] = Field(description="Agenda items or subjects.")
    outcomes: list[Outcome]
    place_code: Annotated[str | None, Computed()] = Field(
        default=None, description="GB/T 2260 code of the county or district the place lies in. Computed."
    )
    evidence: list[Evidence]
