"""The command line: thin commands over the Python API, a file a noun."""

import os
import sys
from collections.abc import Sequence

import click

from hyllm.cli.batch import batch
from hyllm.cli.batch_export import export_store
from hyllm.cli.batch_files import files, read_files, take_files_back, write_open
from hyllm.cli.batch_files_remote import fetch_files, show_files, submit_files
from hyllm.cli.batch_look import (
    clear_out,
    reparse_answers,
    retry_failed,
    show_failures,
    show_page,
    show_status,
)
from hyllm.cli.demo import demo
from hyllm.cli.endpoint import endpoint
from hyllm.cli.eval import evals
from hyllm.cli.exits import INTERRUPTED
from hyllm.cli.extract import extract
from hyllm.cli.kind import kind
from hyllm.cli.kinds import kinds
from hyllm.cli.make import make
from hyllm.cli.page import page
from hyllm.cli.prompts import prompts
from hyllm.cli.relay import relay
from hyllm.cli.robustness import robustness_command
from hyllm.cli.run import run
from hyllm.cli.runs import adjudicate, bless_command, show
from hyllm.cli.schemas import schemas
from hyllm.errors import HyllmError
from hyllm.escaping import printable
from hyllm.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="hyllm %(version)s")
def cli() -> None:
    """Grounded records of projects, meetings and officials from pages of a Chinese city newspaper.

    Results go to standard output, everything else to standard error.
    """


for command in (extract, batch, demo, endpoint, relay, evals, kind, kinds, prompts, schemas):
    cli.add_command(command)
for command in (page, make, run, robustness_command, show, bless_command, adjudicate):
    evals.add_command(command)
for command in (
    show_status,
    show_page,
    show_failures,
    retry_failed,
    reparse_answers,
    export_store,
    clear_out,
    files,
):
    batch.add_command(command)
for command in (write_open, submit_files, show_files, fetch_files, read_files, take_files_back):
    files.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line. A user's mistake ends in one clear line, never in a traceback."""
    try:
        # Not `cli.main`, which ends with 1, a failed gate's code, when the reader of a pipe goes away.
        given = list(sys.argv[1:] if arguments is None else arguments)
        with cli.make_context("hyllm", given) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except HyllmError as error:
        click.echo(f"hyllm: {printable(str(error))}", err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("hyllm: interrupted", err=True)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader has gone (| head): nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it exits
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
