"""A folder of which nothing fails while its storage is away for a while."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from hyllm.cluster._folder import Folder, open_folder
from hyllm.errors import EndpointError

OUTAGE = 150.0
"""Seconds for which storage that cannot be reached is waited for."""
_PAUSE = 2.0
"""Seconds between two tries. Its library tries again by itself, in each of them."""

T = TypeVar("T")


class StorageAway(EndpointError):
    """The storage could not be reached, though it was waited for."""


def open_patiently(where: str) -> Folder:
    """As `open_folder`. While the storage cannot be reached, this and all that is done with the folder waits.

    Raises:
        StorageAway: it could not be reached for two and a half minutes; also by the folder's methods, which raise
            no other EndpointError.
    """
    patience = _Patience()
    return cast(Folder, _Patient(patience.until_done(open_folder, where), patience))


class _Patience:
    def __init__(self) -> None:
        self._since: float | None = None
        """When what was tried first of what has failed since was begun."""

    def until_done(self, do: Callable[..., T], *given: object) -> T:
        while True:
            began = time.monotonic()
            try:
                done = do(*given)
            except EndpointError as error:
                self._since = began if self._since is None else self._since
                if time.monotonic() + _PAUSE - self._since > OUTAGE:
                    raise StorageAway(str(error)) from error
                time.sleep(_PAUSE)
            else:
                self._since = None
                return done


class _Patient:
    """See `open_patiently`."""

    def __init__(self, folder: Folder, patience: _Patience) -> None:
        self._folder = folder
        self._patience = patience

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._folder, name)
        if not callable(found):
            return found

        def waits(*given: object) -> Any:
            return self._patience.until_done(found, *map(_for_each_try, given))

        return waits


def _for_each_try(given: object) -> object:
    """What can be gone through more than once."""
    return list(cast(Iterator[object], given)) if isinstance(given, Iterator) else given
