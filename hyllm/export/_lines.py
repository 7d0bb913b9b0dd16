"""A store as prediction lines."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, cast

from hyllm.escaping import json_line
from hyllm.export._pages import StoredPage, stored_pages

_LONG_RUN = re.compile("[\u3400-\u9fff][\u3400-\u9fff\\W]{18,}[\u3400-\u9fff]")
"""Some twenty Chinese characters in a row, punctuation between them or not: a passage, no name or amount."""


def prediction_lines(db: sqlite3.Connection, *, without_text: bool = False) -> Iterator[str]:
    """The prediction line of each page that was read or failed for good, in the order of the pages' ids."""
    for page in stored_pages(db):
        line = page.line or _failed(page)
        if line is not None:
            yield json_line(without_passages(line) if without_text else line)


def _failed(page: StoredPage) -> Mapping[str, Any] | None:
    """The line of a page that was set aside; `None` for one that is not there yet, or stands for another."""
    if page.state != "failed":
        return None
    about = {name: page.about[name] for name in ("paper", "issue_date", "page_no", "extra")}
    problem = {"at": "", "reason": "failed", "text": "", "message": page.message or page.cause or "failed"}
    none: dict[str, list[Any]] = {name: [] for name in ("grounding", "unclaimed", "links")}
    head = {"format": 1, "status": "failed", "page": page.page, "text_sha256": page.text_sha256}
    return head | about | none | {"problems": [problem], "usage": None, "provenance": None}


def without_passages(tree: Any) -> Any:
    """A tree without the page's passages: quotes are null (their places stand in `grounding`), and so is any
    text with twenty Chinese characters or more in a row. Names, amounts and dates stay.
    """
    if isinstance(tree, dict):
        found = cast("dict[str, Any]", tree)
        return {key: None if key == "quote" else without_passages(value) for key, value in found.items()}
    if isinstance(tree, list):
        return [without_passages(item) for item in cast("list[Any]", tree)]
    return None if isinstance(tree, str) and is_passage(tree) else tree


def is_passage(text: str) -> bool:
    return _LONG_RUN.search(text) is not None
