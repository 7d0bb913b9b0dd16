"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hyllm.prompting import DEFAULT_MAX_TOKENS, WIRES
from hyllm.strategies import DEFAULT_STRATEGY, STRATEGIES

F = TypeVar("F", bound=Callable[..., Any])


def endpoint_options(*, timeout: float, rules: bool = False) -> Callable[[F], F]:
    """Where requests go, and how long one may take: `model`, `base_url`, `timeout`, `local_only`.

    Args:
        timeout: the default, in seconds.
        rules: whether the command can do without a model.
    """
    models = "provider/model, or a bare name with --base-url."
    with_rules = "provider/model, a bare name with --base-url, or rules: no model, patterns only."
    return _all(
        click.option("--model", metavar="NAME", help=with_rules if rules else models),
        click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint."),
        click.option(
            "--timeout",
            type=click.FloatRange(0, min_open=True),
            default=timeout,
            show_default=True,
            metavar="SECONDS",
            help="How long a request may take.",
        ),
        click.option("--local-only", is_flag=True, help="Refuse every endpoint but this machine's own."),
    )


def question_options(command: F) -> F:
    """What a page is asked, and in which form: from `kinds` to `max_tokens`."""
    return _all(
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            metavar="KIND",
            help="Only this kind; may be repeated.",
        ),
        click.option(
            "--strategy",
            type=click.Choice(STRATEGIES),
            help="One request a page, one a kind, or one and a second look at what no record holds.  "
            f"[default: {DEFAULT_STRATEGY}]",
        ),
        click.option(
            "--rows",
            is_flag=True,
            help="For trials: ask for the items of lists without keys.",
        ),
        click.option("--examples/--no-examples", default=True, help="For trials: a prompt without examples."),
        click.option(
            "--prompts",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="DIR",
            help="Prompts of your own.",
        ),
        click.option(
            "--wire",
            type=click.Choice(WIRES),
            help="How the endpoint is held to JSON, where its provider is not known.",
        ),
        click.option(
            "--max-tokens",
            type=click.IntRange(1),
            metavar="N",
            help=f"The longest answer asked for.  [default: {DEFAULT_MAX_TOKENS}]",
        ),
    )(command)


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    """The options as one decorator, in their order."""

    def decorated(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated
