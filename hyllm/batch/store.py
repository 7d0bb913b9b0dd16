"""What others work on a store with: a connection, its packed texts, and the versions of its pages."""

from hyllm.batch._lock import InUseError, Lock, is_on_network
from hyllm.batch._store import Store, StoreError, connect, deflate, inflate, transaction
from hyllm.batch._versions import Version, versions

__all__ = [
    "InUseError",
    "Lock",
    "Store",
    "StoreError",
    "Version",
    "connect",
    "deflate",
    "inflate",
    "is_on_network",
    "transaction",
    "versions",
]
