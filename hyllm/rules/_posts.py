"""Posts out of the words before a name: which body, which title."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_PLACED = "(?:常务)?(?:副|代)?(?:省长|市长|州长|县长|区长|镇长|乡长)"
"""Titles that say of what by themselves."""
_HEADS = (
    "书记|部长|主任|主席|局长|厅长|处长|科长|秘书长|院长|校长|检察长|关长|站长|台长|馆长|所长|队长|支队长|大队长|指挥长|"
    "董事长|总经理|理事长|会长|常委|委员|组长|政委|巡视员|调研员|护士长|总工程师|主委|参事|行长|党组成员|党委委员|检察官|专员"
)
_IN_PARTY = "党组|党委|党工委|党总支|党支部|纪委|组织部|宣传部|统战部|政法委"
_TITLE = re.compile(
    rf"(?:{_PLACED}|(?:(?:{_IN_PARTY})?(?:第一|常务|专职|执行|兼职|[一二三四]级)?副?)(?:{_HEADS})|[省市县区]领导)(?:\(兼\))?\Z"
)
_STOP = re.compile(
    "[的了由与是在对被把向将据经给让使为和]|邀请|听取|会见|任命|免去|接受|决定|陪同|代表|其中|以及|包括|来自|拜访|走访|采访|联系|"
    "告诉|下午|上午|昨日|日前|近日|晚上|今天|昨天|\\d日|随后|期间|时任|现任|新任|曾任|拟任|当选|会上|中共|记者|通讯员|"
    "时(?!代)|原|兼(?!职)"
)
_BODY = re.compile(
    "(?:委|府|局|厅|办|院|校|会|部|处|中心|站|所|海关|大学|中学|小学|组|台|馆|队|政协|人大|科协|文联|妇联|残联|侨联|社科联|"
    "团委|工商联|镇|乡|街道|区|县|市|省|州|室|分局|集团|公司)\\Z"
)
_PRIVATE = re.compile("公司|协会|商会|学会|联盟|合作社|厂|银行|基金|酒店|传媒|研究会|联合会(?<!残疾人联合会)")
_PARTY_TITLE = re.compile("党委|党组|纪委")
_WITHIN_COMMITTEE = re.compile("副?书记|常委|秘书长|组织部|宣传部|统战部|政法委|纪委|委员")
_FORMER = re.compile("原|曾任|时任")
_MARK = re.compile('[,。;:!?"()《》<>▲■●—-]')
_NOT_BEFORE_A_BODY = re.compile(r"^[^省市县区州镇乡]{0,4}(?:汇报|介绍|主持|出席|召开|举办)")


class Post(NamedTuple):
    """A post as the page states it."""

    organisation: str | None
    title: str
    status: str


def parse_post(words: str, status: str = "holds") -> Post | None:
    """The post in words that end with a title, whatever stands before its body; `None` if they do not.

    A title that only means something with a body (局长) has one, or is no post here.
    """
    title = _TITLE.search(words)
    if not title:
        return None
    before = words[: title.start()]
    stops = list(_STOP.finditer(before))
    body = before[stops[-1].end() :] if stops else before
    if stops and _FORMER.fullmatch(stops[-1].group()):
        status = "former"
    if not body or not _BODY.search(body) or not 2 <= len(body) <= 22 or _NOT_BEFORE_A_BODY.match(body):
        return Post(None, title.group(), status)
    return Post(body, title.group(), status)


def posts_before(text: str, end: int) -> list[Post]:
    """The posts that stand before `end`, where a name begins: 市委副书记、市长 before 方自强."""
    marks = list(_MARK.finditer(text, max(0, end - 80), end))
    segments = text[marks[-1].end() if marks else max(0, end - 80) : end].split("、")
    found: list[Post] = []
    for segment in reversed(segments):
        post = parse_post(segment)
        if post is None:
            break
        found.append(post)
        if len(segment) > len(post.title) + len(post.organisation or ""):
            break  # what stands before the body is no post
    return carried(found[::-1])


def carried(posts: Iterable[Post]) -> list[Post]:
    """The posts with the body of the one before, where a title means nothing without."""
    finished: list[Post] = []
    for post in posts:
        before = finished[-1] if finished else None
        if (
            before
            and before.organisation
            and post.organisation is None
            and _is_within(before.organisation, post)
        ):
            post = post._replace(organisation=before.organisation)
        if post.organisation or stands_alone(post.title):
            finished.append(post)
    return finished


def stands_alone(title: str) -> bool:
    """Whether a title needs no body: 市长, 市领导."""
    return bool(re.fullmatch(rf"{_PLACED}|[省市县区]领导", title))


def _is_within(body: str, post: Post) -> bool:
    if stands_alone(post.title):
        return False
    return not re.search("[省市县区]委$", body) or bool(_WITHIN_COMMITTEE.match(post.title))


def are_public(posts: Sequence[Post]) -> bool:
    """Whether posts are those of an official: of a public body, or of a firm that has a Party post."""
    bodies = [post.organisation or "" for post in posts]
    if any(_PRIVATE.search(body) or body.endswith("集团") for body in bodies):
        return any(_PARTY_TITLE.match(post.title) for post in posts)
    return bool(posts)
