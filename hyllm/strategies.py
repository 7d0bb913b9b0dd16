"""How a page is asked for: in one request, in one a kind, or in one and a second look at what was left."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from hyllm.prompting import (
    DEFAULT_FORM,
    Form,
    RequestOptions,
    build_request,
    common_prompt,
    prompt_hash,
    read_prompt,
    system_prompt,
)
from hyllm.schemas import Record
from hyllm.text import Unit

Strategy = Literal["page", "kind", "second"]
"""`page`: one request for all kinds. `kind`: one a kind, with that kind's rules alone. `second`: as `page`,
then one further turn that asks about the values no record holds."""

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
DEFAULT_STRATEGY: Strategy = "page"


class First(NamedTuple):
    """One of the first requests about a page."""

    body: dict[str, Any]
    kinds: tuple[type[Record], ...]
    """The kinds it asks for."""


class Plan(NamedTuple):
    """What one of the first requests of every page says, but for the page."""

    kinds: tuple[type[Record], ...]
    prompt: str
    """The system message."""

    def request(self, text: str, units: Sequence[Unit], options: RequestOptions) -> First:
        return First(build_request(text, units, self.prompt, self.kinds, options), self.kinds)


def plans(
    strategy: Strategy, kinds: Sequence[type[Record]], folder: Path | None, form: Form = DEFAULT_FORM
) -> tuple[Plan, ...]:
    """What is asked of every page, in the order of the kinds.

    Args:
        strategy: how pages are asked for.
        kinds: the record classes asked for.
        folder: prompts of one's own.
        form: what is otherwise in them than by default.

    Raises:
        UsageError: a prompt file cannot be used.
    """
    apart = [(kind,) for kind in kinds] if strategy == "kind" else [tuple(kinds)]
    return tuple(Plan(some, system_prompt(some, folder, form)) for some in apart)


def prompts_hash(strategy: Strategy, planned: Sequence[Plan], folder: Path | None) -> str:
    """SHA-256 over all that is said to every page: of one message, its own hash."""
    said = [plan.prompt for plan in planned]
    if strategy == "second":
        said.append(second_look_prompt(folder))
    return prompt_hash("\0".join(said))


def second_look_prompt(folder: Path | None) -> str:
    """What a second look asks, its placeholders unfilled.

    Raises:
        UsageError: the prompt file cannot be used.
    """
    return read_prompt(common_prompt("again/second.md", folder))
