"""One run at a time over a folder of shards, on whatever machine: a file in it that is renewed while the run lasts."""

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from hyllm.batch.store import is_on_network
from hyllm.cluster._folder import Folder, LocalFolder
from hyllm.cluster._layout import RUN
from hyllm.errors import HyllmError, UsageError

EVERY = 30.0
"""Seconds between two signs of life."""
DEAD = 300.0
"""Seconds without one after which a run counts as dead, if its machine's clock goes as this one's does."""
_WATCH = EVERY + 5.0
"""Seconds for which another machine's sign of life is watched before it counts as dead: its clock may go otherwise."""
_STEP = 1.0
"""Seconds between two looks at the clock: a machine that slept soon sees how long."""
_SETTLE, _SETTLE_HERE = 1.0, 0.1
"""Seconds after which what others wrote at the same moment is seen; on a disk of this machine."""
_YOUNG = 60.0
"""Seconds after its beginning for which a run looks at each step whether it is still the folder's: one that began at
the same moment may have been so long in writing that it was not seen then.
"""
_HANGS = 60.0
"""Seconds after which storage that says nothing counts as failing. Its library tries again for so long."""
_LAST_SIGN_WITHIN = 5.0
"""Seconds for which the end waits for a sign of life that is being written."""
_CAN_PROBE = os.name == "posix"
"""Whether signal 0 only asks if a process is there. On Windows it is Ctrl-C."""


