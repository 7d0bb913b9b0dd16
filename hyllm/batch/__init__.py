"""An archive of any size: asked about page by page, each paid for once, within a budget.

A store (one SQLite file) holds the archive's pages, what was asked, what came, and what was read from it.
"""

from hyllm.batch._adopt import Comparison, adopt, begin_trial, compare
from hyllm.batch._budget import Budget, Caps
from hyllm.batch._engine import CAP_REACHED, INTERRUPTED, Engine, Progress
from hyllm.batch._enqueue import Look, enqueue, look_at
from hyllm.batch._forecast import Forecast, Range, forecast
from hyllm.batch._ledger import Spent, Took, last_answers, pages_asked, sample_rank, spent
from hyllm.batch._pace import Bucket, Flow
from hyllm.batch._rate import Rate
from hyllm.batch._readers import read_all
from hyllm.batch._report import (
    FAILED,
    Failure,
    Status,
    count_states,
    everything_about,
    failures,
    gc,
    reparse,
    retry,
    status,
)
from hyllm.batch._run import run_batch
from hyllm.batch._run_types import Ended, Now, Options
from hyllm.batch._setup import (
    Setup,
    load_setups,
    new_setup,
    refuse_foreign_code,
    replace_setup,
    save_setup,
    setup_in_force,
)
from hyllm.batch._shared import Shared
from hyllm.batch._store import Store, StoreError

__all__ = [
    "CAP_REACHED",
    "FAILED",
    "INTERRUPTED",
    "Bucket",
    "Budget",
    "Caps",
    "Comparison",
    "Ended",
    "Engine",
    "Failure",
    "Flow",
    "Forecast",
    "Look",
    "Now",
    "Options",
    "Progress",
    "Range",
    "Rate",
    "Setup",
    "Shared",
    "Spent",
    "Status",
    "Store",
    "StoreError",
    "Took",
    "adopt",
    "begin_trial",
    "compare",
    "count_states",
    "enqueue",
    "everything_about",
    "failures",
    "forecast",
    "gc",
    "last_answers",
    "load_setups",
    "look_at",
    "new_setup",
    "pages_asked",
    "read_all",
    "refuse_foreign_code",
    "reparse",
    "replace_setup",
    "retry",
    "run_batch",
    "sample_rank",
    "save_setup",
    "setup_in_force",
    "spent",
    "status",
]
