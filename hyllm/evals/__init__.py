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
from hyllm.evals._baseline import bless, find_run, read_baseline, suite_run
from hyllm.evals._beside import NOTHING, Beside, beside
from hyllm.evals._carry import Carried, Change, carry
from hyllm.evals._damage import DAMAGES, Damage, damaged
from hyllm.evals._decisions import (
    Decision,
    decisions_file,
    keep_decision,
    read_decisions,
    with_decisions,
)
from hyllm.evals._folder import all_numbers, suite_gates, write_folder, write_report
from hyllm.evals._making import carried_to, differences, folder_files, gold_file, page_files, write_text
from hyllm.evals._measures import Measures, measures
from hyllm.evals._page import BANDS, Band, MadePage, Run, Stretch
from hyllm.evals._robustness import SHARES, Survival, robustness
from hyllm.evals._running import SuiteRun, run_suite, suite_pages
from hyllm.evals._scored import KnownPage, known_pages, scored, scored_pages
from hyllm.evals._source import Block, Place, Source, source_of
from hyllm.evals._suites import Folder, PlannedPage, Suite, Suites, read_suites

__all__ = [
    "BANDS",
    "DAMAGES",
    "NOTHING",
    "SHARES",
    "Article",
    "ArticleSet",
    "Band",
    "Beside",
    "Block",
    "Carried",
    "Change",
    "Damage",
    "Decision",
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
    "SuiteRun",
    "Suites",
    "Survival",
    "all_numbers",
    "beside",
    "bless",
    "carried_to",
    "carry",
    "damaged",
    "decisions_file",
    "differences",
    "find_run",
    "folder_files",
    "gold_file",
    "keep_decision",
    "known_pages",
    "make_page",
    "measures",
    "page_files",
    "read_articles",
    "read_baseline",
    "read_decisions",
    "read_suites",
    "robustness",
    "run_suite",
    "scored",
    "scored_pages",
    "source_of",
    "suite_gates",
    "suite_pages",
    "suite_run",
    "with_decisions",
    "write_folder",
    "write_report",
    "write_text",
]
