"""What stands where in a folder of shards.

    hyllm-shards.json                  what the folder is
    index/000002.db                    the archive's pages, files and setups, as the last scan found them
    shards/000001/input.db             texts to ask about, with their pages and jobs; gone once it is finished
    shards/000001/segments/000007-…    what came since the segment before: its number, and the epoch of its start
    shards/000001/stopped-….db         its store as it was when it was last stopped in order, with the epoch
    shards/000001/store.db             the finished shard
    tables/projects/000001.parquet     its rows of one table

Each is a SQLite file with some of a store's rows, a *piece*, and stands under its name only when it is whole.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MARK = "hyllm-shards.json"
RUN = "hyllm-run.json"
"""Stands in the folder while a run is under way."""
_SHARD = re.compile(r"shards/(\d{6,})/(?:(input|store)\.db|segments/(\d{6,})-(\d+)\.db|stopped-(\d+)\.db)")
_INDEX = re.compile(r"index/(\d{6,})\.db")


class Segment(NamedTuple):
    """A segment's name in order: by epoch, then by number."""

    epoch: int
    number: int

    def name(self, shard: int) -> str:
        return f"{shard_folder(shard)}/segments/{self.number:06d}-{self.epoch}.db"


@dataclass(slots=True)
class Shard:
    """What stands in the folder of a shard."""

    number: int
    has_input: bool = False
    is_finished: bool = False
    segments: list[Segment] = field(default_factory=list[Segment])
    """All of them, in order."""
    stopped: list[int] = field(default_factory=list[int])
    """The epochs whose stores were kept when they were stopped, in order."""

    @property
    def epoch(self) -> int:
        """That of the last start that has left a trace; 0: none has."""
        return max((segment.epoch for segment in self.segments), default=0)

    def counting(self) -> list[Segment]:
        """The segments that count, in order.

        A machine that was taken for dead may still write. What it wrote after another had taken over is not
        in the other's ledger, whose numbers begin after the last segment that it found.
        """
        found: list[Segment] = []
        first = None
        for segment in sorted(self.segments, reverse=True):
            if found and segment.epoch != found[-1].epoch:
                first = found[-1].number
            if first is None or segment.number < first:
                found.append(segment)
        return found[::-1]


def shard_folder(shard: int) -> str:
    return f"shards/{shard:06d}"


def input_name(shard: int) -> str:
    return f"{shard_folder(shard)}/input.db"


def store_name(shard: int) -> str:
    return f"{shard_folder(shard)}/store.db"


def stopped_name(shard: int, epoch: int) -> str:
    return f"{shard_folder(shard)}/stopped-{epoch}.db"


def part_name(table: str, shard: int) -> str:
    return f"tables/{table}/{shard:06d}.parquet"


def index_name(number: int) -> str:
    return f"index/{number:06d}.db"


def shards_in(names: Iterable[str]) -> Mapping[int, Shard]:
    """The shards among a folder's files, by their numbers, in order."""
    found: dict[int, Shard] = {}
    for name in names:
        if match := _SHARD.fullmatch(name):
            number = int(match[1])
            shard = found.setdefault(number, Shard(number))
            if match[2] == "input":
                shard.has_input = True
            elif match[2] == "store":
                shard.is_finished = True
            elif match[5]:
                shard.stopped.append(int(match[5]))
            else:
                shard.segments.append(Segment(int(match[4]), int(match[3])))
    for shard in found.values():
        shard.segments.sort()
        shard.stopped.sort()
    return dict(sorted(found.items()))


def indexes_in(names: Iterable[str]) -> list[int]:
    """The numbers of the indexes among a folder's files, in order."""
    return sorted(int(match[1]) for name in names if (match := _INDEX.fullmatch(name)))
