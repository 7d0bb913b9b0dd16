"""What amounts a line states of a project: its investment, its area, its figures."""

import re
from typing import Any, NamedTuple

from hyllm.rules._sheet import Line
from hyllm.values import Found

_MONEY: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (measure, re.compile(pattern))
    for measure, pattern in (
        (
            "invested",
            "(?:到位资金|累计(?:完成)?投资|已(?:完成)?投资|完成投资|年度(?:计划)?投资|累计投入)[达到约为]*$",
        ),
        ("output_value", "(?:产值|销售收入)[可将达到约为超过]*$"),
        ("tax", "(?:税收|缴税|纳税|税)[可将达到约为超过额]*$"),
        ("investment", "(?:投资|总投资额?|投资额|自筹|估算投资|引资额?|总投资[^\\d,]{0,4})[达到约为共]*$"),
    )
)
_QUANTITIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (measure, re.compile(pattern))
    for measure, pattern in (
        ("area", "(?:占地(?:面积)?|用地(?:面积)?|建筑面积|面积)[达到约为共]*$"),
        ("jobs", "(?:就业(?:岗位)?|岗位|用工|职工|吸纳就业|带动就业)[可将达到约为人员]*$"),
        ("visitors", "(?:接待|迎来|吸引)[^\\d,]{0,10}$"),
        ("companies", "(?:企业(?:总数)?|入驻|承载|引进|吸纳|集聚)[^\\d,]{0,8}$"),
        (
            "capacity",
            "(?:年产|日产|月产|年加工|日加工|年处理|日处理|产能|年生产|年发电|可产|吞吐量|装机|库容|可容纳)[^\\d,]{0,14}$",
        ),
    )
)
_AREA_UNITS = re.compile("(?:亩|公顷|平方米|平方公里|万平方米)$")
_LAID_OUT = re.compile("(?:规划|建设|新建)$")
_JOBS_AFTER = re.compile("(?:就业|个?就业岗位|岗位|人?就业)")
_UNITS = {
    "area": _AREA_UNITS,
    "jobs": re.compile("[人个名](?:以上|左右|以内)?$"),
    "visitors": re.compile("人次(?:以上|左右)?$"),
    "companies": re.compile("家(?:以上|左右)?$"),
}
_PROMISED = re.compile("预计|计划|可(?!以说)|将|(?:建成|达产|投产|完成|完工)后|力争|规划|设计|有望|拟")
_DONE = re.compile("已|实现了|累计|今年(?!底)|去年|截至|现有")
_YEAR = re.compile("年(?!底|前|内)")
_BY_YEAR = frozenset({"output_value", "tax"})


class Stated(NamedTuple):
    """An amount and what it is of a project."""

    value: Found
    words: str
    measure: str
    """A figure's measure, `investment` or `area`."""
    period: str
    status: str

    def figure(self) -> dict[str, Any]:
        return {"measure": self.measure, "quantity": self.words, "period": self.period, "status": self.status}


def stated(line: Line) -> list[Stated]:
    """The amounts of a line whose words before them say what they are."""
    found: list[Stated] = []
    for value in line.of_type("money", "quantity"):
        begin = max(value.start - 24, _clause_start(line.text, value.start))
        before = line.text[begin : value.start]
        words = line.text[value.start : value.end]
        measure = _measure(value, before, words, line.text[value.end : value.end + 6])
        if measure:
            found.append(
                Stated(value, words, measure, _period(measure, before), _status(line.text, value.start))
            )
    return found


def _clause_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in ",。;、") + 1


def _measure(value: Found, before: str, words: str, after: str) -> str | None:
    rows = _MONEY if value.type == "money" else _QUANTITIES
    for measure, pattern in rows:
        if pattern.search(before) and _UNITS.get(measure, re.compile("")).search(words):
            return measure
    if value.type == "quantity" and _JOBS_AFTER.match(after) and _UNITS["jobs"].search(words):
        return "jobs"
    return (
        "area" if after.startswith("的") and _AREA_UNITS.search(words) and _LAID_OUT.search(before) else None
    )


def _period(measure: str, before: str) -> str:
    if re.search("日(?:产|加工|处理)", before):
        return "day"
    if measure in _BY_YEAR or (measure in ("capacity", "visitors", "invested") and re.search("年", before)):
        return "year"
    return "total"


def _status(text: str, at: int) -> str:
    """Whether an amount is promised: by the nearest word of its sentence that says so, either way."""
    promised = [match.end() for match in _PROMISED.finditer(text, 0, at)]
    done = [match.end() for match in _DONE.finditer(text, 0, at)]
    return "promised" if promised and max(promised) > max(done, default=-1) else "reached"
