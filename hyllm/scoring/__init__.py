"""Predictions scored against gold: typed, grounded records, slot by slot.

Pure and deterministic: no client, no network, and the same input in any order gives the same numbers.

```python
from hyllm.scoring import metrics, read_gold, read_predictions, score

found = score(read_gold("evals/gold"), read_predictions("predictions.jsonl"))
print(metrics(found)["slots"]["F1"])
```
"""

from hyllm.scoring._fields import Rule
from hyllm.scoring._gold import GoldPage, read_gold
from hyllm.scoring._grounding import PageText
from hyllm.scoring._predictions import Prediction, read_predictions
from hyllm.scoring._score import About, Score, score
from hyllm.scoring._metrics import metrics

__all__ = [
    "About",
    "GoldPage",
    "PageText",
    "Prediction",
    "Rule",
    "Score",
    "metrics",
    "read_gold",
    "read_predictions",
    "score",
]
