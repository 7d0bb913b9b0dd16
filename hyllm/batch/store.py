"""What others read a store with: a connection, its packed texts, and the versions of its pages."""

from hyllm.batch._store import Store, deflate, inflate, transaction
from hyllm.batch._versions import Version, versions

__all__ = ["Store", "Version", "deflate", "inflate", "transaction", "versions"]
