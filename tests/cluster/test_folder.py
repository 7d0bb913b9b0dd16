"""The laws of a folder, over each kind of folder; what is left of a killed writer; what a user is told."""

import gc
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hyllm.cluster._arrow import ArrowFolder
from hyllm.cluster._arrow_errors import said, shown
from hyllm.cluster._copying import PIECE
from hyllm.cluster._folder import Folder, open_folder
from hyllm.cluster._identity import make_folder
from hyllm.cluster._local import LocalFolder
from hyllm.errors import EndpointError, HyllmError, UsageError
from tests.cluster.objects import fs, object_store

KINDS = ["local", "renaming", "renaming below", "objects", "copied objects"]


def sizes(folder: Folder, below: str = "") -> dict[str, int]:
    return {name: stat.size for name, stat in folder.stats(below).items()}


def made(kind: str, root: Path) -> Folder:
    """A folder of a kind; all of one root are the same folder, but for objects."""
    if kind == "local":
        return LocalFolder(str(root / "a"), root / "a")
    if kind in ("objects", "copied objects"):
        whole = kind == "objects"
        return ArrowFolder(
            object_store()[0], "bucket/a", given="", where="s3://bucket/a", whole_on_close=whole
        )
    below = kind == "renaming below"
    files = fs.SubTreeFileSystem(str(root), fs.LocalFileSystem())
    base = "a/b" if below else ""
    return ArrowFolder(files, base, given="", where="hdfs://h/a", whole_on_close=False, is_bucket=False)