class Guard:
    """Says in the folder that a run is under way, until `end`: a thread renews the sign.

    A machine that sleeps, or does not reach the storage, may be taken for dead. So whoever runs something looks at
    `stopped` now and then.

    Args:
        folder: the folder.
        clock: seconds since 1970, as other machines have them: not those this machine was awake for.
        step: seconds between two looks at the clock.
        settle: seconds to wait before it is looked who was last of those that began at the same moment; nothing:
            what the folder needs.
        watch: seconds for which a run on another machine that seems dead is watched.

    Raises:
        UsageError: another run is under way, or the folder cannot be written.
        EndpointError: the storage cannot be reached.
    """

    def __init__(
        self,
        folder: Folder,
        *,
        clock: Callable[[], float] = time.time,
        step: float = _STEP,
        settle: float | None = None,
        watch: float = _WATCH,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._step = step
        self._token = uuid.uuid4().hex
        self._stopped: str | None = None
        self.is_silent = False
        """Whether the storage is why the run is to stop."""
        self._tried: float | None = None
        """Since when a sign of life is being written."""
        self._over = threading.Event()
        found = self._read()
        if found is not None and not self._is_dead(found):
            silent = self._clock() - found["at"]
            ahead = f"; the clocks differ by {-silent:.0f} s, set them right" if silent < -EVERY else ""
            raise UsageError(
                f"--store {folder.where}: {_named(found)} is running it (a sign of life "
                f"{max(0, silent):.0f} s ago); stop it there, or wait {DEAD - silent:.0f} s if it is dead{ahead}"
            )
        if found is not None and found["host"] != socket.gethostname():
            self._watch(found, watch)
        self._at = self._began = self._write()
        time.sleep(_settle(folder) if settle is None else settle)
        found = self._read()
        if found is not None and not self._is_own(found):
            raise UsageError(
                f"--store {folder.where}: {_named(found)} began to run it at the same moment; leave it to that one"
            )
        self._thread = threading.Thread(target=self._renew_on, name="guard", daemon=True)
        self._thread.start()

    @property
    def stopped(self) -> str | None:
        """Why the run is to send no more, in a sentence: another one has taken over, or soon may."""
        tried = self._tried
        hangs = tried is not None and self._clock() - tried >= _HANGS
        if self._stopped is None and hangs and self._is_late():
            self._stopped = self._silent("the storage does not answer")
        return self._stopped

    def check(self) -> None:
        """Does nothing while the run may go on.

        Raises:
            UsageError: it is to stop.
        """
        if why := self.stopped:
            raise UsageError(why)

    def guarded(self) -> Folder:
        """The folder, whose methods that change something `check` first."""
        return cast(Folder, _Guarded(self._folder, self))

    def end(self) -> None:
        """Says that the run is over. Where that fails the next one waits until this one counts as dead."""
        self._over.set()
        self._thread.join(_LAST_SIGN_WITHIN)
        if self._thread.is_alive():  # the storage hangs, and would here, too
            return
        with suppress(HyllmError):
            found = self._read()
            if found is not None and self._is_own(found):
                self._folder.delete([RUN])

    def _watch(self, found: dict[str, Any], seconds: float) -> None:
        """Waits for another sign of life; none needs to come from a run that is dead.

        Raises:
            UsageError: one has come.
        """
        time.sleep(seconds)
        later = self._read()
        if later is not None and later != found:
            raise UsageError(
                f"--store {self._folder.where}: {_named(later)} is running it; the clocks differ by "
                f"{abs(self._clock() - later['at']):.0f} s, set them right"
            )

    def _renew_on(self) -> None:
        while not self._over.wait(self._step):
            is_due = self._clock() - self._at >= EVERY
            if is_due or self._is_young():
                self._tried = self._clock()
                is_own = self._renew() if is_due else self._look()
                self._tried = None
                if not is_own:
                    return

    def _renew(self) -> bool:
        """Gives a sign of life; whether the run is still the folder's, as far as is known."""
        try:
            if not self._is_still_own():
                return False
            self._at = self._write()
        except Exception as error:  # a thread that died would say nothing
            if self._is_late() and self._stopped is None:
                self._stopped = self._silent(str(error) or repr(error))
        return True

    def _look(self) -> bool:
        """Whether the run is still the folder's, as far as is known."""
        try:
            return self._is_still_own()
        except Exception:  # the next sign of life will tell
            return True

    def _is_still_own(self) -> bool:
        found = self._read()
        if found is None or self._is_own(found):
            return True
        silent = self._clock() - self._at
        why = (
            "and began at the same moment"
            if self._is_young()
            else f"since this run gave no sign of life for {silent:.0f} s"
        )
        self._stopped = f"--store {self._folder.where}: {_named(found)} has taken it over, {why}"
        return False

    def _is_young(self) -> bool:
        return self._clock() - self._began < _YOUNG

    def _is_late(self) -> bool:
        return self._clock() - self._at >= DEAD / 2

    def _silent(self, why: str) -> str:
        self.is_silent = True
        return (
            f"--store {self._folder.where}: no sign of life could be left there for "
            f"{self._clock() - self._at:.0f} s, another run may soon take over: {why}"
        )

    def _write(self) -> float:
        """Gives a sign of life; of when it is."""
        at = self._clock()  # before it is written, which may take a while
        about = {"token": self._token, "process": os.getpid(), "host": socket.gethostname(), "at": at}
        self._folder.write(RUN, json.dumps(about).encode())
        return at

    def _read(self) -> dict[str, Any] | None:
        """The sign of life that stands there; `None` if there is none that can be read."""
        try:
            found = json.loads(self._folder.read(RUN))
            return {
                "token": found.get("token"),
                "process": int(found["process"]),
                "host": str(found["host"]),
                "at": float(found["at"]),
            }
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _is_own(self, found: dict[str, Any]) -> bool:
        return found["token"] == self._token

    def _is_dead(self, found: dict[str, Any]) -> bool:
        return self._clock() - found["at"] >= DEAD or _is_gone_here(found)


class _Guarded:
    """See `Guard.guarded`."""

    def __init__(self, folder: Folder, guard: Guard) -> None:
        self._folder = folder
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        if name in ("write", "write_from", "delete"):
            self._guard.check()
        return getattr(self._folder, name)


def _named(found: dict[str, Any]) -> str:
    return f"process {found['process']} on {found['host']}"


def _settle(folder: Folder) -> float:
    is_here = isinstance(folder, LocalFolder) and not is_on_network(folder.path)
    return _SETTLE_HERE if is_here else _SETTLE


def _is_gone_here(found: dict[str, Any]) -> bool:
    """Whether it was a process of this machine that is no more."""
    if not _CAN_PROBE or found["host"] != socket.gethostname():
        return False
    try:
        os.kill(found["process"], 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
