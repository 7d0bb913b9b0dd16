"""`hyllm kinds`: which kinds of record there are."""

import json

import click

from hyllm.kinds import KINDS


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
def kinds(*, as_json: bool) -> None:
    """List the kinds of record, and what tells one record of a kind from another."""
    for record in KINDS.values():
        kind = record.hyllm
        summary = (record.__doc__ or "").partition("\n")[0]
        if as_json:
            row = {"name": kind.name, "plural": kind.plural, "identity": kind.identity, "summary": summary}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{kind.name:10} {kind.plural:10} by {' and '.join(kind.identity):14} {summary}")
