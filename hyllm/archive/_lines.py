"""Pages from JSON Lines: `{"id", "text", …}` a line, whatever else is known of the page beside them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hyllm.archive._metadata import Metadata, metadata_from
from hyllm.errors import PageError

_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_ID = re.compile(r"[\x00-\x1f\x7f\\]|^/|(?:^|/)\.{0,2}(?:/|$)")
"""What an id cannot hold that names a file of results: control characters, and ways out of a folder."""
_LONGEST_ID = 200


class PageLine(NamedTuple):
    """A page as a line holds it."""

    page: str
    text: str
    """With U+FFFD for halves of characters, which JSON can hold and no file can."""
    metadata: Metadata
    place: str
    """The file and the line's number, for messages."""


def read_lines(
    lines: Iterable[bytes | PageError], source: str, encoding: str = "utf-8-sig"
) -> Iterator[PageLine | PageError]:
    """The page of each line, one at a time, and an error in place of each line that is none.

    Blank lines are passed over.

    Args:
        lines: the file's lines; an error in place of one is passed on.
        source: the file's name, for messages.
        encoding: what the lines are in.
    """
    for number, line in enumerate(lines, start=1):
        if isinstance(line, PageError):
            yield line
        elif line.strip():
            try:
                yield _page_line(line, f"{source}, line {number}", encoding)
            except PageError as error:
                yield error


def looks_like_lines(data: bytes) -> bool:
    """Whether a file's bytes begin with a JSON object, as no newspaper page does."""
    try:
        found: Any = json.loads(data.lstrip().partition(b"\n")[0].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "text" in found


def _page_line(line: bytes, place: str, encoding: str) -> PageLine:
    try:
        row: Any = json.loads(line.decode(encoding))
    except UnicodeDecodeError as error:
        raise PageError(
            f"{place}: not in {encoding.removesuffix('-sig')} (byte {error.start} of the line)"
        ) from error
    except (ValueError, RecursionError) as error:
        raise PageError(f"{place}: no JSON: {error}") from error
    if not isinstance(row, dict):
        raise PageError(f'{place}: must be an object {{"id", "text", …}}')
    return page_row(row, place)  # pyright: ignore[reportUnknownArgumentType]


def page_row(row: Mapping[str, Any], place: str) -> PageLine:
    """The page in a row: `id`, `text`, and what is known of it.

    Raises:
        PageError: it is none.
    """
    rest = dict(row)
    page, text = _id(rest.pop("id", None), place), rest.pop("text", None)
    if not isinstance(text, str):
        raise PageError(f"{place}: text must be there, and be text")
    return PageLine(page, _SURROGATE.sub("\ufffd", text), metadata_from(rest, place), place)


def _id(found: object, place: str) -> str:
    """The id of a page; a number counts as its digits."""
    page = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not page or len(page) > _LONGEST_ID or _NO_ID.search(page) or _SURROGATE.search(page):
        raise PageError(f"{place}: id must be there, and be able to name a file, as 2022/03/18-1 does")
    return page
