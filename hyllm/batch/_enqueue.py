"""Putting an archive into a store: every page with its text, streamed; nothing is sent."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from hyllm.archive import ArchiveFile, Page, PageReader, archive_files
from hyllm.batch._store import Store, deflate, transaction
from hyllm.batch._versions import set_older_aside
from hyllm.errors import PageError, UsageError
from hyllm.tokens import estimate_tokens

_GROUP = 500
"""Pages a transaction."""
_LISTED = 20


@dataclass(slots=True)
class Look:
    """What an archive holds, told before anything is sent."""

    pages: int
    texts: int
    """Different texts among them: each is asked about once."""
    dated: int
    """Pages with an issue date to the day."""
    partly_dated: int
    """Pages of which only month or year is known."""
    doubles: int
    unreadable: int
    named: tuple[str, ...] = ()
    """Some of what cannot be read, with the reason."""

    def lines(self) -> Iterator[str]:
        """For people."""
        undated = self.pages - self.dated - self.partly_dated
        dates = [f"{self.dated:,} dated to the day"]
        dates += [f"{self.partly_dated:,} to the month or year"] if self.partly_dated else []
        dates += [f"{undated:,} without a date"] if undated else []
        yield f"{self.pages:,} page{'s' * (self.pages != 1)}: {', '.join(dates)}"
        if self.doubles:
            yield f"{self.doubles:,} have the text of another: asked about once"
        if self.unreadable:
            yield f"{self.unreadable:,} cannot be read and are left out:"
            yield from (f"  {line}" for line in self.named)
            if self.unreadable > len(self.named):
                yield f"  and {self.unreadable - len(self.named):,} more: hyllm batch failures"


def enqueue(
    store: Store,
    paths: Iterable[str | Path],
    reader: PageReader,
    *,
    told: Callable[[int], None] | None = None,
) -> Look:
    """Looks through an archive and adds what is new to the store, with a job for each new text.

    Unchanged files are not opened again. A page whose text has changed gets the new one; one whose metadata
    have changed is read again from its stored answer, for nothing.

    Args:
        store: a store with a setup in force.
        paths: as `archive_files` takes them.
        reader: how they are read.
        told: called now and then with the number of pages seen so far.

    Raises:
        UsageError: nothing can be read at all.
    """
    scan = int(store.meta("scans") or 0) + 1
    adding = _Adding(store.connection, scan, reader)
    found = _found(adding, paths)
    seen = 0
    while group := list(islice(found, _GROUP)):
        with transaction(store.connection):
            for item in group:
                adding.add(item)
        seen += len(group)
        if told:
            told(seen)
    with transaction(store.connection):
        store.set_meta("scans", str(scan))
        adding.finish()
        set_older_aside(store.connection)
    look = look_at(store.connection)
    if not look.pages:
        raise UsageError("\n  ".join(["no page in the store, and none can be read:", *look.named]))
    return look


_Item = tuple[ArchiveFile | None, Page | PageError | None]
"""A file and a page or an error in it; a file alone where it is unchanged."""


def _found(adding: "_Adding", paths: Iterable[str | Path]) -> Iterator[_Item]:
    for file in archive_files(paths):
        if isinstance(file, PageError):
            yield None, file
        elif adding.is_unchanged(file):
            yield file, None
        else:
            for page in adding.reader.pages_in(file):
                yield file, page


class _Adding:
    """One scan's additions."""

    def __init__(self, connection: sqlite3.Connection, scan: int, reader: PageReader) -> None:
        self._db = connection
        self._scan = scan
        self.reader = reader
        self._reading = _reading(reader)
        self._file: tuple[ArchiveFile, int] | None = None
        self._setup = connection.execute("SELECT max(id) FROM setups WHERE adopted").fetchone()[0]
        (seed,) = connection.execute("SELECT value FROM meta WHERE name = 'seed'").fetchone()
        self._seed = str(seed).encode()
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (text_id INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM touched")
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS replaced (text_id INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM replaced")

    def is_unchanged(self, file: ArchiveFile) -> bool:
        row = self._db.execute(
            "SELECT size, changed, reading FROM files WHERE path = ?", (_path(file),)
        ).fetchone()
        return row == (file.size, file.changed, self._reading)

    def add(self, item: _Item) -> None:
        file, found = item
        if file is None:
            self._unreadable(str(found).partition(": ")[0], str(found), None)
            return
        number = self._file_id(file, unchanged=found is None)
        if isinstance(found, Page):
            self._page(found, number, file.changed)
        elif found is not None:
            self._unreadable(str(found)[:300], str(found), number)

    def finish(self) -> None:
        """Forgets what a changed file no longer holds, and gives pages with other metadata to the readers."""
        self._complete()
        self._db.execute(
            "UPDATE jobs SET state = 'older' WHERE state = 'open' AND text_id IN (SELECT text_id FROM replaced "
            "WHERE text_id NOT IN (SELECT text_id FROM pages))"
        )
        self._db.execute(
            "DELETE FROM unreadable WHERE seen < ? AND (file_id IS NULL OR file_id IN "
            "(SELECT id FROM files WHERE seen = ?))",
            (self._scan, self._scan),
        )
        self._db.execute(
            "UPDATE jobs SET state = 'answered' WHERE text_id IN (SELECT text_id FROM touched) "
            "AND state IN ('done', 'partial', 'failed') AND id IN (SELECT job_id FROM results)"
        )
        add_jobs(self._db, self._setup)

    def _file_id(self, file: ArchiveFile, *, unchanged: bool) -> int:
        if self._file and self._file[0].path == file.path:
            return self._file[1]
        self._complete()
        row = self._db.execute("SELECT id FROM files WHERE path = ?", (_path(file),)).fetchone()
        if row is None:
            number = self._db.execute(
                "INSERT INTO files (path, size, changed, reading, seen) VALUES (?,0,-1,x'',?)",
                (_path(file), self._scan),
            ).lastrowid
            assert number is not None
        else:
            number = row[0]
        if unchanged:
            self._db.execute("UPDATE files SET seen = ? WHERE id = ?", (self._scan, number))
            self._db.execute("UPDATE pages SET seen = ? WHERE file_id = ?", (self._scan, number))
            self._db.execute("UPDATE unreadable SET seen = ? WHERE file_id = ?", (self._scan, number))
        self._file = file, number
        return number

    def _complete(self) -> None:
        """Says of the last file that all of it was read: one whose reading was interrupted is read again."""
        if self._file:
            file, number = self._file
            self._db.execute(
                "UPDATE files SET size = ?, changed = ?, reading = ?, seen = ? WHERE id = ?",
                (file.size, file.changed, self._reading, self._scan, number),
            )

    def _page(self, page: Page, file: int, changed: int) -> None:
        known = self._db.execute(
            "SELECT id, text_id, seen, paper, issue_date, page_no, city, extra, conflicts FROM pages WHERE page = ?",
            (page.page,),
        ).fetchone()
        text = self._text(page)
        if known and known[2] == self._scan and known[1] != text:
            message = f"{page.page}: another page of this run has the same id; this text is left out"
            self._unreadable(f"{page.page} in file {file}", message, file)
            return
        about = (
            page.paper,
            page.issue_date,
            page.page_no,
            page.city,
            json.dumps(dict(page.extra), ensure_ascii=False, sort_keys=True),
            json.dumps(list(page.conflicts), ensure_ascii=False),
        )
        if known and known[1] == text and known[3:] == about:
            self._db.execute(
                "UPDATE pages SET seen = ?, file_id = ? WHERE id = ?", (self._scan, file, known[0])
            )
            return
        if known:
            if known[1] != text:
                self._db.execute("INSERT OR IGNORE INTO replaced VALUES (?)", (known[1],))
            added = "added" if known[1] == text else str(self._scan)
            self._db.execute(
                "UPDATE pages SET text_id = ?, file_id = ?, paper = ?, issue_date = ?, page_no = ?, city = ?, "
                f"extra = ?, conflicts = ?, encoding = ?, changed = ?, added = {added}, seen = ? WHERE id = ?",
                (text, file, *about, page.encoding, changed, self._scan, known[0]),
            )
        else:
            self._db.execute(
                "INSERT INTO pages (text_id, file_id, paper, issue_date, page_no, city, extra, conflicts, encoding, "
                "changed, added, seen, page) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (text, file, *about, page.encoding, changed, self._scan, self._scan, page.page),
            )
        self._db.execute("INSERT OR IGNORE INTO touched VALUES (?)", (text,))

    def _text(self, page: Page) -> int:
        """The id of a page's text; a new one gets a job."""
        sha = bytes.fromhex(page.text_sha256)
        row = self._db.execute("SELECT id FROM texts WHERE sha256 = ?", (sha,)).fetchone()
        if row:
            return row[0]
        number = self._db.execute(
            # An id that `gc` has freed may stand in a job still, for what it cost: it is not used again.
            "INSERT INTO texts (id, sha256, chars, tokens, text) SELECT 1 + max(coalesce((SELECT max(id) FROM "
            "texts), 0), coalesce((SELECT max(text_id) FROM jobs), 0)), ?, ?, ?, ?",
            (sha, len(page.text), estimate_tokens(page.text), deflate(page.text)),
        ).lastrowid
        assert number is not None
        self._db.execute(
            "INSERT INTO jobs (text_id, setup_id, rank, state) VALUES (?,?,?,'open')",
            (number, self._setup, rank(self._seed, sha)),
        )
        return number

    def _unreadable(self, place: str, message: str, file: int | None) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO unreadable (place, message, file_id, seen) VALUES (?,?,?,?)",
            (place, message, file, self._scan),
        )


def add_jobs(db: sqlite3.Connection, setup: int) -> None:
    """Gives each text of a page a job with a setup, where it has jobs with others only."""
    db.execute(
        "INSERT OR IGNORE INTO jobs (text_id, setup_id, rank, state) SELECT p.text_id, ?, "
        "(SELECT rank FROM jobs WHERE text_id = p.text_id LIMIT 1), 'open' FROM pages p "
        "WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.text_id = p.text_id AND j.setup_id = ?)",
        (setup, setup),
    )


def rank(seed: bytes, sha256: bytes) -> int:
    """A text's place in the seeded shuffle: any first part of it is a random sample of the archive."""
    return int.from_bytes(hashlib.blake2b(sha256, digest_size=8, key=seed[:64]).digest(), "big", signed=True)


def _path(file: ArchiveFile) -> str:
    return str(file.path.absolute())


def _reading(reader: PageReader) -> bytes:
    """A hash of what, beside a file, decides how its pages are read."""
    table = reader.table.read_bytes() if reader.table else b""
    said = repr((reader.given, reader.encoding, reader.name_pattern, reader.force))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass") + b"\0" + table).digest()


def look_at(connection: sqlite3.Connection) -> Look:
    """What a store holds."""
    pages, dated, partly = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE length(issue_date) = 10), "
        "count(*) FILTER (WHERE length(issue_date) < 10) FROM pages"
    ).fetchone()
    (texts,) = connection.execute("SELECT count(DISTINCT text_id) FROM pages").fetchone()
    (unreadable,) = connection.execute("SELECT count(*) FROM unreadable").fetchone()
    named = connection.execute("SELECT message FROM unreadable ORDER BY place LIMIT ?", (_LISTED,)).fetchall()
    lines = tuple(str(row[0]) for row in named)
    return Look(pages, texts, dated, partly, pages - texts, unreadable, lines)
