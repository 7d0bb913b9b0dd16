"""What a run owes the machine it is on: a little room on its disk, an ear for Ctrl-C, no idle work."""

import asyncio
import gc
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_BALLAST = 4_000_000
"""Bytes kept beside the store, to be given up when the disk is full: room for what is in flight."""


class Ballast:
    """A file beside the store that is deleted when the disk is full: then what is in flight can be kept."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(f"{store.name}.ballast")
        with suppress(OSError):  # a disk that is full already says so at the first write
            self._path.write_bytes(bytes(_BALLAST))

    def give_up(self) -> None:
        self._path.unlink(missing_ok=True)

    release = give_up


@contextmanager
def settled() -> Generator[None]:
    """What is loaded by now is not looked through for garbage: hundreds of thousands of objects that stay."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def interrupts(loop: asyncio.AbstractEventLoop, told: Callable[[], None]) -> Generator[None]:
    """Ctrl-C, and what a shutting-down machine sends, call `told` instead of ending the process."""
    signals = (signal.SIGINT, signal.SIGTERM)
    handled: list[signal.Signals] = []
    before: object = None
    try:
        for one in signals:
            loop.add_signal_handler(one, told)
            handled.append(one)
    except NotImplementedError:  # Windows

        def from_any_thread(_number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(told)

        before = signal.signal(signal.SIGINT, from_any_thread)
    except (RuntimeError, ValueError):  # in another thread than the main one
        pass
    try:
        yield
    finally:
        for one in handled:
            loop.remove_signal_handler(one)
        if callable(before):
            signal.signal(signal.SIGINT, before)
