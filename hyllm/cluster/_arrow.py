"""A folder in object storage, or wherever else pyarrow's file systems reach."""

import ctypes
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from hyllm.cluster._arrow_errors import no_pyarrow, said, shown
from hyllm.cluster._copying import PIECE, copy_at, pieces_of
from hyllm.cluster._names import Stat, checked
from hyllm.errors import EndpointError, HyllmError, UsageError
from hyllm.export.atomic import is_partial, partial_name

_PIECES_WAITING = 8
"""Pieces that may wait to be sent: the library takes any number, a whole file, into memory."""

_GOOGLE_TRIES = 30
"""Seconds for which Google's library tries again. It may take half as long again."""

_READINGS = 5
"""How often a file is read if it is written at the same time."""

T = TypeVar("T")

_BUCKETS = frozenset({"s3", "gcs", "abfs"})
_WHOLE_ON_CLOSE = frozenset({"s3", "gcs"})
"""Where a file appears when its stream is closed. Azure's appears, empty, when it is opened."""


def open_arrow(url: str) -> "ArrowFolder":
    """The folder of a URL.

    Raises:
        UsageError: pyarrow is missing or does not know the scheme; no access; no such bucket; it is a file.
        EndpointError: the storage cannot be reached.
    """
    try:
        fs: Any = import_module("pyarrow.fs")
    except ImportError:
        raise no_pyarrow(url) from None
    scheme, colon, rest = url.partition(":")
    url = f"{scheme.lower()}{colon}{rest}"
    where = shown(url)
    with _told(where, "be opened"):
        files, base = fs.FileSystem.from_uri(_patience(url))
    is_bucket = files.type_name in _BUCKETS
    folder = ArrowFolder(
        files,
        base.rstrip("/"),
        given=url,
        where=where,
        whole_on_close=files.type_name in _WHOLE_ON_CLOSE,
        is_bucket=is_bucket,
    )
    folder.check(
        bucket=base.partition("/")[0] if is_bucket else None,
        make="allow_bucket_creation=true" in url,
    )
    return folder


def _patience(url: str) -> str:
    """Google's library tries for a quarter of an hour, also where it has no credentials, if it is not told else."""
    if url.partition(":")[0] not in ("gs", "gcs") or "retry_limit_seconds=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}retry_limit_seconds={_GOOGLE_TRIES}"


class _ChangedError(Exception):
    """A file is another than when its reading began."""


