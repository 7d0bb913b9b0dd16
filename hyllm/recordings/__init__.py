"""Recorded answers: what is written, what is found again, and what a stale one says."""

from hyllm.recordings._explain import explain
from hyllm.recordings._format import Interaction, Source, Turn, dumps, loads
from hyllm.recordings._store import Meta, Recordings, recorded_strategies
from hyllm.recordings._without_text import PageText

__all__ = [
    "Interaction",
    "Meta",
    "PageText",
    "Recordings",
    "Source",
    "Turn",
    "dumps",
    "explain",
    "loads",
    "recorded_strategies",
]
