"""The command line: thin commands over the Python API, a file a noun."""

import sys
from collections.abc import Sequence

import click

from hyllm.cli.demo import demo
from hyllm.cli.eval import evals
from hyllm.cli.extract import extract
from hyllm.cli.kinds import kinds
from hyllm.cli.relay import relay
from hyllm.cli.schemas import schemas
from hyllm.errors import HyllmError
from hyllm.version import __version__

_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="hyllm %(version)s")
def cli() -> None:
    """Grounded records of projects, meetings and officials from pages of a Chinese city newspaper.

    Results go to standard output, everything else to standard error.
    """


for command in (extract, demo, relay, evals, kinds, schemas):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line. A user's mistake ends in one clear line, never in a traceback."""
    try:
        code = cli.main(arguments, prog_name="hyllm", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except HyllmError as error:
        click.echo(f"hyllm: {error}", err=True)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("hyllm: interrupted", err=True)
        code = _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone (| head): nothing left to say, and to nobody
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
