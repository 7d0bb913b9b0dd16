"""`hyllm endpoint`: what an endpoint can do."""

import json
from datetime import date
from typing import Any, cast

import click

from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint
from hyllm.cli.options import endpoint_options
from hyllm.client import Provider, Report, check_endpoint, open_client
from hyllm.escaping import json_line, printable
from hyllm.loop import run

_NONE_OBEYED = 1


@click.group()
def endpoint() -> None:
    """Find out how an endpoint wants to be asked."""


@endpoint.command(cls=Configured, context_settings=ENVIRONMENT)
@endpoint_options(timeout=120)
@click.option("--name", default="mine", show_default=True, help="What to call the provider in hyllm.toml.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines, a line a wire.")
@click.pass_context
def check(
    context: click.Context,
    *,
    model: str | None,
    base_url: str | None,
    timeout: float,
    local_only: bool,
    name: str,
    as_json: bool,
) -> None:
    """Send one tiny request a wire, say which are obeyed, and print the row for hyllm.toml.

    No page is sent. A wire is how an endpoint is held to JSON: by a schema (json_schema), a tool that must
    be called (tool), any JSON object (json_object), or the prompt alone (text).
    """
    found = configured_endpoint(context, model, base_url, local_only=local_only)
    click.echo("; ".join(filter(None, [f"asking {found.model} at {found.host}", found.note])), err=True)

    async def checked() -> Report:
        client = open_client(found, timeout=timeout, tries=2)
        try:
            return await check_endpoint(client, found)
        finally:
            await client.aclose()

    report = run(checked())
    for verdict in report.verdicts:
        if as_json:
            line = {"wire": verdict.wire, "obeyed": verdict.obeyed, "found": verdict.found}
            click.echo(json_line(line))
        else:
            obeyed = "obeyed" if verdict.obeyed else "not obeyed"
            click.echo(f"{verdict.wire:12} {obeyed:10}  {printable(verdict.found)}")
    row = toml_row(name, report.provider)
    click.echo(
        json_line({"row": row}) if as_json else f"\nFor hyllm.toml; then --model {name}/…:\n\n{row}",
        nl=as_json,
    )
    if not report.usable:
        raise SystemExit(_NONE_OBEYED)


def toml_row(name: str, provider: Provider) -> str:
    """A provider's row as it stands in hyllm.toml."""
    said: dict[str, Any] = {
        "base_url": provider.base_url,
        "wire": provider.wire,
        "obeys": sorted(provider.obeys),
        "strict": provider.strict,
        "temperature": "none" if provider.temperature is None else provider.temperature,
        "max_tokens_key": provider.max_tokens_key,
        "usage": provider.usage,
        "cached_tokens": provider.cached_tokens,
        "tried": date.today().isoformat(),
        "extra": dict(provider.extra),
    }
    lines = [f"{key} = {_toml(value)}" for key, value in said.items() if value not in (None, {})]
    return f"[providers.{json.dumps(name)}]\n" + "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value in TOML: what JSON writes, but for tables."""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value)
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in pairs.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
