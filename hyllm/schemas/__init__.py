"""The records hyllm makes: `Project`, `Meeting`, `Official`, and what they are made of.

These classes are the one source of truth: what a model is asked for, the JSON Schemas in `schemas/` and
the shape of gold and predictions all follow from them.
"""

from hyllm.schemas._base import Computed, Count, Evidence, FromWords, Kind, Ordinal, Part, Record
from hyllm.schemas._meeting import Meeting, Outcome, Participant
from hyllm.schemas._official import Official, Post
from hyllm.schemas._project import Figure, Milestone, Party, Project
from hyllm.schemas._reading import (
    DateReading,
    Reading,
    annotation_of,
    page_model,
    reading_model,
    signature,
    without_none,
)
from hyllm.schemas._rows import in_rows, of_row, part_of
from hyllm.schemas._values import Date, Money, Quantity
from hyllm.schemas._wire import wire_schema

__all__ = [
    "Computed",
    "Count",
    "Date",
    "DateReading",
    "Evidence",
    "Figure",
    "FromWords",
    "Kind",
    "Meeting",
    "Milestone",
    "Money",
    "Official",
    "Ordinal",
    "Outcome",
    "Part",
    "Participant",
    "Party",
    "Post",
    "Project",
    "Quantity",
    "Reading",
    "Record",
    "annotation_of",
    "in_rows",
    "of_row",
    "page_model",
    "part_of",
    "reading_model",
    "signature",
    "wire_schema",
    "without_none",
]
