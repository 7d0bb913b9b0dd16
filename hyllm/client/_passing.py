"""The error of a request that may do better later: the caller decides when, since others wait with it."""

from hyllm.errors import HyllmError


class PassingError(HyllmError):
    """An endpoint that is busy, broke off or did not answer in time.

    Args:
        message: for people.
        cause: in a word or two, to count by: `429`, `503`, `time-out`, `broken off`, `unreachable`.
        retry_after: seconds the endpoint asks to be left alone for.
    """

    exit_code = 4

    def __init__(self, message: str, *, cause: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.cause = cause
        self.retry_after = retry_after

    @property
    def throttled(self) -> bool:
        """Whether the endpoint says that it has too much to do."""
        return self.cause in ("429", "503", "529")

    @property
    def late(self) -> bool:
        """Whether no answer came in time."""
        return self.cause == "time-out"

    @property
    def unreachable(self) -> bool:
        """Whether there was no connection at all."""
        return self.cause == "unreachable"

    @property
    def maybe_paid(self) -> bool:
        """Whether an answer may have been made, and be paid for, that did not come."""
        return self.late or self.cause == "broken off"
