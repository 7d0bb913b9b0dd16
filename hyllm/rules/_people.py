"""The people a page names: where their names stand, and where a name ends."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hyllm.rules._sheet import Line
from hyllm.values import find_titled_names, surname_pattern, title_pattern

_HAN = "\u4e00-\u9fff"
_NO_NAME = re.compile(
    "应邀|应该|应当|应急|安排|安全|全面|全体|全市|全县|全力|向全|向他|单位|国家|经过|经验|经济|时间|时任|温馨|高度|高兴|"
    "强调|常务|常委|成立|成为|成员|和副|都是|都有|方面|方案|于是|干部|计划|管理|管委|水平|步伐|明确|谈到|谈起|谈及|通过|"
    "连续|关于|关心|关注|养老|项目|万元|石油|江西|江苏|党委|党组|党工|那么|包括|包抓|从严|查看|常态|广泛|广大|充分|"
    "左右|易地|解决|国有|公司|公开|公室|程序|车间|路边|终于|支部|支持|居民|居委|时代|时候|农业|农村|农民|任命|任免|"
    "曾任|和市|和县|和区|和省|柏油|云集|方式|古人|充当|相关|联系|言下|容易|能否|利用|越来|游客|国内|国际|东部|步入|江边"
)
_AFTER_TWO = (
    "与说称等在的于是也还将就及对向从到把被又并都则指这那他她任兼率"
    "赴来走看该让给主致参见会出担调陪告回今作讲汇宣深"
)
"""Characters that follow a name, and stand in hardly any as the last."""
_JOINING = "和与同为以一带先正已曾当不拟率颁揭签随获上应受现亲专到在"
_WORDS = re.compile(
    "强调|表示|关于|介绍|同志|一行|代表|接受|围绕|先后|随后|分别|共同|以及|主持|致辞|讲话|发言|出席|参加|见证|会见|宣布|带队|"
    "视察|研究|考察|慰问|走访|颁奖|座谈|调研|陪同|提出|透露|补充|回忆|解释|坦言|当选|辞去|不再|拟任|点评|总结|演讲|分享|"
    "签|获|带领|作为|接任|兼任|代理|担任|现场|实地|前往|深入|听取|检查|指导|督导|督查|巡查|感慨|笑|算|今年|去年|昨|近日"
)


class Person(NamedTuple):
    """A name after a title: `line.text[start:end]`."""

    line: Line
    start: int
    end: int

    @property
    def name(self) -> str:
        return self.line.text[self.start : self.end]


_SURNAME = re.compile(surname_pattern())
_MORE_TITLES = (
    "常委|委员|党组成员|检察官|政委|巡视员|调研员|护士长|"
    "经理|厂长|教授|研究员|专家|院士|总工程师|省长|代表|站长|团长"
)
_AFTER_TITLE = re.compile(rf"(?:{title_pattern()}|{_MORE_TITLES})(?:\(兼\))?(?={surname_pattern()})")
_NEXT = re.compile(r"(?:\([男女]\))?[、和与及]")


def name_end(text: str, start: int) -> int | None:
    """Where the name that begins at `start` ends; `None` where what follows does not show it to be one."""
    surname = _SURNAME.match(text, start)
    if not surname or _NO_NAME.match(text, start):
        return None
    short, full = surname.end() + 1, surname.end() + 2
    if not _is_han(text[surname.end() : short]) or text[surname.end() : short] in "的是在了等于":
        return None
    if _ends(text, short, _AFTER_TWO):
        return short
    if _is_han(text[short:full]) and _ends(text, full, _AFTER_TWO + _JOINING):
        return full
    return short if text[short : short + 1] in _JOINING else None


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _ends(text: str, at: int, characters: str) -> bool:
    following = text[at : at + 1]
    return not _is_han(following) or following in characters or bool(_WORDS.match(text, at))


def people(lines: Iterable[Line]) -> Iterator[Person]:
    """Every name that follows a title, and those that are listed after it, in printed order."""
    for line in lines:
        starts = {value.start for value in find_titled_names(line.text)}
        starts |= {match.end() for match in _AFTER_TITLE.finditer(line.text)}
        done = 0
        for start in sorted(starts):
            for person in _list_from(line, start) if start >= done else ():
                done = person.end
                yield person


def _list_from(line: Line, start: int) -> Iterator[Person]:
    end = name_end(line.text, start)
    while end is not None:
        yield Person(line, start, end)
        following = _NEXT.match(line.text, end)
        if not following:
            return
        start = following.end()
        end = name_end(line.text, start)


class Cast:
    """The names a page introduces with a title: wherever they stand again, they are names."""

    def __init__(self, found: Sequence[Person]) -> None:
        names = sorted({person.name for person in found}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, names))) if names else None

    def within(self, text: str, start: int, end: int) -> list[re.Match[str]]:
        """The names in `text[start:end]` in printed order."""
        return list(self._pattern.finditer(text, start, end)) if self._pattern else []


def by_name(found: Iterable[Person]) -> Mapping[str, list[Person]]:
    """The people of a page by their names, in the order of the first mention."""
    named: dict[str, list[Person]] = {}
    for person in found:
        named.setdefault(person.name, []).append(person)
    return named
