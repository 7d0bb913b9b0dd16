"""A page in match form, each of whose characters knows where it stands in the page.

OCR and models disagree about widths, blanks and quotation marks, never about what was meant. The match
form drops what they disagree about: white space goes, full and half width become one (NFKC, one
character at a time, so that every character keeps its origin), quotation marks become `"`, dashes `-`,
and the brackets of titles and headings their ASCII kin.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache

_QUOTES = dict.fromkeys("“”„‟〝〞〟＂\"‘’‚‛＇'`´「」『』﹁﹂﹃﹄", '"')
_DASHES = dict.fromkeys("-‐‑‒–—―─━−﹘﹣－", "-")
_DOTS = dict.fromkeys("·•‧∙⋅・･", "·")
_BRACKETS = {"《": "<", "〈": "<", "》": ">", "〉": ">", "【": "[", "〔": "[", "】": "]", "〕": "]"}
_FOLDED = _QUOTES | _DASHES | _DOTS | _BRACKETS
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e")
_VARIATIONS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Selectors of a character's printed form."""

_LONGEST_CLUSTER = 32
"""Marks beyond this many start a cluster of their own: normalising takes the square of their number."""


@lru_cache(maxsize=65536)
def _fold_cluster(cluster: str) -> str:
    """What one character, with the marks that combine with it, is in match form: often one, or none."""
    if cluster in _FOLDED:
        return _FOLDED[cluster]
    if cluster.isspace() or cluster in _INVISIBLE or cluster in _VARIATIONS:
        return ""
    normal = unicodedata.normalize("NFKC", cluster)
    return "".join(_FOLDED.get(c, c) for c in normal if not c.isspace())


# Nine tenths of a page are characters that become one character whatever stands beside them: runs of
# these are folded at once. Dashes are not among them, since several become one.
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F))).replace("－", "")
_ONE_FOR_ONE = str.maketrans({c: _fold_cluster(c) for c in [*_WIDE, *_QUOTES, *_DOTS, *_BRACKETS]})
_PLAIN = re.compile(
    f"[0-9A-Za-z\u4e00-\u9fff。、!#$%&()*+,./:;<=>?@\\[\\]{re.escape(''.join(map(chr, _ONE_FOR_ONE)))}]+"
)
_ITEM_NUMBER = re.compile(
    r"(?:\A|[。！？；：]\s*\n|\n[ \t\u3000]*\n)[ \t\u3000]*\d{1,3}([.．])[ \t\u3000]+(?=\d)"
)
"""The point of `20. 220千伏…` where a line begins after a whole one: the blank is all that says that it is no
decimal point, and match form has no blanks."""


class MatchView:
    """The match form of a text, with the way back.

    `text` is the folded text; `span(i, j)` gives the slice of the source that folds to `text[i:j]`, and
    `window(start, end)` the part of the folded text that stands in a slice of the source.
    """

    __slots__ = ("_ends", "_item_points", "_pieces", "_starts", "text")

    def __init__(self, source: str) -> None:
        self._starts = array("q")
        self._ends = array("q")
        self._pieces: list[str] = []
        self._item_points = {found.start(1) for found in _ITEM_NUMBER.finditer(source)}
        start, length = 0, len(source)
        while start < length:
            start = self._plain(source, start) or self._cluster(source, start)
        self.text = "".join(self._pieces)
        self._pieces.clear()

    def _plain(self, source: str, start: int) -> int | None:
        """Folds the run of plain characters at `start`; its end, or `None` if there is none."""
        run = _PLAIN.match(source, start)
        if run is None:
            return None
        end = run.end()
        if end < len(source) and unicodedata.combining(source[end]):
            end -= 1  # the last character belongs to the mark that follows
        if end == start:
            return None
        piece = source[start:end].translate(_ONE_FOR_ONE)
        self._pieces.append(piece[:-1] + "、" if end - 1 in self._item_points else piece)
        self._starts.extend(range(start, end))
        self._ends.extend(range(start + 1, end + 1))
        return end

    def _cluster(self, source: str, start: int) -> int:
        """Folds the character at `start` and the marks that combine with it; their end."""
        end, limit = start + 1, min(len(source), start + _LONGEST_CLUSTER)
        while end < limit and unicodedata.combining(source[end]):
            end += 1
        piece = _fold_cluster(source[start:end])
        if piece == "-" and self._pieces and self._pieces[-1] == "-":
            self._ends[-1] = end  # —— and — are one dash
        elif piece:
            self._pieces.append(piece)
            self._starts.extend([start] * len(piece))
            self._ends.extend([end] * len(piece))
        return end

    def span(self, begin: int, stop: int) -> tuple[int, int]:
        """Where `text[begin:stop]` (not empty) stands in the source."""
        return self._starts[begin], self._ends[stop - 1]

    def window(self, start: int, end: int) -> tuple[int, int]:
        """The indices of `text` whose characters stand wholly in `source[start:end]`."""
        return bisect_left(self._starts, start), bisect_right(self._ends, end)


def fold(text: str) -> str:
    """`text` in match form. Two texts with the same match form are the same words."""
    return MatchView(text).text
