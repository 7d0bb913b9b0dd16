"""Files that hold many pages: their members and rows, one at a time, with guards against hostile ones."""

import json
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from hyllm.archive._lines import PageLine, page_row
from hyllm.archive._metadata import Metadata, metadata_from
from hyllm.archive._page import shown
from hyllm.errors import PageError, UsageError

_LARGEST = 4_000_000
"""Bytes of one page in a container, unpacked: a page of 40,000 characters has 160,000."""
_UTF8_NAME = 0x800


class Member(NamedTuple):
    """A page's file inside a zip file."""

    page: str
    place: str
    content: bytes
    metadata: Metadata | None
    """What its sidecar says, if it has one."""


def zip_members(path: Path) -> Iterator[Member | PageError]:
    """The *.txt in a zip file, and an error in place of each that is refused.

    Refused are names that lead out of a folder, links, what is encrypted, and members that unpack to more
    than a page can have. Nothing is ever written to the disk.
    """
    name = shown(path)
    try:
        with zipfile.ZipFile(path) as archive:
            sidecars = {_name(info): info for info in archive.infolist() if _name(info).endswith(".json")}
            for info in archive.infolist():
                if not info.is_dir() and _name(info).lower().endswith(".txt"):
                    yield _member(archive, info, sidecars, f"{name}: {shown(_name(info))}")
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        yield PageError(f"{name}: cannot be read as a zip file: {error}")


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: where the file does not say that it is UTF-8, in a Chinese archive it is GBK."""
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, sidecars: Mapping[str, zipfile.ZipInfo], place: str
) -> Member | PageError:
    name = PurePosixPath(_name(info).replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        return PageError(f"{place}: its name leads out of a folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        return PageError(f"{place}: is a link")
    try:
        content = _unpacked(archive, info, place)
        beside = sidecars.get(_name(info)[: -len(".txt")] + ".json")
        found = None if beside is None else _sidecar(_unpacked(archive, beside, place), f"{place}'s sidecar")
    except PageError as error:
        return error
    return Member(str(name.with_suffix("")), place, content, found)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: str) -> bytes:
    """A member's bytes. What it says of its size is not believed."""
    if info.flag_bits & 1:
        raise PageError(f"{place}: is encrypted")
    try:
        with archive.open(info) as file:
            content = file.read(_LARGEST + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise PageError(f"{place}: cannot be unpacked: {error}") from error
    if len(content) > _LARGEST:
        raise PageError(f"{place}: unpacks to more than {_LARGEST:,} bytes")
    return content


def _sidecar(content: bytes, place: str) -> Metadata:
    try:
        found: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise PageError(f"{place}: cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise PageError(f"{place}: must be a JSON object with paper, issue_date, page_no, city")
    return metadata_from(found, place)  # pyright: ignore[reportUnknownArgumentType]


def parquet_rows(path: Path) -> Iterator[PageLine | PageError]:
    """The pages in a Parquet file's rows: columns `id` and `text`, and whatever else is known of a page.

    Raises:
        UsageError: pyarrow is not installed.
    """
    parquet = _pyarrow_parquet()
    name = shown(path)
    try:
        with parquet.ParquetFile(path) as file:
            number = 0
            for batch in file.iter_batches(batch_size=128):
                for row in batch.to_pylist():
                    number += 1
                    yield _parquet_row(row, f"{name}, row {number}")
    except (OSError, ValueError) as error:  # which pyarrow's errors are
        yield PageError(f"{name}: cannot be read as Parquet: {' '.join(str(error).split())[:200]}")


def _parquet_row(row: Mapping[str, Any], place: str) -> PageLine | PageError:
    known = {key: _plain(value) for key, value in row.items() if value is not None}
    try:
        return page_row(known, place)
    except PageError as error:
        return error


def _plain(value: Any) -> Any:
    """A value of a column as JSON has it: dates as text."""
    return value if isinstance(value, str | int | float | list | dict) else str(value)  # pyright: ignore


def _pyarrow_parquet() -> Any:
    try:
        import pyarrow.parquet  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise UsageError("Parquet files need pyarrow: pip install 'hyllm[parquet]'") from None
    return pyarrow.parquet


def whole_lines(lines: Iterable[bytes], place: str) -> Iterator[bytes | PageError]:
    """The lines of a file opened in binary, none of which may fill the memory."""
    readline = getattr(lines, "readline")  # noqa: B009 - of a file
    number = 0
    while line := readline(_LARGEST + 1):
        number += 1
        if len(line) <= _LARGEST:
            yield line
            continue
        yield PageError(f"{place}, line {number}: longer than {_LARGEST:,} bytes")
        while line and not line.endswith(b"\n"):
            line = readline(_LARGEST)
