"""From what a model said of a page to finished records: words located, values computed, rules applied."""

from hyllm.resolve._page import Resolved, resolve_page

__all__ = ["Resolved", "resolve_page"]
