"""Projects: named undertakings, with the stages, amounts, parties and places told beside their names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hyllm.rules._bodies import bodies
from hyllm.rules._figures import Stated, stated
from hyllm.rules._milestones import Milestone, milestones
from hyllm.rules._people import Person
from hyllm.rules._sheet import Line, Sheet
from hyllm.rules._undertakings import Mention, mentions

_GOES_ON = re.compile(
    "(?:该|这个|整个)?(?:项目|园区|基地|小镇|电站|营地|工程)|[一二三]期|两期|(?:全部|整体)?(?:建成|达产|投产)"
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
    "(?:^|[,。;、])(?:位于|地处|走进|来到|在)?(?P<place>[\u4e00-\u9fff]{1,12}(?:高新区|经开区|区|县|市|镇|乡|街道|村))的\\Z"
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
            "(?:^|[,。;])(?P<who>[^,。;的]{3,30}公司)(?:计划|拟)?投资[^,。;]{2,10}元(?:的|建设|兴建)",
        ),
        ("operator", "由(?:其?全资子公司)?(?P<who>[^,。;由]{3,40}?)(?:负责)?运营"),
        ("partner", "由(?P<who>[^,。;由]{3,40}?)(?:承建|施工)"),
    )
)
_ITS_OWN = frozenset({"capacity", "jobs", "invested", "tax"})
"""Figures that are a project's own; 企业23家 is as often a whole park's or trade's."""
_PHASE = re.compile("[一二三四]期")
_ORDER = ("planned", "signed", "started", "building", "completed", "operating")


@dataclass
class _Draft:
    name: str
    count: str | None
    lines: set[int] = field(default_factory=set[int])
    milestones: dict[str, Milestone] = field(default_factory=dict[str, Milestone])
    place: str | None = None
    parties: dict[str, str] = field(default_factory=dict[str, str])
    investment: str | None = None
    area: str | None = None
    figures: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def is_told(self) -> bool:
        """Whether it has what makes a project: a stage, a figure of its own, or a builder."""
        own = any(figure["measure"] in _ITS_OWN for figure in self.figures)
        return bool(self.milestones or self.investment or self.area or self.parties or own)

    def note(self, amount: Stated) -> None:
        if amount.measure == "investment":
            self.investment = self.investment or amount.words
        elif amount.measure == "area":
            self.area = self.area or amount.words
        elif amount.figure() not in self.figures and (amount.measure == "invested" or not self.count):
            self.figures.append(amount.figure())

    def reach(self, one: Milestone) -> None:
        """Notes a stage: the first time it is told, or the first time with a date."""
        known = self.milestones.get(one.stage)
        if known is None or (known.date is None and one.date and known.status == one.status):
            self.milestones[one.stage] = one

    def _figures(self) -> list[dict[str, Any]]:
        """Its figures; what it can make is a promise until it runs."""
        operating = self.milestones.get("operating")
        if operating and operating.status == "reached":
            return self.figures
        return [one | {"status": "promised"} if one["measure"] == "capacity" else one for one in self.figures]

    def reading(self) -> dict[str, Any]:
        stages = sorted(self.milestones.values(), key=lambda one: _ORDER.index(one.stage))
        told = [one.reading() for one in stages if one.stage != "planned"]
        if all(one["status"] == "expected" for one in told) and stages:
            told.insert(0, {"stage": "planned", "status": "reached"})
        return {
            "name": self.name,
            "count": self.count,
            "milestones": told,
            "place": self.place,
            "parties": [{"name": name, "role": role} for name, role in self.parties.items()],
            "investment": self.investment,
            "area": self.area,
            "figures": self._figures(),
            "evidence": sorted(self.lines),
        }


def projects(sheet: Sheet, found: Sequence[Person]) -> list[dict[str, Any]]:
    """The readings of the projects of a page, in the order of the first mention."""
    del found
    drafts: dict[str, _Draft] = {}
    current: _Draft | None = None
    passage = 0
    for line in sheet.lines:
        if line.passage != passage:
            current, passage = _taken_up(line, drafts), line.passage
        if current and _phase(current.name) not in ("", line.text[:2]) and _PHASE.match(line.text):
            current = None
        for mention, start, end in _parts(line, current):
            if mention:
                current = _draft(drafts, mention)
            if current:
                _tell(current, sheet, line, mention, start, end)
    return [draft.reading() for draft in drafts.values() if draft.is_told()]


