"""Pages with their records as one HTML file: text, values where they stand, evidence, and what went wrong."""

from hyllm.pageview._view import page_view

__all__ = ["page_view"]
