"""`hyllm kind`: a kind of record of one's own."""

from pathlib import Path

import click

from hyllm.newkind import new_kind


@click.group()
def kind() -> None:
    """Make a kind of record of your own."""


@kind.command()
@click.argument("name")
@click.option("--label", required=True, metavar="WORD", help="What it is called in Chinese, such as 事故.")
@click.option("--plural", metavar="NAME", help="The key of its list.  [default: NAME + s]")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where its folder is made.  [default: here]",
)
def new(name: str, *, label: str, plural: str | None, folder: Path) -> None:
    """Begin a kind NAME (singular, English): record class, rules, example, a page and its gold.

    What is written works as it stands; make it yours in any editor. hyllm itself needs no change.
    """
    for path in new_kind(name, label, folder, plural):
        click.echo(path)
    title = "".join(word.capitalize() for word in name.split("_"))
    click.echo(
        f"Try it with\n  hyllm extract {name}/pages --kind {name}:{title} --model … --json > out.jsonl\n"
        f"  hyllm eval score out.jsonl --gold {name}/gold --kind {name}:{title} --pages {name}/pages",
        err=True,
    )
