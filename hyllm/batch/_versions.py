"""Versions of one logical page: the same paper, date and page number, with another text (a better OCR).

Where two texts overlap by half or more, the newest stands for both. Where they do not, they are two pages,
one of which has a wrong date or number: neither is hidden, and the conflict is listed.
"""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from hyllm.batch._store import inflate
from hyllm.text import fold

_SHINGLE = 4
_OVERLAP = 0.5


class Version(NamedTuple):
    """A text that stands beside another of the same logical page."""

    text_id: int
    page: str
    newest_text_id: int
    newest_page: str
    overlap: float
    """The share of the shorter text that stands in the newest one as well."""

    @property
    def is_older(self) -> bool:
        """Whether it is the same page in an older version."""
        return self.overlap >= _OVERLAP


def versions(connection: sqlite3.Connection) -> Iterator[Version]:
    """The texts that share their logical page with a newer one, each with the newest."""
    found = connection.execute(
        "SELECT p.paper, p.issue_date, p.page_no, p.text_id, min(p.page), max(p.added) AS a, max(p.changed) AS c "
        "FROM pages p JOIN (SELECT paper, issue_date, page_no FROM pages WHERE length(issue_date) = 10 "
        "AND paper IS NOT NULL AND page_no IS NOT NULL GROUP BY 1, 2, 3 HAVING count(DISTINCT text_id) > 1) d "
        "ON d.paper = p.paper AND d.issue_date = p.issue_date AND d.page_no = p.page_no "
        "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, a DESC, c DESC, min(p.page) DESC"
    )
    for _, rows in groupby(found.fetchall(), key=lambda row: row[:3]):
        (newest, newest_page), *others = [(row[3], row[4]) for row in rows]
        text = _text(connection, newest)
        for text_id, page in others:
            yield Version(text_id, page, newest, newest_page, overlap(_text(connection, text_id), text))


def overlap(one: str, other: str) -> float:
    """The share of the shorter text's runs of four characters that the other has too."""
    first, second = _shingles(one), _shingles(other)
    least = min(len(first), len(second))
    return len(first & second) / least if least else 0.0


def _shingles(text: str) -> set[str]:
    folded = fold(text)
    return {folded[i : i + _SHINGLE] for i in range(len(folded) - _SHINGLE + 1)}


def _text(connection: sqlite3.Connection, text_id: int) -> str:
    return inflate(connection.execute("SELECT text FROM texts WHERE id = ?", (text_id,)).fetchone()[0])


def set_older_aside(connection: sqlite3.Connection) -> None:
    """Takes older versions that were not asked about out of the queue, and puts back what is none any more.

    To be run inside a transaction.
    """
    older = [version.text_id for version in versions(connection) if version.is_older]
    connection.execute(
        "UPDATE jobs SET state = 'open' WHERE state = 'older' AND text_id IN (SELECT text_id FROM pages)"
    )
    connection.executemany(
        "UPDATE jobs SET state = 'older' WHERE text_id = ? AND state = 'open'", ((i,) for i in older)
    )
