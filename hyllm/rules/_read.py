"""From a page to readings: one function a kind."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hyllm.errors import UsageError
from hyllm.kinds import kind_name
from hyllm.rules._meetings import meetings
from hyllm.rules._officials import officials
from hyllm.rules._people import Person, people
from hyllm.rules._projects import projects
from hyllm.rules._sheet import Sheet
from hyllm.schemas import Meeting, Official, Project, Reading, Record, reading_model
from hyllm.text import Locator

RULES = "rules"
"""What `--model` calls them."""
_READERS: Mapping[type[Record], Callable[[Sheet, Sequence[Person]], list[dict[str, Any]]]] = {
    Project: projects,
    Meeting: meetings,
    Official: officials,
}
_LEFT_OUT: Mapping[type[Record], str] = {
    Project: "projects' aliases and government parties",
    Meeting: "meetings' launched or decided outcomes",
}


def left_out(kinds: Sequence[type[Record]]) -> str:
    """What patterns never fill of these kinds, in words; empty if nothing."""
    return "; ".join(_LEFT_OUT[kind] for kind in kinds if kind in _LEFT_OUT)


def check_kinds(kinds: Sequence[type[Record]]) -> None:
    """Refuses what there are no patterns for.

    Raises:
        UsageError: a kind of the user's own.
    """
    own = [kind_name(kind) for kind in kinds if kind not in _READERS]
    if own:
        known = ", ".join(kind.hyllm.name for kind in _READERS)
        raise UsageError(f"--model {RULES} has patterns for {known} only; {', '.join(own)} needs a model")


def read_by_rules(locator: Locator, kinds: Sequence[type[Record]]) -> dict[str, list[Reading]]:
    """The readings of a page, a list a kind under its plural key."""
    sheet = Sheet(locator)
    found = list(people(sheet.lines))
    return {
        kind.hyllm.plural: [reading_model(kind).model_validate(one) for one in _READERS[kind](sheet, found)]
        for kind in kinds
    }
