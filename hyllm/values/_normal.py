"""One spelling for what OCR and typesetting write in many: widths, blanks, dashes."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ._types import Refusal

LONGEST = 80
"""An expression longer than this is a passage; refusing it also bounds the work done on hostile input."""

_LIST_MARKS = re.compile("^[\u2460-\u249b\u2776-\u2793\u3220-\u3229]+")
_ENCLOSED_NUMBER = re.compile("[\u2460-\u249b\u2776-\u2793\u3220-\u3229]")
_DASHES = re.compile("[-\u2010-\u2015\u2212\u2500\u301c~\u223c\u30fc]+")
# OCR takes the dash of a range for 一; between Arabic digits, or behind 年, 月, 日, it is nothing else.
_HAN_ONE_AS_DASH = re.compile("(?<=[0-9年月日])一(?=[0-9])")
_DAMAGE = "\ufffd"
_INVISIBLE = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))
# Compatibility folding would break these up (㎡ into m2), and units are reported as written.
_KEPT = frozenset("㎡㎥㎞㎏℃²³")
_FOLDED = str.maketrans(
    {"○": "〇", "◯": "〇", "萬": "万", "億": "亿", "兩": "两", "・": "·", "‧": "·", "•": "·"}
)


def normalise(text: str) -> str | Refusal:
    """The text without blanks, half-width, with `-` for every dash; or why it cannot be an expression."""
    if len(text) > 20 * LONGEST:
        return _too_long(text)
    return _normalised(text)


@lru_cache(maxsize=8192)
def _normalised(text: str) -> str | Refusal:
    """Words stand on many pages, and on one page are read many times."""
    folded = fold(_LIST_MARKS.sub("", text.strip()))
    if len(folded) > LONGEST:
        return _too_long(text)
    if _DAMAGE in folded:
        return Refusal("damaged", f"'{folded}' has lost characters: look at the page image.")
    return folded


def fold(text: str) -> str:
    """The text in one spelling. A circled number inside it counts as damage: it is no digit of a value."""
    visible = (c for c in text if unicodedata.category(c) not in _INVISIBLE)
    unified = "".join(c if c in _KEPT else unicodedata.normalize("NFKC", c) for c in _unmarked(visible))
    unified = "".join(unified.split()).translate(_FOLDED)
    return _HAN_ONE_AS_DASH.sub("-", _DASHES.sub("-", unified))


def _unmarked(characters: Iterable[str]) -> Iterable[str]:
    return (_DAMAGE if _ENCLOSED_NUMBER.match(c) else c for c in characters)


def _too_long(text: str) -> Refusal:
    return Refusal(
        "too_long", f"'{text[:20]}…' is longer than {LONGEST} characters: give the expression alone."
    )
