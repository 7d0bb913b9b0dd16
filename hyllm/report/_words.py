"""The fixed words of the report's errors and pages, in Chinese beside English."""

from collections.abc import Mapping

from hyllm.html import both

_CHINESE: Mapping[str, str] = {
    "Scores": "评分",
    "Slices": "分组",
    "Fields": "字段",
    "Comparison": "对比",
    "Errors": "错误",
    "right": "正确",
    "wrong": "错",
    "missing": "漏",
    "spurious": "多",
    "record missing": "整条漏",
    "record spurious": "整条多",
    "hallucinated: not on the page": "版面上没有",
    "spurious, but on the page": "多，但版面上有",
    "gold": "标准",
    "predicted": "预测",
    "verdict": "判定",
    "evidence": "依据",
    "kind": "种类",
    "field": "字段",
    "source": "出处",
    "band": "版面质量",
    "page": "版面",
    "words": "词语",
    "all": "全部",
}


def in_both(english: str) -> str:
    """Words as HTML, followed by the Chinese ones where there are any."""
    return both(english, _CHINESE.get(english, ""))


def as_text(english: str) -> str:
    """The same as text, for where no element can stand."""
    return " ".join(filter(None, [english, _CHINESE.get(english, "")]))
