"""Pages from files: `<page>.txt` in UTF-8, what is known of it in a sidecar `<page>.json` or its name."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from hyllm.archive._page import Metadata, Page, check_issue_date
from hyllm.errors import PageError

_DATE_IN_NAME = re.compile(r"(?<!\d)((?:18|19|20)\d\d)(?:-(\d\d)(?:-(\d\d))?|(\d\d)(\d\d))?(?!\d)")


class PageFile(NamedTuple):
    """A page's file, and the id the page has in a run."""

    path: Path
    page: str


def find_pages(paths: Iterable[str | Path]) -> list[PageFile]:
    """The files of the pages that `paths` name: a file is one, a folder means every *.txt below it, sorted.

    Raises:
        PageError: a path does not exist, a folder holds no page, or two files have the same id.
    """
    found = [page for path in paths for page in _pages_of(Path(path))]
    seen: dict[str, Path] = {}
    for path, page in found:
        if page in seen:
            raise PageError(
                f"two files are page {page!r}: {seen[page]} and {path}; rename one, or give their folder"
            )
        seen[page] = path
    return found


def _pages_of(path: Path) -> Iterator[PageFile]:
    if path.is_dir():
        files = sorted(path.rglob("*.txt"))
        if not files:
            raise PageError(f"{path}: no *.txt below this folder")
        for file in files:
            yield PageFile(file, file.relative_to(path).with_suffix("").as_posix())
    elif path.exists():
        yield PageFile(path, path.stem)
    else:
        raise PageError(f"{path}: no such file or folder")


def read_page(path: str | Path, page: str | None = None, given: Metadata = Metadata()) -> Page:  # noqa: B008 - frozen
    """The page in a file, with its metadata: `given`, then the sidecar's, then the name's.

    Raises:
        PageError: the file cannot be read, is not UTF-8, or is no page; or its sidecar is broken.
    """
    path = Path(path)
    text = _decoded(path)
    beside, first = given.over(_sidecar(path), f"sidecar {path.with_suffix('.json').name}")
    known, second = beside.over(_name_date(path.stem), "file name")
    return Page(
        text,
        page or path.stem,
        paper=known.paper,
        issue_date=known.issue_date,
        page_no=known.page_no,
        extra=known.extra,
        conflicts=first + second,
    )


def _decoded(path: Path) -> str:
    """The file's text with its line ends as they are, without a byte order mark."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PageError(
            f"{path}: not UTF-8 (byte {error.start}); convert it first, e.g. iconv -f GB18030 -t UTF-8"
        ) from error


def _sidecar(path: Path) -> Metadata:
    sidecar = path.with_suffix(".json")
    if not sidecar.is_file():
        return Metadata()
    try:
        found: Any = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise PageError(f"{sidecar}: cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise PageError(f"{sidecar}: must be a JSON object with paper, issue_date, page_no")
    rest: dict[str, Any] = dict(found)  # pyright: ignore[reportUnknownArgumentType]
    known = {name: _text(rest.pop(name, None), name, sidecar) for name in ("paper", "issue_date", "page_no")}
    if known["issue_date"] is not None:
        check_issue_date(known["issue_date"])
    return Metadata(known["paper"], known["issue_date"], known["page_no"], rest)


def _text(value: object, name: str, sidecar: Path) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise PageError(f"{sidecar}: {name} must be text")


def _name_date(stem: str) -> Metadata:
    """The date in a file's name, if there is just one."""
    dates: set[str] = set()
    for year, month, day, month2, day2 in _DATE_IN_NAME.findall(stem):
        parts = [part for part in (year, month or month2, day or day2) if part]
        with suppress(ValueError):
            date(*(int(part) for part in [*parts, "1", "1"][:3]))
            dates.add("-".join(parts))
    dates = {d for d in dates if len(d) > 4}  # a bare year is as likely a shelfmark
    return Metadata(issue_date=dates.pop()) if len(dates) == 1 else Metadata()