@pytest.fixture(params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    (tmp_path / "folder").mkdir()
    return made(request.param, tmp_path / "folder")


class TestLaws:
    def test_an_empty_folder(self, folder: Folder) -> None:
        assert folder.names() == []
        assert folder.stats("shards/000001") == {}
        assert not folder.exists("hyllm-shards.json")
        folder.delete(["hyllm-shards.json", "shards/000001/input.db"])

    def test_what_is_written_is_read(self, folder: Folder) -> None:
        folder.write("shards/000001/input.db", "正文".encode())
        assert folder.exists("shards/000001/input.db")
        assert folder.read("shards/000001/input.db") == "正文".encode()
        assert not folder.exists("shards/000001")

    def test_the_last_writer_wins(self, folder: Folder) -> None:
        folder.write("a.json", b"a longer one")
        folder.write("a.json", b"short")
        folder.write("empty.json", b"")
        assert sizes(folder) == {"a.json": 5, "empty.json": 0}
        assert folder.read("a.json") == b"short"
        assert folder.read("empty.json") == b""

    def test_a_name_that_looks_compressed_is_only_a_name(self, folder: Folder, tmp_path: Path) -> None:
        folder.write("a.gz", b"plain")
        folder.read_to("a.gz", tmp_path / "copy")
        assert sizes(folder) == {"a.gz": 5}
        assert folder.read("a.gz") == (tmp_path / "copy").read_bytes() == b"plain"

    def test_listing(self, folder: Folder) -> None:
        for name in [
            "b.json",
            "shards/000002/store.db",
            "shards/000010/x/y.db",
            "shards/000002.db",
            "城/市报.db",
        ]:
            folder.write(name, name.encode())
        assert folder.names() == [
            "b.json", "shards/000002.db", "shards/000002/store.db", "shards/000010/x/y.db", "城/市报.db",
        ]  # fmt: skip
        assert folder.names("shards") == folder.names()[1:4]
        assert sizes(folder, "shards/000002") == {"shards/000002/store.db": 22}
        assert folder.names("shards/00000") == folder.names("b.json") == []

    def test_deleting(self, folder: Folder) -> None:
        for name in ["a", "s/b", "s/c"]:
            folder.write(name, b"x")
        folder.delete(name for name in ["s/b", "s/none", "none/x", "a"])
        assert folder.names() == ["s/c"]

    def test_a_large_file_goes_through(self, folder: Folder, tmp_path: Path) -> None:
        source, copy = tmp_path / "source", tmp_path / "copy"
        source.write_bytes(os.urandom(1_000) * (PIECE // 500) + b"end")
        folder.write_from("s/large.db", source)
        copy.write_bytes(b"old")
        folder.read_to("s/large.db", copy)
        assert copy.read_bytes() == source.read_bytes()

    def test_a_file_that_is_not_there(self, folder: Folder, tmp_path: Path) -> None:
        (tmp_path / "copy").write_bytes(b"old")
        with pytest.raises(FileNotFoundError, match="s/none"):
            folder.read("s/none")
        with pytest.raises(FileNotFoundError):
            folder.read_to("s/none", tmp_path / "copy")
        with pytest.raises(FileNotFoundError):
            folder.write_from("s/none", tmp_path / "none")
        assert (tmp_path / "copy").read_bytes() == b"old"
        assert folder.names() == []

    @pytest.mark.parametrize(
        "name", ["", "/a", "a//b", "../a", "a/./b", "a/", "a\\b", "s/.x.db.node-1-ab.part"]
    )
    def test_what_is_no_name(self, folder: Folder, name: str) -> None:
        with pytest.raises(ValueError, match="no name"):
            folder.write(name, b"x")
        with pytest.raises(ValueError, match="no name"):
            folder.delete([name])

    def test_a_writing_that_breaks_off_leaves_all_as_it_was(self, folder: Folder, tmp_path: Path) -> None:
        class Broken(Exception):
            pass

        def pieces() -> Iterator[bytes]:
            yield b"half a file"
            raise Broken

        source = tmp_path / "source"
        folder.write("there", b"as it was")
        for name in ["new", "there"]:
            if isinstance(folder, ArrowFolder):
                with pytest.raises(Broken):
                    folder._write(name, pieces())  # pyright: ignore[reportPrivateUsage]
            else:
                source.mkdir(exist_ok=True)  # opens, on no system, as a file
                with pytest.raises(FileNotFoundError):
                    folder.write_from(name, source)
        gc.collect()
        assert folder.names() == ["there"]
        assert folder.read("there") == b"as it was"

    def test_many_write_one_name(self, folder: Folder) -> None:
        written = [bytes([65 + number]) * 300_000 for number in range(6)]
        seen: list[bytes] = []
        threads = [
            threading.Thread(target=folder.write, args=("s/one", data)) for data in written for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if folder.exists("s/one"):
                seen.append(folder.read("s/one"))
        for thread in threads:
            thread.join()
        assert set(seen) | {folder.read("s/one")} <= set(written)
        assert folder.names() == ["s/one"]


KILLED = """
    import sys
    from pathlib import Path
    from tests.cluster.test_folder import made
    made(sys.argv[1], Path(sys.argv[2])).write_from("s/one.db", Path(sys.argv[3]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes and no SIGKILL")
@pytest.mark.parametrize("kind", ["local", "renaming"])
def test_of_a_killed_writer_nothing_is_seen(kind: str, tmp_path: Path) -> None:
    root, pipe = tmp_path / "folder", tmp_path / "pipe"
    root.mkdir()
    os.mkfifo(pipe)
    writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), kind, str(root), str(pipe)])
    try:
        with pipe.open("wb") as source:
            source.write(b"x" * PIECE)
            source.flush()
            _until(lambda: any(path.stat().st_size for path in root.rglob("*.part")))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    finally:
        writer.kill()
        writer.wait()
    assert len(list(root.rglob("*.part"))) == 1
    folder = made(kind, root)
    assert folder.names() == folder.names("s") == []
    assert not folder.exists("s/one.db")
    folder.write("s/one.db", b"after it")
    assert sizes(folder) == {"s/one.db": 8}


def _until(done: Any) -> None:
    for _ in range(1_000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError


def test_a_read_that_breaks_off_leaves_no_copy(tmp_path: Path) -> None:
    files, objects = object_store()
    folder = ArrowFolder(files, "b", given="", where="s3://b", whole_on_close=True)
    folder.write("a", b"123")
    objects.cut = 1
    with pytest.raises(EndpointError, match="a ended 2 bytes early"):
        folder.read_to("a", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("whole_on_close", [True, False])
class TestObjectsThatChange:
    """Object stores answer each piece by itself, so a reading may meet two writers."""

    def test_written_anew_while_it_is_read(self, whole_on_close: bool) -> None:
        folder, readings = self._folder(whole_on_close), list[int]()

        def take(pieces: Iterator[bytes]) -> bytes:
            readings.append(len(readings))
            if len(readings) == 1:
                folder.write("a", b"a new one")
            return b"".join(pieces)

        assert folder._read("a", take) == b"a new one"  # pyright: ignore[reportPrivateUsage]
        assert len(readings) == 2

    def test_written_again_and_again(self, whole_on_close: bool) -> None:
        folder, written = self._folder(whole_on_close), list[int]()

        def take(pieces: Iterator[bytes]) -> bytes:
            written.append(len(written))
            folder.write("a", b"x" * (10 + len(written)))
            return b"".join(pieces)

        with pytest.raises(EndpointError, match="a is written anew whenever it is read"):
            folder._read("a", take)  # pyright: ignore[reportPrivateUsage]

    def test_deleted_while_it_is_read(self, whole_on_close: bool) -> None:
        folder = self._folder(whole_on_close)

        def take(pieces: Iterator[bytes]) -> bytes:
            folder.delete(["a"])
            return b"".join(pieces)

        with pytest.raises(FileNotFoundError, match="there is no a"):
            folder._read("a", take)  # pyright: ignore[reportPrivateUsage]

    def _folder(self, whole_on_close: bool) -> ArrowFolder:
        folder = ArrowFolder(object_store()[0], "b", given="", where="s3://b", whole_on_close=whole_on_close)
        folder.write("a", b"123")
        return folder


class TestOpening:
    def test_a_path_or_a_file_url(self, tmp_path: Path) -> None:
        where = tmp_path / "城 市"
        by_path, by_url = open_folder(str(where)), open_folder(where.as_uri())
        assert by_path.names() == []
        assert not where.exists()
        by_path.write("a/b", b"x")
        assert by_url.names() == ["a/b"]
        assert (by_path.where, by_url.given) == (str(where), where.as_uri())

    @pytest.mark.parametrize("where", ["C:\\archive", "C:/archive", "a:b", "s"])
    def test_what_is_no_url(self, where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        assert isinstance(open_folder(where), LocalFolder)

    @pytest.mark.parametrize(
        ("where", "says"),
        [
            ("", "a folder's name is empty"),
            ("r2://b/x?key=SECRET", "r2://b/x: cannot be opened: folders are paths or URLs of s3://, gs://"),
            ("s3:/b/x", "s3:/…: a URL has two slashes after its scheme: s3://"),
            ("s3://", "names no bucket"),
            ("s3://key:SECRET x@b/p", "s3://b/p: cannot be opened: the URL has a character"),
            ("s3://key:SEC/RET@b/p", "s3://…: cannot be opened: the URL has a character"),
            ("s3://b/p?color=SECRET&region=x", "s3://b/p: cannot be opened: Unexpected query parameter in S3 URI: 'color'"),
            ("abfs://c/x?sig=SECRET", "abfs://c/x: cannot be opened: the URL names no account: abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH"),
            ("s3://b/a#b/x?endpoint_override=h&secret=SECRET", "s3://b/a: the URL has a # in it; write it as %23"),
            ("gs://key:SEC#RET@b/p", "gs://…: the URL has a # in it; write it as %23"),
            ("file:///a#b", "file:///a: the URL has a # in it; write it as %23"),
            ("file://host/x", "file://host/x: a file URL is file:///PATH"),
        ],
    )  # fmt: skip
    def test_what_is_said(self, where: str, says: str) -> None:
        with pytest.raises(UsageError) as said:
            open_folder(where)
        assert says in str(said.value)
        assert "\n" not in str(said.value)
        assert "SEC" not in str(said.value)

    def test_pyarrow_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow.fs", None)
        with pytest.raises(
            UsageError, match=r"s3://b/x: an object store needs pyarrow: pip install 'hyllm\[ray\]'"
        ):
            open_folder("s3://b/x?session=1")

    def test_a_file_where_a_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match="file: is a file; give a folder"):
            open_folder(str(tmp_path / "file"))
        with pytest.raises(UsageError, match=r"Not a directory|exists"):
            open_folder(str(tmp_path / "file" / "x")).write("a", b"")
        files, objects = object_store()
        objects.objects["b/x"] = b""
        with pytest.raises(UsageError, match="s3://b/x: is a file"):
            ArrowFolder(files, "b/x", given="", where="s3://b/x", whole_on_close=True).check(
                bucket="b", make=False
            )

    def test_a_bucket_that_is_missing(self) -> None:
        files, _ = object_store()
        folder = ArrowFolder(files, "b/x", given="", where="s3://b/x", whole_on_close=True)
        with pytest.raises(UsageError, match="s3://b/x: there is no bucket b"):
            folder.check(bucket="b", make=False)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        with pytest.raises(UsageError, match="a: cannot be written"):
            open_folder(str(tmp_path)).write("a", b"")

    @pytest.mark.parametrize("scheme", ["s3", "S3"])
    def test_a_server_that_refuses(self, s3: "Refusing", scheme: str) -> None:
        with pytest.raises(UsageError) as said:
            open_folder(f"{scheme}://b/x?endpoint_override=127.0.0.1:{s3.port}&scheme=http")
        assert str(said.value).startswith(
            "s3://b/x: cannot be opened: access is refused; check AWS_ACCESS_KEY_ID"
        )
        assert "\n" not in str(said.value)


class Refusing:
    """A server that answers 403 to whatever is asked."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                connection.sendall(
                    b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Refusing]:
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]:
        monkeypatch.setenv(name, "test")
    server = Refusing()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (
            "AWS Error NETWORK_CONNECTION during PutObject: curlCode: 7, away",
            EndpointError,
            "away; try again",
        ),
        ("AWS Error ACCESS_DENIED during PutObject", UsageError, "access is refused; check AWS_"),
        ("Unable to parse ExceptionName: ExpiredToken Message: expired", UsageError, "access is refused"),
        ("AWS Error NO_SUCH_BUCKET during PutObject", UsageError, "there is no such bucket"),
        (
            "failed for 'https://a.net/x?sig=hush' \n twice",
            EndpointError,
            "failed for 'https://a.net/x' twice",
        ),
        (
            "When initiating multiple part upload for key 'x' in bucket 'Bad_Name': AWS Error UNKNOWN (HTTP status 400) "
            "during CreateMultipartUpload operation: Unable to parse ExceptionName: InvalidBucketName Message: no",
            UsageError,
            "no bucket or container can have this name",
        ),
        (
            "When getting information for bucket 'Bad_Name': AWS Error UNKNOWN (HTTP status 400) during HeadBucket "
            "operation: No response body.",
            UsageError,
            "no bucket or container can have this name",
        ),
        (
            "When getting information for bucket 'good-name': AWS Error UNKNOWN (HTTP status 400) during HeadBucket "
            "operation: No response body.",
            UsageError,
            "access is refused",
        ),
        ("Azure Error: [InvalidResourceName] 400 The name", UsageError, "container can have this name"),
        ("Azure Error: [ContainerNotFound] 404 The", UsageError, "there is no such bucket"),
        ("x" * 5_000, EndpointError, "xxx…"),
    ],
)
def test_a_write_that_fails(words: str, error: type[HyllmError], says: str) -> None:
    files, objects = object_store()
    objects.broken = OSError(words)
    folder = ArrowFolder(files, "b", given="", where="s3://b", whole_on_close=True)
    with pytest.raises(error) as said:
        folder.write("a", b"12345")
    assert type(said.value) is error
    assert str(said.value).startswith("s3://b: a cannot be written: ")
    assert says in str(said.value)
    assert "hush" not in str(said.value)
    assert len(str(said.value).splitlines()) == 1
    assert len(str(said.value)) < 500
    gc.collect()
    assert folder.names() == []


