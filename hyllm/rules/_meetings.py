"""Meetings: what was held, and receptions, tours and signings that only a clause tells of."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hyllm.rules._bodies import bodies, is_body
from hyllm.rules._drafts import Draft, united
from hyllm.rules._encounters import encounters
from hyllm.rules._occasions import Occasion, occasions
from hyllm.rules._people import Cast, Person
from hyllm.rules._roles import roles
from hyllm.rules._sheet import Line, Sheet

_REACH = 6
"""How many further sentences of an article are read for those who were there."""
_ORGANISED = re.compile("(?:^|[,。;、的]|\\d日)由?(?P<who>[^,。;的]{2,60}?)(?:联合|共同)?(?:主办|承办)")
_ITS_OWN = re.compile(
    "(?P<who>(?:[\u4e00-\u9fff]{0,6}[省市县区])(?:委|政府|人大常委会|政协))(?:\\d{4}年)?(?:第|常务|全|[一二三四五六七八九十]+届|常委)"
)
_AGENDA = re.compile("(?:专题研究|研究部署|研究审议|研究|审议|听取)了?(?P<what>[^,。;]{2,80})")
_AGENDA_END = re.compile("等(?:相关)?(?:工作|事项|议题|情况)?(?:的?汇报)?$|的?汇报$")
_THEME = re.compile('(?:主题[为是]|以)"(?P<what>[^"]{2,30})"')
_OUTCOMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("approved", re.compile("(?:原则|审议|表决)?通过了?<[^>]{2,40}>")),
    ("signed", re.compile("(?:签署|签订)了?(?P<what>[^,。;]{0,30}(?:协议|合同|备忘录))")),
    ("awarded", re.compile("[\u4e00-\u9fff]{2,10}获得?(?:[一二三特]等|金|银|铜|优胜)奖")),
)
_BEFORE_IT = re.compile(
    "(?:[\u4e00-\u9fff]{0,6}(?:签约|仪式|会议|论坛|座谈|活动|开幕)(?:仪式)?(?:开始)?(?:之?前|结束后|之后|后)|随后)"
)


def meetings(sheet: Sheet, found: Sequence[Person]) -> list[dict[str, Any]]:
    """The readings of the meetings of a page, in printed order."""
    cast = Cast(found)
    heads = {line.number: [*_drafts(sheet, line, cast)] for line in sheet.lines}
    for line in sheet.lines:
        for draft in heads[line.number]:
            _fill(draft, sheet, line, heads, cast)
    drafts = [draft for some in heads.values() for draft in some]
    kept = [draft for draft in united(_bodies_first(drafts)) if _is_told(draft)]
    return [draft.reading() for draft in sorted(kept, key=lambda draft: min(draft.lines))]


def _bodies_first(drafts: Sequence[Draft]) -> list[Draft]:
    """Dated text before headlines: the text has the fuller name, the headline adds to it."""
    return sorted(drafts, key=lambda draft: draft.date is None)


def _is_told(draft: Draft) -> bool:
    """Whether enough is said of it: a date, or somebody who was there."""
    return bool(draft.date or draft.people)


def _drafts(sheet: Sheet, line: Line, cast: Cast) -> Iterator[Draft]:
    for occasion in occasions(line):
        draft = Draft(occasion.type, occasion.name, {line.number}, place=_place(occasion.place))
        draft.organisers = _organisers(line, occasion, cast)
        draft.date = _date(sheet, line, occasion.start)
        yield draft
    for draft in encounters(line, cast):
        at = line.text.find(draft.name)
        draft.date = _date(sheet, line, at) or _date_beside(sheet, line, at)
        yield draft


def _place(words: str | None) -> str | None:
    return words if words and not re.search("期间|[日月年时]|[上下]午", words) else None


def _date(sheet: Sheet, line: Line, at: int) -> dict[str, Any] | None:
    """The last date before a meeting's name, in its line."""
    before = [value for value in line.of_type("date") if value.end <= at]
    return sheet.date(line, before[-1]) if before else None


def _date_beside(sheet: Sheet, line: Line, at: int) -> dict[str, Any] | None:
    """签约前 at the beginning of a line, on the date that stands before."""
    words = _BEFORE_IT.match(line.text)
    if not words or words.end() > at:
        return None
    dated = next((one for one in sheet.before(line) if one.of_type("date")), None)
    if dated is None:
        return None
    value = dated.of_type("date")[0]
    return {"text": words.group(), "anchor": dated.text[value.start : value.end]}


def _organisers(line: Line, occasion: Occasion, cast: Cast) -> list[str]:
    """The bodies said to hold it, and the one whose meeting it is by its name."""
    found = [body for match in _ORGANISED.finditer(line.text) for body in bodies(match["who"])]
    who = re.sub("^.*?(?:日|午|来|期间)", "", occasion.who) if occasion.who else ""
    if who and not cast.within(who, 0, len(who)):
        found += bodies(who)
    own = _ITS_OWN.match(occasion.name)
    if own and is_body(own["who"]):
        found.append(own["who"])
    return list(dict.fromkeys(found))


def _fill(draft: Draft, sheet: Sheet, line: Line, heads: dict[int, list[Draft]], cast: Cast) -> None:
    """Adds what the sentence and those that follow it in the article say, up to the next meeting."""
    if line.is_headline:
        return
    several = len(heads[line.number]) > 1
    for one in sheet.following(line, 0 if several else _REACH):
        if one is not line and heads[one.number]:
            break
        _add(draft, one, cast, is_first=one is line)


def _add(draft: Draft, line: Line, cast: Cast, *, is_first: bool) -> None:
    for name, said in roles(line.text, cast):
        known = set(draft.people.get(name, ())) & {"received", "visited"}
        if not is_first or not known:
            draft.add(name, said, line.number)
    for words in _agenda(line, cast) if draft.type == "conference" else ():
        if words not in draft.topics:
            draft.topics.append(words)
            draft.lines.add(line.number)
    if theme := _THEME.search(line.text):
        draft.topics.append(theme["what"])
    if draft.type in ("inspection", "reception"):
        return
    for kind, pattern in _OUTCOMES:
        for match in pattern.finditer(line.text):
            words = match["what"] if "what" in match.groupdict() else match.group()
            if all(words not in text for _, text in draft.outcomes):
                draft.outcomes.append((kind, words))
                draft.lines.add(line.number)


def _agenda(line: Line, cast: Cast) -> Iterator[str]:
    """What was studied, examined or heard; not who reported."""
    for match in _AGENDA.finditer(line.text):
        if not cast.within(line.text, *match.span("what")):
            items = re.split("、(?![^<]*>)", _AGENDA_END.sub("", match["what"]))
            yield from (item for item in items if 2 <= len(item) <= 40)
