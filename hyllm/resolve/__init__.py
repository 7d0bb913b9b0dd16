"""From what a model said of a page to finished records: words located, values computed, rules applied."""

from hyllm.resolve._links import Link
from hyllm.resolve._merge import Conflict, merged, supplemented
from hyllm.resolve._page import Resolved, resolve_page
from hyllm.resolve._places import Gazetteer, load_gazetteer
from hyllm.resolve._unclaimed import Unclaimed, shown_unclaimed

__all__ = [
    "Conflict",
    "Gazetteer",
    "Link",
    "Resolved",
    "Unclaimed",
    "load_gazetteer",
    "merged",
    "resolve_page",
    "shown_unclaimed",
    "supplemented",
]
