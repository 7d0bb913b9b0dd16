"""Pages from wherever they are: a path, a folder, standard input, bytes, text, JSON Lines."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from hyllm.archive._beside import read_sidecar, read_table
from hyllm.archive._containers import Member, parquet_rows, whole_lines, zip_members
from hyllm.archive._decode import Decoded, decode, known_encoding, no_text
from hyllm.archive._files import STDIN, PageFile, duplicates, fail_if, find_pages, page_id
from hyllm.archive._lines import PageLine, looks_like_lines, read_lines
from hyllm.archive._masthead import read_masthead
from hyllm.archive._metadata import Metadata, Source, combine
from hyllm.archive._names import NamePattern, metadata_in_name
from hyllm.archive._page import Page, check_text, shown
from hyllm.archive._stream import LINES, PARQUET, ZIP, ArchiveFile
from hyllm.errors import PageError, UsageError


class _Raw(NamedTuple):
    """A page before its metadata are put together."""

    text: str
    page: str
    place: str
    """The page's file or line, for messages."""
    beside: tuple[Source, ...] = ()
    """What stands in its sidecar or its line."""
    encoding: str | None = None


@dataclass(frozen=True, kw_only=True)
class PageReader:
    """Reads pages, and what is known of each.

    Metadata come from the first of these that has them: `given`; the sidecar `<page>.json`, or the line of
    a JSON Lines file; the table's row; the page's masthead; its name. Where two disagree, `Page.conflicts`
    says so.

    Raises:
        UsageError: the encoding is unknown, the name pattern cannot be, or the table cannot be read.
    """

    given: Metadata = field(default_factory=Metadata)
    """What is known of every page."""
    encoding: str | None = None
    """What the files are in, as Python names it; `None`: it is told from their bytes."""
    name_pattern: str | None = None
    """How pages are named: `{paper}-{date}-{page_no}`."""
    table: Path | None = None
    """A CSV file with a row a page: page, paper, issue_date, page_no, city; others go into `extra`."""
    force: bool = False
    """Whether a text that is too long or hardly Chinese is a page all the same."""

    def __post_init__(self) -> None:
        if self.encoding is not None:
            known_encoding(self.encoding)
        _ = self._pattern, self._rows

    def from_paths(self, paths: Iterable[str | Path]) -> list[Page]:
        """The pages of files, folders (every *.txt below), JSON Lines files, and `-` for standard input.

        Raises:
            PageError: an input is no page, or two have the same id. Every one is tried, and the message
                names all that are wrong.
            UsageError: no page is of the name pattern, or none stands in the table.
        """
        files, wrong = _found(paths)
        tried = [(result, str(file.path)) for file in files for result in self._tried(file)]
        pages = [page for page, _ in tried if isinstance(page, Page)]
        wrong += [str(error) for error, _ in tried if isinstance(error, PageError)]
        fail_if(wrong + duplicates((page.page, place) for page, place in tried if isinstance(page, Page)))
        self.check_fit(page.page for page in pages)
        return pages

    def from_path(self, path: str | Path, page: str | None = None) -> Page:
        """The page in a file, or on standard input (`-`); its id is `page`, else the file's name.

        Raises:
            PageError: the file cannot be read or is no page, or its sidecar is broken.
        """
        path = Path(path)
        if path.suffix.lower() in LINES:
            raise PageError(f"{shown(path)}: holds a page a line; PageReader.from_paths reads it")
        name = "stdin" if path == STDIN else page_id(path.stem)
        return self._in_file(path, _bytes(path), page or name)

    def from_bytes(self, content: bytes, page: str = "page") -> Page:
        """The page whose file holds these bytes.

        Raises:
            PageError: they are no page.
        """
        decoded = self._decoded(content, shown(page))
        return self._page(_Raw(decoded.text, page, shown(page), encoding=decoded.encoding))

    def from_text(self, text: str, page: str = "page") -> Page:
        """The page with this text, which is kept as it is.

        Raises:
            PageError: it is no page.
        """
        return self._page(_Raw(text, page, shown(page)))

    def from_lines(self, lines: Iterable[bytes], source: str = "JSON Lines") -> Iterator[Page]:
        """The pages of JSON Lines, `{"id", "text", …}`, one at a time.

        Raises:
            PageError: a line is no page; `source` and the line's number are named. Nothing after it is read.
        """
        for page in self._lines(lines, source):
            if isinstance(page, PageError):
                raise page
            yield page

    def pages_in(self, file: ArchiveFile) -> Iterator[Page | PageError]:
        """The pages of one file of an archive, one at a time, and an error in place of each that is none.

        Raises:
            UsageError: reading it needs a library that is not installed.
        """
        suffix, place = file.path.suffix.lower(), shown(file.path)
        if suffix in PARQUET:
            yield from (r if isinstance(r, PageError) else self._of_line(r) for r in parquet_rows(file.path))
        elif suffix in ZIP:
            yield from (m if isinstance(m, PageError) else self._of_member(m) for m in zip_members(file.path))
        elif suffix in LINES:
            try:
                with file.path.open("rb") as lines:
                    yield from self._lines(whole_lines(lines, place), place)
            except OSError as error:
                yield PageError(f"{place}: cannot be read: {error.strerror}")
        else:
            yield from self._tried(PageFile(file.path, file.page))

    @property
    def table_pages(self) -> Collection[str]:
        """The ids of the pages that the table has a row of."""
        return self._rows.keys()

    def check_fit(self, pages: Iterable[str]) -> None:
        """Refuses a table or a pattern that fits none of these ids: it is a mistake.

        Raises:
            UsageError: it fits none.
        """
        wanted: dict[str, Callable[[str], object]] = {}
        if self.table:
            wanted[f"{shown(self.table)}: no row is of a page here"] = self._rows.__contains__
        if self._pattern:
            wanted[f"name pattern {self.name_pattern!r}: fits no page here"] = self._pattern.read
        first = None
        for page in pages:
            first = first or page
            wanted = {says: fits for says, fits in wanted.items() if not fits(page)}
            if not wanted:
                return
        for says in wanted:
            raise UsageError(f"{says}" + (f", such as {shown(first)}" if first else ""))

    @cached_property
    def _pattern(self) -> NamePattern | None:
        return NamePattern(self.name_pattern) if self.name_pattern else None

    @cached_property
    def _rows(self) -> dict[str, Metadata]:
        return read_table(self.table) if self.table else {}

    def _tried(self, file: PageFile) -> Iterator[Page | PageError]:
        """The pages of one file, and an error in place of each that is none."""
        try:
            if file.path.suffix.lower() in LINES:
                with file.path.open("rb") as lines:
                    yield from self._lines(lines, shown(file.path))
            else:
                yield from self._whole(file)
        except OSError as error:
            yield PageError(f"{shown(file.path)}: cannot be read: {error.strerror}")
        except PageError as error:
            yield error

    def _whole(self, file: PageFile) -> Iterator[Page | PageError]:
        """The page in a file, or the pages of JSON Lines on standard input."""
        content = _bytes(file.path)
        if file.path == STDIN and looks_like_lines(content):
            yield from self._lines(content.splitlines(), "standard input")
        else:
            yield self._in_file(file.path, content, file.page)

    def _lines(self, lines: Iterable[bytes | PageError], source: str) -> Iterator[Page | PageError]:
        for line in read_lines(lines, source, self.encoding or "utf-8-sig"):
            yield line if isinstance(line, PageError) else self._of_line(line)

    def _of_line(self, line: PageLine) -> Page | PageError:
        place = f"{line.place}: page {shown(line.page)}"
        try:
            return self._page(_Raw(line.text, line.page, place, (Source(line.metadata, "line"),)))
        except PageError as error:
            return error

    def _of_member(self, member: Member) -> Page | PageError:
        beside = () if member.metadata is None else (Source(member.metadata, "sidecar"),)
        try:
            decoded = self._decoded(member.content, member.place)
            return self._page(_Raw(decoded.text, member.page, member.place, beside, decoded.encoding))
        except PageError as error:
            return error

    def _in_file(self, path: Path, content: bytes, page: str) -> Page:
        place = page if path == STDIN else shown(path)
        decoded = self._decoded(content, place)
        return self._page(_Raw(decoded.text, page, place, _sidecar(path), decoded.encoding))

    def _decoded(self, content: bytes, place: str) -> Decoded:
        if kind := no_text(content):
            raise PageError(f"{place}: is {kind}, not text: hyllm reads text, of OCR or pdftotext")
        return decode(content, self.encoding)

    def _page(self, raw: _Raw) -> Page:
        """The page, with its metadata from all sources."""
        check_text(raw.text, raw.place, force=self.force)
        masthead = read_masthead(raw.text)
        known, conflicts = combine(self._sources(raw, masthead.metadata))
        doubts = masthead.conflicts if known.issue_date == masthead.metadata.issue_date else ()
        return Page(
            raw.text,
            raw.page,
            paper=known.paper,
            issue_date=known.issue_date,
            page_no=known.page_no,
            city=known.city,
            extra=known.extra,
            conflicts=conflicts + doubts,
            encoding=raw.encoding,
            force=self.force,
        )

    def _sources(self, raw: _Raw, masthead: Metadata) -> Iterator[Source]:
        """Where metadata come from, the strongest first."""
        yield Source(self.given, "option")
        yield from raw.beside
        if self.table and raw.page in self._rows:
            yield Source(self._rows[raw.page], f"row of {shown(self.table.name)}")
        yield Source(masthead, "masthead")
        yield Source(metadata_in_name(raw.page, self._pattern), "file name")


