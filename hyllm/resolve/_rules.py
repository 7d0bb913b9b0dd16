"""The codebook's rules that code applies, so that no prompt need say them.

Two kinds: `tidied` takes out of what a model said what is no value by rule; `computed` fills in what
follows from a finished record. Each rule is a small function of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hyllm.resolve._names import bare_name
from hyllm.resolve._places import Gazetteer
from hyllm.schemas import Date, Meeting, Milestone, Project, Reading, Record
from hyllm.text import fold

_STAGES = ("planned", "signed", "started", "building", "completed", "operating")
_NO_BODIES = frozenset({"我市", "全市"})
_OWN_CITY = ("我市", "全市", "本市")
_IMPLY_NO_PRESENCE = frozenset({"attended", "instructed"})


def tidied(record: type[Record], reading: Reading, told: str, city: str | None) -> Reading:
    """The reading of a record without what is no value by rule.

    Args:
        record: the record class.
        reading: what the model said.
        told: what its evidence says, in match form.
        city: the paper's own city (衡阳), where it is known.
    """
    rules = _TIDYING.get(record)
    return reading.model_copy(update=rules(reading, told, city)) if rules else reading


def _tidy_project(said: Any, told: str, city: str | None) -> dict[str, Any]:
    names = [said.name, *said.aliases]
    return {
        "aliases": distinct_names(said.name, said.aliases),
        "place": None if is_no_place(said.place, names, told, city) else said.place,
        "parties": [party for party in said.parties if not is_only_in(party.name, names, told)],
    }


def _tidy_meeting(said: Any, told: str, city: str | None) -> dict[str, Any]:
    del told, city
    return {
        "organisers": [body for body in said.organisers if fold(body) not in _NO_BODIES],
        "participants": [
            person.model_copy(update={"roles": stated_roles(person.roles)}) for person in said.participants
        ],
    }


def distinct_names(name: str, aliases: Sequence[str]) -> list[str]:
    """The aliases that differ from the name and each other in more than marks, blanks or a closing 项目."""
    seen = {bare_name(name)}
    kept: list[str] = []
    for alias in aliases:
        if bare_name(alias) not in seen:
            seen.add(bare_name(alias))
            kept.append(alias)
    return kept


def is_no_place(place: str | None, names: Sequence[str], told: str, city: str | None) -> bool:
    """Whether a place is only the paper's own city, or stands nowhere but inside the name."""
    if place is None:
        return False
    own_city = (city, f"{city}市") if city else ()
    return fold(place) in (*_OWN_CITY, *own_city) or is_only_in(place, names, told)


def is_only_in(words: str, names: Sequence[str], told: str) -> bool:
    """Whether `words` are told, but nowhere outside these names."""
    wanted, folded = fold(words), [fold(name) for name in names]
    if wanted not in told or not any(wanted in name for name in folded):
        return False
    for name in sorted(folded, key=len, reverse=True):
        told = told.replace(name, "\n") if name else told
    return wanted not in told


def stated_roles(roles: Sequence[str]) -> list[str]:
    """Each role once; `attended` only where no other role implies it."""
    stated = list(dict.fromkeys(roles)) or ["attended"]
    if set(stated) <= _IMPLY_NO_PRESENCE:
        return stated
    return [role for role in stated if role != "attended"]


_TIDYING: dict[type[Record], Callable[[Any, str, str | None], dict[str, Any]]] = {
    Project: _tidy_project,
    Meeting: _tidy_meeting,
}


def computed(record: Record, gazetteer: Gazetteer | None) -> Record:
    """The record with the fields that follow from its others."""
    match record:
        case Project():
            return record.model_copy(update=_stages(record) | _place_code(record.place, gazetteer))
        case Meeting():
            return record.model_copy(update=_place_code(record.place, gazetteer))
        case _:
            return record


def _place_code(place: str | None, gazetteer: Gazetteer | None) -> dict[str, Any]:
    return {"place_code": gazetteer.place_code(place) if gazetteer and place else None}


def _stages(project: Project) -> dict[str, Any]:
    milestones = [_dated(milestone) for milestone in project.milestones]
    furthest = furthest_reached(milestones)
    return {
        "milestones": milestones,
        "stage": furthest.stage if furthest else "unknown",
        "stage_date": furthest.date if furthest else None,
    }


def _dated(milestone: Milestone) -> Milestone:
    """即日起 and 今年以来 say when a stage was reached: the day, the year. Elsewhere they are open ends."""
    date = milestone.date
    if date is None or date.edtf is None or not date.edtf.endswith("/.."):
        return milestone
    if fold(date.text) not in ("即日起", "今年以来"):
        return milestone
    return milestone.model_copy(update={"date": Date(text=date.text, edtf=date.edtf.removesuffix("/.."))})


def furthest_reached(milestones: Sequence[Milestone]) -> Milestone | None:
    """The furthest stage reached, `None` if none is."""
    reached = [milestone for milestone in milestones if milestone.status == "reached"]
    return max(reached, key=lambda milestone: _STAGES.index(milestone.stage), default=None)
