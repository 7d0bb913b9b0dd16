"""Projects: named undertakings, with the stages, amounts, parties and places told beside their names."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, NamedTuple

from hyllm.rules._bodies import bodies
from hyllm.rules._figures import stated
from hyllm.rules._mentions import Mention, mentions
from hyllm.rules._milestones import Milestone, milestones
from hyllm.rules._people import Person
from hyllm.rules._sheet import Line, Sheet
from hyllm.rules._undertaking import Undertaking

_GOES_ON = re.compile(
    "(?:据(?:了解|介绍|悉),)?(?:该|这个|整个)?(?:项目|园区|基地|小镇|电站|营地|工程)|[一二三]期|两期|(?:全部|整体)?(?:建成|达产|投产)"
)
"""How a sentence begins that goes on about the project of the one before."""
_OF_ALL = re.compile("全[市县区省年]|我[市县区省]")
"""What a sentence that is about more than one project says."""
_TAKES_UP = re.compile("(?:据(?:了解|介绍|悉),)?该?项目(?:选址|位于|占地|总投资|计划|由|建成|达产|全部)")
_NOT_FAR = 12
"""Lines."""
_PLACED = re.compile(
    "(?:选址(?:于|在)?|位于|坐落(?:于|在)|落户(?:于|在)?|落地)(?P<place>[\u4e00-\u9fff]{2,20}?)(?=[,。;]|的|\\Z)"
)
_PLACE = re.compile("[\u4e00-\u9fff]{1,16}(?:区|县|市|镇|乡|街道|村|片|园)\\Z")
_OF = re.compile(
    "(?<![\u4e00-\u9fffA-Za-z0-9])(?:位于|地处|走进|来到|在)?(?P<place>[\u4e00-\u9fff]{1,12}(?:高新区|经开区|区|县|市|镇|乡|街道|村))的\\Z"
)
_IN = re.compile(
    "在(?P<place>[\u4e00-\u9fff]{2,14}(?:高新区|经开区|区|县|市|镇|乡|街道|村))(?:新?建设|兴建|投资建设|建)"
)
_PARTIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            "investor",
            "由(?P<who>[^,。;由]{3,50}?)(?:共同|联合)?(?:出资|自筹|投资|共建|投建|开发(?!区|有限|投资))",
        ),
        (
            "investor",
            "(?<![\u4e00-\u9fffA-Za-z0-9])(?P<who>[^,。;的]{3,30}公司)(?:计划|拟)?投资[^,。;]{2,10}元(?:的|建设|兴建)",
        ),
        ("operator", "由(?:其?全资子公司)?(?P<who>[^,。;由]{3,40}?)(?:负责)?运营"),
        ("partner", "由(?P<who>[^,。;由]{3,40}?)(?:承建|施工)"),
    )
)
_MANY = 100
"""Names back to which a shorter or longer form is looked for: no page has more projects."""
_PHASE = re.compile("[一二三四]期")


class _Part(NamedTuple):
    """The part of a line that tells of one project."""

    mention: Mention | None
    """Where it is named there."""
    start: int
    end: int


def projects(sheet: Sheet, found: Sequence[Person]) -> list[dict[str, Any]]:
    """The readings of the projects of a page, in the order of the first mention."""
    del found
    drafts: dict[str, Undertaking] = {}
    current: Undertaking | None = None
    passage = 0
    for line in sheet.lines:
        if current is None or line.passage != passage:
            current, passage = _taken_up(line, drafts), line.passage
        if current and _phase(current.name) not in ("", line.text[:2]) and _PHASE.match(line.text):
            current = None
        for part in _parts(line, current):
            current = _draft(drafts, part.mention) if part.mention else current
            if current:
                _tell(current, sheet, line, part)
    return [draft.reading() for draft in drafts.values() if draft.is_told()]


def _taken_up(line: Line, drafts: dict[str, Undertaking]) -> Undertaking | None:
    """The project that a column torn from its article goes on about: the last one named not far above."""
    if not drafts or not _TAKES_UP.match(line.text):
        return None
    last = max(drafts.values(), key=lambda draft: max(draft.lines, default=0))
    return last if not last.count and line.number - max(last.lines, default=0) <= _NOT_FAR else None


def _parts(line: Line, current: Undertaking | None) -> list[_Part]:
    """The line cut where it names the next project: from each on, it tells of that one.

    A line that names none goes on about the project before, if it says so or follows at once.
    """
    named = list(mentions(line))
    if named:
        starts = [0, *(_clause_start(line.text, one.start) for one in named[1:]), len(line.text)]
        return [_Part(one, *bounds) for one, bounds in zip(named, pairwise(starts), strict=True)]
    follows = current is not None and line.number - max(current.lines, default=0) == 1
    goes_on = follows or (current is not None and bool(_GOES_ON.match(line.text)))
    return [_Part(None, 0, len(line.text))] if goes_on and not _OF_ALL.search(line.text) else []


def _clause_start(text: str, at: int) -> int:
    """Where the clause begins that names the next project."""
    return max(text.rfind(mark, 0, at) for mark in ",;。、") + 1


def _draft(drafts: dict[str, Undertaking], mention: Mention) -> Undertaking:
    """The draft of a project: the one of the same name, or of one that contains it or is contained."""
    bare = mention.name.replace('"', "").removesuffix("项目")
    recent = islice(reversed(drafts), _MANY)
    known = bare if bare in drafts else next((name for name in recent if _are_one(name, bare)), None)
    if known is None or (drafts[known].count != mention.number and bare not in drafts):
        drafts[bare] = Undertaking(mention.name, mention.number)
        return drafts[bare]
    if len(mention.name) > len(drafts[known].name):
        drafts[known].name = mention.name
    return drafts[known]


def _are_one(one: str, other: str) -> bool:
    """Whether two names are long and short of one thing: 二期 is another thing than the whole."""
    return _phase(one) == _phase(other) and (one in other or other in one)


def _phase(name: str) -> str:
    """二期 of a name that ends with it."""
    return name[-2:] if _PHASE.fullmatch(name[-2:]) else ""


def _tell(told: Undertaking, sheet: Sheet, line: Line, part: _Part) -> None:
    """Notes what a part of a line says of a project."""
    before = told.known()
    for amount in stated(line):
        if part.start <= amount.value.start < part.end:
            told.note(amount)
    for one in _stages(sheet, line, part):
        told.reach(one)
    place = _place(line.text, part)
    if place and (told.place is None or told.place in place):
        told.place = place
    for name, role in _parties(line.text, part):
        told.parties.setdefault(name, role)
    if part.mention or before != told.known():
        told.lines.add(line.number)


def _stages(sheet: Sheet, line: Line, part: _Part) -> list[Milestone]:
    """The stages a part tells of. Of a batch only what was done with all of it."""
    if part.mention and part.mention.number:
        return [_of_batch(sheet, line, part.mention)]
    return [one for one in milestones(sheet, line) if part.start <= one.at < part.end]


def _parties(text: str, part: _Part) -> Iterator[tuple[str, str]]:
    for role, pattern in _PARTIES:
        for match in pattern.finditer(text, part.start, part.end):
            yield from ((body, role) for body in bodies(match["who"]))


def _of_batch(sheet: Sheet, line: Line, mention: Mention) -> Milestone:
    dates = [value for value in line.of_type("date") if value.end <= mention.start]
    return Milestone(
        mention.start, mention.stage or "signed", sheet.date(line, dates[-1]) if dates else None, "reached"
    )


def _place(text: str, part: _Part) -> str | None:
    """Where it is: 位于…, 选址…, …镇的 before its name, or county and town at its beginning."""
    mention = part.mention
    if mention and mention.place:
        return mention.place
    if mention and (of := _OF.search(text, part.start, mention.start)):
        return of["place"]
    for pattern in (_PLACED, _IN):
        for match in pattern.finditer(text, part.start, part.end):
            if _PLACE.fullmatch(match["place"]):
                return match["place"]
    return None
