"""Caps on dollars, tokens and pages: hard, since what a request costs at worst is reserved before it goes out.

Far from a cap that holds nothing up; near it fewer are in flight. Files are another matter: all that is out in them
counts at once, so each request counts what the dearest of the last ones took, which is nearer to the truth.
"""

import math
import sqlite3
from bisect import insort
from collections import deque
from dataclasses import dataclass

from hyllm.answers import Usage
from hyllm.batch._ledger import last_answers, spent, unsure_alone
from hyllm.batch._setup import Setup
from hyllm.client import Price
from hyllm.tokens import estimate_tokens

_RECENT = 500
_ENOUGH = 50
"""Answers from which on the recent ones say what the next may take."""
_WORST_RATIO = 1.3
"""Tokens sent, over those estimated, at worst as long as no answer has told more."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What a store may cost in all, what earlier runs of it took included. `None`: as much as it takes."""

    dollars: float | None = None
    tokens: int | None = None
    pages: int | None = None


class _Recent:
    """The last values of something, in order of size."""

    def __init__(self) -> None:
        self._last: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, value: float) -> None:
        self._last.append(value)
        insort(self._sorted, value)
        if len(self._last) > _RECENT:
            self._sorted.remove(self._last.popleft())

    @property
    def enough(self) -> bool:
        return len(self._last) >= _ENOUGH

    @property
    def most(self) -> float:
        return self._sorted[-1] if self._sorted else 0.0


@dataclass(frozen=True, slots=True)
class Reserved:
    """What is put aside for a request in flight."""

    tokens: float
    dollars: float


class Budget:
    """What was spent, what is reserved, and whether another request fits.

    Args:
        caps: the limits; others may be set while requests are under way.
        price: of a million tokens; `None` where it is not known, which goes with no cap on dollars.
        prompt_tokens: of the system message, estimated.
        answer_tokens: the longest answer that is asked for.
    """

    def __init__(self, caps: Caps, price: Price | None, *, prompt_tokens: int, answer_tokens: int) -> None:
        self.caps = caps
        self.is_final = True
        """Whether the caps stay as they are: where there is no room now, there will be none but by what ends."""
        self.looked_for: tuple[Reserved, bool] | None = None
        """The request that room was last looked for, and whether it is a page's first."""
        self._price = price
        self._prompt_tokens = prompt_tokens
        self._answer_tokens = answer_tokens
        self._prompts = _Recent()
        """Tokens sent, over those estimated."""
        self._answers = _Recent()
        self.dollars = 0.0
        self.tokens = 0.0
        self.pages = 0
        """Pages asked about: first requests that were sent and count."""
        self.reserved_dollars = 0.0
        self.reserved_tokens = 0.0

    @property
    def pages_left(self) -> float:
        """How many more pages may be asked about."""
        return math.inf if self.caps.pages is None else self.caps.pages - self.pages

    def expect(self, page_tokens: int) -> Reserved:
        """What a request about a page of so many tokens will hardly pass: what the dearest of the last ones took."""
        if not self._prompts.enough:
            return self.at_most(page_tokens)
        return self._reserved(self._estimated(page_tokens) * self._prompts.most, self._answers.most)

    def at_most(self, page_tokens: int) -> Reserved:
        """What a request about a page of so many tokens takes at worst: an answer as long as is asked for."""
        ratio = max(_WORST_RATIO, self._prompts.most)
        return self._reserved(self._estimated(page_tokens) * ratio, float(self._answer_tokens))

    def room_for(self, request: Reserved, *, is_first: bool) -> bool:
        """Whether a request fits under every cap beside those in flight."""
        self.looked_for = request, is_first
        caps = self.caps
        if is_first and self.pages_left <= 0:
            return False
        if caps.tokens is not None and self.tokens + self.reserved_tokens + request.tokens > caps.tokens:
            return False
        return caps.dollars is None or self.dollars + self.reserved_dollars + request.dollars <= caps.dollars

    def reserve(self, request: Reserved, *, is_first: bool) -> None:
        self.reserved_dollars += request.dollars
        self.reserved_tokens += request.tokens
        self.pages += is_first

    def release(self, request: Reserved) -> None:
        """Gives back what was put aside; what the request took is `spend`'s."""
        self.reserved_dollars -= request.dollars
        self.reserved_tokens -= request.tokens

    def spend(self, usage: Usage, request: Reserved, page_tokens: int) -> float | None:
        """Notes what an answer took; its dollars, `None` where no price is known.

        Where the endpoint does not tell, what was reserved counts.
        """
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            self.tokens += request.tokens
            self.dollars += request.dollars
            return request.dollars if self._price else None
        self.learn(usage.prompt_tokens, usage.completion_tokens, page_tokens)
        self.tokens += usage.prompt_tokens + usage.completion_tokens
        if self._price is None:
            return None
        cost = price_of(self._price, usage)
        self.dollars += cost
        return cost

    def learn(self, prompt_tokens: int, completion_tokens: int, page_tokens: int) -> None:
        """Notes what an answer about a page of so many tokens took, for what the next may take."""
        self._prompts.add(prompt_tokens / max(1.0, self._estimated(page_tokens)))
        self._answers.add(completion_tokens)

    def may_have_spent(self, request: Reserved) -> None:
        """Notes a request of which nobody knows whether it is paid for: it counts as if it were."""
        self.tokens += request.tokens
        self.dollars += request.dollars

    def _estimated(self, page_tokens: int) -> float:
        """Tokens that are sent about a page."""
        return self._prompt_tokens + page_tokens * 1.15

    def _reserved(self, sent: float, came: float) -> Reserved:
        price = self._price
        return Reserved(sent + came, (sent * price.prompt + came * price.completion) / 1e6 if price else 0.0)


def sizes_of(setup: Setup) -> tuple[int, int]:
    """The tokens of a setup's system message, estimated, and of the longest answer that it asks for."""
    return estimate_tokens(setup.pinned.prompt), setup.pinned.options.max_tokens


def budget_of(db: sqlite3.Connection, setup: Setup, caps: Caps, price: Price | None) -> Budget:
    """A budget that begins with what a store has cost so far, and has out in files.

    Args:
        db: the store.
        setup: the setup that is asked with.
        caps: the limits.
        price: of what will be asked.
    """
    prompt_tokens, answer_tokens = sizes_of(setup)
    budget = Budget(caps, price, prompt_tokens=prompt_tokens, answer_tokens=answer_tokens)
    for took in last_answers(db, setup.id):
        budget.learn(*took)
    before = spent(db, price)
    budget.dollars, budget.tokens, budget.pages = before.dollars, before.tokens, before.pages
    for page_tokens in unsure_alone(db):
        budget.may_have_spent(budget.at_most(page_tokens))
    budget.reserved_dollars, budget.reserved_tokens = before.out_dollars, before.out_tokens
    return budget


def price_of(price: Price, usage: Usage) -> float:
    """What an answer costs, an estimate of the endpoint's taken as it is."""
    sent, came = usage.prompt_tokens or 0, usage.completion_tokens or 0
    cached = min(usage.cached_tokens or 0, sent)
    return ((sent - cached) * price.prompt + cached * price.cached + came * price.completion) / 1e6
