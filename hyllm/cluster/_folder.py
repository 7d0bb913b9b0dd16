"""A folder where shards' files lie: a path, or a URL of object storage."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from hyllm.cluster._arrow import open_arrow
from hyllm.cluster._arrow_errors import shown
from hyllm.cluster._local import LocalFolder
from hyllm.cluster._names import Stat
from hyllm.errors import UsageError


class Folder(Protocol):
    """Files by name; a name is the path below the folder with '/' between its parts ("index/000001.db").

    A file stands under its name only when whole: whoever reads it sees all of what one writer wrote, though others
    write the same name at that moment (the last one wins). Files that were being written when their writer died
    are not seen. Object stores may keep, and bill, the parts of broken-off uploads until a rule of the bucket clears
    them away; a local folder keeps a hidden file that ends in .part.

    All methods raise UsageError where access is refused or nothing can be written, EndpointError where the storage
    cannot be reached (its library has tried again by then, for some seconds up to a minute), both in one line, and
    ValueError for what is no name.
    """

    @property
    def given(self) -> str:
        """What `open_folder` got, to open the folder on another machine. Not for messages: it may hold secrets."""
        ...

    @property
    def where(self) -> str:
        """The folder as messages say it: what was given, without a URL's query, password and slash at the end."""
        ...

    def names(self, below: str = "") -> list[str]:
        """The names of all files in the folder, or in a folder below it at any depth, sorted; none if it is not there.

        They are names of this folder, whatever `below` is.
        """
        ...

    def stats(self, below: str = "") -> dict[str, Stat]:
        """The same in the same order, with size and time of change."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name, whole."""
        ...

    def read(self, name: str) -> bytes:
        """What is in a file.

        Raises:
            FileNotFoundError: there is none.
        """
        ...

    def read_to(self, name: str, path: Path) -> None:
        """Copies a file to a local path, in place of what is there. If that fails nothing is left at `path`.

        Raises:
            FileNotFoundError: there is no such file; `path` is as it was.
        """
        ...

    def write(self, name: str, data: bytes) -> None:
        """Writes a file, in place of an earlier one.

        When this returns it is on the disk, or kept by the object store; if it fails all is as it was.
        """
        ...

    def write_from(self, name: str, path: Path) -> None:
        """The same with the content of a local file.

        Raises:
            FileNotFoundError: there is no such local file.
        """
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Deletes files; those that are not there are no error. Local folders that get empty stay."""
        ...


def open_folder(where: str) -> Folder:
    """A folder by its path or URL (s3://bucket/path, gs://…, abfs://…, hdfs://…, file:///…).

    A URL's query has pyarrow's options, such as `?region=…` or `?endpoint_override=HOST:PORT`; credentials come from
    where the storage's own tools find them. A local folder need not be there: the first file makes it. Neither need
    an object store's "folder", but its bucket must, unless `allow_bucket_creation=true` is given, which makes it.

    Raises:
        UsageError: it is a file; the scheme is unknown; pyarrow is missing; no access; there is no such bucket.
        EndpointError: the storage cannot be reached.
    """
    if not where:
        raise UsageError("a folder's name is empty")
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):/(/?)", where)  # two letters or more: C:/x is a path
    if scheme is None:
        return LocalFolder(where, Path(where))
    if not scheme[2]:
        raise UsageError(f"{scheme[0]}…: a URL has two slashes after its scheme: {scheme[1]}://")
    if "#" in where:  # what comes after it would be left out, the options too
        raise UsageError(f"{shown(where)}: the URL has a # in it; write it as %23")
    if scheme[1].lower() == "file":
        return LocalFolder(where.rstrip("/"), _path(where))
    return open_arrow(where)


def _path(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path or parts.query:
        raise UsageError(f"file://{parts.netloc}{parts.path}: a file URL is file:///PATH and no more")
    return Path(url2pathname(parts.path))