def _taken_up(line: Line, drafts: dict[str, _Draft]) -> _Draft | None:
    """The project that a column torn from its article goes on about: the last one named not far above."""
    if not drafts or not _TAKES_UP.match(line.text):
        return None
    last = max(drafts.values(), key=lambda draft: max(draft.lines, default=0))
    return last if not last.count and line.number - max(last.lines, default=0) <= _NOT_FAR else None


def _parts(line: Line, current: _Draft | None) -> Iterator[tuple[Mention | None, int, int]]:
    """The line cut where it names the next project: from each on, it tells of that one.

    What stands before the first belongs to it, unless the line goes on about the project before.
    """
    named = list(mentions(line))
    if not named:
        if (
            current
            and not _OF_ALL.search(line.text)
            and (_GOES_ON.match(line.text) or line.number - max(current.lines) == 1)
        ):
            yield None, 0, len(line.text)
        return
    starts = [0, *(_sentence_part(line.text, one.start) for one in named[1:]), len(line.text)]
    for index, mention in enumerate(named):
        yield mention, starts[index], starts[index + 1]


def _sentence_part(text: str, at: int) -> int:
    """Where the clause begins that names the next project."""
    return max(text.rfind(mark, 0, at) for mark in ",;。、") + 1


def _draft(drafts: dict[str, _Draft], mention: Mention) -> _Draft:
    """The draft of a project: the one of the same name, or of one that contains it or is contained."""
    bare = mention.name.replace('"', "").removesuffix("项目")
    for known, draft in drafts.items():
        if (
            draft.count == mention.number
            and _phase(known) == _phase(bare)
            and (bare in known or known in bare)
        ):
            if len(mention.name) > len(draft.name):
                draft.name = mention.name
            return draft
    drafts[bare] = _Draft(mention.name, mention.number)
    return drafts[bare]


def _phase(name: str) -> str:
    """二期 of a name that ends with it."""
    return name[-2:] if _PHASE.fullmatch(name[-2:]) else ""


def _tell(draft: _Draft, sheet: Sheet, line: Line, mention: Mention | None, start: int, end: int) -> None:
    """Notes what a part of a line says of a project."""
    before = len(draft.figures), len(draft.milestones), draft.investment, draft.area, len(draft.parties)
    for amount in stated(line):
        if start <= amount.value.start < end:
            draft.note(amount)
    if mention is None or not mention.number:
        for one in milestones(sheet, line):
            if start <= one.at < end:
                draft.reach(one)
    elif mention.stage:
        draft.reach(_of_batch(sheet, line, mention))
    place = _place(line.text, mention, start, end)
    if place and (draft.place is None or draft.place in place):
        draft.place = place
    for role, pattern in _PARTIES:
        for match in pattern.finditer(line.text, start, end):
            for body in bodies(match["who"]):
                draft.parties.setdefault(body, role)
    after = len(draft.figures), len(draft.milestones), draft.investment, draft.area, len(draft.parties)
    if mention or before != after:
        draft.lines.add(line.number)


def _of_batch(sheet: Sheet, line: Line, mention: Mention) -> Milestone:
    dates = [value for value in line.of_type("date") if value.end <= mention.start]
    return Milestone(
        mention.start, mention.stage or "signed", sheet.date(line, dates[-1]) if dates else None, "reached"
    )


def _place(text: str, mention: Mention | None, start: int, end: int) -> str | None:
    """Where it is: 位于…, 选址…, …镇的 before its name, or county and town at its beginning."""
    if mention and mention.place:
        return mention.place
    if mention and (of := _OF.search(text, start, mention.start)):
        return of["place"]
    for pattern in (_PLACED, _IN):
        for match in pattern.finditer(text, start, end):
            if _PLACE.fullmatch(match["place"]):
                return match["place"]
    return None
