"""Where pages come from: files, folders, standard input, bytes, JSON Lines; and what is known of each."""

from hyllm.archive._dating import describe_dates
from hyllm.archive._decode import Decoded, decode
from hyllm.archive._files import PageFile, find_pages
from hyllm.archive._metadata import Metadata
from hyllm.archive._page import Page
from hyllm.archive._reader import PageReader, read_page
from hyllm.archive._stream import SUFFIXES, ArchiveFile, archive_files

__all__ = [
    "SUFFIXES",
    "ArchiveFile",
    "Decoded",
    "Metadata",
    "Page",
    "PageFile",
    "PageReader",
    "archive_files",
    "decode",
    "describe_dates",
    "find_pages",
    "read_page",
]
