"""One writer a store: a lock beside it, held by the operating system, that names its holder."""

import json
import os
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError

_NETWORK = frozenset(
    "nfs nfs4 cifs smb smb3 smbfs 9p afs ceph glusterfs fuse.sshfs fuse.s3fs fuse.gcsfuse fuse.rclone "
    "fuse.glusterfs lustre beegfs webdav davfs vboxsf drvfs".split()
)
"""File systems on which two machines may write at once, or a written page is not on the disk."""


_FAR = 1_000_000


class InUseError(UsageError):
    """Somebody else writes to the store."""


class Lock:
    """Held until released, or until the process ends in whatever way.

    Raises:
        InUseError: somebody else holds it; the message says who.
        UsageError: it cannot be written.
    """

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(f"{store.name}.lock")
        try:
            self._file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"--store {store}: {self._path.name} cannot be written: {error.strerror}"
            ) from error
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise InUseError(
                f"--store {store}: {_holder(self._path)}; only one run writes to a store"
            ) from None
        self._file.seek(0)
        self._file.truncate()
        started = datetime.now().isoformat(timespec="seconds")
        json.dump({"process": os.getpid(), "host": socket.gethostname(), "since": started}, self._file)
        self._file.flush()

    def release(self) -> None:
        with suppress(OSError):
            self._file.seek(0)
            self._file.truncate()
        self._file.close()


def _lock(descriptor: int) -> None:
    """Takes the lock, or raises OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)  # what is locked cannot be read, so not the holder's name
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        # flock, not lockf: a lock of this kind is not lost when another descriptor of the file is closed.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(path: Path) -> str:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return f"in use by process {found['process']} on {found['host']} since {found['since']}"
    except (OSError, ValueError, KeyError):
        return "in use by another process"


def refuse_network(store: Path) -> None:
    """Refuses a store on a network file system: what SQLite and the lock promise does not hold there.

    Raises:
        UsageError: it lies on one, or its folder does not exist.
    """
    folder = store.resolve().parent
    if not folder.is_dir():
        raise UsageError(f"--store {store}: there is no folder {folder}")
    if is_on_network(folder):
        kind = file_system(folder)
        raise UsageError(f"--store {store}: lies on a network file system ({kind}); put it on a local disk")


def is_on_network(folder: Path) -> bool:
    """Whether a folder is known to lie on a file system of the network."""
    return file_system(folder.resolve()) in _NETWORK


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """The kind of file system a folder lies on, as the kernel names it; `None` where it does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = -1, None
    for line in lines:
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " "))
        # The last mount on a point is the one that is seen.
        if (folder == point or point in folder.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
