"""A made page: its text, and for each of its characters where it comes from."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

from hyllm.evals._glyphs import Glyphs, text_of
from hyllm.evals._source import Place, Source

Band = Literal["clean", "wrapped", "interleaved"]
BANDS: tuple[Band, ...] = ("clean", "wrapped", "interleaved")

Span = tuple[int, int]


class Stretch(NamedTuple):
    """A run of the page that belongs to one article: `text[start:end]`."""

    start: int
    end: int
    article: str


class Run(NamedTuple):
    """Characters of the page that follow each other as in the clean text."""

    start: int
    end: int
    source: int
    """Where `text[start]` stands in the clean text; the others follow it one by one."""


@dataclass(frozen=True)
class MadePage:
    """A page made of clean articles."""

    source: Source
    band: Band
    seed: int
    glyphs: Glyphs

    @cached_property
    def text(self) -> str:
        return text_of(self.glyphs)

    @cached_property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def printed(self) -> dict[int, int]:
        """Where each character of the clean text is printed; lost ones have no entry."""
        return {glyph.origin: at for at, glyph in enumerate(self.glyphs) if glyph.origin is not None}

    def place(self, at: int) -> Place | None:
        """Where the character at `at` stands in the articles; `None`: it was put in."""
        origin = self.glyphs[at].origin
        return None if origin is None else self.source.place(origin)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The page by articles, in printed order. What lies between belongs to none."""
        found: list[Stretch] = []
        broken = True
        for at, glyph in enumerate(self.glyphs):
            if glyph.origin is None:
                continue
            article = self.source.block_at(glyph.origin).article
            if article is None:
                broken = True
            elif found and not broken and found[-1].article == article:
                found[-1] = found[-1]._replace(end=at + 1)
            else:
                found.append(Stretch(at, at + 1, article))
                broken = False
        return tuple(found)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The whole map: what stands in no run was put in."""
        found: list[Run] = []
        for at, glyph in enumerate(self.glyphs):
            if glyph.origin is None:
                continue
            last = found[-1] if found else None
            if last and last.end == at and last.source + at - last.start == glyph.origin:
                found[-1] = last._replace(end=at + 1)
            else:
                found.append(Run(at, at + 1, glyph.origin))
        return tuple(found)

    def changed(self) -> Iterator[tuple[int, str, str]]:
        """The place of each changed character, what it was, and what it is."""
        for at, glyph in enumerate(self.glyphs):
            if glyph.origin is not None and self.source.text[glyph.origin] != glyph.char:
                yield at, self.source.text[glyph.origin], glyph.char

    def pieces(self, origins: Sequence[int]) -> list[Span]:
        """Where characters of the clean text are printed, in spans with only white space put in between.

        One span means that they stand on the page in one piece. The spans are in the order of `origins`.
        """
        found: list[Span] = []
        for at in (self.printed[origin] for origin in origins if origin in self.printed):
            if found and self._is_gap(found[-1][1], at):
                found[-1] = found[-1][0], at + 1
            else:
                found.append((at, at + 1))
        return found

    def _is_gap(self, end: int, at: int) -> bool:
        return end <= at and all(g.origin is None and g.char.isspace() for g in self.glyphs[end:at])

    def sidecar(self) -> dict[str, Any]:
        """What stands beside the page's text: its date and number, and what a scorer tells scores by."""
        articles = self.source.articles
        about = {"paper": articles.paper, "issue_date": articles.issue_date, "page_no": articles.page_no}
        spans = [{"start": s.start, "end": s.end, "id": s.article} for s in self.stretches]
        extra = {"cluster": articles.id, "group": articles.group, "band": self.band, "seed": self.seed}
        return {name: value for name, value in (about | extra).items() if value is not None} | {
            "articles": spans
        }

    def truth(self) -> dict[str, Any]:
        """The true articles in their order, and the place of every character, as JSON."""
        blocks = [block._asdict() for block in self.source.blocks]
        return {
            "text_sha256": self.text_sha256,
            "source": self.source.text,
            "blocks": blocks,
            "runs": [list(run) for run in self.runs],
            "changed": [list(change) for change in self.changed()],
        }