class ArrowFolder:
    """See `Folder`.

    Args:
        files: a `pyarrow.fs.FileSystem`.
        base: the folder's path in it, without a slash at the end.
        given: what it was opened by.
        where: what messages call it.
        whole_on_close: a file appears under its name when its stream is closed, and never before. Else it is
            written under another name and moved.
        is_bucket: it is in an object store, which answers each piece of a file by itself.
    """

    def __init__(
        self,
        files: Any,
        base: str,
        *,
        given: str,
        where: str,
        whole_on_close: bool,
        is_bucket: bool = True,
    ) -> None:
        self.given = given
        self.where = where
        self._files = files
        self._base = base
        self._whole_on_close = whole_on_close
        self._is_bucket = is_bucket
        self._fs: Any = import_module("pyarrow.fs")

    def check(self, *, bucket: str | None, make: bool) -> None:
        """Looks whether the folder can be used.

        Args:
            bucket: the bucket or container it is in, if it is in one.
            make: the bucket is made if there is none.

        Raises:
            UsageError: it cannot, since it is a file, has no bucket or access is refused.
            EndpointError: the storage cannot be reached.
        """
        if bucket == "":
            raise UsageError(f"{self.where}: names no bucket")
        kind = self._fs.FileType
        with _told(self.where, "be opened"):
            found = self._files.get_file_info(self._base).type
        if found == kind.File:
            raise UsageError(f"{self.where}: is a file; give a folder")
        if found == kind.NotFound and bucket and not self._has(bucket):
            if not make:
                raise UsageError(f"{self.where}: there is no bucket {bucket}; make it, or correct its name")
            with _told(self.where, "be made"):
                self._files.create_dir(bucket, recursive=False)

    def names(self, below: str = "") -> list[str]:
        return list(self.stats(below))

    def stats(self, below: str = "") -> dict[str, Stat]:
        top = self._path(below) if below else self._base
        with _told(self.where, "be listed"):
            try:
                selected = self._fs.FileSelector(top, recursive=True, allow_not_found=True)
                found = self._files.get_file_info(selected)
            except NotADirectoryError:
                return {}
        start = len(self._base) + 1 if self._base else 0
        files = (info for info in found if info.type == self._fs.FileType.File)
        return dict(
            sorted(
                (info.path[start:], Stat(info.size, info.mtime_ns or 0))
                for info in files
                if not is_partial(info.base_name)
            )
        )

    def exists(self, name: str) -> bool:
        with _told(self.where, "be read", name):
            return self._files.get_file_info(self._path(name)).type == self._fs.FileType.File

    def read(self, name: str) -> bytes:
        return self._read(name, b"".join)

    def read_to(self, name: str, path: Path) -> None:
        def copied(pieces: Iterator[bytes]) -> None:
            with copy_at(path) as copy:
                copy.writelines(pieces)

        self._read(name, copied)

    def write(self, name: str, data: bytes) -> None:
        self._write(name, (data,))

    def write_from(self, name: str, path: Path) -> None:
        with pieces_of(path) as pieces:
            self._write(name, pieces)

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            with _told(self.where, "be deleted", name), suppress(FileNotFoundError):
                self._files.delete_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._base}/{checked(name)}" if self._base else checked(name)

    def _has(self, bucket: str) -> bool:
        try:
            return self._files.get_file_info(bucket).type != self._fs.FileType.NotFound
        except OSError:
            return True  # who may not ask about the bucket may still use what is in it

    def _read(self, name: str, take: Callable[[Iterator[bytes]], T]) -> T:
        """Gives a file's pieces to `take`, again if somebody wrote or deleted the file meanwhile."""
        for _ in range(_READINGS):
            file = self._opened(name)
            if file is None:
                raise FileNotFoundError(f"{self.where}: there is no {name}")
            with suppress(_ChangedError), file:
                return take(self._pieces(file, name))
        raise EndpointError(f"{self.where}: {name} is written anew whenever it is read; try again")

    def _opened(self, name: str) -> Any:
        with _told(self.where, "be read", name):
            try:
                return self._files.open_input_file(self._path(name))
            except FileNotFoundError:
                return None

    def _pieces(self, file: Any, name: str) -> Iterator[bytes]:
        missing = file.size()
        try:
            with _told(self.where, "be read", name):
                while missing and (piece := file.read(PIECE)):
                    missing -= len(piece)
                    yield piece
            if missing:
                raise EndpointError(f"{self.where}: {name} ended {missing:,} bytes early")
        except HyllmError:
            if self._changed(file, name):
                raise _ChangedError from None
            raise
        if self._is_bucket and self._changed(file, name):  # the pieces may be of two writers
            raise _ChangedError

    def _changed(self, file: Any, name: str) -> bool:
        now = self._opened(name)
        if now is None:
            return True
        with now:
            return now.size() != file.size() or now.metadata() != file.metadata()  # an ETag among them

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        path = self._path(name)
        with _told(self.where, "be written", name):
            if self._whole_on_close:
                self._stream(path, pieces)
                return
            folder, slash, last = path.rpartition("/")
            partial = f"{folder}{slash}{partial_name(last)}"
            if folder and not self._is_bucket:  # blobs need no folders
                self._files.create_dir(folder, recursive=True)
            try:
                self._stream(partial, pieces)
                self._rename(partial, path)
            except BaseException:
                with suppress(OSError):
                    self._files.delete_file(partial)
                raise

    def _stream(self, path: str, pieces: Iterable[bytes]) -> None:
        stream = self._files.open_output_stream(path, compression=None)  # else it goes by the name's ending
        try:
            for number, piece in enumerate(pieces, start=1):
                stream.write(piece)
                if number % _PIECES_WAITING == 0:
                    stream.flush()
            stream.close()
        except BaseException:
            if self._whole_on_close:
                _never_close(stream)
            else:
                with suppress(OSError):
                    stream.close()
            raise

    def _rename(self, partial: str, path: str) -> None:
        try:
            self._files.move(partial, path)
        except NotImplementedError:  # Azure, in accounts without a hierarchical namespace
            self._files.copy_file(partial, path)
            self._files.delete_file(partial)


def _never_close(stream: Any) -> None:
    """Leaves a stream open for good.

    pyarrow's streams have no way out: `close`, leaving a `with` by an exception, and being collected as garbage all
    put what was written so far under the file's name. So nothing may ever collect this one, also not at exit.
    """
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(stream))


@contextmanager
def _told(where: str, done: str, name: str = "") -> Generator[None]:
    arrow: Any = import_module("pyarrow")
    try:
        yield
    except (OSError, arrow.ArrowException) as error:
        raise said(error, f"{where}: {name} cannot {done}" if name else f"{where}: cannot {done}") from error
