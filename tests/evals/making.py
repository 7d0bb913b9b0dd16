"""Invented pages with gold, and pages set by hand."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hyllm.evals import Article, ArticleSet, Band, MadePage, Source, make_page, read_articles, source_of
from hyllm.evals._glyphs import NEWLINE, Glyph, Glyphs, glyphs_of, set_in_lines

DATA = Path(__file__).parent / "data"
SETS = ("briefs", "county", "front")


@lru_cache
def articles(name: str) -> ArticleSet:
    return read_articles(DATA / f"{name}.articles.json")


@lru_cache
def page(name: str, band: Band, seed: int = 0) -> MadePage:
    return make_page(articles(name), band, seed)


def gold(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.gold.json").read_text(encoding="utf-8"))


def source(*paragraphs: str) -> Source:
    return source_of(ArticleSet(id="set", articles=(Article(id="a", paragraphs=paragraphs),)))


def by_hand(of: Source, *pieces: str | tuple[str, str]) -> MadePage:
    """A page of pieces of the clean text, each a block; a pair is a piece and how it is printed, as long."""
    blocks = [_piece(of, *(piece if isinstance(piece, tuple) else (piece, piece))) for piece in pieces]
    return MadePage(of, "interleaved", 0, set_in_lines(blocks, between=(NEWLINE, NEWLINE)))


def _piece(of: Source, text: str, printed: str) -> Glyphs:
    start = of.text.find(text)
    if start < 0:  # no article's
        return tuple(Glyph(char, None) for char in printed)
    glyphs = glyphs_of(text, start)
    return tuple(glyph._replace(char=char) for glyph, char in zip(glyphs, printed, strict=True))


TEXTS = st.text(
    "衡阳市县园投资签约建设8亿元120万吨年产，。、“”——5月3日上午（）：AI ", min_size=1, max_size=90
).filter(lambda text: bool(text) and text == text.strip())


@st.composite
def article_sets(draw: st.DrawFn) -> ArticleSet:
    count = draw(st.integers(1, 3))
    found = tuple(
        Article(
            id=f"a{place}",
            titles=tuple(draw(st.lists(TEXTS, max_size=2))),
            paragraphs=tuple(draw(st.lists(TEXTS, min_size=1, max_size=4))),
            captions=tuple(draw(st.lists(TEXTS, max_size=1))),
        )
        for place in range(count)
    )
    return ArticleSet(id="drawn", furniture=("衡阳日报", "责编/某某"), articles=found)
