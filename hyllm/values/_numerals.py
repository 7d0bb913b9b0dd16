"""Numbers as Chinese newspapers write them: 1.5万, 三十六, 1亿2千万, 数十万, 3000余万."""

import re
from dataclasses import dataclass
from fractions import Fraction

from ._types import Bound, Number

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}

_HAN = "零〇一二两三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
# The 千 of 千瓦, 千米, 千克 and 千伏 belongs to the unit.
_UNIT_AHEAD = "(?!千[瓦米克伏卡])"
_SCALE_CLASS = f"(?:{_UNIT_AHEAD}[十百千万亿])"
# (?>(?:…)*) and not (?:…)*+, which Python 3.11.2 gets wrong where a group has branches.
NUMERAL = (
    rf"(?:[数几](?={_SCALE_CLASS}))?{_UNIT_AHEAD}[0-9{_HAN}]"
    rf"(?>(?:{_UNIT_AHEAD}[0-9{_HAN}]|[.,·](?=[0-9])|(?<=[一二两三四五六七八九十])点(?=[零〇一二三四五六七八九]))*)"
    rf"(?:余|多|(?<=[十百0])几|(?<=[十百千万亿])来)?{_SCALE_CLASS}*"
)
"""Pattern of a candidate; `read_numeral` decides whether it is a number."""

_PARTS = re.compile(
    rf"(?P<some>[数几])?(?P<body>[0-9{_HAN}.,·点]+)(?:(?P<more>[余多几来])(?P<tail>[十百千万亿]*))?"
)
_ARABIC = re.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:[.·][0-9]+)?")
# 七八万 and 三四十 name two neighbours; 三五 is several, and 一二三 is read digit by digit.
_NEIGHBOURS = re.compile("([一二两三四五六七八])([二两三四五六七八九])(?=[十百千万亿]*$)")
_MORE: dict[str, Bound] = {"余": "at_least", "多": "at_least", "几": "at_least", "来": "about"}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number and how its own words limit it."""

    value: Fraction
    """Exact, so that no amount picks up binary noise on the way."""
    bound: Bound
    """`at_least` for 数十, 十几 and 3000余万, `about` for 十来, else `exact`."""


def read_numeral(text: str) -> Numeral | None:
    """The number that the whole text writes, or `None` where it is none or has two readings (三五百)."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    body, tail = parts["body"].translate(_FORMAL), parts["tail"] or ""
    if parts["some"] and (parts["more"] or not set(body) <= _SCALES.keys()):
        return None
    value, factor = _value(body), _value(tail) if tail else Fraction(1)
    if value is None or factor is None or (tail and value >= factor):
        return None
    bound = "at_least" if parts["some"] else _MORE.get(parts["more"] or "", "exact")
    return Numeral(value * factor, bound)


def read_neighbours(text: str) -> tuple[Numeral, Numeral] | None:
    """The two numbers of 两三, 三四十, 十二三 or 七八万, or `None` for anything else."""
    match = _NEIGHBOURS.search(text)
    if match is None or _DIGITS[match[2]] != _DIGITS[match[1]] + 1:
        return None
    low, high = (
        read_numeral(text[: match.start()] + digit + text[match.end() :]) for digit in match.groups()
    )
    return (low, high) if low and high and low.value < high.value else None


def plain(value: Fraction) -> Number:
    """An `int` when whole, else the nearest `float`."""
    return value.numerator if value.denominator == 1 else float(value)


def _value(text: str) -> Fraction | None:
    text = text.replace("廿", "二十").replace("卅", "三十")
    for scale in _SCALES:
        left, found, right = text.rpartition(scale)
        if found:
            return _scaled(left, scale, right)
    return _literal(text)


def _scaled(left: str, scale: str, right: str) -> Fraction | None:
    factor = Fraction(_SCALES[scale])
    times = _multiplier(left, scale)
    rest = _remainder(right, factor)
    if not times or rest is None or (right and times.denominator != 1):
        return None
    return times * factor + rest


def _multiplier(text: str, scale: str) -> Fraction | None:
    """What stands before a scale. 十, 百 and 千 count by single digits, or by an Arabic number (5千)."""
    if not text:
        return Fraction(1)
    by_digit = _SCALES[scale] < 10**4
    if scale in text or (by_digit and text not in _DIGITS and not _ARABIC.fullmatch(text)):
        return None
    return _value(text)


def _remainder(text: str, factor: Fraction) -> Fraction | None:
    """What stands after a scale: 一百二 is 120, 一百零二 is 102, 3万5000 is 35000, and 2万3 is unclear."""
    if not text:
        return Fraction(0)
    if text in _DIGITS and _DIGITS[text] and factor >= 100:
        return _DIGITS[text] * factor / 10
    value = None if text[0] in "百千万亿" else _value(text.lstrip("零〇"))
    if value is None or value >= factor or (_ARABIC.fullmatch(text) and value * 10 < factor):
        return None
    return value


def _literal(text: str) -> Fraction | None:
    if _ARABIC.fullmatch(text):
        return Fraction(text.replace(",", "").replace("·", "."))
    whole, point, decimals = text.partition("点")
    if point:
        return _with_decimals(whole, decimals)
    if text in _DIGITS:
        return Fraction(_DIGITS[text])
    # Two digits in a row say "three or five" (三五个); three, or a 〇 among them, are read one by one.
    by_digit = len(text) >= 3 or "〇" in text
    return _positional(text) if by_digit else None


def _with_decimals(whole: str, decimals: str) -> Fraction | None:
    integer, digits = _value(whole), _positional(decimals)
    if integer is None or digits is None:
        return None
    return integer + digits / 10 ** len(decimals)


def _positional(text: str) -> Fraction | None:
    if not text or any(c not in _DIGITS or c == "两" for c in text):
        return None
    return Fraction(int("".join(str(_DIGITS[c]) for c in text)))
