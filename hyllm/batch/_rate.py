"""How fast answers come, over the last minute."""

from collections import deque

_WINDOW = 60.0


class Rate:
    """Answers a second, of a count that is noted now and then."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, int]] = deque()

    def note(self, seconds: float, answers: int) -> float:
        """The rate, once so many answers had come after so many seconds."""
        self._noted.append((seconds, answers))
        while seconds - self._noted[0][0] >= _WINDOW:
            self._noted.popleft()
        since, before = self._noted[0]
        return (answers - before) / (seconds - since) if seconds > since else 0.0
