"""What a page says: whether words, or a value some words of it state, stand on it."""

import hashlib
import re
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import Any, cast

from hyllm.scoring._fields import Comparator
from hyllm.scoring._texts import folded
from hyllm.scoring._values import key_of
from hyllm.text import Located, Locator, MatchView
from hyllm.values import Refusal, parse_date, parse_money, parse_number, parse_quantity

_NUMERAL = re.compile("[0-9零〇一二两三四五六七八九十百千万亿][0-9零〇一二两三四五六七八九十百千万亿.,余多]*")
_IN_NUMBER = "[0-9零〇一二两三四五六七八九十百千万亿.]"
_DATE = re.compile("[0-9〇一二三四五六七八九十]+(?=[年月日号])|今|去|明|昨|本月|上半年|下半年")
_LONGEST_AMOUNT = 18
_LONGEST_DATE = 16
_BOUND_BEFORE = 3
"""Characters before a number that may limit it: 不超过."""


class PageText:
    """The text of a page, asked many times."""

    def __init__(
        self, text: str, issue_date: str | None = None, articles: tuple[tuple[int, int, str], ...] = ()
    ) -> None:
        """Takes the text, its issue date (EDTF), and where known the articles as (start, end, id)."""
        self.text = text
        self.issue_date = issue_date
        self.articles = articles

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def locator(self) -> Locator:
        return Locator(self.text)

    @cached_property
    def view(self) -> str:
        return MatchView(self.text).text

    def find(self, words: str) -> Located:
        return self.locator.find(words)

    def holds(self, compare: Comparator, raw: Any) -> bool:
        """Whether the words of a value stand on the page, or some words there state the same value."""
        words = _words(raw)
        if isinstance(words, str) and (text := folded(words)) and self._stands(text, compare):
            return True
        if compare == "amount":
            return key_of("amount", raw) in self._amounts
        if compare == "date":
            return bool(raw.get("edtf")) and key_of("date", raw) in self._dates
        return compare == "number" and raw in self._numbers

    def _stands(self, words: str, compare: Comparator) -> bool:
        """Whether words stand on the page; those of a number not as a part of another: 3亿元 is not in 2.3亿元."""
        if compare not in ("amount", "date", "number"):
            return words in self.view
        before = f"(?<!{_IN_NUMBER})" if re.match(_IN_NUMBER, words) else ""
        after = f"(?!{_IN_NUMBER})" if re.search(f"{_IN_NUMBER}$", words) else ""
        return re.search(f"{before}{re.escape(words)}{after}", self.view) is not None

    def units_at(self, words: str) -> set[int]:
        """The numbers of the units a quote stands in; none where it is not on the page."""
        place = self.find(words)
        if place.start is None or place.end is None:
            return set()
        return {u.number for u in self.locator.units if u.start < place.end and place.start < u.end}

    def is_in_units(self, start: int, numbers: set[int]) -> bool:
        return any(u.start <= start < u.end for u in self.locator.units if u.number in numbers)

    def articles_at(self, start: int) -> set[str]:
        return {name for begin, end, name in self.articles if begin <= start < end}

    @cached_property
    def _numbers(self) -> set[Hashable]:
        found = (parse_number(match.group().rstrip("余多.,")) for match in _NUMERAL.finditer(self.view))
        return {one for one in found if not isinstance(one, Refusal)}

    @cached_property
    def _amounts(self) -> set[Hashable]:
        found: set[Hashable] = set()
        for window in self._windows(_NUMERAL, _LONGEST_AMOUNT, _BOUND_BEFORE):
            for parse, names in _PARSERS:
                value = parse(window)
                if not isinstance(value, Refusal):
                    raw = {name: getattr(value, name) for name in names}
                    found.add(key_of("amount", raw | {"text": window}))
        return found

    @cached_property
    def _dates(self) -> set[Hashable]:
        found: set[Hashable] = set()
        for window in self._windows(_DATE, _LONGEST_DATE, 0):
            value = parse_date(window, issue_date=self.issue_date)
            if not isinstance(value, Refusal):
                found.add(key_of("date", {"edtf": value.edtf}))
        return found

    def _windows(self, pattern: re.Pattern[str], longest: int, before: int) -> Iterator[str]:
        """Every short piece of the page that begins at, or a little before, a match."""
        seen: set[str] = set()
        for match in pattern.finditer(self.view):
            for begin in range(max(0, match.start() - before), match.start() + 1):
                for end in range(match.end(), min(len(self.view), match.start() + longest) + 1):
                    window = self.view[begin:end]
                    if window not in seen:
                        seen.add(window)
                        yield window


def _words(raw: Any) -> Any:
    """The words of a date or an amount, or the text itself."""
    if isinstance(raw, dict):
        return cast("dict[str, Any]", raw).get("text")
    return cast("object", raw)


_PARSERS: tuple[tuple[Callable[[str], Any], tuple[str, ...]], ...] = (
    (parse_money, ("amount", "currency", "bound", "upper")),
    (parse_quantity, ("value", "unit", "bound", "upper")),
)
