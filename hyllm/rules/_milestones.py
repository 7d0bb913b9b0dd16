"""What stages of a project a line tells of, with their dates."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hyllm.rules._sheet import Line, Sheet, clauses
from hyllm.values import Found

_STAGES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (stage, re.compile(f"(?:{pattern})(?!后|以后|之后|前|仪式后)"))
    for stage, pattern in (
        ("signed", "签约|签订|签署"),
        ("started", "开工|动工|启动建设|开建|奠基"),
        ("building", "在建|加快建设|推进建设|正在建设|正在(?:加紧|抓紧)?施工|进入收尾|加快推进"),
        ("completed", "竣工|交付|完工|建成(?=[,。;]|\\Z)"),
        (
            "operating",
            "投产|投用|投入使用|投入运营|正式运营|试运营|试运行|开园|开业|开放|并网|下线|试产|启用|通车",
        ),
    )
)
_MONTH = re.compile(r"(?<!\d)(?:1[0-2]|[1-9])月(?![\d份来])")
_INTENDED = re.compile("(?:拟|规划|计划|决定)(?:在[^,。;]{0,24})?(?:投资)?(?:建设|新建|兴建|打造|实施)")
_EXPECTED = re.compile("将|预计|计划|定于|力争|拟|确保|争取|可望|有望|明年|年内|年底(?:前|可)|后年")


class Milestone(NamedTuple):
    """A stage, and where the line tells of it."""

    at: int
    stage: str
    date: dict[str, Any] | None
    status: str

    def reading(self) -> dict[str, Any]:
        return {"stage": self.stage, "date": self.date, "status": self.status}


def milestones(sheet: Sheet, line: Line) -> Iterator[Milestone]:
    """The stages a line tells of, in printed order.

    A stage has the last date before it in its clause; one that is reached, else the date that stood for
    itself at the beginning of the sentence: 3月15日,…开工.
    """
    opening: Found | None = None
    for start, end in clauses(line.text):
        dates = _dates(line, start, end)
        for at, stage in sorted(_stages(line.text, start, end)):
            before = [value for value in dates if value.end <= at]
            status = "expected" if _EXPECTED.search(line.text, start, at) else "reached"
            date = before[-1] if before else (opening if status == "reached" else None)
            yield Milestone(at, stage, sheet.date(line, date) if date else None, status)
        if intended := _INTENDED.search(line.text, start, end):
            yield Milestone(intended.start(), "planned", None, "reached")
        if dates and dates[-1].end == end and dates[-1].start - start < 4:
            opening = dates[-1]


def _dates(line: Line, start: int, end: int) -> list[Found]:
    """The dates in a clause; before a stage, a bare month is one too: 10月投产."""
    found = [value for value in line.of_type("date") if start <= value.start and value.end <= end]
    months = (match.span() for match in _MONTH.finditer(line.text, start, end))
    bare = [
        Found("date", *span)
        for span in months
        if not any(v.start < span[1] and span[0] < v.end for v in found)
    ]
    return sorted([*found, *bare], key=lambda value: value.start)


def _stages(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for stage, pattern in _STAGES:
        if match := pattern.search(text, start, end):
            yield match.start(), stage
