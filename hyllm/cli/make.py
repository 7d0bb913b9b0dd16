"""`hyllm eval make`: the pages and gold of the suites, out of articles and adjudicated gold."""

from collections.abc import Sequence
from pathlib import Path

import click

from hyllm.cli.exits import GATE_FAILED
from hyllm.cli.suites import SUITES_OPTION
from hyllm.errors import UsageError
from hyllm.escaping import printable
from hyllm.evals import differences, folder_files, read_suites, write_text


@click.command("make")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
@click.option("--check", is_flag=True, help="Write nothing; say which files are not what would be made.")
@SUITES_OPTION
def make(folders: Sequence[str], *, check: bool, suites_file: Path) -> None:
    """Make the pages and gold of FOLDERs (of all, if none is named) as suites.toml plans them.

    Pages are made of texts/TEXT.articles.json; gold is carried from adjudicated/TEXT-clean.json. A file
    that no planned page has is named and left where it is. Exit status 1 with --check means that a file
    is not what would be made.
    """
    suites = read_suites(suites_file)
    unknown = [name for name in folders if name not in suites.folders]
    if unknown:
        raise UsageError(f"no folder {unknown[0]!r}; there are {', '.join(suites.folders) or 'none'}")
    wrong: list[str] = []
    for folder in (suites.folders[name] for name in folders or suites.folders):
        files = dict(folder_files(folder))
        if not check:
            for name, text in files.items():
                write_text(folder.home / folder.name / name, text)
        wrong += differences(folder, files)
        click.echo(f"{folder.name}: {len(folder.planned)} pages", err=True)
    for line in wrong:
        click.echo(printable(line))
    if wrong and check:
        raise SystemExit(GATE_FAILED)
