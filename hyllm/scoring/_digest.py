"""The digest of the scorer: two numbers may be set side by side only where it is the same."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hyllm.schemas import Record
from hyllm.scoring import _align, _beside, _fields, _similar, _slots
from hyllm.scoring._confusable import GROUPS

VERSION = 1
"""Raised with every change that changes a count."""


def resolved(kinds: Sequence[type[Record]]) -> dict[str, Any]:
    """All settings: thresholds, and each kind's table of rows with its comparators."""
    return {
        "version": VERSION,
        "tau": _align.TAU,
        "dice": _slots.DICE,
        "overlap": _similar.OVERLAP,
        "run": _beside.SHORTEST_RUN,
        "confusable": hashlib.sha256(GROUPS.encode()).hexdigest()[:12],
        "kinds": {
            kind.hyllm.plural: [asdict(row) for row in _fields.rows_of(kind)]
            for kind in sorted(kinds, key=lambda kind: kind.hyllm.plural)
        },
    }


def scorer_digest(kinds: Sequence[type[Record]]) -> str:
    """SHA-256 of the resolved settings, in hex."""
    return hashlib.sha256(json.dumps(resolved(kinds), sort_keys=True).encode()).hexdigest()
