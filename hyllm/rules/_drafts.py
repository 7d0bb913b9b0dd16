"""Meetings while they are gathered: what several lines say of one is one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hyllm.text import fold
from hyllm.values import Refusal, parse_ordinal

_NUMBER = "[0-9零〇一二三四五六七八九十百]{1,5}"
_MANY = 100
"""Drafts back to which the same meeting is looked for: no page has more."""
_ORDINAL = re.compile(rf"(?:第?{_NUMBER}届)?第?{_NUMBER}次|第{_NUMBER}[届期场讲]|首[次届期场讲]")


@dataclass
class Draft:
    """A meeting, as far as it is known."""

    type: str
    name: str
    lines: set[int]
    date: dict[str, Any] | None = None
    place: str | None = None
    organisers: list[str] = field(default_factory=list[str])
    people: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    topics: list[str] = field(default_factory=list[str])
    outcomes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    is_clause: bool = False
    """Whether it has no name, and is called by what was done."""

    def add(self, name: str, roles: Iterable[str], line: int) -> None:
        """Notes what a person did there."""
        self.people[name] = list(dict.fromkeys((*self.people.get(name, ()), *roles)))
        self.lines.add(line)

    def takes_in(self, other: "Draft") -> bool:
        """Whether another draft is of the same meeting, by name and date, or by who met."""
        if self.type != other.type or (self.date and other.date and self.date != other.date):
            return False
        if self.is_clause and other.is_clause:
            return self._same_people(other)
        one, two = _bare(self.name), _bare(other.name)
        return not self.is_clause and not other.is_clause and (one in two or two in one)

    def _same_people(self, other: "Draft") -> bool:
        """Whether the same host met the same guest, or the same person toured."""
        mine, theirs = list(self.people), list(other.people)
        if not mine or mine[:1] != theirs[:1]:
            return False
        guests = [{name for name, said in one.people.items() if "visited" in said} for one in (self, other)]
        return guests[0] == guests[1] or bool(guests[0] & guests[1])

    def unite(self, other: "Draft") -> None:
        """Takes over what another draft of the same meeting says."""
        if len(other.name) > len(self.name) and not self.is_clause:
            self.name = other.name
        self.date = self.date or other.date
        self.place = self.place or other.place
        self.lines |= other.lines
        for name, roles in other.people.items():
            self.people[name] = list(dict.fromkeys((*self.people.get(name, ()), *roles)))
        for mine, theirs in ((self.organisers, other.organisers), (self.topics, other.topics)):
            mine += [one for one in theirs if one not in mine]
        self.outcomes += [one for one in other.outcomes if one not in self.outcomes]

    def reading(self) -> dict[str, Any]:
        """What a model would say."""
        people = [{"name": name, "roles": roles or ["attended"]} for name, roles in self.people.items()]
        return {
            "name": self.name,
            "type": self.type,
            "session": session(self.name),
            "date": self.date,
            "place": self.place,
            "organisers": self.organisers,
            "participants": people,
            "topics": self.topics,
            "outcomes": [{"type": kind, "text": text} for kind, text in self.outcomes],
            "evidence": sorted(self.lines),
        }


def _bare(name: str) -> str:
    return fold(name).replace('"', "")


def united(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts, those of one meeting as one."""
    kept: list[Draft] = []
    for draft in drafts:
        same = next((one for one in kept[-_MANY:] if one.takes_in(draft)), None)
        if same:
            same.unite(draft)
        else:
            kept.append(draft)
    return kept


def session(name: str) -> str | None:
    """The words of a name that count its session: 第10次, 首届."""
    found = [m.group() for m in _ORDINAL.finditer(name) if not isinstance(parse_ordinal(m.group()), Refusal)]
    return found[-1] if found else None
