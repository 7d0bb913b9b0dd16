"""Results as a person reads them in a terminal: records, their values, and where each one stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hyllm.answers import Usage
from hyllm.cli.costs import PRICE_HINT
from hyllm.escaping import printable
from hyllm.extraction import Extraction
from hyllm.marks import Grounding
from hyllm.schemas import Date, Evidence, Money, Part, Quantity, Record, without_none

_PLAIN_WIDTH = 120
"""Columns where the output is no terminal."""
_SIGNS = {"exact": "", "normalised": "≈", "fuzzy": "~", "ambiguous": "?", "missing": "not on the page"}
_COLOURS = {"projects": "green", "meetings": "cyan", "officials": "magenta"}


class _Row(NamedTuple):
    field: str
    words: str
    computed: str
    where: str


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Says that the reader has gone (| head) as Python does; rich would exit on the spot."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """A console whose lines are as wide as the terminal, or wide enough for a table in a file."""
    found = _Console(stderr=stderr, highlight=False)
    return found if found.is_terminal else _Console(stderr=stderr, highlight=False, width=_PLAIN_WIDTH)


def show_extraction(result: Extraction) -> None:
    """Prints a page's records, a table a kind, and what went wrong."""
    out = console()
    page = result.page
    about = " · ".join(filter(None, [page.paper, page.issue_date, page.page_no and f"page {page.page_no}"]))
    out.print(Text(printable(f"{page.page}  {about}"), style="bold"))
    marks = {entry.at: entry for entry in result.grounding}
    for plural, records in result.records.items():
        if records:
            out.print(_table(plural, records, marks))
        elif result.status != "failed":
            out.print(Text(f"{plural}: none"))
    if result.problems:
        table = Table("where", "what", "words", "why", title="problems", title_justify="left")
        for problem in result.problems:
            table.add_row(
                *(Text(printable(t)) for t in (problem.at, problem.reason, problem.text, problem.message))
            )
        out.print(table)
    if result.unclaimed:
        values = "  ".join(f"{value.text} [{value.start},{value.end})" for value in result.unclaimed)
        out.print(Text(printable(f"in no record: {values}"), style="dim"))
    out.print()


def _table(plural: str, records: Sequence[Record], marks: Mapping[str, Grounding]) -> Table:
    title = Text(f"{plural}: {len(records)}", style=_COLOURS.get(plural, "yellow"))
    table = Table("field", "on the page", "computed", "[start,end)", title=title, title_justify="left")
    table.columns[1].overflow = "fold"
    for index, record in enumerate(records):
        for row in _rows(record, f"/{plural}/{index}", marks):
            style = "bold" if row.field == "name" else ""
            table.add_row(*(Text(printable(cell)) for cell in row), style=style)
        table.add_section()
    return table


def _rows(record: Record, at: str, marks: Mapping[str, Grounding]) -> Iterator[_Row]:
    """A row a value, a row for each item of a list."""
    for name in type(record).model_fields:
        value: object = getattr(record, name)
        if name == "id" or value is None:
            continue
        items: list[object] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
        for index, item in enumerate(items):
            where = f"{at}/{name}/{index}" if isinstance(value, list) else f"{at}/{name}"
            yield _Row(name if index == 0 else "", *_cells(item), _where(where, marks))


def _cells(value: object) -> tuple[str, str]:
    """The words of a value, and what is computed from them or chosen."""
    match value:
        case Date():
            return value.text, value.edtf or "unresolved"
        case Money():
            return value.text, _amount(value.amount, value.upper, value.currency, value.bound)
        case Quantity():
            return value.text, _amount(value.value, value.upper, value.unit, value.bound)
        case Evidence():
            return value.quote, ""
        case Part():
            return _part_cells(value)
        case int():
            return "", str(value)
        case _:
            return str(value), ""


def _part_cells(part: Part) -> tuple[str, str]:
    """The words of all a part's fields, and its choices."""
    words: list[str] = []
    chosen: list[str] = []
    for name in type(part).model_fields:
        value: Any = getattr(part, name)
        if isinstance(value, Part):
            inner_words, inner_computed = _cells(value)
            words.append(inner_words)
            chosen.append(inner_computed)
        elif isinstance(value, list):
            chosen += map(str, value)  # pyright: ignore[reportUnknownArgumentType]
        elif value is not None:
            (chosen if _is_choice(part, name) else words).append(str(value))
    return " ".join(words), " ".join(filter(None, chosen))


