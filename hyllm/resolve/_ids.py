"""The ids of records: short hashes of the page, the kind and where the identity stands."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hyllm.marks import Grounding
from hyllm.schemas import Record

_LENGTH = 12
"""Hex digits: among 100,000 pages of 30 records, two share an id with a chance of one in 60."""


def with_ids(records: Sequence[Record], page_sha256: str, grounding: Mapping[str, Grounding]) -> list[Record]:
    """The records of one kind with their ids: the same records in another order have the same ids.

    Args:
        records: the records, in the order of the prediction.
        page_sha256: the hash of the page's text.
        grounding: the page's grounding entries by their `at`.
    """
    identities = [_identity(record, index, grounding) for index, record in enumerate(records)]
    keys = list(map(_key, identities))
    counts = Counter(keys)
    seen: Counter[str] = Counter()
    finished: list[Record] = []
    for index, (record, identity, key) in enumerate(zip(records, identities, keys, strict=True)):
        if counts[key] > 1:  # two sessions told under one name: their evidence tells them apart
            identity = [*identity, _places(f"/{record.hyllm.plural}/{index}/evidence", grounding)]
            key = _key(identity)
        repeat = seen[key]
        seen[key] += 1
        parts = [page_sha256, record.hyllm.name, identity, *([repeat] if repeat else [])]
        finished.append(
            record.model_copy(update={"id": hashlib.sha256(_key(parts).encode()).hexdigest()[:_LENGTH]})
        )
    return finished


def _identity(record: Record, index: int, grounding: Mapping[str, Grounding]) -> list[Any]:
    """Where each identity field stands; its words where they are not on the page."""
    at = f"/{record.hyllm.plural}/{index}"
    return [_field(getattr(record, name), f"{at}/{name}", grounding) for name in record.hyllm.identity]


def _field(value: Any, at: str, grounding: Mapping[str, Grounding]) -> Any:
    text = getattr(value, "text", value)
    entry = grounding.get(at) or grounding.get(f"{at}/text")
    return text if entry is None or entry.start is None else [entry.start, entry.end]


def _places(prefix: str, grounding: Mapping[str, Grounding]) -> list[Any]:
    return sorted(
        [e.start, e.end] for at, e in grounding.items() if at.startswith(prefix) and e.start is not None
    )


_key = json.JSONEncoder(ensure_ascii=False).encode
