"""Which participant is which official, and which meeting is about which project."""

from typing import Any

import pytest

from hyllm.resolve._links import Link, links
from hyllm.schemas import Meeting, Official, Project


def project(name: str, *aliases: str) -> Project:
    return Project(
        id=f"p-{name}", name=name, aliases=list(aliases), milestones=[], parties=[], figures=[], evidence=[]
    )


def meeting(name: str, *people: str, **said: Any) -> Meeting:
    rest: dict[str, Any] = {"topics": [], "outcomes": [], "organisers": [], "evidence": [], **said}
    participants = [{"name": person, "roles": ["attended"]} for person in people]
    return Meeting.model_validate({"name": name, "type": "other", "participants": participants, **rest})


def official(name: str) -> Official:
    return Official(id=f"o-{name}", name=name, posts=[], evidence=[])


def test_a_participant_is_the_official_of_the_same_name() -> None:
    records = {
        "meetings": [meeting("甲会", "方自强"), meeting("乙会", "林子安", "方 自强")],
        "officials": [official("方自强")],
    }

    assert links(records) == [
        Link("/meetings/0/participants/0", "o-方自强", "is_official"),
        Link("/meetings/1/participants/1", "o-方自强", "is_official"),
    ]


@pytest.mark.parametrize(
    ("about", "found"),
    [
        (meeting("“新塘铜业园”项目签约仪式"), True),
        (meeting("推进会", topics=["铜业新城建设"]), True),
        (meeting("推进会", outcomes=[{"type": "signed", "text": "签订新塘铜业园合同"}]), True),
        (meeting("霞流米粉厂开工仪式"), False),
    ],
)
def test_a_meeting_is_about_the_project_that_its_name_topics_or_outcomes_name(
    about: Meeting, found: bool
) -> None:
    records = {"projects": [project("“新塘铜业园”项目", "铜业新城")], "meetings": [about]}

    assert [link.relation for link in links(records)] == ["about"] * found


def test_a_page_without_meetings_has_no_links() -> None:
    assert links({"officials": [official("方自强")]}) == []