def _is_choice(part: Part, name: str) -> bool:
    return without_none(type(part).model_fields[name].annotation) is not str


def _amount(value: float | None, upper: float | None, unit: str | None, bound: str | None) -> str:
    if value is None:
        return "unresolved"
    number = f"{value:,}" if upper is None else f"{value:,} – {upper:,}"
    return " ".join(filter(None, [number, unit, bound if bound not in ("exact", "range") else None]))


def _where(at: str, marks: Mapping[str, Grounding]) -> str:
    """Where the words below a pointer stand."""
    found = [mark for pointer, mark in marks.items() if pointer == at or pointer.startswith(f"{at}/")]
    return " ".join(_span(mark) for mark in found)


def _span(mark: Grounding) -> str:
    place = "" if mark.start is None else f"[{mark.start},{mark.end})"
    return f"{_SIGNS[mark.status]}{place}"


def show_page(result: Extraction) -> None:
    """Prints the page's text with every value marked where it stands."""
    # One character for one: the marks are offsets into the page.
    text = Text("".join(c if c.isprintable() or c in "\n\u3000" else " " for c in result.page.text))
    for mark in result.grounding:
        if mark.start is not None and mark.end is not None and not mark.at.endswith("/quote"):
            text.stylize(f"underline {_COLOURS.get(mark.at.split('/')[1], 'yellow')}", mark.start, mark.end)
    console().print(text)


def show_summary(results: Sequence[Extraction]) -> None:
    """Prints, to standard error, what was found, what could not be grounded or resolved, and the tokens."""
    records = sum(len(some) for result in results for some in result.records.values())
    values = sum(len(result.grounding) for result in results)
    reasons = [problem.reason for result in results for problem in result.problems]
    counted = (
        ", ".join(f"{reasons.count(reason)} {reason}" for reason in dict.fromkeys(reasons)) or "no problems"
    )
    failed = sum(result.status == "failed" for result in results)
    unclaimed = sum(len(result.unclaimed) for result in results)
    pages = f"{len(results)} page{'s' * (len(results) != 1)} ({failed} failed)"
    line = f"{pages}: {records} records, {values} values; {counted}; {unclaimed} unclaimed"
    console(stderr=True).print(Text(f"{line}. {_tokens(results)}"))
    undated = [r.page.page for r in results if r.page.issue_date is None]
    if undated and "unresolved" in reasons:
        named = ", ".join(undated[:3]) + (" …" if len(undated) > 3 else "")
        console(stderr=True).print(
            Text(f"No issue date: {named}. With --issue-date, relative dates resolve.")
        )


def _tokens(results: Sequence[Extraction]) -> str:
    """The tokens sent and received, as far as the endpoint tells."""
    if all(result.provenance.get("answers") == "computed" for result in results):
        return "No model was asked."
    usages = [result.usage for result in results if result.usage.requests]
    if not usages or any(usage.prompt_tokens is None for usage in usages):
        return "Tokens: not told."
    sent = sum(usage.prompt_tokens or 0 for usage in usages)
    cached = sum(usage.cached_tokens or 0 for usage in usages)
    received = sum(usage.completion_tokens or 0 for usage in usages)
    estimated = " (estimated)" if any(usage.estimated for usage in usages) else ""
    told = f"{sent:,} in ({cached:,} cached), {received:,} out{estimated}"
    if all(result.provenance.get("answers") == "replayed" for result in results):
        return f"Nothing was sent. Tokens when recorded: {told}."
    return f"Tokens: {told}. {_cost(usages)}"


def _cost(usages: Sequence[Usage]) -> str:
    """What the answers cost, by the price of which day; or that no price is known."""
    if any(usage.cost_usd is None for usage in usages):
        return f"Cost: no price known; {PRICE_HINT}."
    dollars = sum(usage.cost_usd or 0 for usage in usages)
    return f"Cost: ${dollars:.4f} by the prices of {usages[0].prices_of}."
