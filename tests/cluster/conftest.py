"""Shards that read their answers in the tests' own process."""

from dataclasses import replace
from typing import Any

import pytest

from hyllm.batch import Ended, Options, Store, run_batch
from tests.batch.reading import read_here


@pytest.fixture
def reads_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards read their answers in this process: a process for it takes a second to start. None asks further."""

    def run_here(store: Store, setup: Any, endpoint: Any, options: Options, **shared: Any) -> Ended:
        ended = run_batch(store, setup, endpoint, replace(options, readers=0), **shared)
        read_here(store.connection)
        return ended

    monkeypatch.setattr("hyllm.cluster._shard.run_batch", run_here)
    monkeypatch.setattr("hyllm.cluster._whole.read_all", lambda store: read_here(store.connection))  # pyright: ignore
    monkeypatch.setattr("hyllm.batch._engine.backoff", lambda attempt: 0.01)  # pyright: ignore
