"""Which shard is started where, and what becomes of those that come to nothing; which segments count."""

import random

from hyllm.cluster._layout import Segment, Shard, shards_in
from hyllm.cluster._schedule import Schedule, Start


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def schedule(shards: int, *, per_node: int = 1, clock: Clock | None = None) -> Schedule:
    return Schedule(dict.fromkeys(range(1, shards + 1), 0), per_node=per_node, clock=clock or Clock())


def all_next(one: Schedule, *nodes: str) -> list[Start]:
    found: list[Start] = []
    while start := one.next(nodes):
        found.append(start)
    return found


def test_shards_go_in_order_to_machines_with_room() -> None:
    one = schedule(5, per_node=2)
    first = all_next(one, "a", "b")
    assert [start.shard for start in first] == [1, 2, 3, 4]
    assert sorted(start.node for start in first) == ["a", "a", "b", "b"]
    one.ended(first[2])
    assert all_next(one, "a", "b") == [Start(5, 1, first[2].node)]


def test_a_machine_that_comes_later_gets_shards_and_one_that_is_gone_none() -> None:
    one = schedule(3)
    assert [start.node for start in all_next(one, "a")] == ["a"]
    assert [start.node for start in all_next(one, "b")] == ["b"]
    assert not all_next(one)
    assert one.stopped is None


def test_a_shard_whose_process_dies_twice_is_set_aside_and_the_others_go_on() -> None:
    one = schedule(2)
    (start,) = all_next(one, "a")
    one.died(start, "killed", with_machine=False)
    (other,) = all_next(one, "a")
    assert other.shard == 2
    one.ended(other)
    (again,) = all_next(one, "a")
    assert (again.shard, again.epoch) == (1, 2)
    one.died(again, "killed", with_machine=False)
    assert one.set_aside == {1: "killed"}
    assert one.stopped is None


def test_shards_that_take_down_the_only_machines_processes_stop_no_run() -> None:
    one = schedule(4)
    outcome: list[int] = []
    while starts := all_next(one, "a"):
        (start,) = starts
        outcome.append(start.shard)
        if start.shard in (1, 2):
            one.died(start, "killed", with_machine=False)
        else:
            one.ended(start)
    assert outcome == [1, 2, 3, 4, 1, 2]
    assert sorted(one.set_aside) == [1, 2]
    assert one.stopped is None

    one = schedule(9)
    while starts := all_next(one, "a"):
        one.died(starts[0], "killed", with_machine=False)
    assert one.stopped == "no machine can go on: killed"
    assert one.set_aside == {}


def test_a_machine_whose_processes_die_sets_nothing_aside_while_another_stands_by() -> None:
    clock = Clock()
    one = schedule(20, clock=clock)
    done: list[int] = []
    deaths = 0
    while starts := all_next(one, "a", "b"):
        for start in starts:
            if start.node == "a":
                one.died(start, "killed", with_machine=False)
                deaths += 1
            else:
                one.ended(start)
                done.append(start.shard)
        clock.now += 10
    assert sorted(done) == list(range(1, 21))
    assert one.set_aside == {}
    assert one.stopped is None
    assert deaths <= 8  # two, then a minute's rest in which the other machine has six


def test_two_bad_machines_set_no_shard_aside_while_a_sound_one_is_busy() -> None:
    clock = Clock()
    one = schedule(3, clock=clock)
    busy, bad, worse = all_next(one, "a", "b", "c")
    one.failed_machine(bad, "full")
    assert all_next(one, "a", "b", "c") == []  # the others are busy
    one.failed_machine(worse, "full")
    assert all_next(one, "a", "b", "c") == []
    done: list[int] = []
    while True:
        one.ended(busy)
        done.append(busy.shard)
        if not (starts := all_next(one, "a", "b", "c")):
            break
        (busy,) = starts
        assert busy.node == "a"
    assert sorted(done) == [1, 2, 3]
    assert one.set_aside == {}


def test_where_the_processes_of_all_machines_die_the_run_stops() -> None:
    one = schedule(9)
    for _ in range(2):
        for start in all_next(one, "a", "b"):
            one.died(start, "killed", with_machine=False)
    assert not all_next(one, "a", "b")
    assert one.stopped == "no machine can go on: killed"
    assert one.set_aside == {}


def test_a_machine_lost_is_not_held_against_a_shard_soon() -> None:
    one = schedule(1)
    for epoch in range(1, 6):
        (start,) = all_next(one, str(epoch))
        assert start.epoch == epoch
        one.died(start, "lost", with_machine=True)
    assert one.set_aside == {1: "lost"}


def test_a_machine_that_is_lost_gets_nothing_though_it_is_listed_still() -> None:
    clock = Clock()
    one = schedule(1, clock=clock)
    (start,) = all_next(one, "a")
    one.died(start, "lost", with_machine=True)
    assert not all_next(one, "a")
    assert one.stopped is None
    assert [again.node for again in all_next(one, "a", "b")] == ["b"]


