"""`hyllm extract`: pages in, grounded records out."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from hyllm.archive import Metadata, Page, PageReader, describe_dates
from hyllm.cli.configured import ENVIRONMENT, Configured, configured_endpoint, was_typed
from hyllm.cli.exits import SOME_FAILED
from hyllm.cli.looks import Output, view_of
from hyllm.cli.options import endpoint_options, question_options
from hyllm.cli.show import console, show_extraction, show_summary
from hyllm.cli.waiting import Waiting
from hyllm.errors import UsageError
from hyllm.escaping import json_line, printable
from hyllm.extract import Extractor
from hyllm.extraction import Extraction
from hyllm.rules import RULES
from hyllm.strategies import Strategy


@click.command(cls=Configured, context_settings=ENVIRONMENT)
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True))
@endpoint_options(timeout=600, rules=True)
@question_options
@click.option(
    "--issue-date", metavar="DATE", help="YYYY-MM-DD, or YYYY-MM. Relative dates resolve against it."
)
@click.option("--paper", metavar="NAME", help="The newspaper's name, such as 衡阳日报.")
@click.option("--page-no", metavar="NO", help="The page's number in its issue: 1, A3.")
@click.option("--city", metavar="NAME", help="The city the paper is of, where its name does not say: 衡阳.")
@click.option(
    "--metadata",
    "table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="A row a page: page, paper, issue_date, page_no, city; other columns are carried along.",
)
@click.option(
    "--name-pattern", metavar="PATTERN", help="How pages are named, such as '{paper}-{date}-{page_no}'."
)
@click.option("--encoding", metavar="NAME", help="What the files are in, where hyllm tells it wrongly.")
@click.option("--force", is_flag=True, help="Take pages that are over 40,000 characters or hardly Chinese.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on standard output, a line a page.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="JSON Lines into FILE."
)
@click.option(
    "--record",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep every answer in DIR, and ask for none that is there already.",
)
@click.option(
    "--without-text",
    is_flag=True,
    help="Record without the pages' text: who has the pages can replay it.",
)
@click.option(
    "--replay",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Take the answers from DIR; nothing is sent.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    metavar="N",
    help="Requests in flight.",
)
@click.option(
    "--ask-again/--no-ask-again",
    default=True,
    show_default=True,
    help="Ask further for what an answer lacks.",
)
@click.option(
    "--gazetteer",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Counties and districts of another city than 衡阳.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The pages with their values marked, to look at in a browser, into FILE.",
)
def extract(
    paths: Sequence[str],
    *,
    model: str | None,
    base_url: str | None,
    kinds: Sequence[str],
    strategy: Strategy | None,
    rows: bool,
    examples: bool,
    issue_date: str | None,
    paper: str | None,
    page_no: str | None,
    city: str | None,
    table: Path | None,
    name_pattern: str | None,
    encoding: str | None,
    force: bool,
    as_json: bool,
    out: Path | None,
    record: Path | None,
    without_text: bool,
    replay: Path | None,
    prompts: Path | None,
    wire: str | None,
    max_tokens: int | None,
    timeout: float,
    concurrency: int,
    ask_again: bool,
    local_only: bool,
    gazetteer: Path | None,
    html: Path | None,
) -> None:
    """Extract the records of pages: files, folders with *.txt below them, *.jsonl, or - for standard input.

    A page is a text file. Its paper, date and number are what the options say, else a JSON file of the same
    name beside it or its row in --metadata, else its masthead, else its name (hyrb-2022-03-18-1.txt). A
    line of a *.jsonl is a page: {"id", "text"}, and whatever of these is known. If one page cannot be used,
    all that cannot are named and nothing is sent.
    """
    if as_json and out:
        raise UsageError("give --json or --out, not both")
    reader = PageReader(
        given=Metadata(paper, issue_date, page_no, city),
        encoding=encoding,
        name_pattern=name_pattern,
        table=table,
        force=force,
    )
    pages = reader.from_paths(paths)
    context = click.get_current_context()
    by_rules = model == RULES and not was_typed(context, "base_url")
    if by_rules:  # an address that merely stands in a file or the environment must not get the text
        base_url = None
    extractor = Extractor(
        None if replay and not was_typed(context, "model") else model,
        kinds=kinds,
        base_url=base_url,
        rows=rows,
        examples=examples,
        wire=wire,  # pyright: ignore[reportArgumentType] - click has checked it
        max_tokens=max_tokens,
        timeout=timeout,
        concurrency=concurrency,
        prompts=prompts,
        strategy=None if replay and not was_typed(context, "strategy") else strategy,
        replay=replay,
        record=record,
        without_text=without_text,
        local_only=local_only,
        ask_again=ask_again,
        endpoint=None
        if replay or by_rules
        else configured_endpoint(context, model, base_url, local_only=local_only),
        gazetteer=gazetteer,
    )
    click.echo(printable(describe_dates(pages)), err=True)
    click.echo(printable(extractor.announcement(len(pages))), err=True)
    _run(extractor, pages, as_json=as_json, out=out, html=html)


def _run(
    extractor: Extractor, pages: Sequence[Page], *, as_json: bool, out: Path | None, html: Path | None
) -> None:
    """Extracts the pages and prints each in its turn. What has come is printed, whatever ends the run."""
    with ExitStack() as stack:
        lines = stack.enter_context(Output(out, "--out")) if out else None
        seen: list[Extraction] = []
        if html:
            view = stack.enter_context(Output(html, "--html"))
            stack.callback(_show, view, pages, seen)
        printer = _Printer(pages, as_json=as_json, out=lines)
        stack.callback(printer.finish)
        waiting = stack.enter_context(Waiting(console(stderr=True), len(pages)))

        def take(result: Extraction) -> None:
            seen.append(result)
            with waiting.making_way(result.page.page, failed=result.status == "failed"):
                printer.take(result)

        results = extractor.map(pages, done=take, begun=lambda page: waiting.begin(page.page))
    show_summary(results)
    failed = [result for result in results if result.status == "failed"]
    for result in failed:
        page, why = result.page.page, str(result.error)
        said = why if why.startswith(f"{page}:") else f"{page}: {why}"
        click.echo(printable(f"hyllm: {said}"), err=True)
    if failed:
        raise SystemExit(_exit_code(failed, len(results)))


def _exit_code(failed: Sequence[Extraction], pages: int) -> int:
    """What the failures have in common, if nothing was done at all; else that some failed."""
    codes = {result.error.exit_code for result in failed if result.error}
    severe = codes - {SOME_FAILED}
    return (
        severe.pop()
        if len(severe) == 1 and (len(failed) == pages or 5 in codes or 3 in codes)
        else SOME_FAILED
    )


class _Printer:
    """Prints results in the order of the pages, as soon as all before them have come."""

    def __init__(self, pages: Sequence[Page], *, as_json: bool, out: Output | None) -> None:
        self._waiting = [page.page for page in pages]
        self._come: dict[str, Extraction] = {}
        self._failed = ""
        """Lines of pages that failed, as long as no other would take the place of an earlier run's."""
        self._as_json = as_json
        self._out = out

    def take(self, result: Extraction) -> None:
        self._come[result.page.page] = result
        while self._waiting and self._waiting[0] in self._come:
            self._print(self._come.pop(self._waiting.pop(0)))

    def finish(self) -> None:
        """Prints what came out of turn before the run was ended."""
        while self._come:
            self._print(self._come.pop(next(iter(self._come))))
        if self._out is not None and self._failed:
            _say_kept(self._out)

    def _print(self, result: Extraction) -> None:
        if self._out is None and not self._as_json:
            show_extraction(result)
            return
        line = json_line(result.to_json())
        if self._out is None:
            click.echo(line)
            return
        self._failed += f"{line}\n"
        if result.status != "failed" or not self._out.holds_earlier:
            self._out.write(self._failed)
            self._failed = ""


def _show(view: Output, pages: Sequence[Page], results: Sequence[Extraction]) -> None:
    """Writes the pages as HTML; where none has come, an earlier one stays."""
    if view.holds_earlier and all(result.status == "failed" for result in results):
        _say_kept(view)
    else:
        view.write(view_of(pages, results))


def _say_kept(file: Output) -> None:
    click.echo(printable(f"{file.path}: kept as it was: no page gave a result"), err=True)
