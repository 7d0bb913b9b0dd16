"""Clean articles: what a page was meant to say, before layout and OCR."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hyllm.errors import UsageError

PartKind = Literal["titles", "bylines", "paragraphs", "captions", "furniture"]
_IN_ARTICLES = tuple(kind for kind in get_args(PartKind) if kind != "furniture")
_NAME = re.compile(r"[\w.-]+")
_ISSUE_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_MOST_TOLD = 8


def _one_line(text: str) -> str:
    if not text or text != text.strip() or text.splitlines() != [text]:
        raise ValueError("must be one line, not empty, without white space at its ends")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("must be letters, digits, '-', '_' and '.'")
    return text


def _issue_date(text: str) -> str:
    match = _ISSUE_DATE.fullmatch(text)
    if match is None:
        raise ValueError("must be YYYY-MM-DD, YYYY-MM or YYYY")
    date(*(int(number) for number in match.groups(default="1")))
    return text


Text = Annotated[str, AfterValidator(_one_line)]
Name = Annotated[str, AfterValidator(_name)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(_Strict):
    """One article. What it says stands in lists by kind; `order` says how they follow each other."""

    id: Name
    titles: tuple[Text, ...] = ()
    """The headline, its further lines, and headings within the text."""
    bylines: tuple[Text, ...] = ()
    paragraphs: tuple[Text, ...] = ()
    captions: tuple[Text, ...] = ()
    order: tuple[str, ...] = ()
    """Every part once, as `titles/0`; empty: titles, bylines, paragraphs, captions."""

    @model_validator(mode="after")
    def _check_order(self) -> "Article":
        if not self._natural():
            raise ValueError("has no text")
        if self.order and sorted(self.order) != sorted(self._natural()):
            raise ValueError(f"order must name each part once: {', '.join(self._natural())}")
        return self

    def _natural(self) -> list[str]:
        return [f"{kind}/{place}" for kind in _IN_ARTICLES for place in range(len(self.texts(kind)))]

    def texts(self, kind: str) -> tuple[str, ...]:
        """The texts of one kind of part."""
        return cast("tuple[str, ...]", getattr(self, kind))

    def parts(self) -> list[tuple[PartKind, str, str]]:
        """Kind, name (`paragraphs/2`) and text of each part in reading order."""
        found: list[tuple[PartKind, str, str]] = []
        for name in self.order or self._natural():
            kind, _, place = name.partition("/")
            found.append((cast("PartKind", kind), name, self.texts(kind)[int(place)]))
        return found


class ArticleSet(_Strict):
    """The articles of one page in their true order, and what is known of the page."""

    id: Name
    paper: str | None = None
    issue_date: Annotated[str, AfterValidator(_issue_date)] | None = None
    page_no: str | None = None
    group: str | None = None
    """What sort of page it is: scores are told by it."""
    furniture: tuple[Text, ...] = ()
    """Masthead, section names, credits: lines of the page that belong to no article."""
    articles: tuple[Article, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_ids(self) -> "ArticleSet":
        if len({article.id for article in self.articles}) < len(self.articles):
            raise ValueError("two articles have the same id")
        return self


def read_articles(path: str | Path) -> ArticleSet:
    """The articles in a JSON file.

    Raises:
        UsageError: the file cannot be read, or holds no articles; the message names file, place and fault.
    """
    try:
        return ArticleSet.model_validate(json.loads(Path(path).read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        raise UsageError(f"{path}: no articles\n  {_told(error)}") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: no JSON in UTF-8: {error}") from error


def _told(error: ValidationError) -> str:
    faults = error.errors(include_url=False)[:_MOST_TOLD]
    return "\n  ".join(f"/{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
