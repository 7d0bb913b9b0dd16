"""The words that name a meeting, and where its name begins and ends."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hyllm.rules._sheet import Line, clauses

_TYPES: tuple[tuple[str, str], ...] = (
    ("signing", "签约仪式|签约活动|签约大会|签约会"),
    ("ceremony", "仪式|开幕式|闭幕式|庆典"),
    ("forum", "论坛|峰会|圆桌会议|圆桌对话|圆桌会|沙龙"),
    ("training", "培训班|培训会|研修班|轮训班|讲座|集体学习|集训"),
    ("contest", "大赛|比赛|竞赛|联赛|锦标赛|邀请赛|公开赛|争霸赛|挑战赛|比武|运动会|马拉松"),
    ("performance", "晚会|音乐会|演出|首演|汇演|展演"),
    (
        "conference",
        "会议|全会|推进会|调度会|座谈会|动员会|部署会|表彰会|总结会|协调会|发布会|大会|年会|推介会|洽谈会|对接会|"
        "听证会|现场会|例会|研讨会|交流会|报告会|恳谈会|联席会|代表会|招商会",
    ),
    ("other", "博览会|展销会|艺术节|文化节|旅游节|招聘会|活动"),
)
_HEAD = "|".join(f"(?P<{kind}>{words})" for kind, words in _TYPES)
_HELD = "举行|召开|举办|开幕|闭幕|落幕|收官|开赛|开班|启动|结业"
_HELD_THEN = re.compile(
    rf"(?P<name>[^,。;]{{1,44}}?(?:{_HEAD}))(?P<at>在(?P<place>[^,。;]{{2,24}}?))?"
    rf"(?:隆重|顺利|成功|正式|圆满|如期)?(?:{_HELD})(?!的)"
)
_THEN_NAMED = re.compile(
    r"(?P<who>[^,。;]{0,60}?)(?:在(?P<place>[^,。;在]{2,24}?))?"
    r"(?P<verb>主持召开|组织召开|召开|举行|举办|组织开展)了?(?P<open>的)?(?P<name>[^,。;]{2,44})"
)
_NAME_END = re.compile(rf"(?:{_HEAD})(?=\Z|上|中|时|期间|[(,])")
_AHEAD = re.compile(
    "将(?!军)|拟|定于|即将|计划|要求|[需应]要?|每[年月周季]|定期|经常|多次|连续|先后|各[类种地]|一系列|系列活动|筹备|等活动|可以|没有"
)
_OPENING = re.compile(
    "(?:.*(?:主办|承办|组织|举办|举行|召开|主持|开展)的|.*为期[^的]{1,4}的|近日|日前|当[天日]|其间|期间|由)"
)
_GENERIC = re.compile(
    "(?:本次|此次|这次|该)?(?:会议|大会|全会|论坛|仪式|签约仪式|活动|比赛|大赛|座谈会|演出|培训班|讲座|常务会议|全体会议|开幕式)"
)


class Occasion(NamedTuple):
    """A meeting's name in a clause, and what stands around it."""

    type: str
    name: str
    start: int
    """Where the name begins in the line."""
    place: str | None
    who: str
    """What stands before a verb that the name follows: who held it."""
    verb: str


def occasions(line: Line) -> Iterator[Occasion]:
    """The meetings a line says were held."""
    for start, end in clauses(line.text):
        clause = line.text[start:end]
        if not re.search(_HELD, clause) and "开展" not in clause:
            continue
        found = _named_first(line, start, clause) or _named_last(line, start, clause)
        if found:
            yield found


def _named_first(line: Line, start: int, clause: str) -> Occasion | None:
    """In …论坛在衡阳举行."""
    match = _HELD_THEN.match(clause)
    if not match or _AHEAD.search(clause[: match.end()]):
        return None
    at = _after_dates(line, start, start + match.end("name"))
    at += (
        len(opening.group()) if (opening := _OPENING.match(line.text[at : start + match.end("name")])) else 0
    )
    name = line.text[at : start + match.end("name")]
    if _GENERIC.fullmatch(name) or len(name) < 4:
        return None
    return Occasion(_type(match), name, at, match["place"], "", "")


def _named_last(line: Line, start: int, clause: str) -> Occasion | None:
    """In 市长…主持召开市政府第5次常务会议."""
    match = _THEN_NAMED.match(clause)
    if not match or _AHEAD.search(match["who"]):
        return None
    ends = list(_NAME_END.finditer(clause, match.start("name")))
    if not ends:
        return None
    last = ends[-1]
    name = clause[match.start("name") : last.end()]
    who_at = _after_dates(line, start, start + match.end("who"))
    who = line.text[who_at : start + match.end("who")]
    if _GENERIC.fullmatch(name):
        if match["open"] or not 2 <= len(who) <= 14 or "主持" in match["verb"]:
            return None
        return Occasion(
            _type(last), line.text[who_at : start + last.end()], who_at, match["place"], who, match["verb"]
        )
    if len(name) < 4:
        return None
    return Occasion(_type(last), name, start + match.start("name"), match["place"], who, match["verb"])


def _type(match: re.Match[str]) -> str:
    return next(kind for kind, _ in _TYPES if match[kind])


def _after_dates(line: Line, start: int, stop: int) -> int:
    """Where the words after a date at the beginning of a clause begin."""
    at = start
    for value in line.of_type("date"):
        if value.start == at and value.end < stop:
            at = value.end
    opening = re.compile("近日|日前|[上下]午|本报讯|当[天日]").match(line.text, at)
    return opening.end() if opening and opening.end() < stop else at
