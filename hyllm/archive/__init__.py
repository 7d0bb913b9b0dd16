"""Where pages come from."""

from hyllm.archive._files import find_pages, read_page
from hyllm.archive._page import Metadata, Page

__all__ = ["Metadata", "Page", "find_pages", "read_page"]
