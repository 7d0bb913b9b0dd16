"""One page of a newspaper: its text exactly as decoded, and what is known of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hyllm.archive._familiar import han_share
from hyllm.archive._metadata import check_issue_date, city_of
from hyllm.errors import PageError

_LONGEST = 40_000
"""Characters. A page of a daily has 2,000 to 12,000; what is longer is no page."""
_LEAST_HAN = 0.2
"""Of letters, digits and Chinese characters. A page of tables and prices has more."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAMAGED = "\ufffd"


@dataclass(frozen=True)
class Page:
    """A page. `text` is never altered: every offset hyllm gives is an index into it.

    Raises:
        PageError: the text is empty, or holds NUL characters or halves of characters; or, unless it is
            forced, it has over 40,000 characters, or under 20 % of it is Chinese.
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
    city: str | None = None
    """The city the paper is of, as in 衡阳. `None`: `own_city` tells it from the paper's name."""
    encoding: str | None = None
    """What the text was decoded from, as Python names it; `None` where it was given as text."""
    force: bool = field(default=False, repr=False)
    """Whether a text that is too long or hardly Chinese is a page all the same."""

    def __post_init__(self) -> None:
        check_text(self.text, shown(self.page), force=self.force)
        if self.issue_date is not None:
            check_issue_date(self.issue_date)

    @cached_property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def own_city(self) -> str | None:
        """The city the paper is of, without 市: as given, else as the paper's name says."""
        return self.city.removesuffix("市") if self.city else city_of(self.paper)

    @property
    def damaged(self) -> int:
        """How many places of the text are lost: U+FFFD, put there in decoding or found in the file."""
        return self.text.count(_DAMAGED)

    @property
    def damage(self) -> str | None:
        """A sentence on the places that are lost, for a problem entry; `None` where there are none."""
        if not self.damaged:
            return None
        places = "1 place" if self.damaged == 1 else f"{self.damaged} places"
        hint = "" if self.encoding is None else f"; read as {self.encoding}, if that is wrong give --encoding"
        return f"{places} of the text cannot be read (U+FFFD), the first at {self.text.index(_DAMAGED)}{hint}"


def check_text(text: str, name: str, *, force: bool = False) -> None:
    """Nothing, if `text` can be a page's.

    Raises:
        PageError: it cannot be, or hardly (unless it is forced). The message begins with `name`.
    """
    wrong = _unreadable(text) or (not force and _unlikely(text))
    if wrong:
        raise PageError(f"{name}: {wrong}")


def _unreadable(text: str) -> str | None:
    """Why this is no text at all."""
    if not text.strip():
        return "the page is empty"
    if "\0" in text:
        return "holds NUL characters: no text file, or in another encoding; give --encoding NAME"
    if _SURROGATE.search(text):
        return "holds halves of characters (lone surrogates), which no file can hold"
    return None


def _unlikely(text: str) -> str | None:
    """Why this is hardly a page of a Chinese newspaper."""
    if len(text) > _LONGEST:
        return (
            f"{len(text):,} characters are more than one page (at most {_LONGEST:,}); "
            "split the file into its pages, or give --force"
        )
    share = han_share(text)
    if share < _LEAST_HAN:
        return (
            f"only {share:.0%} of its characters are Chinese (at least {_LEAST_HAN:.0%}); "
            "if it is in another encoding give --encoding NAME, if it is a page all the same --force"
        )
    return None


def shown(name: object) -> str:
    """A name for a message: what a terminal would obey, or cannot show, is escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(name))
