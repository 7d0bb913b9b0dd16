"""A page in match form, each of whose characters knows where it stands in the page.

OCR and models disagree about widths, blanks and quotation marks, never about what was meant. The match
form drops what they disagree about: white space goes, full and half width become one (NFKC, one
character at a time, so that every character keeps its origin), quotation marks become `"`, dashes `-`.
"""

import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache

_QUOTES = dict.fromkeys("“”„‟〝〞〟＂\"‘’‚‛＇'`´「」『』﹁﹂﹃﹄", '"')
_DASHES = dict.fromkeys("-‐‑‒–—―─━−﹘﹣－", "-")
_DOTS = dict.fromkeys("·•‧∙⋅・･", "·")
_FOLDED = _QUOTES | _DASHES | _DOTS
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202b\u202c\u202d\u202e")


@lru_cache(maxsize=65536)
def _fold_cluster(cluster: str) -> str:
    """What one character, with the marks that combine with it, is in match form: often one, or none."""
    if cluster in _FOLDED:
        return _FOLDED[cluster]
    if cluster.isspace() or cluster in _INVISIBLE:
        return ""
    normal = unicodedata.normalize("NFKC", cluster)
    return "".join(_FOLDED.get(c, c) for c in normal if not c.isspace())


class MatchView:
    """The match form of a text, with the way back.

    `text` is the folded text; `span(i, j)` gives the slice of the source that folds to `text[i:j]`, and
    `window(start, end)` the part of the folded text that stands in a slice of the source.
    """

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, source: str) -> None:
        folded: list[str] = []
        self._starts = array("q")
        self._ends = array("q")
        start, length = 0, len(source)
        while start < length:
            end = start + 1
            while end < length and unicodedata.combining(source[end]):
                end += 1
            piece = _fold_cluster(source[start:end])
            if piece == "-" and folded and folded[-1] == "-":
                self._ends[-1] = end  # —— and — are one dash
            else:
                folded.extend(piece)
                self._starts.extend([start] * len(piece))
                self._ends.extend([end] * len(piece))
            start = end
        self.text = "".join(folded)

    def span(self, begin: int, stop: int) -> tuple[int, int]:
        """Where `text[begin:stop]` (not empty) stands in the source."""
        return self._starts[begin], self._ends[stop - 1]

    def window(self, start: int, end: int) -> tuple[int, int]:
        """The indices of `text` whose characters stand wholly in `source[start:end]`."""
        return bisect_left(self._starts, start), bisect_right(self._ends, end)


def fold(text: str) -> str:
    """`text` in match form. Two texts with the same match form are the same words."""
    return MatchView(text).text
