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
from hyllm.evals._damage import DAMAGES, Damage, damaged
from hyllm.evals._measures import Measures, measures
from hyllm.evals._page import BANDS, Band, MadePage, Run, Stretch
from hyllm.evals._robustness import SHARES, Survival, robustness
from hyllm.evals._source import Block, Place, Source, source_of

__all__ = [
    "BANDS",
    "DAMAGES",
    "SHARES",
    "Article",
    "ArticleSet",
    "Band",
    "Block",
    "Carried",
    "Change",
    "Damage",
    "MadePage",
    "Measures",
    "Place",
    "Run",
    "Source",
    "Stretch",
    "Survival",
    "carry",
    "damaged",
    "make_page",
    "measures",
    "read_articles",
    "robustness",
    "source_of",
]
