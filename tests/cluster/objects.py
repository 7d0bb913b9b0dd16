"""An object store in memory, as pyarrow's file systems show one: an object appears when its stream is closed,
also if that is done on the way out of an exception or by the garbage collector; there are no folders.
"""

import io
from importlib import import_module
from typing import Any

pa: Any = import_module("pyarrow")
fs: Any = import_module("pyarrow.fs")


class Objects(fs.FileSystemHandler):
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken: Exception | None = None
        """What a written piece ends with."""
        self.cut: int | None = None
        """How many bytes of an object come before the connection ends; `None`: all."""

    def get_type_name(self) -> str:
        return "objects"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: list[str]) -> list[Any]:
        return [self._info(path) for path in paths]

    def get_file_info_selector(self, selector: Any) -> list[Any]:
        found = [path for path in self.objects if path.startswith(f"{selector.base_dir}/")]
        folders = {path.rpartition("/")[0] for path in found} - {selector.base_dir}
        return [self._info(path) for path in [*found, *folders]]

    def _info(self, path: str) -> Any:
        if path in self.objects:
            return fs.FileInfo(path, fs.FileType.File, size=len(self.objects[path]))
        folder = any(name.startswith(f"{path}/") for name in self.objects)
        return fs.FileInfo(path, fs.FileType.Directory if folder else fs.FileType.NotFound)

    def open_input_file(self, path: str) -> Any:
        if path not in self.objects:
            raise FileNotFoundError(path)
        return pa.PythonFile(_Download(self.objects[path], self.cut), mode="r")

    def open_output_stream(self, path: str, metadata: Any) -> Any:
        return pa.PythonFile(_Upload(self, path), mode="w")

    def delete_file(self, path: str) -> None:
        if self.objects.pop(path, None) is None:
            raise FileNotFoundError(path)

    def copy_file(self, src: str, dest: str) -> None:
        self.objects[dest] = self.objects[src]

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    move = create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _refused
    open_append_stream = open_input_stream = _refused


class _Download(io.BytesIO):
    def __init__(self, data: bytes, cut: int | None) -> None:
        super().__init__(data)
        self._cut = len(data) if cut is None else cut

    def read(self, size: int | None = -1) -> bytes:
        start = self.tell()
        return super().read(size)[: max(0, self._cut - start)]


class _Upload(io.BytesIO):
    def __init__(self, store: Objects, path: str) -> None:
        super().__init__()
        self._store, self._path = store, path

    def write(self, data: Any) -> int:
        if self._store.broken:
            super().write(bytes(data)[:1])
            raise self._store.broken
        return super().write(bytes(data))

    def close(self) -> None:
        if not self.closed:
            self._store.objects[self._path] = self.getvalue()
        super().close()


def object_store() -> tuple[Any, Objects]:
    """A `pyarrow.fs.FileSystem`, and what is in it."""
    objects = Objects()
    return fs.PyFileSystem(objects), objects
