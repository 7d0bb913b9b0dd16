"""Where a run's money and pace come from, if not from its own options: several machines share them."""

from typing import Protocol

from hyllm.batch._budget import Budget
from hyllm.batch._engine import Engine
from hyllm.batch._pace import Flow
from hyllm.client import Price


class Shared(Protocol):
    """Money and pace that a run has together with others."""

    @property
    def requests(self) -> Flow | None:
        """What lets requests out."""
        ...

    @property
    def tokens(self) -> Flow | None:
        """What lets tokens out."""
        ...

    def budget(self, *, prompt_tokens: int, answer_tokens: int, price: Price | None) -> Budget:
        """The run's budget, whose caps may grow.

        Args:
            prompt_tokens: of the system message, estimated.
            answer_tokens: the longest answer that is asked for.
            price: of a million tokens; `None` where it is not known.
        """
        ...

    async def run(self, engine: Engine) -> None:
        """Gets more as it is needed, beside asking and reading; cancelled when both have ended."""
        ...

    async def close(self) -> None:
        """Hands back what was not used. Awaited last, however the run ends; the store is written by then."""
        ...
