"""What a store holds, for others to read: prediction lines, CSV, Parquet, and SQLite for Datasette.

The same answers give the same bytes: pages come in the order of their ids, and how an answer came and what it
cost stand apart, in `attempts`. Everything is streamed, and stands under its name only when it is whole.
"""

from hyllm.export._csv import write_csv
from hyllm.export._lines import prediction_lines
from hyllm.export._parquet import write_parquet
from hyllm.export._sqlite import write_sqlite

__all__ = ["prediction_lines", "write_csv", "write_parquet", "write_sqlite"]
