"""HTML that is safe with any text in it: escaped text, marked page text, documents that load nothing."""

from hyllm.html._document import document
from hyllm.html._text import Mark, bidi_safe, both, marked, plain, snippet

__all__ = ["Mark", "bidi_safe", "both", "document", "marked", "plain", "snippet"]
