"""`hyllm schemas`: the JSON Schemas of the records."""

import json
from pathlib import Path
from typing import Any

import click

from hyllm.errors import UsageError
from hyllm.kinds import KINDS, find_kind
from hyllm.schemas import Record


@click.group()
def schemas() -> None:
    """Show or write the JSON Schemas of the records."""


@schemas.command()
@click.argument("kind", default="project")
def show(kind: str) -> None:
    """Print the JSON Schema of KIND's records: a built-in kind, or module:Class."""
    click.echo(schema_text(find_kind(kind)), nl=False)


@schemas.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="schemas")
def write(folder: Path) -> None:
    """Write the built-in kinds' JSON Schemas into FOLDER, a file a kind."""
    for record in KINDS.values():
        path = folder / f"{record.hyllm.name}.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(schema_text(record), encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
        click.echo(path)


def schema_text(record: type[Record]) -> str:
    """The JSON Schema of a record class, as it stands in `schemas/`."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | record.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
