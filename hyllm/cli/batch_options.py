"""The options of `hyllm batch run`, in groups: whom to ask, how pages are read, how much and how fast."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hyllm.prompting import DEFAULT_MAX_TOKENS, WIRES

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _StoreFile(click.Path):
    """The path of a store that is one file."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if "://" in str(value) or Path(str(value)).is_dir():
            self.fail("it is a folder; this is for the store of one machine, a file", param, ctx)
        return super().convert(value, param, ctx)


STORE = click.option(
    "--store",
    "path",
    required=True,
    type=_StoreFile(path_type=Path),
    metavar="FILE.db",
    help="The store: one SQLite file, on a local disk.",
)


ANY_STORE = click.option(
    "--store",
    "where",
    required=True,
    metavar="FILE.db|FOLDER",
    help="The store: one SQLite file, on a local disk; or, with --on ray, a folder or URL.",
)


OWN_KIND = click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="A kind of one's own that the store asks for."
)


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say whom to ask, and what: pinned when the store begins."""
    for option in reversed(
        (
            click.option("--model", metavar="NAME", help="provider/model, or a bare name with --base-url."),
            click.option("--base-url", metavar="URL", help="An OpenAI-compatible endpoint."),
            click.option(
                "--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind; may be repeated."
            ),
            click.option(
                "--prompts",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                metavar="DIR",
                help="Prompts of your own.",
            ),
            click.option("--wire", type=click.Choice(WIRES), help="How the endpoint is held to JSON."),
            click.option(
                "--answer-tokens",
                "max_tokens",
                type=click.IntRange(1),
                metavar="N",
                help=f"The longest answer asked for.  [default: {DEFAULT_MAX_TOKENS}]",
            ),
            click.option(
                "--ask-again/--no-ask-again",
                default=True,
                show_default=True,
                help="Ask further for what an answer lacks.",
            ),
            click.option(
                "--gazetteer", type=_FILE, metavar="FILE", help="Counties of another city than 衡阳."
            ),
        )
    ):
        command = option(command)
    return command


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how pages are read."""
    for option in reversed(
        (
            click.option("--issue-date", metavar="DATE", help="Of all pages: YYYY-MM-DD, or YYYY-MM."),
            click.option("--paper", metavar="NAME", help="The newspaper's name, such as 衡阳日报."),
            click.option("--page-no", metavar="NO", help="The page's number in its issue: 1, A3."),
            click.option("--city", metavar="NAME", help="The city the paper is of: 衡阳."),
            click.option(
                "--metadata",
                "table",
                type=_FILE,
                metavar="FILE.csv",
                help="A row a page: page, paper, issue_date, page_no, city; others are carried along.",
            ),
            click.option("--name-pattern", metavar="PATTERN", help="As '{paper}-{date}-{page_no}'."),
            click.option(
                "--encoding", metavar="NAME", help="What the files are in, where it is told wrongly."
            ),
            click.option(
                "--force", is_flag=True, help="Take pages over 40,000 characters or hardly Chinese."
            ),
        )
    ):
        command = option(command)
    return command


def bounding(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how much, how fast and how long."""
    for option in reversed(
        (
            click.option(
                "--adopt",
                is_flag=True,
                help="Try today's model, prompts and schema on 30 pages; with --yes, ask all anew with them.",
            ),
            click.option("--yes", is_flag=True, help="Adopt what was tried."),
            click.option("--dry-run", is_flag=True, help="Say what it would take; send nothing."),
            click.option(
                "--max-cost",
                type=click.FloatRange(0),
                metavar="DOLLARS",
                help="Never spend more on this store, earlier runs included.",
            ),
            click.option(
                "--max-tokens",
                "token_cap",
                type=click.IntRange(1),
                metavar="N",
                help="Never take more tokens, earlier runs included.",
            ),
            click.option(
                "--max-pages",
                type=click.IntRange(1),
                metavar="N",
                help="Never ask about more pages, earlier runs included.",
            ),
            click.option(
                "--deadline", metavar="WHEN", help="Send no more after 90m, 8h, or 2026-12-01T08:00."
            ),
            click.option(
                "--price",
                metavar="IN/CACHED/OUT",
                help="Dollars for a million tokens sent, sent and cached, received: 0.25/0.025/2.",
            ),
            click.option(
                "--sample",
                type=click.IntRange(1),
                metavar="N",
                help="Only a random sample of N pages; larger later, it holds the smaller.",
            ),
            click.option(
                "--watch-model",
                is_flag=True,
                help="Every 5,000 answers, ask ten pages again to see whether the model is still the same.",
            ),
            click.option("--seed", metavar="WORD", help="Of the shuffle; fixed when the store begins."),
            click.option(
                "--rpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Most requests a minute."
            ),
            click.option(
                "--tpm", type=click.FloatRange(0, min_open=True), metavar="N", help="Most tokens a minute."
            ),
            click.option(
                "--concurrency",
                type=click.IntRange(1, 4096),
                default=64,
                show_default=True,
                metavar="N",
                help="Most requests in flight.",
            ),
            click.option(
                "--timeout",
                type=click.FloatRange(0, min_open=True),
                default=600,
                show_default=True,
                metavar="SECONDS",
                help="How long a request may take.",
            ),
            click.option(
                "--readers",
                type=click.IntRange(0, 64),
                default=None,
                metavar="N",
                help="Processes that read answers; 0: a later run reads them.  [default: one a spare core]",
            ),
            click.option("--local-only", is_flag=True, help="Refuse every endpoint but this machine's own."),
            click.option("--json", "as_json", is_flag=True, help="Progress as JSON Lines on standard error."),
        )
    ):
        command = option(command)
    return command


def spreading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say on which machines."""
    for option in reversed(
        (
            click.option(
                "--on",
                type=click.Choice(["ray"]),
                help="On the machines of a Ray cluster; --store is a folder.",
            ),
            click.option(
                "--address",
                metavar="ADDRESS",
                help="Its head's HOST:PORT; auto; or local: this machine.  [default: RAY_ADDRESS, else local]",
            ),
            click.option(
                "--shard-pages",
                type=click.IntRange(1),
                metavar="N",
                help="With --on: pages that are one task.  [default: as the last time, else 1000]",
            ),
            click.option(
                "--shards-per-node",
                type=click.IntRange(1),
                default=1,
                show_default=True,
                metavar="N",
                help="With --on: tasks at once on a machine, each with --concurrency of its own.",
            ),
            click.option(
                "--endpoint-per-node",
                is_flag=True,
                help="With --on: --base-url is of each machine; one whose endpoint fails gets no tasks.",
            ),
        )
    ):
        command = option(command)
    return command
