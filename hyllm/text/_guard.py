"""The guard of facts: words that differ from the page in a number, a date or a negation are other words.

Two clauses that differ in one character of forty are the same clause to any measure of likeness, and
still say 3亿元 and 8亿元. What may be misread is a plain character; what states a fact must agree.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

_FACTS = frozenset("0123456789万亿年月日%‰第不未无没非否勿莫")
"""No difference may touch one of these."""
_NUMERALS = "零〇一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟半几数首"
"""These are parts of a number, or of a word (一般, 统一, 数据)."""
_UNITS = (
    "个名位人家户口项件次届期批起年月日天周季岁时分秒元角吨斤克公里米寸尺丈顷亩平立方升度倍成折点步代辈世级类种号"
    "台套条座栋幢层楼间所处片块支把本册辆艘架列趟班节课堂站段镇乡村县市省区州国厂校院馆轮场队组部篇章页版棵株头只"
    "匹尾瓶箱袋包门票大多余来"
)
"""What a numeral stands before where it counts something."""
_IN_NUMBER = re.compile(f"(?<=[第初周{_NUMERALS}])[{_NUMERALS}]|[{_NUMERALS}](?=[{_NUMERALS}{_UNITS}])")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)")


class _Difference(NamedTuple):
    """The characters of the words, and those that stand in their place on the page."""

    words: range
    page: range


def same_facts(words: str, page: str) -> bool:
    """Whether `words` and the slice of the page they were taken for agree in every number and negation.

    Both in match form. They do not where a difference touches a digit, 万 or 亿, 年月日, %, 第, a
    negation, a mark between digits, or a numeral that counts something; nor where a numeral stands for
    another, whatever it is part of.
    """
    stated, printed = _fact_places(words), _fact_places(page)
    return not any(
        stated.intersection(difference.words)
        or printed.intersection(difference.page)
        or (_has_numeral(words, difference.words) and _has_numeral(page, difference.page))
        for difference in _differences(words, page)
    )


def _differences(words: str, page: str) -> Iterator[_Difference]:
    for op in Levenshtein.opcodes(words, page):
        if op.tag != "equal":
            yield _Difference(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end))


def _fact_places(text: str) -> set[int]:
    """Where the characters stand that no difference may touch."""
    places = {index for index, character in enumerate(text) if character in _FACTS}
    places.update(match.start() for match in _IN_NUMBER.finditer(text))
    places.update(match.start() for match in _BETWEEN_DIGITS.finditer(text))
    return places


def _has_numeral(text: str, places: range) -> bool:
    return any(text[place] in _NUMERALS for place in places)
