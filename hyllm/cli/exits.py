"""What the command line exits with, besides the codes that errors have of their own."""

from hyllm.errors import AnswerError, EndpointError

GATE_FAILED = 1
SOME_FAILED = AnswerError.exit_code
"""Some pages failed, or are still to be asked about."""
STOPPED = EndpointError.exit_code
INTERRUPTED = 130