def read_page(
    path: str | Path,
    page: str | None = None,
    given: Metadata = Metadata(),  # noqa: B008 - frozen
    *,
    encoding: str | None = None,
    force: bool = False,
) -> Page:
    """The page in a file, with its metadata: `given`, then the sidecar's, the masthead's, the name's.

    Args:
        path: the file; `-` is standard input.
        page: the page's id; else the file's name without its suffix.
        given: what is known of the page.
        encoding: what the file is in; else it is told from its bytes.
        force: whether a text that is too long or hardly Chinese is a page all the same.

    Raises:
        PageError: the file cannot be read or is no page, or its sidecar is broken.
    """
    return PageReader(given=given, encoding=encoding, force=force).from_path(path, page)


def _found(paths: Iterable[str | Path]) -> tuple[list[PageFile], list[str]]:
    """The files that can be found, and a sentence for each path that cannot."""
    files: list[PageFile] = []
    wrong: list[str] = []
    for path in paths:
        try:
            files += find_pages([path])
        except PageError as error:
            wrong.append(str(error))
    return files, wrong


def _bytes(path: Path) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise PageError(f"{shown(path)}: cannot be read: {error.strerror}") from error


def _sidecar(path: Path) -> tuple[Source, ...]:
    found = None if path == STDIN else read_sidecar(path)
    return () if found is None else (Source(found, f"sidecar {shown(path.with_suffix('.json').name)}"),)
