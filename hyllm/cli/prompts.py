"""`hyllm prompts`: what is said to a model, and what one's own prompts change."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hyllm.archive import Page, PageReader
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint
from hyllm.cli.costs import PRICE_HINT
from hyllm.cli.options import endpoint_options, question_options
from hyllm.client import UNKNOWN, Endpoint, Price, find_price
from hyllm.errors import UsageError
from hyllm.escaping import json_line, printable
from hyllm.extract import Extractor
from hyllm.files import shipped
from hyllm.preview import ANSWER_TOKENS, Preview, expected_cost, expected_usage, preview, size
from hyllm.prompting import Wire
from hyllm.revising import Changed, changed_files, stale_pages, unread_files
from hyllm.settings import strategies_of
from hyllm.strategies import Strategy, second_look_prompt

_NO_MODEL = Endpoint("MODEL", "http://model.invalid/v1", UNKNOWN)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def prompts() -> None:
    """Show what would be sent, and how prompts of your own differ."""


@prompts.command(cls=Configured, context_settings=ENVIRONMENT)
@click.argument("page", required=False, type=click.Path(allow_dash=True))
@endpoint_options(timeout=600)
@question_options
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, a request a line, with the whole body.")
@click.pass_context
def show(
    context: click.Context,
    page: str | None,
    *,
    model: str | None,
    base_url: str | None,
    timeout: float,
    local_only: bool,
    kinds: Sequence[str],
    strategy: Strategy | None,
    rows: bool,
    examples: bool,
    prompts: Path | None,
    wire: Wire | None,
    max_tokens: int | None,
    as_json: bool,
) -> None:
    """Print exactly what would be sent for PAGE, how long it is, and what it is expected to cost.

    Without PAGE, what is the same for every page. Nothing is sent, and no key is needed. Tokens are
    estimated; the cost counts the constant part at the price of cached tokens, as from the second page on.
    """
    endpoint = _NO_MODEL
    if model is not None:
        endpoint = configured_endpoint(context, model, base_url, local_only=local_only, keyless=True)
    asking = Extractor(
        endpoint=endpoint,
        kinds=kinds,
        strategy=strategy,
        prompts=prompts,
        rows=rows,
        examples=examples,
        wire=wire,
        max_tokens=max_tokens,
        timeout=timeout,
    )
    read = _only_page(page) if page is not None else None
    previews = [preview(request) for request in asking.requests(read or Page("甲。"))]
    look = second_look_prompt(prompts) if asking.strategy == "second" else None
    price = find_price(endpoint.reached, endpoint.model)
    if as_json:
        _print_json(previews, look, price, has_page=read is not None)
    else:
        for number, one in enumerate(previews, 1):
            _print_request(one, f"request {number} of {len(previews)}", has_page=read is not None)
        _print_summary(previews, look, price, endpoint, has_page=read is not None)


def _only_page(path: str) -> Page:
    pages = PageReader().from_paths([path])
    if len(pages) != 1:
        raise UsageError(f"{path} holds {len(pages)} pages; give one")
    return pages[0]


def _print_request(one: Preview, title: str, *, has_page: bool) -> None:
    click.echo(f"──── {title}: {', '.join(one.kinds)} · request_key {one.key if has_page else '(of a page)'}")
    for message in one.body["messages"] if has_page else one.body["messages"][:1]:
        click.echo(f"──── {message['role']}\n{printable(message['content'])}")
    rest = {name: value for name, value in one.body.items() if name != "messages"}
    click.echo(f"──── the rest of the body\n{json.dumps(rest, ensure_ascii=False)}")


def _print_summary(
    previews: Sequence[Preview], look: str | None, price: Price | None, endpoint: Endpoint, *, has_page: bool
) -> None:
    if look is not None:
        click.echo(f"──── then, where values stand in no record, in the same conversation\n{look}")
    click.echo("──── sizes")
    for one in previews:
        named = ", ".join(one.kinds)
        click.echo(
            f"constant  {one.constant.characters:>7,} characters  ~{one.constant.tokens:>6,} tokens  {named}"
        )
    if not has_page:
        click.echo("With a page, its size and the expected cost are told, too.")
        return
    page, usage = previews[0].page, expected_usage(previews, size(look) if look else None)
    click.echo(f"page      {page.characters:>7,} characters  ~{page.tokens:>6,} tokens")
    click.echo(f"answer    {'':18}  ~{usage.completion_tokens:>6,} tokens  at {ANSWER_TOKENS} a page token")
    cost = expected_cost(usage, price)
    if cost is not None and price is not None:
        click.echo(f"cost      ~${cost:.5f} a page, ${cost * 1000:.2f} per 1,000, by prices of {price.since}")
    elif endpoint is _NO_MODEL:
        click.echo("cost      unknown: give --model")
    else:
        where = f"{endpoint.model} at {endpoint.host}"
        click.echo(f"cost      unknown: no price is known for {where}; {PRICE_HINT}")


def _print_json(
    previews: Sequence[Preview], look: str | None, price: Price | None, *, has_page: bool
) -> None:
    usage = expected_usage(previews, size(look) if look else None) if has_page else None
    for one in previews:
        line: dict[str, Any] = {"kinds": one.kinds, "constant": one.constant._asdict()}
        line |= {"page": one.page._asdict() if has_page else None, "estimated": True}
        line |= {"request_key": one.key if has_page else None, "second_look": look}
        line |= {"page_cost_usd": expected_cost(usage, price) if usage else None}
        line["page_usage"] = usage.to_json() if usage else None
        line["body"] = one.body if has_page else one.body | {"messages": one.body["messages"][:1]}
        click.echo(json_line(line))


@prompts.command()
@click.argument("folder", type=_FOLDER)
@click.argument("other", type=_FOLDER, required=False)
@click.option(
    "--replay",
    "suites",
    type=_FOLDER,
    multiple=True,
    metavar="DIR",
    help="Recordings to be judged; may be repeated.  [default: the demo's]",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="A kind of your own that recordings ask for, as module:Class.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON Lines: a file a line, then a strategy a line.")
def diff(
    folder: Path, other: Path | None, *, suites: Sequence[Path], kinds: Sequence[str], as_json: bool
) -> None:
    """Print how the prompts in FOLDER differ from those shipped, or those in OTHER from FOLDER's.

    What a folder lacks is as shipped. Then, of the recordings named with --replay, how many pages would be
    stale with the later prompts.
    """
    before, after = (None, folder) if other is None else (folder, other)
    changed = changed_files(before, after)
    for one in changed:
        _print_changed(one, as_json=as_json)
    if not changed and not as_json:
        click.echo("no difference")
    for unread in unread_files(after):
        click.echo(f"hyllm: {unread}: nothing reads this file", err=True)
    for suite in suites or (shipped("cassettes", "demo"),):
        known = strategies_of(suite)
        if not known:
            raise UsageError(f"--replay {suite}: no recordings there")
        for strategy in known:
            stale, pages = stale_pages(suite, strategy, after, kinds)
            if as_json:
                click.echo(
                    json_line({"suite": str(suite), "strategy": strategy, "pages": pages, "stale": stale})
                )
            else:
                named = f": {', '.join(stale[:5])}{' …' if len(stale) > 5 else ''}" if stale else ""
                click.echo(f"{suite} ({strategy}): {len(stale)} of {pages} pages stale{named}")


def _print_changed(one: Changed, *, as_json: bool) -> None:
    if as_json:
        click.echo(json_line({"file": one.name, "asks": one.concerns, "diff": one.lines}))
    else:
        click.echo(f"──── {one.name}: {one.concerns}")
        for line in one.lines:
            click.echo(printable(line))
