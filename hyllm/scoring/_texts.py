"""Texts as they are compared: folded, and how alike two of them are."""

import unicodedata
from functools import lru_cache

from hyllm.text import fold

_SLOW = "\0"
"""Stands for a character whose folding depends on its neighbours."""


class _Folded(dict[int, str]):
    """What single characters fold to, filled as they are met: `str.translate` then runs in C."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = found = _SLOW if unicodedata.combining(character) or code == 0 else fold(character)
        return found


_TABLE = _Folded()


@lru_cache(maxsize=131072)
def folded(text: str) -> str:
    """`hyllm.text.fold`, faster on the many short texts of a run."""
    quick = text.translate(_TABLE)
    return fold(text) if _SLOW in quick or "--" in quick else quick


@lru_cache(maxsize=131072)
def bare_name(name: str) -> str:
    """A name as it is compared: folded, without a closing 项目."""
    text = folded(name)
    return text.removesuffix("项目") or text


def strict_text(text: str) -> str:
    """The strict tier: canonical composition, without white space at the ends."""
    return unicodedata.normalize("NFC", text).strip()


@lru_cache(maxsize=65536)
def characters(text: str) -> frozenset[str]:
    """The characters of a text as a set in which the second 会 is another member than the first."""
    if len(set(text)) == len(text):
        return frozenset(text)
    seen: dict[str, int] = {}
    members: list[str] = []
    for character in text:
        count = seen[character] = seen.get(character, 0) + 1
        members.append(character if count == 1 else f"{character}{count}")
    return frozenset(members)


def dice(first: str, second: str) -> float:
    """The overlap of the characters of two folded texts, 0 to 1."""
    total = len(first) + len(second)
    return 2 * len(characters(first) & characters(second)) / total if total else 0.0


def distance(first: str, second: str) -> int:
    """Levenshtein distance, by the bit-parallel method of Myers in Hyyrö's form."""
    first, second = _without_common_ends(first, second)
    if len(first) < len(second):
        first, second = second, first
    if len(second) < 2:
        return len(first) - (second in first and bool(second))
    last = 1 << (len(second) - 1)
    mask = (last << 1) - 1
    where: dict[str, int] = {}
    for place, character in enumerate(second):
        where[character] = where.get(character, 0) | 1 << place
    plus, minus, score = mask, 0, len(second)
    for character in first:
        match = where.get(character, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        up = minus | ~(diagonal | plus)
        down = plus & diagonal
        if up & last:
            score += 1
        elif down & last:
            score -= 1
        up = (up << 1) | 1
        plus = ((down << 1) | ~(diagonal | up)) & mask
        minus = diagonal & up & mask
    return score


def _without_common_ends(first: str, second: str) -> tuple[str, str]:
    """What is left of two texts without the beginning and the end they share."""
    shorter = min(len(first), len(second))
    begin = 0
    while begin < shorter and first[begin] == second[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and first[-1 - end] == second[-1 - end]:
        end += 1
    return first[begin : len(first) - end], second[begin : len(second) - end]


def similarity(first: str, second: str, *, least: float = 0.0) -> float:
    """1 − Levenshtein / length of the longer; may be 0 where it is certainly below `least`."""
    if first == second:
        return 1.0
    longer = max(len(first), len(second))
    common = len(characters(first) & characters(second))
    if not common or common < least * longer - 1e-9:
        return 0.0
    return 1 - distance(first, second) / longer


def contains(first: str, second: str) -> bool:
    """Whether one of two names contains the other."""
    return bool(first) and bool(second) and (first in second or second in first)
