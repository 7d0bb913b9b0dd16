"""The clean text: every part of every article on a line of its own, and what stands at each index."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from hyllm.evals._articles import ArticleSet, PartKind

_BETWEEN = "\n\n"


class Block(NamedTuple):
    """One part of the page: `source.text[start:end]`."""

    article: str | None
    """The article's id; `None` for what belongs to the page."""
    kind: PartKind
    part: str
    """Its name within the article, as `paragraphs/2`."""
    start: int
    end: int


class Place(NamedTuple):
    """Where a character stands in the articles."""

    article: str | None
    part: str
    offset: int


@dataclass(frozen=True)
class Source:
    """The clean text of a page. Its indices are what every character of a made page is traced to."""

    articles: ArticleSet
    text: str
    blocks: tuple[Block, ...]
    """In reading order."""

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def block_at(self, index: int) -> Block:
        """The block that holds the character at `index`.

        Raises:
            IndexError: the index lies between blocks, or outside the text.
        """
        block = self.blocks[max(0, bisect_right(self._starts, index) - 1)]
        if not block.start <= index < block.end:
            raise IndexError(f"no block holds index {index}")
        return block

    def place(self, index: int) -> Place:
        """The article, part and offset within the part of the character at `index`."""
        block = self.block_at(index)
        return Place(block.article, block.part, index - block.start)


def source_of(articles: ArticleSet) -> Source:
    """The clean text of a page: first what belongs to the page, then the articles in their order."""
    parts: list[tuple[str | None, PartKind, str, str]] = [
        (None, "furniture", f"furniture/{place}", line) for place, line in enumerate(articles.furniture)
    ]
    parts += [(article.id, *part) for article in articles.articles for part in article.parts()]
    blocks: list[Block] = []
    start = 0
    for article, kind, name, text in parts:
        blocks.append(Block(article, kind, name, start, start + len(text)))
        start += len(text) + len(_BETWEEN)
    return Source(articles, _BETWEEN.join(text for *_, text in parts), tuple(blocks))
