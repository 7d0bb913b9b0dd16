"""The words that name a project, and where its name begins and ends."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hyllm.rules._sheet import Line

_HEAD = re.compile(
    "(?:(?:产业|工业|科技|物流|加工|创业|创新|制造|智造|农业|文化|文创|软件|信息|孵化|示范)(?:新城|园区|园|城)|项目|基地|小镇|"
    "生产线|封测线|流水线|(?:新|分|总)厂|工厂|电站|电厂|陆港|新城|综合体|研究院|校区|院区|营地|产业走廊|数字走廊|康养谷|"
    "(?:储备|研发|物流|育秧|维修|检测|医疗|会展|数据|结算|交易|救治|养老|冷链|集散|分拣|制造|加工|应急|康养|服务|运营|科创)中心|"
    "大桥|水库|污水处理厂|水厂|枢纽)(?:[一二三四五]期)?"
)
_STOP = re.compile(
    "[,。;:!?、()《》<>的了由在是与和对为把该从向将给等—-]|位于|走进|来到|打造|建设(?!项目)|兴建|新建|投资(?=[^,。]{0,3}\\d)|其中|落户|"
    "坐落|推进|推动|加快|引进|签下|拿下|\\d日(?:上午|下午)?|今年|去年|明年|目前|据了解|决定|计划(?!项目)|总投资|开工|签约(?!项目)|启动|"
    "\\d[个家座条]|[一二三四五六七八九十]大|以及|包括|举行|召开|本报讯|当前|宣布|达产后|建成|随着|作为|关于"
)
_COMMON = re.compile(
    "重大|重点|产业化?|工业|新型|全市|全县|全省|我市|我县|我省|市级|县级|省级|招商|引资|建设|签约|开工|续建|新|大|好|本|这个?|此次|首个|"
    "第?[一二三四五六七八九十]+[个批期]?|多个?|各|\\d+|个|一批|亿元|万元|科技|现代|国家级?|民生|投资|示范|创新|研发|生产|计划|标准|相关|配套"
)
_FOLLOWS = re.compile("签约仪式|开工仪式|奠基仪式|启动仪式|负责人|经理|部|办|组|化|制|信息|资金(?!到位)|数|库|法人|秘书长|主任")
_BATCH = re.compile(
    "(?:(?P<count>\\d{1,4}个)(?P<noun>[\u4e00-\u9fff]{0,8}项目)(?:集中|同时)?(?P<after>签约|开工|动工|竣工|投产)?|"
    "(?P<before>新?签约|新引进|引进|新开工|集中签约|集中开工)(?P<tail>[\u4e00-\u9fff]{0,6}项目)(?P<number>\\d{1,4}个))"
)
_ACTS = (("签约", "signed"), ("引进", "signed"), ("开工", "started"), ("动工", "started"), ("竣工", "completed"), ("投产", "operating"))


class Mention(NamedTuple):
    """Where a line names a project: `line.text[start:end]`."""

    start: int
    end: int
    name: str
    count: str | None = None
    stage: str | None = None
    """Of a batch: what was done with it."""


def mentions(line: Line) -> Iterator[Mention]:
    """The projects a line names, in printed order; a batch only with what was done with it."""
    batches = list(_batches(line.text))
    named = [one for one in _named(line.text) if not any(b.start < one.end and one.start < b.end for b in batches)]
    yield from sorted((*batches, *named))


def _named(text: str) -> Iterator[Mention]:
    start = 0
    for stop in (*_STOP.finditer(text), None):
        end = stop.start() if stop else len(text)
        if found := _in_piece(text, start, end):
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
    if len(kernel) < 2 or len(name) > 30 or (_FOLLOWS.match(text, head.end()) and not text.startswith("签约仪式", head.end())):
        return None
    return Mention(start, head.end(), name)


def _batches(text: str) -> Iterator[Mention]:
    for match in _BATCH.finditer(text):
        act = match["after"] or match["before"]
        if act:
            stage = next(stage for word, stage in _ACTS if word in act)
            begin = match.start("count") if match["count"] else match.start("tail")
            end = match.end("noun") if match["count"] else match.end("number")
            yield Mention(begin, end, text[begin:end], match["count"] or match["number"], stage)
