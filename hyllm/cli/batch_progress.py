"""Where a batch run stands: a line that renews itself in a terminal, else a line now and then, or JSON."""

import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping

import click

from hyllm.batch import CAP_REACHED, FAILED, Now
from hyllm.cli.batch_store import shown
from hyllm.cli.exits import INTERRUPTED, SOME_FAILED
from hyllm.errors import HyllmError

_EVERY = 30.0
"""Seconds between two lines where there is no terminal."""


class Telling:
    """Called with where a run stands; tells it on standard error."""

    def __init__(self, max_cost: float | None, *, as_json: bool) -> None:
        self._max_cost = max_cost
        self._as_json = as_json
        self._last = 0.0
        self._renewing = sys.stderr.isatty() and not as_json

    def __call__(self, now: Now) -> None:
        if not self._renewing and time.monotonic() - self._last < (_EVERY if not self._as_json else 5):
            return
        self._last = time.monotonic()
        if self._as_json:
            click.echo(json.dumps(self._tree(now)), err=True)
        elif self._renewing:
            line = self._line(now)[: max(20, shutil.get_terminal_size().columns - 1)]
            click.echo(f"\r\x1b[2K{line}", nl=False, err=True)
        else:
            click.echo(self._line(now), err=True)

    def finish(self) -> None:
        if self._renewing:
            click.echo("\r\x1b[2K", nl=False, err=True)

    def _tree(self, now: Now) -> dict[str, object]:
        return {
            "seconds": round(now.seconds, 1),
            "answers": now.progress.answers,
            "open": now.open,
            "unread": now.unread,
            "in_flight": now.progress.in_flight,
            "per_second": round(now.rate, 3),
            "seconds_left": _left(now),
            "dollars": round(now.dollars, 6),
            "max_cost": self._max_cost,
            "tokens": round(now.tokens),
            "failed": dict(now.progress.failed),
            "passing": dict(now.progress.passing),
            "stopping": now.stopping,
        }

    def _line(self, now: Now) -> str:
        progress = now.progress
        said = [f"{progress.answers:,} answers", f"{now.open:,} to go", f"{now.rate:.2g}/s"]
        left = _left(now)
        said += [f"{duration(left)} left"] if left is not None and not now.stopping else []
        said += [f"{progress.in_flight} in flight"]
        said += [f"{now.unread:,} to be read"] if now.unread else []
        cap = f" of ${self._max_cost:,.2f}" if self._max_cost is not None else ""
        said += [f"${now.dollars:,.4f}{cap}"] if now.dollars or cap else []
        said += [f"{number:,} failed ({cause})" for cause, number in progress.failed.most_common(3)]
        said += [f"{number:,}× {cause}" for cause, number in progress.passing.most_common(3)]
        said += [f"stopping: {now.stopping}"] if now.stopping else []
        return " · ".join(said)


def _left(now: Now) -> float | None:
    return round(now.open / now.rate, 1) if now.rate > 0 else None


def duration(seconds: float) -> str:
    """Some seconds in words: 40 s, 12 min, 3.4 h, 2.1 d."""
    for unit, size, limit in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172800)):
        if seconds < limit:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 86400:.3g} d"


ENDED = {"done": "done", "partial": "partial", "failed": "failed", "aside": "set aside", "fault": "not read"}
"""The states of a job that no request is to change, in words."""


def counted_states(states: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    """A phrase for each of these states that jobs are in: 12 done."""
    return [f"{states[state]:,} {word}" for state, word in words.items() if states.get(state)]


def summary(
    states: Mapping[str, int],
    *,
    answers: int,
    seconds: float,
    dollars: float,
    stopped: HyllmError | str | None,
    where: str,
    go_on: str,
    whose: str = "",
    more: Iterable[str] = (),
) -> Iterator[str]:
    """How a run ended, in lines for people.

    Args:
        states: how many pages are in each state.
        answers: how many came.
        seconds: how long it ran.
        dollars: what the store has cost so far.
        stopped: what ended it before all was done.
        where: the store.
        go_on: the command that goes on.
        whose: of what pages the states are, where they are not all.
        more: lines that come before.
    """
    yield from more
    counted = counted_states(states, ENDED)
    to_go = sum(states.get(state, 0) for state in ("open", "sent", "answered"))
    counted += [f"{to_go:,} to go"] if to_go else []
    counted += [f"{states['out']:,} out in files"] if states.get("out") else []
    spent = f"; ${dollars:,.4f} so far" if dollars else ""
    rate = answers / seconds if seconds else 0
    yield (
        f"{whose}{', '.join(counted) or 'nothing to do'}: {answers:,} answers in {duration(seconds)} "
        f"({rate:.2g}/s){spent}"
    )
    if stopped is not None:
        yield f"stopped: {stopped}"
    if any(states.get(state) for state in FAILED):
        yield f"what failed, by cause: hyllm batch failures --store {shown(where)}"
    if to_go:
        yield f"to go on: {go_on}"
        yield (
            "it needs a higher cap"
            if stopped == CAP_REACHED
            else "caps, limits and --price are those of one run: give them again"  # it would spend without them
        )


def exit_code(states: Mapping[str, int], stopped: HyllmError | str | None, *, interrupted: bool) -> int:
    """What a run exits with that has ended so. Pages that wait for a reader, or for a file, are no failure."""
    if interrupted:
        return INTERRUPTED
    if isinstance(stopped, HyllmError):
        return stopped.exit_code
    return SOME_FAILED if any(states.get(state) for state in (*FAILED, "open", "sent")) else 0
