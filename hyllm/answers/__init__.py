"""What a model said, read out of a chat completion: the same functions for every way an answer can come.

Everything here is a pure function of the answer. What is complete and of the right form is kept; what is
not is left out, listed as a problem, and named so that it can be asked for again.
"""

from hyllm.answers._message import Unreadable
from hyllm.answers._read import Answer, Fault, read_answer
from hyllm.answers._unite import United, united
from hyllm.answers._usage import NO_USAGE, Usage, read_usage

__all__ = [
    "NO_USAGE",
    "Answer",
    "Fault",
    "United",
    "Unreadable",
    "Usage",
    "read_answer",
    "read_usage",
    "united",
]