def test_a_bucket_of_google_that_is_deleted_meanwhile() -> None:
    gone = FileNotFoundError(2, "google::cloud::Status(NOT_FOUND: no such thing)")
    assert str(said(gone, "gs://b/p: a cannot be written")) == (
        "gs://b/p: a cannot be written: there is no such bucket; make it, or correct its name"
    )


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://b/p?secret=1#2", "s3://b/p"),
        ("s3://key:secret@b/p", "s3://b/p"),
        ("s3://b/p/?region=x", "s3://b/p"),
        ("s3://b/", "s3://b"),
        ("s3://key:sec/ret@b/p", "s3://…"),
        ("s3://key:/secret@b/p", "s3://…"),
        ("hdfs://h:8020/p", "hdfs://h:8020/p"),
        (
            "abfs://container@account.dfs.core.windows.net/p",
            "abfs://container@account.dfs.core.windows.net/p",
        ),
    ],
)
def test_a_url_is_shown_without_secrets(url: str, says: str) -> None:
    assert shown(url) == says


def test_storage_that_keeps_checksums_among_the_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = LocalFolder.write

    def garbled(self: LocalFolder, name: str, data: bytes) -> None:
        write(self, name, b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc64nvme:AAA=\r\n\r\n" % (len(data), data))

    monkeypatch.setattr(LocalFolder, "write", garbled)
    where = str(tmp_path / "store")
    with pytest.raises(UsageError, match="AWS_REQUEST_CHECKSUM_CALCULATION=when_required"):
        make_folder(where)
    monkeypatch.setattr(LocalFolder, "write", write)
    assert make_folder(where).names() == ["hyllm-shards.json"]
