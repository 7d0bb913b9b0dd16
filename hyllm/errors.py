"""The errors hyllm raises, one class for each thing a caller would do differently.

HyllmError
├── UsageError          the call, an option or an input is wrong; nothing was sent
│   └── PageError       a page cannot be read, or is no page
├── RecordingError      no recording answers this request, or what is there is unreadable
│   └── StaleRecording  the page is recorded, with another request than today's
├── EndpointError       the endpoint or the key is unusable: no page will do better
└── AnswerError         this page got no answer that can be read: other pages may
    └── InternalError   hyllm failed on this page: please report it
"""

from typing import ClassVar, Literal

AnswerReason = Literal["failed", "refused", "truncated"]


class HyllmError(Exception):
    """Base of all errors of hyllm. `str(error)` is written for people."""

    exit_code: ClassVar[int] = 2
    """What the command line exits with when this error ends it."""


class UsageError(HyllmError):
    """A wrong call, option, configuration or input. Nothing was sent."""


class PageError(UsageError):
    """A page that cannot be read or is no page. The message names the file and says what to do."""


class RecordingError(HyllmError):
    """A recording that is missing or cannot be read."""

    exit_code = 3


class StaleRecording(RecordingError):
    """The page was recorded with another request. The message names what has changed."""

    def __init__(self, message: str, *, changes: str = "") -> None:
        super().__init__(message)
        self.changes = changes
        """What has changed: a line that names it, then the first lines that differ."""


class EndpointError(HyllmError):
    """The endpoint cannot be reached, or refuses the key, the model or the request."""

    exit_code = 5


class AnswerError(HyllmError):
    """The endpoint answered, but nothing in it can be read as an answer for this page."""

    exit_code = 4

    def __init__(self, message: str, *, reason: AnswerReason = "failed") -> None:
        super().__init__(message)
        self.reason: AnswerReason = reason
        """What the page's problem entry says."""


class InternalError(AnswerError):
    """hyllm itself failed on this page, which is a fault to be reported; other pages may do."""
