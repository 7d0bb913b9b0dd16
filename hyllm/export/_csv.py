"""A store as a folder of CSV files, a table a file."""

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hyllm.export._dictionary import dictionary_rows
from hyllm.export._rows import ATTEMPT_COLUMNS, Exported
from hyllm.export._tables import Cell
from hyllm.export.atomic import MARK, whole_folder

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(db: sqlite3.Connection, folder: Path, *, without_text: bool = False, bom: bool = False) -> None:
    """Writes the tables into `folder`: UTF-8, `bom` for Excel; no cell is a formula.

    A text that a spreadsheet would take for a formula gets a `'` before it. The pages' texts are left out: a
    cell of a spreadsheet holds no page.

    Raises:
        UsageError: the folder cannot be written.
    """
    exported = Exported(db, without_text=without_text)
    with whole_folder(folder) as partial, ExitStack() as stack:

        def opened(name: str, columns: Sequence[str]) -> Any:
            encoding = "utf-8-sig" if bom else "utf-8"
            file = stack.enter_context((partial / f"{name}.csv").open("w", encoding=encoding, newline=""))
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            return writer

        columns = {
            name: [c for c in some if name != "pages" or c != "text"]
            for name, some in exported.columns.items()
        }
        writers = {name: opened(name, some) for name, some in columns.items()}
        for table, row in exported.rows():
            writers[table].writerow(_safe(row[: len(columns[table])]))
        attempts = opened("attempts", ATTEMPT_COLUMNS)
        attempts.writerows(_safe(row) for row in exported.attempts())
        write_dictionary(partial, exported, bom=bom)


def _safe(row: Iterable[Cell]) -> list[Cell]:
    return [f"'{c}" if isinstance(c, str) and c.startswith(_FORMULA) else c for c in row]


def write_dictionary(folder: Path, exported: Exported, *, bom: bool) -> None:
    """Writes what each column holds, in Chinese and English."""
    with (folder / MARK).open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "type", "中文", "English"))
        writer.writerows(dictionary_rows(exported))
