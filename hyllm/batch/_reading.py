"""Reading one page's stored answers: the records, or the further request that is still needed."""

import json
import sqlite3
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from hyllm.archive import Page
from hyllm.batch._ledger import unpack_units
from hyllm.batch._store import deflate, inflate
from hyllm.batch._stored import FIRST, Stored, StoredAnswers, Wanted
from hyllm.errors import AnswerError
from hyllm.escaping import json_line
from hyllm.extract import Extractor
from hyllm.extraction import Extraction
from hyllm.text import Unit, split_units
from hyllm.version import __version__

PAGE_COLUMNS = "page, paper, issue_date, page_no, city, extra, conflicts, encoding"


class Read(NamedTuple):
    """What the reading of one job came to."""

    job: int
    state: str
    """What the job becomes: done, partial, failed, fault; open if a further request is needed."""
    answers: int
    """How many answers were read."""
    line: bytes = b""
    """The prediction line, deflated."""
    records: int = 0
    cause: str | None = None
    message: str | None = None
    wanted: Wanted | None = None


def read_job(
    db: sqlite3.Connection, job: int, extractor: Callable[[int], Extractor], run: Callable[[Any], Extraction]
) -> Read | None:
    """Reads what is stored for a job; `None` if its page is not in the archive any more.

    Args:
        db: the store.
        job: the job.
        extractor: gives the extractor of a setup.
        run: runs a coroutine.
    """
    row = db.execute(
        "SELECT j.setup_id, j.text_id, j.cause, t.text FROM jobs j JOIN texts t ON t.id = j.text_id WHERE j.id = ?",
        (job,),
    ).fetchone()
    setup, text_id, cause, packed = row
    page = page_of(db, text_id, inflate(packed))
    stored = db.execute(
        "SELECT coalesce(t.name, ?), a.is_error, a.raw, a.units FROM answers a LEFT JOIN turns t "
        "ON t.job_id = a.job_id AND t.turn = a.turn WHERE a.job_id = ? AND NOT a.void ORDER BY a.attempt_id",
        (FIRST, job),
    ).fetchall()
    answers = {name: Stored(bool(is_error), _text(raw)) for name, is_error, raw, _ in stored}
    if page is None or not answers:
        return None
    units = next((packed for name, _, _, packed in stored if name == FIRST), None)
    try:
        reader = extractor(setup)
        result = run(reader.read(page, StoredAnswers(answers), _units(page.text, units)))
    except Wanted as wanted:
        return Read(job, "open", len(answers), wanted=wanted)
    except Exception as error:
        message = f"a fault in hyllm, please report it: {error!r}"
        return Read(job, "fault", len(answers), cause="a fault in hyllm", message=message[:500])
    records = sum(len(some) for some in result.records.values())
    failed = result.status == "failed"
    return Read(
        job,
        result.status,
        len(answers),
        deflate(stored_line(result)),
        records,
        (cause or _cause(result)) if failed else None,
        str(result.error)[:500] if failed else None,
    )


def page_of(db: sqlite3.Connection, text_id: int, text: str) -> Page | None:
    """The page that stands for a text: of several, the one seen last, and of these the first by its id."""
    row = db.execute(
        f"SELECT {PAGE_COLUMNS} FROM pages WHERE text_id = ? ORDER BY seen DESC, page LIMIT 1", (text_id,)
    ).fetchone()
    if row is None:
        return None
    page, paper, issue_date, page_no, city, extra, conflicts, encoding = row
    return Page(
        text,
        page,
        paper=paper,
        issue_date=issue_date,
        page_no=page_no,
        city=city,
        extra=json.loads(extra),
        conflicts=tuple(json.loads(conflicts)),
        encoding=encoding,
        force=True,
    )


def _units(text: str, packed: bytes | None) -> list[Unit]:
    """The units as the model saw them."""
    return split_units(text) if packed is None else unpack_units(packed)


def _text(raw: bytes) -> str:
    return zlib.decompress(raw).decode("utf-8", "replace")


def stored_line(result: Extraction) -> str:
    """The prediction line as it is stored: how the answer came stands with the attempts."""
    line = result.to_json()
    line["provenance"] = {k: v for k, v in line["provenance"].items() if k not in ("answers", "recorded")}
    return json_line(line)


def _cause(result: Extraction) -> str:
    """Why a page failed, in a word or two."""
    if isinstance(result.error, AnswerError) and result.error.reason != "failed":
        return result.error.reason
    return "no readable answer"


def write_read(db: sqlite3.Connection, read: Read) -> None:
    """Writes what reading a job came to, unless something came for it meanwhile."""
    (answers,) = db.execute(
        "SELECT count(DISTINCT turn) FROM answers WHERE job_id = ? AND NOT void", (read.job,)
    ).fetchone()
    if answers != read.answers:
        return
    turn = read.answers if read.wanted else 0
    changed = db.execute(
        "UPDATE jobs SET state = ?, turn = ?, cause = ?, message = ? WHERE id = ? AND state = 'answered'",
        (read.state, turn, read.cause, read.message, read.job),
    ).rowcount
    if not changed:
        return
    if read.wanted:
        body = json.dumps(dict(read.wanted.body), ensure_ascii=False, separators=(",", ":"))
        row = (read.job, turn, read.wanted.name, deflate(body))
        db.execute("INSERT OR REPLACE INTO turns VALUES (?,?,?,?)", row)
    elif read.line:
        db.execute(
            "INSERT OR REPLACE INTO results (job_id, status, records, hyllm, line) VALUES (?,?,?,?,?)",
            (read.job, read.state, read.records, __version__, read.line),
        )
