"""The fixed words of the page view, in English and Chinese."""

from collections.abc import Mapping

from hyllm.html import both

_KINDS: Mapping[str, str] = {"projects": "项目", "meetings": "会议", "officials": "官员"}
"""The built-in kinds, by the key of their list."""
_FIELDS: Mapping[str, str] = {
    "name": "名称",
    "aliases": "别称",
    "count": "项目数",
    "milestones": "进展",
    "stage": "阶段",
    "stage_date": "阶段日期",
    "place": "地点",
    "place_code": "县区代码",
    "parties": "单位",
    "investment": "总投资",
    "area": "面积",
    "figures": "数据",
    "type": "类型",
    "session": "届次",
    "date": "日期",
    "organisers": "主办单位",
    "participants": "参加者",
    "topics": "议题",
    "outcomes": "成果",
    "posts": "职务",
}
STATUSES: Mapping[str, str] = {
    "fuzzy": "a few characters differ from the page 个别字与版面不同",
    "ambiguous": "stands in several places 版面上有多处",
    "missing": "does not stand on the page 版面上没有",
}
"""What a value's status means to a reader, where it means anything."""
_REASONS: Mapping[str, str] = {
    "ungrounded": "版面上没有",
    "ambiguous": "多处",
    "unresolved": "无法推算",
    "invalid": "不合格式",
    "refused": "模型拒答",
    "truncated": "回答不全",
    "failed": "失败",
    "conflict": "来源不一",
    "damaged": "原文受损",
    "partial": "部分",
}


def kind_name(plural: str) -> str:
    """A kind as HTML, in both languages where it is built in."""
    return both(plural, _KINDS.get(plural, ""))


def field_name(name: str) -> str:
    """A field as HTML, in both languages where a built-in kind has it."""
    return both(name.replace("_", " "), _FIELDS.get(name, ""))


def field_words(name: str) -> str:
    """A field as text, for where no element can stand."""
    return " ".join(filter(None, [name.replace("_", " "), _FIELDS.get(name, "")]))


def reason_name(reason: str) -> str:
    """What is wrong, as HTML in both languages."""
    return both(reason, _REASONS.get(reason, ""))


def place_of(start: int, end: int) -> str:
    """Where a value stands, as it is cited."""
    return f"[{start},{end})"
