"""Finding a kind by its name, and refusing a class that would fail once an answer is paid for."""

from typing import ClassVar

import pytest

from hyllm.errors import UsageError
from hyllm.kinds import KINDS, find_kind, find_kinds, kind_name
from hyllm.schemas import Count, Date, Evidence, Kind, Project, Record


class NoIdentity(Record):
    hyllm: ClassVar[Kind] = Kind("a", "as_", identity=(), prompts="a")
    name: str
    evidence: list[Evidence]


class WrongIdentity(Record):
    hyllm: ClassVar[Kind] = Kind("b", "bs", identity=("nmae",), prompts="b")
    name: str
    evidence: list[Evidence]


class Reserved(Record):
    hyllm: ClassVar[Kind] = Kind("c", "links", identity=("name",), prompts="c")
    name: str
    evidence: list[Evidence]


class SureDate(Record):
    hyllm: ClassVar[Kind] = Kind("d", "ds", identity=("name",), prompts="d")
    name: str
    date: Date
    evidence: list[Evidence]


class SureCount(Record):
    hyllm: ClassVar[Kind] = Kind("e", "es", identity=("name",), prompts="e")
    name: str
    count: Count
    evidence: list[Evidence]


class SecondProject(Record):
    hyllm: ClassVar[Kind] = Kind("f", "projects", identity=("name",), prompts="f")
    name: str
    evidence: list[Evidence]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ship", "unknown kind"),
        (":Ship", "cannot be loaded"),
        ("..:Ship", "cannot be loaded"),
        ("tests.nowhere:Ship", "cannot be loaded"),
        ("os:path", "no subclass"),
        ("hyllm.schemas:Record", "does not say what kind"),
        (f"{__name__}:NoIdentity", "identity must name fields"),
        (f"{__name__}:WrongIdentity", "nmae"),
        (f"{__name__}:Reserved", "'links' cannot be a key"),
        (f"{__name__}:SureDate", r"SureDate\.date must be optional"),
        (f"{__name__}:SureCount", r"SureCount\.count must be optional"),
    ],
)
def test_what_is_no_kind_is_refused_with_what_to_do(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        find_kind(name)


def test_all_built_in_kinds_are_meant_where_none_is_named() -> None:
    assert find_kinds([]) == tuple(KINDS.values())
    assert find_kinds(["project", "project"]) == (Project,)


def test_two_kinds_cannot_share_a_key() -> None:
    with pytest.raises(UsageError, match="same plural"):
        find_kinds(["project", f"{__name__}:SecondProject"])


def test_a_kind_is_found_again_by_its_name() -> None:
    assert kind_name(Project) == "project"
    assert find_kind(kind_name(Project)) is Project
    assert kind_name(SecondProject) == f"{__name__}:SecondProject"
