"""Where names end, and which names a page introduces."""

import pytest

from hyllm.rules._people import Cast, name_end, people
from hyllm.rules._roles import roles
from hyllm.rules._sheet import Sheet
from hyllm.text import Locator


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("方自强主持会议", "方自强"),
        ("方强主持会议", "方强"),
        ("方强,", "方强"),
        ("欧阳清出席", "欧阳清"),
        ("欧阳清河出席", "欧阳清河"),
        ("方自强和李大山", "方自强"),
        ("方强与李大山", "方强"),
        ("方清和说", "方清和"),
        ("方自强", "方自强"),
        ("方自强为获奖者颁奖", "方自强"),
        ("方自强一行", "方自强"),
        ("方自强(女)为", "方自强"),
        ("方案出台", None),
        ("应邀出席", None),
        ("安排部署", None),
        ("全面负责", None),
        ("强调要抓好", None),
        ("大力推进", None),
        ("方的", None),
        ("方自强烈要求", None),
    ],
)  # fmt: skip
def test_a_name_ends_where_what_follows_shows_it(text: str, name: str | None) -> None:
    end = name_end(text, 0)

    assert (text[:end] if end is not None else None) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("副市长方自强、李大山出席。", ["方自强", "李大山"]),
        ("市领导方自强、李大山和欧阳清见证。", ["方自强", "李大山", "欧阳清"]),
        ("新塘公司董事长李大山、县长方自强座谈。", ["李大山", "方自强"]),
        ("局长要求、书记带头、部长会议。", []),
        ("市长方 自 强说。", ["方自强"]),
    ],
)
def test_names_follow_titles(text: str, names: list[str]) -> None:
    assert [person.name for person in people(Sheet(Locator(text)).lines)] == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县长方自强主持,副县长李大山致辞", [("方自强", ["chaired"]), ("李大山", ["spoke"])]),
        ("县长方自强、副县长李大山见证签约", [("方自强", ["witnessed"]), ("李大山", ["witnessed"])]),
        ("县长方自强代表双方签字", [("方自强", ["signed"])]),
        ("县长方自强出席并讲话", [("方自强", ["spoke", "attended"])]),
        ("局长李大山为优胜者颁奖", [("李大山", ["gave_award"])]),
        ("县长方自强作出批示", [("方自强", ["instructed"])]),
        ("县长方自强学习重要讲话精神", []),
        ("县长方自强说,要抓紧", []),
        ("县长方自强未能出席", []),
    ],
)  # fmt: skip
def test_a_clause_says_what_people_did(text: str, expected: list[tuple[str, list[str]]]) -> None:
    cast = Cast(list(people(Sheet(Locator(text)).lines)))

    assert list(roles(text, cast)) == expected
