"""hyllm: grounded records of projects, meetings and officials from the pages of a Chinese city newspaper.

```python
from hyllm import Extractor, read_page

page = read_page("hyrb-2022-03-18-1.txt")
for project in Extractor("openai/gpt-5-mini").extract(page).projects:
    print(project.name, project.stage, project.investment)
```
"""

from hyllm.archive import Metadata, Page, PageReader, find_pages, read_page
from hyllm.errors import (
    AnswerError,
    EndpointError,
    HyllmError,
    PageError,
    RecordingError,
    StaleRecording,
    UsageError,
)
from hyllm.extract import Extractor
from hyllm.extraction import Extraction
from hyllm.marks import Grounding, Problem
from hyllm.version import __version__

__all__ = [
    "AnswerError",
    "EndpointError",
    "Extraction",
    "Extractor",
    "Grounding",
    "HyllmError",
    "Metadata",
    "Page",
    "PageError",
    "PageReader",
    "Problem",
    "RecordingError",
    "StaleRecording",
    "UsageError",
    "__version__",
    "find_pages",
    "read_page",
]
