"""What says that a folder is one of shards, and which: two folders may stand at the same place on two machines."""

import json
import uuid
from pathlib import Path
from urllib.parse import unquote

from hyllm.cluster._arrow_errors import shown
from hyllm.cluster._folder import Folder, open_folder
from hyllm.cluster._layout import MARK
from hyllm.errors import UsageError
from hyllm.version import __version__

_FORM = 1
_NO_SECRETS = frozenset(
    {
        "allow_bucket_creation",
        "blob_storage_authority",
        "blob_storage_scheme",
        "dfs_storage_authority",
        "dfs_storage_scheme",
        "enable_tls",
        "endpoint_override",
        "force_virtual_addressing",
        "region",
        "retry_limit_seconds",
        "scheme",
        "tls_verify_certificates",
    }
)
"""Options of a URL that say where and how. Others may say who: keys, tokens, signatures."""


def make_folder(where: str) -> Folder:
    """Opens a folder of shards, and begins one where there is none.

    Raises:
        UsageError: it cannot be written, or something else stands there.
        EndpointError: its storage cannot be reached.
    """
    folder = _open(where)
    if not folder.exists(MARK):
        if folder.names():
            raise UsageError(
                f"--store {folder.where}: is no folder of shards, and not empty; give a new folder"
            )
        about = {"form": _FORM, "id": uuid.uuid4().hex, "hyllm": __version__}
        folder.write(MARK, json.dumps(about).encode())
    identity_of(folder)
    return folder


def open_shards(where: str) -> Folder:
    """Opens a folder of shards that is there.

    Raises:
        UsageError: it is none.
        EndpointError: its storage cannot be reached.
    """
    folder = _open(where)
    identity_of(folder)
    return folder


def identity_of(folder: Folder) -> str:
    """What no other folder of shards is called.

    Raises:
        UsageError: it is none, or of a form that this hyllm does not know.
    """
    try:
        about = json.loads(folder.read(MARK))
        form, identity = about["form"], about["id"]
    except FileNotFoundError:
        raise UsageError(f"--store {folder.where}: is no folder of shards: {MARK} is missing") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(
            f"--store {folder.where}: {MARK} is damaged; it has form and id of the folder"
        ) from None
    if form != _FORM:
        raise UsageError(
            f"--store {folder.where}: of a form this hyllm {__version__} does not know; upgrade hyllm"
        )
    return str(identity)


def shown_place(where: str) -> str:
    """A path, or a URL without what may be secret in it, for messages."""
    return shown(where) if "://" in where else where


def place_to_give(where: str) -> str:
    """A path, or a URL to be given again: with its options that are no secrets, and … in place of others."""
    place = shown_place(where)
    if "://" not in where or "…" in place:
        return place
    options = [option for option in where.partition("?")[2].partition("#")[0].split("&") if option]
    kept = [one for one in options if one.partition("=")[0] in _NO_SECRETS and "@" not in unquote(one)]
    if len(kept) < len(options):
        kept.append("…")
    return f"{place}?{'&'.join(kept)}" if kept else place


def _open(where: str) -> Folder:
    """A folder under a name that other machines understand: links may lead elsewhere there."""
    return open_folder(where if "://" in where else str(Path(where).absolute()))
