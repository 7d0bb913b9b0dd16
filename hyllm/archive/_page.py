"""One page of a newspaper: its text exactly as decoded, and what is known of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any

from hyllm.errors import PageError, UsageError

_ISSUE_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LONGEST = 40_000
"""Characters. A page of a daily has 2,000 to 12,000; what is longer is no page."""


@dataclass(frozen=True)
class Page:
    """A page. `text` is never altered: every offset hyllm gives is an index into it.

    Raises:
        PageError: the text is empty, too long for a page, or holds NUL characters.
        UsageError: `issue_date` is no year, month or day.
    """

    text: str
    page: str = "page"
    """The page's id, unique in a run: a file's name without its suffix."""
    paper: str | None = None
    """The newspaper's name, as in 衡阳日报."""
    issue_date: str | None = None
    """EDTF: 2020-07-30, or 2025-10 where only the month is known. Relative dates resolve against it."""
    page_no: str | None = None
    """Text: 1, A3."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What else is known, a scan's address or a shelfmark: carried along to the results."""
    conflicts: tuple[str, ...] = ()
    """Where two sources of metadata disagree; each becomes a problem entry."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise PageError(f"{self.page}: the page is empty")
        if "\0" in self.text:
            raise PageError(f"{self.page}: holds NUL characters: not text, or UTF-16 read as UTF-8")
        if len(self.text) > _LONGEST:
            raise PageError(
                f"{self.page}: {len(self.text):,} characters are more than one page "
                f"(at most {_LONGEST:,}); split the file into its pages"
            )
        if self.issue_date is not None:
            check_issue_date(self.issue_date)

    @cached_property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a page beside its text, from one source. `None`: the source does not say."""

    paper: str | None = None
    issue_date: str | None = None
    page_no: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def over(self, weaker: "Metadata", source: str) -> tuple["Metadata", tuple[str, ...]]:
        """These, completed by a weaker source; and where the two disagree."""
        merged: dict[str, Any] = {"extra": {**weaker.extra, **self.extra}}
        conflicts: list[str] = []
        for name in (f.name for f in fields(self) if f.name != "extra"):
            ours, theirs = getattr(self, name), getattr(weaker, name)
            if ours is not None and theirs is not None and ours != theirs:
                conflicts.append(f"{name}: {ours} is used, the {source} says {theirs}")
            merged[name] = theirs if ours is None else ours
        return Metadata(**merged), tuple(conflicts)


def check_issue_date(text: str) -> str:
    """`text` if it is an issue date: YYYY-MM-DD, YYYY-MM or YYYY.

    Raises:
        UsageError: it is none.
    """
    match = _ISSUE_DATE.fullmatch(text)
    if match is None:
        raise UsageError(f"issue date {text!r} is not of the form YYYY-MM-DD, YYYY-MM or YYYY")
    try:
        date(*(int(part) for part in match.groups(default="1")))
    except ValueError as error:
        raise UsageError(f"issue date {text!r}: {error}") from error
    return text
