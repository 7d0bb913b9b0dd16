"""Pages for evals: clean articles made into pages as the archive's OCR has them, with gold for each.

```python
from hyllm.evals import carry, make_page, read_articles

articles = read_articles("front.articles.json")
clean, damaged = make_page(articles, "clean"), make_page(articles, "interleaved", seed=7)
gold, changes = carry(clean_gold, clean, damaged, page="front-interleaved")
```
"""

from hyllm.evals._articles import Article, ArticleSet, read_articles
from hyllm.evals._bands import make_page
from hyllm.evals._carry import Carried, Change, carry
from hyllm.evals._making import carried_to, differences, folder_files, gold_file, page_files, write_text
from hyllm.evals._measures import Measures, measures
from hyllm.evals._page import BANDS, Band, MadePage, Run, Stretch
from hyllm.evals._scored import KnownPage, known_pages, scored, scored_pages
from hyllm.evals._source import Block, Place, Source, source_of
from hyllm.evals._suites import Folder, PlannedPage, Suite, Suites, read_suites

__all__ = [
    "BANDS",
    "Article",
    "ArticleSet",
    "Band",
    "Block",
    "Carried",
    "Change",
    "Folder",
    "KnownPage",
    "MadePage",
    "Measures",
    "Place",
    "PlannedPage",
    "Run",
    "Source",
    "Stretch",
    "Suite",
    "Suites",
    "carried_to",
    "carry",
    "differences",
    "folder_files",
    "gold_file",
    "known_pages",
    "make_page",
    "measures",
    "page_files",
    "read_articles",
    "read_suites",
    "scored",
    "scored_pages",
    "source_of",
    "write_text",
]
