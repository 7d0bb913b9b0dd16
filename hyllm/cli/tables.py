"""Tables and numbers as a terminal shows them, padded by East Asian width."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from hyllm.cli.show import printable

_WIDEST = 26


def table(rows: Sequence[Sequence[str]], *, left: int) -> Iterator[str]:
    """The rows with their columns aligned: the first `left` ones and the last to the left, others right."""
    short = [
        [
            cut(printable(cell), _WIDEST if place < len(row) - 1 or left > 1 else 60)
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    columns = max(len(row) for row in short)
    widths = [max((cell_len(row[n]) for row in short if n < len(row)), default=0) for n in range(columns)]
    for row in short:
        cells = [
            _padded(cell, widths[place], to_left=place < left or place == columns - 1)
            for place, cell in enumerate(row)
        ]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, width: int, *, to_left: bool) -> str:
    space = " " * (width - cell_len(cell))
    return cell + space if to_left else space + cell


def cut(text: str, width: int) -> str:
    """Text in one line, shortened to so many columns."""
    text = " ".join(text.split()) if text.strip() else text
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def two(value: float | None) -> str:
    """A share to two digits, without the leading 0."""
    return "–" if value is None else f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def three(value: float | None) -> str:
    """A share to three digits, without the leading 0."""
    return "–" if value is None else f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"
