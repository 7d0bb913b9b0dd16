"""Options that several commands about suites share."""

from pathlib import Path

import click

SUITES_OPTION = click.option(
    "--suites",
    "suites_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("evals/suites.toml"),
    show_default=True,
    metavar="FILE",
    help="The file that lists the suites; pages, gold, baselines and runs stand beside it.",
)
