"""Predictions scored against gold: typed, grounded records, slot by slot.

Pure and deterministic: no client, no network, and the same input in any order gives the same numbers.

```python
from hyllm.scoring import metrics, read_gold, read_predictions, score

found = score(read_gold("evals/gold"), read_predictions("predictions.jsonl"))
print(metrics(found)["slots"]["F1"])
```
"""

from hyllm.scoring._agree import Agreement, agree, agree_pages
from hyllm.scoring._check import Checked, Finding, check_gold, digests
from hyllm.scoring._compare import Change, Comparison, View, compare_runs
from hyllm.scoring._cost import costs
from hyllm.scoring._fields import Rule
from hyllm.scoring._gates import Gate, gates, junit
from hyllm.scoring._gold import GoldPage, read_gold
from hyllm.scoring._grounding import PageText
from hyllm.scoring._metrics import metrics, rounded
from hyllm.scoring._predictions import Prediction, read_predictions
from hyllm.scoring._runs import Run, read_lines, read_numbers, read_run, record_lines, write_run
from hyllm.scoring._score import About, Score, score

__all__ = [
    "About",
    "Agreement",
    "Change",
    "Checked",
    "Comparison",
    "Finding",
    "Gate",
    "GoldPage",
    "PageText",
    "Prediction",
    "Rule",
    "Run",
    "Score",
    "View",
    "agree",
    "agree_pages",
    "check_gold",
    "compare_runs",
    "costs",
    "digests",
    "gates",
    "junit",
    "metrics",
    "read_gold",
    "read_lines",
    "read_numbers",
    "read_predictions",
    "read_run",
    "record_lines",
    "rounded",
    "score",
    "write_run",
]
