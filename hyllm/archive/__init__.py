"""Where pages come from: files, folders, standard input, bytes, JSON Lines; and what is known of each."""

from hyllm.archive._dating import describe_dates
from hyllm.archive._decode import Decoded, decode
from hyllm.archive._files import PageFile, find_pages
from hyllm.archive._metadata import Metadata
from hyllm.archive._page import Page
from hyllm.archive._reader import PageReader, read_page

__all__ = [
    "Decoded",
    "Metadata",
    "Page",
    "PageFile",
    "PageReader",
    "decode",
    "describe_dates",
    "find_pages",
    "read_page",
]