def test_a_machine_whose_endpoint_is_dead_rests_and_its_shard_goes_elsewhere() -> None:
    clock = Clock()
    one = schedule(2, clock=clock)
    first, _ = all_next(one, "a", "b")
    one.cannot_reach(first, "its endpoint is dead")
    assert not all_next(one, "a", "b")
    one.ended(Start(2, 1, "b"))
    assert all_next(one, "a", "b") == [Start(1, 2, "b")]
    clock.now = 61
    one.cannot_reach(Start(1, 2, "b"), "the same")
    assert [start.node for start in all_next(one, "a", "b")] == ["a"]


def test_where_all_endpoints_are_dead_the_run_stops() -> None:
    one = schedule(3)
    for start in all_next(one, "a", "b"):
        one.cannot_reach(start, f"{start.node}'s endpoint is dead")
    assert not all_next(one, "a", "b")
    assert one.stopped == "no machine can go on: b's endpoint is dead"
    assert one.stopped_by_endpoint


def test_a_machine_where_two_shards_in_a_row_fail_rests_and_where_all_do_the_run_stops() -> None:
    one = schedule(9)
    (first,) = all_next(one, "a")
    one.failed_machine(first, "no room on its disk")
    (second,) = all_next(one, "a")
    assert second.shard == 2
    one.failed_machine(second, "no room on its disk")
    assert not one.next(["a"])
    assert one.stopped == "no machine can go on: no room on its disk"
    assert not one.stopped_by_endpoint
    assert set(one.waiting) == set(range(1, 10))


def test_a_shard_that_fails_on_two_machines_is_set_aside_and_stops_nobody() -> None:
    one = schedule(6)
    done: list[int] = []
    while starts := all_next(one, "a", "b"):
        for start in starts:
            if start.shard == 2:
                one.failed_machine(start, "its input is damaged")
            else:
                one.ended(start)
                done.append(start.shard)
    assert one.set_aside == {2: "its input is damaged"}
    assert sorted(done) == [1, 3, 4, 5, 6]
    assert one.stopped is None


def test_nothing_starts_after_a_cap_was_reached() -> None:
    one = schedule(3)
    first, _ = all_next(one, "a", "b")
    one.stopped_run(first, "the cap is reached")
    assert not all_next(one, "a", "b")
    assert list(one.waiting) == [3]


def test_whatever_happens_each_shard_is_run_once_at_a_time() -> None:
    for seed in range(200):
        dice, clock = random.Random(seed), Clock()
        one = schedule(6, per_node=2, clock=clock)
        running: list[Start] = []
        done: set[int] = set()
        for _ in range(300):
            clock.now += dice.choice((0, 1, 70))
            nodes = dice.sample("abc", dice.randint(0, 3))
            while start := one.next(nodes):
                assert start.shard not in done
                assert start.shard not in [other.shard for other in running]
                assert sum(other.node == start.node for other in running) < 2
                running.append(start)
            if not running:
                continue
            start = running.pop(dice.randrange(len(running)))
            match dice.randrange(5):
                case 0:
                    one.died(start, "x", with_machine=dice.random() < 0.5)
                case 1:
                    one.failed_machine(start, "x")
                case 2:
                    one.cannot_reach(start, "x")
                case _:
                    one.ended(start)
                    done.add(start.shard)
        left = {*one.waiting, *one.set_aside, *(start.shard for start in running)}
        assert done | left == {1, 2, 3, 4, 5, 6}
        assert not done & left


def test_what_a_machine_taken_for_dead_wrote_later_does_not_count() -> None:
    # the first start wrote 1 and 2; the second found these and wrote 3 and 4; then the first wrote its 3 and 4
    mixed = Shard(7, segments=[Segment(1, n) for n in (1, 2, 3, 4)] + [Segment(2, n) for n in (3, 4)])
    assert mixed.counting() == [Segment(1, 1), Segment(1, 2), Segment(2, 3), Segment(2, 4)]
    # the second died before it wrote anything: what the first wrote counts, and a third found it all
    assert Shard(7, segments=[Segment(1, 1), Segment(1, 2), Segment(3, 3)]).counting() == [
        Segment(1, 1),
        Segment(1, 2),
        Segment(3, 3),
    ]
    # a third that found neither's last ones
    late = [Segment(1, 1), Segment(1, 9), Segment(2, 2), Segment(2, 5), Segment(3, 3)]
    assert Shard(7, segments=late).counting() == [Segment(1, 1), Segment(2, 2), Segment(3, 3)]


def test_names_are_read_back() -> None:
    shard = shards_in(
        [
            "shards/000012/input.db",
            Segment(3, 41).name(12),
            "tables/pages/000012.parquet",
            "shards/000013/store.db",
        ]
    )
    assert shard == {
        12: Shard(12, has_input=True, segments=[Segment(3, 41)]),
        13: Shard(13, is_finished=True),
    }
    assert shard[12].epoch == 3
