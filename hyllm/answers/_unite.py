"""Two answers about one page in one: the records of the later are added to those of the first by identity."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from hyllm.answers._read import Answer, Fault
from hyllm.marks import Problem
from hyllm.resolve import Conflict, merged, supplemented
from hyllm.schemas import Reading, Record


class United(NamedTuple):
    """Both answers in one."""

    answer: Answer
    added: Answer
    """The later answer, its faults as they stand in the united one."""


def united(
    first: Answer,
    later: Answer,
    kinds: Sequence[type[Record]],
    mended: Sequence[Fault] = (),
    *,
    supplements: bool = False,
) -> United:
    """The answers of two turns in one. The first's records keep their places.

    Args:
        first: what all turns before have come to.
        later: the answer to a further turn. What it says of the page as a whole is left to the caller.
        kinds: the kinds asked for in the further turn.
        mended: faults of `first` that the turn asked to mend. A record of the same identity takes the place
            of the faulty one, and the fault is gone; else the two are merged.
        supplements: whether the turn asked to name known records and say only what is to be added to them.
    """
    readings = dict(first.readings)
    problems = list(first.problems)
    faults: list[Fault] = []
    for kind in kinds:
        plural = kind.hyllm.plural
        merger = _Merger(kind, list(readings.get(plural, ())), [f for f in mended if f.kind is kind])
        add = merger.supplement if supplements else merger.add
        places = [add(reading) for reading in later.readings.get(plural, ())]
        readings[plural] = merger.readings
        problems = [problem for problem in problems if problem not in merger.gone] + merger.conflicts
        faults += [_moved(fault, places) for fault in later.faults if fault.kind is kind]
    problems += [problem for fault in faults for problem in fault.problems if problem not in problems]
    unfinished = tuple(kind for kind in first.unfinished if kind not in kinds or kind in later.unfinished)
    answer = replace(first, readings=readings, problems=tuple(problems), unfinished=unfinished)
    return United(answer, replace(later, faults=tuple(faults)))


class _Merger:
    """One kind's readings, to which others are added one by one."""

    def __init__(self, kind: type[Record], readings: list[Reading], mended: list[Fault]) -> None:
        self.readings = readings
        self.conflicts: list[Problem] = []
        self.gone: list[Problem] = []
        """Problems that are mended."""
        self._kind = kind
        self._faulty = {fault.index: fault for fault in mended if fault.index is not None}
        self._lost = [fault for fault in mended if fault.index is None]

    def add(self, reading: Reading) -> int:
        """Adds a reading; its place."""
        for index, known in enumerate(self.readings):
            one, conflicts, _ = merged(self._kind, [known, reading])
            if len(one) > 1 and known != reading:
                continue
            fault = self._faulty.pop(index, None)
            if fault is not None:
                self.gone += fault.problems
                self.readings[index] = reading
            elif len(one) == 1:
                self.readings[index] = one[0]
                self.conflicts += [self._conflict(index, conflict) for conflict in conflicts]
            return index
        if self._lost:  # the record of which nothing could be kept
            self.gone += self._lost.pop(0).problems
        self.readings.append(reading)
        return len(self.readings) - 1

    def supplement(self, reading: Reading) -> int:
        """Adds what a reading adds to the one record it may be of, or the reading itself; its place."""
        found = [
            (index, added)
            for index, known in enumerate(self.readings)
            if (added := supplemented(self._kind, known, reading)) is not None
        ]
        if len(found) != 1:
            return self.add(reading)
        ((index, (self.readings[index], conflicts)),) = found
        self.conflicts += [self._conflict(index, conflict) for conflict in conflicts]
        return index

    def _conflict(self, index: int, conflict: Conflict) -> Problem:
        at = f"/{self._kind.hyllm.plural}/{index}/{conflict.field}"
        said = f"two answers differ: {conflict.kept!r} was kept, the other said {conflict.other!r}"
        return Problem(at, "conflict", conflict.other, said)


def _moved(fault: Fault, places: Sequence[int]) -> Fault:
    """A fault with the place its record has come to."""
    if fault.index is None:
        return fault
    before, now = (f"/{fault.kind.hyllm.plural}/{index}" for index in (fault.index, places[fault.index]))
    moved = tuple(replace(problem, at=now + problem.at.removeprefix(before)) for problem in fault.problems)
    return replace(fault, index=places[fault.index], problems=moved)
