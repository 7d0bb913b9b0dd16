"""Sums of money: 约25亿元, 3亿至5亿元, 200亿元以上, 1.2亿美元."""

import re
from collections.abc import Iterable

from ._amounts import Amount, Grammar
from ._normal import normalise
from ._numerals import plain
from ._types import MoneyValue, Refusal

_CURRENCIES = {
    "CNY": ("元人民币", "人民币元", "人民币", "RMB", "CNY", "块钱", "元钱", "元", "圆", "¥"),
    "USD": ("美元", "美金", "US$", "USD", "$"),
    "HKD": ("元港币", "港元", "港币", "HK$", "HKD"),
    "TWD": ("元新台币", "新台币元", "新台币", "台币", "NT$", "TWD"),
    "MOP": ("澳门元", "澳门币", "MOP"),
    "EUR": ("欧元", "€", "EUR"),
    "JPY": ("日元", "日圆", "JPY"),
    "GBP": ("英镑", "£", "GBP"),
    "KRW": ("韩元", "韩币", "KRW"),
    "AUD": ("澳元", "澳大利亚元", "AUD"),
    "CAD": ("加元", "加拿大元", "CAD"),
    "SGD": ("新加坡元", "新元", "SGD"),
    "CHF": ("瑞士法郎", "CHF"),
    "RUB": ("卢布", "RUB"),
    "THB": ("泰铢", "THB"),
    "DEM": ("德国马克", "马克", "DEM"),
    "FRF": ("法国法郎", "FRF"),
    "NZD": ("新西兰元", "NZD"),
    "MYR": ("林吉特", "MYR"),
    "VND": ("越南盾", "VND"),
    "INR": ("印度卢比", "INR"),
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# 亿元级 and 万元户 name a class, 单元 and 元件 no money at all.
_UNIT = rf"(?:{_longest_first(_CODES)})(?:\((?:{_longest_first(_CODES)})\))?(?![级户店素件旦宵化])"
_SIGN = _longest_first(word for word in _CODES if word[-1] not in "元圆钱镑布铢郎克特盾比")
_MONEY = Grammar.of(unit=_UNIT, sign=_SIGN)
_UNNAMED = Grammar.of(unit="(?<=[万亿])(?=$|以上|以下|以内|左右|上下|有余|之内|[,。;、])")
_COLLOQUIAL_SCALE = re.compile("(?<=[0-9一二三四五六七八九十百千两几])个(?=亿)")
_DIGIT = "0-9一二三四五六七八九"
# 3元5角 is 3.5元; a 角 or 分 that does not join that way leaves the sum unread.
_JIAO = re.compile(rf"(?<=[十两{_DIGIT}])元([{_DIGIT}])角(?:([{_DIGIT}])分)?")
_PART_OF_YUAN_AFTER = re.compile(rf"[零〇两{_DIGIT}]+(?:[角毛分](?!之|钟|[公会])|$)")
_RATE_BEFORE = re.compile("每(?!年|日|天)|[人亩户地车件单]均|单价|均价")
_RATE_AFTER = re.compile("/(?![年日天])|每(?!年|日|天)|一(?:亩|吨|平方米|平|斤|公斤|个|张|套)")

_LEAST_UNNAMED = 10**4
# Headlines drop 元 behind 亿 (总投资50亿); behind 万 only words of money tell it from 60万 people.
_SUMS_OFTEN_UNNAMED = re.compile(
    "投资|投入|资金|产值|税|营收|收入|引资|外资|内资|金额|总额|额|贷|授信|捐|款|费|价|销售|利润|补助|补贴|奖"
    "|^[^0-9一-龥]*[约近超逾]?[上过]?[0-9.,·一二三四五六七八九十百千两点-]+亿"
)

CURRENCY_WORDS = _UNIT
"""Pattern of a currency behind a number."""


def parse_money(text: str) -> MoneyValue | Refusal:
    """The sum a text states.

    The text may carry verbs and nouns around the one sum it states. 约 together with a limit
    (约5亿元以上) gives the limit. A closing 亿 without a currency is 亿元, and so is a closing 万 beside
    words of money (投资5000万); any other number without a currency has lost something and is refused,
    as are rates, percentages and two different sums.

    Args:
        text: Verbatim words of a page, in any width and with any white space.

    Examples:
        >>> parse_money("总投资约25亿元")
        MoneyValue(amount=2500000000, currency='CNY', bound='about', upper=None)
        >>> parse_money("3亿至5亿元").upper
        500000000
        >>> parse_money("20万元/亩").reason
        'not_a_value'

    """
    words = normalise(text)
    if isinstance(words, Refusal):
        return words
    words = _JIAO.sub(_decimal, _COLLOQUIAL_SCALE.sub("", words))
    found = _MONEY.find(words) or (_UNNAMED.find(words) if _SUMS_OFTEN_UNNAMED.search(words) else [])
    sums = {amount if isinstance(amount, Refusal) else _money(words, amount) for amount in found}
    if len(sums) == 1:
        return sums.pop()
    refusal = next((value for value in sums if isinstance(value, Refusal)), None)
    return refusal or _none_or_many(words, len(sums))


def _money(words: str, amount: Amount) -> MoneyValue | Refusal:
    if _RATE_BEFORE.search(amount.before) or _RATE_AFTER.match(amount.after):
        return Refusal("not_a_value", f"'{words}' is a rate, not a sum.")
    if _PART_OF_YUAN_AFTER.match(amount.after):
        return Refusal("ambiguous", f"'{words}': what stands behind 元 may belong to the sum.")
    if not amount.unit and amount.sign == "人民币" and amount.value < _LEAST_UNNAMED:
        return Refusal("no_unit", f"'{words}' has lost its end: 元, 万元 or 亿元.")
    currency = _currency(amount)
    if currency is None:
        return Refusal("ambiguous", f"'{words}' names two currencies.")
    upper = None if amount.upper is None else plain(amount.upper)
    return MoneyValue(plain(amount.value), currency, amount.bound, upper)


def _decimal(match: re.Match[str]) -> str:
    point = "." if match[1].isascii() else "点"
    return f"{point}{match[1]}{match[2] or ''}元"


def _currency(amount: Amount) -> str | None:
    """The one currency named; 元 beside another (5亿元港币) is that other one."""
    words = [amount.sign, *amount.unit.rstrip(")").split("(")]
    named = {_CODES[word] for word in words if word} or {"CNY"}
    foreign = named - {"CNY"} or named
    return foreign.pop() if len(foreign) == 1 else None


def _none_or_many(words: str, count: int) -> Refusal:
    if count:
        return Refusal("ambiguous", f"'{words}' states several sums: give one of them.")
    if re.search("[0-9一二三四五六七八九十百千万亿]", words):
        return Refusal("no_unit", f"'{words}' names no currency: its end is lost, or it is no sum of money.")
    return Refusal("no_number", f"'{words}' holds no number.")
