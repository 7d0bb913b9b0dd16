"""What is known of pages beside their text: a page's own JSON file, and a table with a row a page."""

import csv
import io
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hyllm.archive._decode import decode
from hyllm.archive._metadata import Metadata, metadata_from
from hyllm.archive._page import shown
from hyllm.errors import PageError, UsageError

_LOOKS_LIKE_ISSUE_DATE = ("date", "issue date", "issuedate", "日期", "出报日期")


def read_sidecar(path: Path) -> Metadata | None:
    """What `<page>.json` beside a page's file says, or `None` if there is none.

    Raises:
        PageError: it cannot be read, is no JSON object, or a field of it cannot be.
    """
    sidecar = path.with_suffix(".json")
    if sidecar == path or not _is_file(sidecar):
        return None
    name = shown(sidecar)
    try:
        found: Any = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise PageError(f"{name}: cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise PageError(f"{name}: must be a JSON object with paper, issue_date, page_no, city")
    return metadata_from(found, name)  # pyright: ignore[reportUnknownArgumentType]


def _is_file(path: Path) -> bool:
    """Whether there is such a file; none can be whose name is too long."""
    with suppress(OSError):
        return path.is_file()
    return False


def read_table(path: Path) -> dict[str, Metadata]:
    """The rows of a CSV file by the page they are of; in any encoding that pages may have.

    The first row names the columns: page, and any of paper, issue_date, page_no, city; others go into
    `extra`. Columns are parted by commas, semicolons or tabs. An empty cell says nothing.

    Raises:
        UsageError: the file cannot be read, has no column `page`, or a row of it cannot be.
    """
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror}") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text), restval="")
    rows.fieldnames = [name.strip() for name in rows.fieldnames or ()]
    if "page" not in rows.fieldnames:
        raise UsageError(f"{shown(path)}: the first row must name the columns, one of them page")
    mistaken = next((name for name in rows.fieldnames if name.lower() in _LOOKS_LIKE_ISSUE_DATE), None)
    if mistaken and "issue_date" not in rows.fieldnames:
        raise UsageError(
            f"{shown(path)}: no column issue_date, but {mistaken!r}: rename it, or call it what else it is"
        )
    try:
        return _by_page(rows, path)
    except csv.Error as error:
        raise UsageError(f"{shown(path)}, line {rows.line_num}: {error}") from error


def _by_page(rows: "csv.DictReader[str]", path: Path) -> dict[str, Metadata]:
    found: dict[str, Metadata] = {}
    for row in rows:
        name = f"{shown(path)}, line {rows.line_num}"
        page, metadata = _row(row, name)
        if page in found:
            raise UsageError(f"{name}: a second row for page {page!r}")
        found[page] = metadata
    return found


def _row(row: Mapping[str | None, Any], name: str) -> tuple[str, Metadata]:
    if None in row:
        raise UsageError(f"{name}: has more cells than the first row names columns")
    cells = {str(column): text.strip() for column, text in row.items() if text.strip()}
    page = cells.pop("page", "").removesuffix(".txt")
    if not page:
        raise UsageError(f"{name}: names no page")
    return page, metadata_from(cells, name)


def _delimiter(text: str) -> str:
    """What parts the columns, by the first row."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
