"""Links between the records of a page: which participant is which official, which meeting is about what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hyllm.resolve._names import bare_name
from hyllm.schemas import Meeting, Official, Project, Record
from hyllm.text import fold


class Link(NamedTuple):
    """A link from a place in the prediction to a record."""

    source: str
    """JSON Pointer: `/meetings/0/participants/2`, or `/meetings/0`."""
    target: str
    """The id of the record it leads to."""
    relation: str
    """`is_official` of a participant, `about` of a meeting and a project."""

    def to_json(self) -> dict[str, str]:
        return {"from": self.source, "to": self.target, "relation": self.relation}


def links(records: Mapping[str, Sequence[Record]]) -> list[Link]:
    """The links between the built-in kinds' records on one page, in the order of the meetings."""
    by_kind = [record for some in records.values() for record in some]
    officials = {fold(r.name): r.id or "" for r in by_kind if isinstance(r, Official)}
    projects = [record for record in by_kind if isinstance(record, Project)]
    meetings = [record for record in records.get(Meeting.hyllm.plural, ()) if isinstance(record, Meeting)]
    found: list[Link] = []
    for index, meeting in enumerate(meetings):
        at = f"/{Meeting.hyllm.plural}/{index}"
        found += _people(meeting, at, officials)
        found += [Link(at, project.id or "", "about") for project in projects if is_about(meeting, project)]
    return found


def _people(meeting: Meeting, at: str, officials: Mapping[str, str]) -> Iterator[Link]:
    for index, person in enumerate(meeting.participants):
        target = officials.get(fold(person.name))
        if target:
            yield Link(f"{at}/participants/{index}", target, "is_official")


def is_about(meeting: Meeting, project: Project) -> bool:
    """Whether a meeting's name, topics or outcomes name the project."""
    said = [meeting.name, *meeting.topics, *(outcome.text for outcome in meeting.outcomes)]
    names = [bare_name(name) for name in (project.name, *project.aliases)]
    return any(name and name in bare_name(words) for name in names for words in said)
