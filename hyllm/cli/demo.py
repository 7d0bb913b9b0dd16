"""`hyllm demo`: the sample pages with their recorded answers, without network or key."""

from pathlib import Path

import click

from hyllm.archive import find_pages, read_page
from hyllm.cli.looks import Output, view_of
from hyllm.cli.show import show_extraction, show_page, show_summary
from hyllm.extract import Extractor
from hyllm.files import shipped


@click.command()
@click.option("--page", "wanted", metavar="PAGE", help="Only this page; `hyllm demo --list` names them.")
@click.option("--list", "list_only", is_flag=True, help="Name the sample pages.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the pages with their values marked into FILE, to look at in a browser.",
)
def demo(*, wanted: str | None, list_only: bool, html: Path | None) -> None:
    """Show the sample pages, their records, and where each value stands.

    Nothing is sent: the answers were recorded. The pages are invented, in the manner of the newspaper.
    """
    files = find_pages([shipped("samples")])
    if list_only:
        for file in files:
            click.echo(f"{file.page}  {file.path}")
        return
    chosen = [file for file in files if wanted in (None, file.page)]
    if not chosen:
        raise click.BadParameter(f"no sample page {wanted!r}; there are {', '.join(f.page for f in files)}")
    extractor = Extractor(replay=shipped("cassettes", "demo"))
    click.echo(extractor.announcement(len(chosen)), err=True)
    click.echo(
        "Pages written and answered by a language model (Claude); no person has checked them.", err=True
    )
    pages = [read_page(file.path, file.page) for file in chosen]
    results = extractor.map(pages)
    if html:
        with Output(html, "--html") as file:
            file.write(view_of(pages, results))
        click.echo(f"{html}: {len(results)} pages", err=True)
        return
    for result in results:
        show_page(result)
        click.echo()
        show_extraction(result)
    show_summary(results)
