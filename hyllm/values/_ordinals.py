"""The ordinal of a meeting: 第10次, 第三十一期, 十一届九次, 首届."""

import re

from ._normal import normalise
from ._numerals import read_numeral
from ._types import Refusal

_NUMBER = "[0-9零〇一二三四五六七八九十百廿卅]+"
_MEASURE = "(?:次|届|期|场|讲|轮|站|回|季|集|课|个|批)"
_ORDINAL = re.compile(
    rf"第(?P<with_di>{_NUMBER})(?:次(?!全国人口|人口|全国经济|经济普|全国农|国土)|届|期|场|讲)"
    rf"|(?<=届)第?(?P<sitting>{_NUMBER})(?:次|中)"
    rf"|(?P<term>{_NUMBER})(?=届第?{_NUMBER}[次中])"
    rf"|(?P<plenum>[一二三四五六七八九十]+)(?:中|次)(?=全会|全体|会议|党代会|代表大会)"
    rf"|(?P<first>首)(?:次|届|期|场|讲)"
)
_ALONE = re.compile(
    rf"第?(?P<number>{_NUMBER})(?:期|届)|第(?P<with_di>{_NUMBER}){_MEASURE}?|(?P<first>首){_MEASURE}?"
)
# A meeting about the spirit of another (十九届五中全会精神) has not its ordinal.
_STUDIED = re.compile(rf"(?:第?{_NUMBER}届)?第?{_NUMBER}[次中](?:全体)?(?:全会|会议|大会)?精神")
_SEVERAL = re.compile(
    rf"第{_NUMBER}(?P<each>{_MEASURE})?(?:会议)?[、和及与至到-]第?{_NUMBER}(?(each)(?P=each)|{_MEASURE})"
)
_OVERALL = re.compile(rf"\(?总第{_NUMBER}期\)?")


def parse_ordinal(text: str) -> int | Refusal:
    """The ordinal a text gives a meeting: the last one of a chain (十一届九次 is 9).

    Args:
        text: The ordinal's words, or a name with an ordinal in it.

    Examples:
        >>> parse_ordinal("2020年第10次")
        10
        >>> parse_ordinal("首届")
        1
        >>> parse_ordinal("成立100周年").reason
        'no_number'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    words = _OVERALL.sub("", _STUDIED.sub("", words)) or words.replace("总第", "第")
    alone = _ALONE.fullmatch(words.strip("()\"'“”"))
    if _SEVERAL.search(words):
        return Refusal("ambiguous", f"'{words}' names several ordinals: give one of them.")
    found = [alone] if alone else list(_ORDINAL.finditer(words))
    if not found:
        return Refusal("no_number", f"'{text}' holds no ordinal such as 第10次 or 首届.")
    return _read(text, found[-1])


def _read(text: str, match: re.Match[str]) -> int | Refusal:
    if match["first"]:
        return 1
    digits = next(group for name, group in match.groupdict().items() if group and name != "first")
    numeral = read_numeral(digits)
    if numeral is None or numeral.value < 1:
        return Refusal("ambiguous", f"'{text}': '{digits}' is no ordinal number.")
    return int(numeral.value)
