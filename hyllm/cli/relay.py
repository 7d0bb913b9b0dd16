"""`hyllm relay`: answer extraction requests from a folder of files."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hyllm.escaping import one_line
from hyllm.relay import Relay, Status, status


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one."
)
@click.option(
    "--strict", is_flag=True, help="Put aside answers that are no JSON object, and say what is wrong."
)
@click.option(
    "--idle",
    type=click.FloatRange(min=0),
    default=0,
    metavar="MINUTES",
    help="Stop after so long with nothing parked and no request; 0, the default, means never.",
)
@click.option("--status", "list_only", is_flag=True, help="List the requests in FOLDER instead of serving.")
@click.option("--json", "as_json", is_flag=True, help="With --status: JSON Lines.")
def relay(folder: Path, *, port: int, strict: bool, idle: float, list_only: bool, as_json: bool) -> None:
    """Serve as a model whose answers are files you write in FOLDER.

    Each request is parked there as NNNN-KEY.request.md, to read and paste into a chat window, and as
    NNNN-KEY.request.json, for programs. Save the answer beside it as NNNN-KEY.answer.json or
    NNNN-KEY.answer.txt. The relay can be stopped at any time: what is parked stays parked, and a request
    asked again finds its answer.
    """
    if list_only:
        _list(status(folder), as_json=as_json)
    elif as_json:
        raise click.UsageError("--json goes with --status.")
    else:
        _serve(folder, port=port, strict=strict, idle=idle)


def _list(requests: list[Status], *, as_json: bool) -> None:
    for request in requests:
        click.echo(_json_line(request) if as_json else _line(request))


def _json_line(request: Status) -> str:
    # ASCII, because the model's name is foreign text and this may go to a terminal.
    return json.dumps(asdict(request) | {"parked_since": request.parked_since.isoformat()})


def _line(request: Status) -> str:
    since = request.parked_since.astimezone().strftime("%Y-%m-%d %H:%M")
    model = "(unreadable)" if request.model is None else one_line(request.model)
    characters = "?" if request.characters is None else request.characters
    stem = f"{request.number:04d}-{request.key8}"
    return f"{stem}  {request.state:8}  {since}  {characters:>7} characters  {model}"


def _serve(folder: Path, *, port: int, strict: bool, idle: float) -> None:
    with Relay(folder, port=port, strict=strict, idle=idle * 60, report=_report) as server:
        _report(_welcome(server.url, folder))
        server.serve_forever()


def _welcome(url: str, folder: Path) -> str:
    return (
        f"Relay at {url}, requests in {folder}\n"
        "To answer NNNN-KEY.request.md, paste it into a chat; save the reply as NNNN-KEY.answer.txt.\n"
        "A program writes NNNN-KEY.answer.json instead: under another name first, then renamed.\n"
        f"Ask with: hyllm extract PAGE --model relay/NAME --base-url {url} --timeout 86400\n"
        "Ctrl-C stops; what is parked stays parked."
    )


def _report(line: str) -> None:
    click.echo(line, err=True)
