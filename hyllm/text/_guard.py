"""The guard of facts: words that differ from the page in a number, a date or a negation are other words.

Two clauses that differ in one character of forty are the same clause to any measure of likeness, and
still say 3亿元 and 8亿元. What may be misread is a plain character; what states a fact must agree.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

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
_KIN = tuple(map(frozenset, (_NUMERALS, "昨今明去前后", "上中下", "东西南北")))
"""One of these for another is another number, day or place, whatever stands around it."""
_BESIDE_DIGITS = re.compile(r"(?<=\d)[^\w\s](?=\d)|[约近超逾](?=\d)")
"""The point of a decimal, the dash of a range, and what makes a number a bound."""


def may_be_misread(words: str, here: str, text: str) -> bool:
    """Whether `words` may be a misread `here`, a slice of `text`, and state nothing else. All in match form.

    They do not if a difference touches a fact, puts a numeral for a numeral (or 昨 for 今, 上 for 下), or
    puts another phrase of the text in the place of this one: two characters or more that differ in a row
    and stand elsewhere in the text as they do in the words are another name or another verb.
    """
    stated, printed = _fact_places(words), _fact_places(here)
    for begin, end, here_begin, here_end in _differences(words, here):
        said, shown = words[begin:end], here[here_begin:here_end]
        if not stated.isdisjoint(range(begin, end)) or not printed.isdisjoint(range(here_begin, here_end)):
            return False
        if any(not kin.isdisjoint(said) and not kin.isdisjoint(shown) for kin in _KIN):
            return False
        if len(said) > 1 and shown and said in text:
            return False
    return True


def _differences(words: str, here: str) -> Iterator[tuple[int, int, int, int]]:
    """The runs in which two texts differ: begin and end in the one, begin and end in the other."""
    blocks = [(0, 0, 0), *Levenshtein.editops(words, here).as_matching_blocks()]
    for (begin, here_begin, size), (end, here_end, _) in pairwise(map(tuple, blocks)):
        if begin + size < end or here_begin + size < here_end:
            yield begin + size, end, here_begin + size, here_end


def _fact_places(text: str) -> set[int]:
    """Where the characters stand that no difference may touch."""
    places = {index for index, character in enumerate(text) if character in _FACTS}
    places.update(match.start() for match in _IN_NUMBER.finditer(text))
    places.update(match.start() for match in _BESIDE_DIGITS.finditer(text))
    return places
