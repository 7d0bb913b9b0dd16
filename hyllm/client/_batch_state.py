"""Where a batch stands at an endpoint."""

from typing import NamedTuple

_ENDED = frozenset(("completed", "failed", "expired", "cancelled", "canceled"))


class BatchState(NamedTuple):
    """Where a batch stands."""

    id: str
    status: str
    output_file: str | None
    error_file: str | None
    completed: int
    """Requests that are answered, as far as the endpoint tells it."""
    total: int
    message: str
    """Why it failed."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.status in _ENDED

    def __str__(self) -> str:
        counted = f", {self.completed:,} of {self.total:,} answered" if self.total else ""
        return f"{self.status}{counted}{f': {self.message}' if self.message else ''}"
