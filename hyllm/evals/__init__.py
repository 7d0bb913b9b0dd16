"""Pages for evals: clean articles made into pages as the archive's OCR has them, with gold for each."""

from hyllm.evals._articles import Article, ArticleSet, read_articles
from hyllm.evals._bands import make_page
from hyllm.evals._carry import Carried, Change, carry
from hyllm.evals._page import BANDS, Band, MadePage, Run, Stretch
from hyllm.evals._source import Block, Place, Source, source_of

__all__ = [
    "BANDS",
    "Article",
    "ArticleSet",
    "Band",
    "Block",
    "Carried",
    "Change",
    "MadePage",
    "Place",
    "Run",
    "Source",
    "Stretch",
    "carry",
    "make_page",
    "read_articles",
    "source_of",
]
