"""What the people in a clause did at a meeting."""

import re
from collections.abc import Iterator

from hyllm.rules._people import Cast
from hyllm.rules._sheet import clauses

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("chaired", "主持"),
        (
            "spoke",
            "致辞|致欢迎词|(?<!重要)讲话(?!精神)|发言|演讲|点评|作(?:总结|说明|[^,。]{0,12}报告)|分享|通报|讲授|授课|讲课",
        ),
        ("presented", "汇报|(?<!简要)介绍|推介"),
        ("witnessed", "见证"),
        ("signed", "代表[^,。]{0,20}(?:签约|签字|签署)|签署了|签字"),
        ("gave_award", "颁奖|颁发|授牌"),
        ("got_award", "获[^,。]{0,10}奖|获得[^,。]{0,10}称号"),
        ("instructed", "批示"),
        ("attended", "出席|参加|参会|到会|陪同|随行|列席|宣布|参与"),
    )
)
JOINED = re.compile(r"(?:\([男女]\))?(?:等|[、和与及])")
"""What stands between two names that share what is said of them."""
_ABSENT = re.compile("没有|未能|委托")


def roles(text: str, cast: Cast) -> Iterator[tuple[str, list[str]]]:
    """The names in a line whose clause says what they did there, with their roles.

    That somebody said something puts nobody there: an interview says that too. Names that are joined by 、
    share what is said of the last.
    """
    for start, end in clauses(text):
        names = cast.within(text, start, end)
        shared: list[str] = []
        found: list[tuple[str, list[str]]] = []
        for index in reversed(range(len(names))):
            stop = names[index + 1].start() if index + 1 < len(names) else end
            said = text[names[index].end() : stop]
            shared = shared if shared and JOINED.match(said) else _roles_in(said)
            found.append((names[index].group(), shared))
        yield from ((name, what) for name, what in reversed(found) if what)


def _roles_in(said: str) -> list[str]:
    if _ABSENT.search(said):
        return []
    found = [role for role, pattern in _ROLES if pattern.search(said)]
    if "signed" in found and "witnessed" in found:
        found.remove("signed")
    if "gave_award" in found and "got_award" in found:
        found.remove("got_award")
    return found
