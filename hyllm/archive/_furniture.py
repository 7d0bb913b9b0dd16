"""What stands in a newspaper's head beside its name and date: issue number, weekday, publisher, telephone."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from hyllm.archive._metadata import plain_number

_HAN = "[\u3400-\u9fff]"
_NUMERAL = "[一二三四五六七八九十]"
_STEM = "[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
_LUNAR_DAY = "闰?[正一二三四五六七八九十冬腊]{1,2}月(?:大|小)?(?:[初十廿卅二三][一二三四五六七八九十]?日?)?"
_SKY = "(?:晴|阴|多云|(?:小|中|大|阵|雷阵|暴)雨|雨|雾|霾|雪)"
_TERMS = (
    "立春|雨水|惊蛰|春分|清明|谷雨|立夏|小满|芒种|夏至|小暑|大暑|"
    "立秋|处暑|白露|秋分|寒露|霜降|立冬|小雪|大雪|冬至|小寒|大寒"
)
_FEASTS = "除夕|(?:春|元宵|清明|端午|中秋|重阳|国庆|劳动)节"
WEEKDAY = re.compile("(?:星期|礼拜|周)([一二三四五六日天])")
LUNAR = re.compile(
    f"(?:农历|夏历|阴历|旧历)(?:(?:{_STEM})?(?:[0-9〇零一二三四五六七八九]{{4}}年)?"
    f"(?:{_LUNAR_DAY}|[0-9]{{1,2}}月[0-9]{{1,2}}日?)|{_STEM})?|{_STEM}(?:{_LUNAR_DAY})?"
)
_LATIN = re.compile("[A-Z]{3,15}(?:DAILY|NEWS|EVENING|WEEKLY|TIMES|RIBAO|WANBAO)[A-Z]*", re.IGNORECASE)
_STRONG = (
    re.compile(rf"(?:总|本报)?第[0-9OolI]{{1,6}}[号期]|今[日天](?:{_NUMERAL}{{1,3}}|[0-9]{{1,2}})版"),
    re.compile(
        r"国内统一(?:连续出版物|刊)号:?|CN-?[0-9]{2}-[0-9]{4}(?:/[A-Z0-9]+)?|(?:邮发)?代号:?[0-9]+-[0-9]+"
    ),
    re.compile(f"{_HAN}{{2,20}}(?:主管|主办|编辑出版|出版发行|出版|机关报)"),
)
_NUMBERED = re.compile(f"第?([A-D]?[0-9]{{1,2}}|{_NUMERAL}{{1,3}})版")
_SECTION = re.compile(
    rf"([A-D]?[0-9]{{1,2}}(?!时(?![政事评])))?"
    rf"((?:(?![点分届起止至月讯])(?!上午|下午|日期|时间|记者|通讯){_HAN}){{0,8}})([A-D]?[0-9]{{1,2}})?"
)
_SENTENCE = re.compile("[,。;!?《》]")
_REST = re.compile(
    rf"(?:今日)?(?:{_TERMS}|{_FEASTS})|{_HAN}{{2,5}}网|(?:官方)?(?:网站|网址|客户端|微信|微博):?.*|(?:https?|www\.).*"
    r"|(?:新闻|广告|发行|投稿|报料|服务|读者|监督)?(?:热线|电话):?[0-9\-]*|零售价?:?.*元|邮编:?[0-9]*"
    rf"|(?:今[日天]|明[日天]|白天|夜间|天气|气温)*:?{_SKY}(?:[转间到]{_SKY})?|[偏东南西北]{{1,3}}风[0-9\-~至到]*级?"
    r"|[0-9]+[\-~至到]*[0-9]*(?:°C|度)|(?:责任编辑|责编|美编|版式|校对|编辑|组版|值班|主编)[:/]?.*|[A-Za-z.@:/-]{3,}|[^\w]+"
)
_DIGITS = {numeral: number for number, numeral in enumerate("一二三四五六七八九", start=1)}


class Furniture(NamedTuple):
    """What a line of a page's head holds, its date and the paper's name taken out."""

    strong: int
    """How many things only the first page's head has: an issue number, a registration, a publisher."""
    latin: bool
    """The paper's name in Latin letters."""
    weekday: bool
    lunar: bool
    page_no: str | None
    """The number the line prints: 3 of 第3版, A3."""
    is_plain: bool
    """Nothing else stands in the line."""
    is_section: bool
    """Nothing else but a section's name and the page's number."""


NO_FURNITURE = Furniture(
    strong=0, latin=False, weekday=False, lunar=False, page_no=None, is_plain=False, is_section=False
)


def furniture(line: str) -> Furniture:
    """What a line in half width, without white space, is made of."""
    solar, lunar = LUNAR.subn(" ", line)
    rest, strong = _without(_STRONG, solar)
    rest, latin = _LATIN.subn(" ", rest)
    rest, weekday = WEEKDAY.subn(" ", rest)
    numbered = _NUMBERED.search(rest)
    left = "".join(_REST.sub("", _NUMBERED.sub(" ", rest)).split())
    section = None if _SENTENCE.search(line) else _SECTION.fullmatch(left)
    printed = numbered[1] if numbered else section and (section[1] or section[3])
    number = _number(printed) if printed else None
    plain = section is not None and not left
    return Furniture(strong, bool(latin), bool(weekday), bool(lunar), number, plain, section is not None)


def _without(patterns: Iterable[re.Pattern[str]], line: str) -> tuple[str, int]:
    """The line without what matches, and how many of the patterns did."""
    found = 0
    for pattern in patterns:
        line, count = pattern.subn(" ", line)
        found += count > 0
    return line, found


def _number(printed: str) -> str:
    """A page's number as text: 12 of 十二, 6 of 06."""
    if printed.isascii():
        return plain_number(printed)
    tens, ten, ones = printed.rpartition("十")
    return str((_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0))
