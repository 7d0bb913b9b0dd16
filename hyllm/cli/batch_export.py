"""`hyllm batch export`: what a store holds, for others to read."""

from pathlib import Path

import click

from hyllm.cli.batch_options import ANY_STORE
from hyllm.cli.batch_store import looking
from hyllm.errors import UsageError
from hyllm.export import prediction_lines, write_csv, write_parquet, write_sqlite
from hyllm.export.atomic import whole_file


@click.command("export")
@ANY_STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet", "sqlite"]),
    default="jsonl",
    show_default=True,
    help="jsonl: prediction lines. csv, parquet: a folder of tables. sqlite: a file for Datasette.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="PATH", help="A file, or a folder of tables.")
@click.option("--without-text", is_flag=True, help="Leave out page text, quotes and all other passages.")
@click.option("--bom", is_flag=True, help="csv: begin the files with a mark by which Excel knows UTF-8.")
@click.option("--attempts", is_flag=True, help="sqlite: every request too, with its time and cost.")
def export_store(
    where: str, *, form: str, out: Path | None, without_text: bool, bom: bool, attempts: bool
) -> None:
    """Write records, values and pages of a store; of a run that goes on, what there is so far.

    The same answers give the same bytes. What is written stands under its name only when it is whole. Beside
    tables of records there are one of values (a row a value, with its place) and one of pages (every page, with
    its state), and a data dictionary in Chinese and English.
    """
    with looking(where) as store:
        db = store.connection
        db.execute("BEGIN")  # one view of the store, however long this takes and whoever writes
        if form == "jsonl":
            lines = prediction_lines(db, without_text=without_text)
            if out is None:
                for line in lines:
                    click.echo(line)
                return
            with whole_file(out) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
            return
        if out is None:
            raise UsageError(f"--format {form} needs --out")
        if form == "csv":
            write_csv(db, out, without_text=without_text, bom=bom)
        elif form == "parquet":
            write_parquet(db, out, without_text=without_text)
        else:
            metadata = write_sqlite(db, out, without_text=without_text, attempts=attempts)
            click.echo(f"datasette {out} --metadata {metadata}", err=True)
