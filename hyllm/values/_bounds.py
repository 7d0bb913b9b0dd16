"""The words that limit a number: 约, 近, 超过 before it, 以上, 以内, 左右 behind it."""

import re
from collections.abc import Iterable

from ._types import Bound

_BEFORE: dict[Bound, str] = {
    "at_most": "不超过|未超过|没有超过|不超|不高于|不多于|不大于|不足|不到|不满|低于|少于|小于|至多|最多",
    "at_least": "超过|超出|超|逾|突破|不低于|不少于|不小于|不下于|不下|不止|至少|最少|起码|高于|大于|多于",
    "about": "大约|约|将近|接近|逼近|近|大概|大致|差不多",
}
"""Beyond the codebook's own words, only those that say the same as one of them. Negated ones stand first."""
_AFTER: dict[Bound, str] = {
    "at_least": "(?:及|或)?以上(?!述|是)|之上|有余|开外|(?:余|多)(?=$|的)",
    "at_most": "(?:及|或)?以下(?!简称)|之下|以内|之内",
    "about": "左右(?!岸)|上下(?!游)",
}
"""The firmest limit first."""
_BEHIND_NOUN: dict[Bound, str] = {"at_least": "以上", "at_most": "以下|以内", "about": "左右"}


def _groups(words: dict[Bound, str]) -> str:
    return "(?:" + "|".join(f"(?P<{bound}>{alternatives})" for bound, alternatives in words.items()) + ")"


SUFFIX = f"{_groups(_AFTER)}?"
"""Pattern of a limit right behind the unit."""
_CLOSING = re.compile(rf"^[^0-9]*{_groups(_BEHIND_NOUN)}$")

# 签约50亿元 and 附近3000亩 limit nothing: there the bound word is the end of another word.
NOT_IN_OTHER_WORDS = "(?<![签合节履解续违预邀集条公制契相附就邻最靠亲临远赶反])"
_FILLERS = "(?:了|过|到|达到|达|为|是|有|合|可|需|占地|占|投资|投入|用地|人民币)*"
_PREFIX = re.compile(f"{NOT_IN_OTHER_WORDS}{_groups(_BEFORE)}{_FILLERS}$")
# 上百 and 过亿 need a bare scale behind them: 网上500人 and 通过500万元 are other words.
_REACHED_SCALE = re.compile("(?<![线网以地海通经千])[上过]$")
_REACHED = re.compile("(?<![侦爆打])破$")
_BARE_SCALE = re.compile("[百千万亿]")
_UNCLEAR_BEFORE = re.compile(
    # 最高50万元 caps a grant but measures a tower; 未突破50亿元 says little.
    rf"最高(?:可达|达|可)?$|(?:未|没有|没|不能|未能)(?:突破|达到|达|超出){_FILLERS}$"
    # 过50亿元 is more than that, or what somebody once had; 2、3亿元, l2亿元 and -3亿元 are unclear too.
    "|(?<![通经超])过$|[0-9][-.,。·、:;/+*x×]+$|[一二两三四五六七八九]、$|[lIOo|]$|-$|第$"
)
_UNCLEAR_AFTER = re.compile("半|[多余]|起(?:$|的)|-[0-9]|[一二三四五六七八九十]?[百千万]|一(?![一-龥])")


def is_unclear(before: str, number: str, after: str) -> bool:
    """Whether what stands around a number gives it a second reading."""
    reached_scale = _REACHED_SCALE.search(before) and _BARE_SCALE.match(number)
    return bool((_UNCLEAR_BEFORE.search(before) and not reached_scale) or _UNCLEAR_AFTER.match(after))


def bounds_before(before: str, number: str) -> Iterable[Bound]:
    """What the words before a number say."""
    if match := _PREFIX.search(before):
        yield _said(match)
    elif _REACHED.search(before) or (_REACHED_SCALE.search(before) and _BARE_SCALE.match(number)):
        yield "at_least"


def bounds_after(amount: re.Match[str], after: str) -> Iterable[Bound]:
    """What the words right behind the unit say, or those that close the text behind a noun."""
    for bound in _AFTER:
        if amount[bound]:
            yield bound
    if match := _CLOSING.match(after):
        yield _said(match)


def _said(match: re.Match[str]) -> Bound:
    for bound in _AFTER:
        if match[bound]:
            return bound
    return "exact"


def combined(bounds: Iterable[Bound]) -> Bound | None:
    """One bound out of all: for 约200余人 and 约5亿元以上 the limit, it being the firmer statement."""
    said = set(bounds)
    if {"at_least", "at_most"} <= said:
        return None
    for bound in _AFTER:
        if bound in said:
            return bound
    return "exact"


def combined_range(bounds: Iterable[Bound]) -> Bound | None:
    """约3亿至5亿元 is a range; 3亿至5亿元以上 is no interval any more."""
    return "range" if set(bounds) <= {"exact", "about"} else None
