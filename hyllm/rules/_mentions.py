"""The words that name a project, and where its name begins and ends."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hyllm.rules._sheet import Line

_HEAD = re.compile(
    "(?:(?:产业|工业|科技|物流|加工|创业|创新|制造|智造|农业|文化|文创|软件|信息|孵化|示范)(?:新城|园区|园|城)|项目|基地|小镇|"
    "(?:生产|加工|装配|组装|封装|测试|流水)线|(?:新|分|总)厂|工厂|电站|电厂|陆港|新城|综合体|研究院|校区|院区|营地|产业走廊|数字走廊|"
    "(?:储备|研发|物流|育秧|维修|检测|医疗|会展|数据|结算|交易|救治|养老|冷链|集散|分拣|制造|加工|应急|康养|服务|运营|科创)中心|"
    "大桥|水库|污水处理厂|水厂|枢纽)(?:[一二三四五]期)?"
)
_STOP = re.compile(
    "[,。;:!?、()《》<>的了由在是与和对为把该从向将给等即—-]|位于|走进|来到|打造成?|培育|获评|荣获|争创|创建|评为|认定|设在|主会场|建设(?!项目)|兴建|新建|投资(?=[^,。]{0,3}\\d)|其中|落户|"
    "坐落|共建|签订|签署|搬迁|探访|参观|实施|谋划|支持|助力|承接|通过|带动|依托|围绕|聚焦|\\d月|推进|推动|加快|引进|签下|拿下|\\d日(?:上午|下午)?|今年|去年|明年|目前|据了解|决定|计划(?!项目)|总投资|开工|签约(?!项目)|启动|"
    "\\d[个家座条]|[一二三四五六七八九十]大|以及|包括|举行|召开|本报讯|当前|宣布|达产后|建成|随着|作为|关于"
)
_WISHED = re.compile("打造成?|培育|获评|荣获|争创|创建|评为|认定|作为|设在|主会场")
"""What stands before a name that is a wish, a title or a venue, not a thing."""
_COMMON = re.compile(
    "合作|重要|全产业链|区域性?|特色|基础设施|重大|重点|产业化?|工业|新型|全市|全县|全省|我市|我县|我省|市级|县级|省级|招商|引资|"
    "建设|签约|开工|续建|科技|现代|国家级?|民生|投资|示范|创新|研发|生产|计划|标准|相关|配套|新能源|汽车|新?材料|合金|电子|智能|"
    "装备|生物|医药|食品|数字|经济|医疗|文旅|康养|农产品|绿色|先进|高端|制造|一批|亿元|万元|这个?|此次|多个?|"
    "第?[一二三四五六七八九十]+[个批期]?|\\d{4}年|\\d+|[上下]半年|季度|[新大好本各个]"
)
"""Words that tell no project from another: what is left of a name must name something."""
_DESCRIBED = re.compile("唯一|首个|首家|最大|第一家|[\u4e00-\u9fff]{2}[省市县区](?:重大|重点|民生)项目")
_FAR_PLACE = re.compile(
    "(?P<place>[\u4e00-\u9fff]{2,3}[县市区][\u4e00-\u9fff]{1,4}(?:镇|乡|街道))(?=[\u4e00-\u9fff]{4})"
)
_FOLLOWS = re.compile(
    "举行|召开|举办|开赛|现场|为主会场|负责人|经理|部|办|组|化|制|信息|资金(?!到位)|数|库|法人|秘书长|主任"
)
_BATCHES = tuple(
    map(
        re.compile,
        (
            "(?P<name>(?P<count>(?<!\\d)\\d{1,4}个)[\u4e00-\u9fff]{0,8}项目)(?:集中|同时|同日)?(?P<act>签约|开工|动工|竣工|投产)",
            "(?P<act>签约|开工|动工)的(?P<name>(?P<count>(?<!\\d)\\d{1,4}个)[\u4e00-\u9fff]{0,8}项目)",
            "新?(?P<act>签约|开工)(?P<name>[\u4e00-\u9fff]{0,6}项目(?P<count>(?<!\\d)\\d{1,4}个))",
            "(?P<name>新?(?P<act>引进)[\u4e00-\u9fff]{0,6}项目(?P<count>(?<!\\d)\\d{1,4}个))",
        ),
    )
)
_AIMS = re.compile("目标|力争|计划|确保|争取|任务|将")
_ACTS = {
    "签约": "signed",
    "引进": "signed",
    "开工": "started",
    "动工": "started",
    "竣工": "completed",
    "投产": "operating",
}


class Mention(NamedTuple):
    """Where a line names a project: `line.text[start:end]`."""

    start: int
    end: int
    name: str
    number: str | None = None
    """Of a batch: how many, in words."""
    stage: str | None = None
    """Of a batch: what was done with it."""
    place: str | None = None
    """The county and town it is named with."""


def mentions(line: Line) -> Iterator[Mention]:
    """The projects a line names, in printed order; a batch only with what was done with it."""
    batches = list(_batches(line.text))
    named = [
        one for one in _named(line.text) if not any(b.start < one.end and one.start < b.end for b in batches)
    ]
    yield from sorted((*batches, *named))


def _named(text: str) -> Iterator[Mention]:
    start, wished = 0, False
    for stop in (*_STOP.finditer(text), None):
        end = stop.start() if stop else len(text)
        found = None if wished else _in_piece(text, start, end)
        wished = bool(stop and _WISHED.fullmatch(stop.group()))
        if found:
            yield found
        start = stop.end() if stop else end


def _in_piece(text: str, start: int, end: int) -> Mention | None:
    """The name in a piece between two stops: up to its last head, if it says more than common words."""
    heads = list(_HEAD.finditer(text, start, end))
    if not heads:
        return None
    head = heads[-1]
    name = text[start : head.end()]
    kernel = _COMMON.sub("", text[start : head.start()]).strip('"')
    if len(kernel) < 2 or len(name) > 30 or _DESCRIBED.search(name) or _FOLLOWS.match(text, head.end()):
        return None
    if name.count('"') % 2:
        return _quoted(text, start, head.end())
    place = _FAR_PLACE.match(name)
    bare = name[place.end() :] if place else name
    return Mention(start, head.end(), bare, place=place["place"] if place else None)


def _quoted(text: str, start: int, end: int) -> Mention | None:
    """A name that begins inside quotation marks: it has both of them, or is part of a saying."""
    if not text.startswith('"', end):
        return None
    begin = text.index('"', start)
    return Mention(begin, end + 1, text[begin : end + 1])


def _batches(text: str) -> Iterator[Mention]:
    for pattern in _BATCHES:
        for match in pattern.finditer(text):
            if not _AIMS.search(text, 0, match.start()):
                yield Mention(*match.span("name"), match["name"], match["count"], _ACTS[match["act"]])
