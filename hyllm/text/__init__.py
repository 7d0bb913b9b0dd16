"""A page's characters: the units a model is shown, and where the words it reports stand.

Everything here is a pure function of the text. Offsets are Python string indices, `[start, end)`.
"""

from hyllm.text._locate import Located, Locator, Status, locate
from hyllm.text._slices import joined, line_breaks
from hyllm.text._units import Unit, split_units
from hyllm.text._view import MatchView, fold

__all__ = [
    "Located",
    "Locator",
    "MatchView",
    "Status",
    "Unit",
    "fold",
    "joined",
    "line_breaks",
    "locate",
    "split_units",
]
