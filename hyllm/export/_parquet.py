"""A store as a folder of Parquet files, a table a file."""

import sqlite3
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.export._csv import write_dictionary
from hyllm.export._rows import Exported
from hyllm.export._tables import Cell
from hyllm.export.atomic import whole_folder

_GROUP = 20_000
"""Rows of a table that are held before they are written."""


def write_parquet(db: sqlite3.Connection, folder: Path, *, without_text: bool = False) -> None:
    """Writes the tables into `folder`, compressed with zstd.

    Raises:
        UsageError: pyarrow is not installed, or the folder cannot be written.
    """
    try:
        pa: Any = import_module("pyarrow")
        pq: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError("Parquet files need pyarrow: pip install 'hyllm[parquet]'") from None
    exported = Exported(db, without_text=without_text)
    types: dict[str, Any] = {"text": pa.string(), "integer": pa.int64(), "real": pa.float64()}
    with whole_folder(folder) as partial:
        tables = {
            name: _Writer(
                pa, pq, partial / f"{name}.parquet", [(c, types[t]) for c, t in exported.typed(name)]
            )
            for name in (*exported.columns, "attempts")
        }
        try:
            for table, row in exported.rows():
                tables[table].add(row)
            for row in exported.attempts():
                tables["attempts"].add(row)
        finally:
            for writer in tables.values():
                writer.close()
        write_dictionary(partial, exported, bom=False)


class _Writer:
    """Writes one table, a group of rows at a time."""

    def __init__(self, pa: Any, pq: Any, path: Path, columns: Iterable[tuple[str, Any]]) -> None:
        self._pa = pa
        self._schema = pa.schema(list(columns))
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[list[Cell]] = []
        self._size = 0

    def add(self, row: list[Cell]) -> None:
        self._rows.append(row)
        self._size += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(self._rows) >= _GROUP or self._size > 16_000_000:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [
                self._pa.array(list(column), type=field.type)
                for column, field in zip(columns, self._schema, strict=True)
            ]
            self._file.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))
            self._rows, self._size = [], 0

    def close(self) -> None:
        self._flush()
        self._file.close()
