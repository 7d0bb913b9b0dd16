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
}
_CODES = {word: code for code, words in _CURRENCIES.items() for word in words}


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# 亿元级 and 万元户 name a class, 单元 and 元件 no money at all.
_UNIT = rf"(?:{_longest_first(_CODES)})(?:\((?:{_longest_first(_CODES)})\))?(?![级户店素件旦宵])"
_SIGN = "|".join(
    re.escape(w) for w in sorted(_CODES, key=len, reverse=True) if w[-1] not in "元圆钱金镑布铢郎"
)
_MONEY = Grammar.of(unit=_UNIT, sign=_SIGN)
_UNNAMED = Grammar.of(unit="(?<=[万亿])(?=$|以上|以下|以内|左右|上下|有余|之内|[,。;、])")
_COLLOQUIAL_SCALE = re.compile("(?<=[0-9一二三四五六七八九十百千两几])个(?=亿)")
_GLOSS = re.compile(r"\([^()]*[0-9一二三四五六七八九十百千万亿][^()]*\)")
_RATE_BEFORE = re.compile("每(?!年|日|天)|[人亩户地车件单]均|单价|均价")
_RATE_AFTER = re.compile("/(?![年日天])|每(?!年|日|天)|一(?:亩|吨|平方米|平|斤|公斤|个|张|套)")

CURRENCY_WORDS = _UNIT
"""Pattern of a currency behind a number."""


def parse_money(text: str) -> MoneyValue | Refusal:
    """The sum a text states.

    The text may carry verbs and nouns around the one sum it states. 约 together with a limit
    (约5亿元以上) gives the limit. 万 or 亿 at the end without a currency is 元; a smaller number without
    a currency has lost something and is refused, as are rates, percentages and two different sums.

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
    words = _COLLOQUIAL_SCALE.sub("", words)
    found = _amounts(_GLOSS.sub("", words)) or _amounts(words)
    if not found:
        return _nothing_in(words)
    return _only_one(words, found)


def _amounts(words: str) -> list[Amount | Refusal]:
    return list(_MONEY.find(words)) or list(_UNNAMED.find(words))


def _only_one(words: str, found: list[Amount | Refusal]) -> MoneyValue | Refusal:
    sums: set[MoneyValue] = set()
    for amount in found:
        value = amount if isinstance(amount, Refusal) else _money(words, amount)
        if isinstance(value, Refusal):
            return value
        sums.add(value)
    if len(sums) > 1:
        return Refusal("ambiguous", f"'{words}' states several sums: give one of them.")
    return sums.pop()


def _money(words: str, amount: Amount) -> MoneyValue | Refusal:
    gloss_free = _GLOSS.sub("", words)
    before, after = gloss_free[: amount.start], gloss_free[amount.end :]
    if _RATE_BEFORE.search(before) or _RATE_AFTER.match(after):
        return Refusal("not_a_value", f"'{words}' is a rate, not a sum.")
    currency = _currency(amount)
    if currency is None:
        return Refusal("ambiguous", f"'{words}' names two currencies.")
    upper = None if amount.upper is None else plain(amount.upper)
    return MoneyValue(plain(amount.value), currency, amount.bound, upper)


def _currency(amount: Amount) -> str | None:
    """The one currency named; 元 beside another (5亿元港币) is that other one."""
    words = [amount.sign, *amount.unit.rstrip(")").split("(")]
    named = {_CODES[word] for word in words if word} or {"CNY"}
    foreign = named - {"CNY"} or named
    return foreign.pop() if len(foreign) == 1 else None


def _nothing_in(words: str) -> Refusal:
    if re.search("[0-9一二三四五六七八九十百千万亿]", words):
        return Refusal(
            "no_unit", f"'{words}' names no currency: its end may be lost, or it is no sum of money."
        )
    return Refusal("no_number", f"'{words}' holds no number.")
