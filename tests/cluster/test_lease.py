"""Shards that lease money and pace from one purse: the purse's laws, and real runs side by side."""

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyllm.archive import PageReader
from hyllm.batch import (
    CAP_REACHED,
    Caps,
    Ended,
    Options,
    Store,
    StoreError,
    Took,
    enqueue,
    load_setups,
    new_setup,
    run_batch,
    save_setup,
)
from hyllm.client import Price, find_endpoint
from hyllm.cluster._flow import LeasedFlow
from hyllm.cluster._lease import Lease
from hyllm.cluster._messages import NOTHING, Amounts, Ask, Grant, Leased, Need, Permits, Unused
from hyllm.cluster._purse import Purse
from hyllm.extract import Extractor
from tests.batch import making
from tests.batch.making import asked, count, make_archive
from tests.cluster.running import LocalPurse
from tests.conftest import Endpoint, Reply

PRICE = Price(1.0, 0.1, 10.0, "")
USAGE = {"prompt_tokens": 6600, "completion_tokens": 90}
"""Of a page: nearly what is reserved for one as long as nothing is known."""
COST = 0.0075
"""Dollars of a page."""
REQUEST = Amounts(1.0, 100, 1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def answer_to(body: dict[str, Any], delay: float = 0.0) -> Reply:
    return making.answer_to(body, delay=delay, usage=USAGE)


def times(amounts: Amounts, factor: float) -> Amounts:
    return Amounts(*(x * factor for x in amounts))


def ask(
    holder: str,
    used: float = 0,
    requests: float = 1,
    least: float | None = None,
    number: int = 0,
    keeps: float | None = None,
) -> Ask:
    """Asks, having used some requests' worth, for some more."""
    return Ask(
        holder=holder,
        number=number,
        used=times(REQUEST, used),
        least=times(REQUEST, used + 1 if least is None else least),
        like=times(REQUEST, used + requests),
        keeps=None if keeps is None else times(REQUEST, keeps),
    )


# --- the purse ---------------------------------------------------------------------------------------------

_STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["renew", "renew", "renew", "give up", "twice", "hand back", "lost"]),
        st.floats(0, 1),
    ),
    max_size=60,
)


@given(steps=_STEPS, cap=st.floats(0, 60), tokens=st.integers(0, 6000), pages=st.integers(0, 60))
def test_what_is_leased_never_exceeds_the_caps(
    steps: list[tuple[int, str, float]], cap: float, tokens: int, pages: int
) -> None:
    purse = Purse(Caps(dollars=cap, tokens=tokens, pages=pages), before=Amounts(1.0, 10, 1), clock=Clock())
    epochs = [1, 1, 1, 1]
    leased = [NOTHING] * 4
    numbers = [0] * 4
    gone = Amounts(1.0, 10, 1)
    for shard, step, share in steps:
        holder = f"{shard}-{epochs[shard]}"
        used = Amounts(*(x * share for x in leased[shard]))
        if step in ("renew", "give up", "twice"):
            least = Amounts(*(x + y for x, y in zip(used, REQUEST, strict=True)))
            like = Amounts(*(x + 20 * share * y for x, y in zip(least, REQUEST, strict=True)))
            keeps = None if step == "renew" else used._replace(tokens=math.ceil(used.tokens))
            said = Ask(holder=holder, number=numbers[shard], used=used, least=least, like=like, keeps=keeps)
            for _ in range(1 + (step == "twice")):
                grant = purse.renew(said)
                assert grant.stop is None
                kept = leased[shard] if keeps is None else map(min, keeps, leased[shard])
                assert all(now >= before for now, before in zip(grant.leased, kept, strict=True))
                leased[shard] = grant.leased
            numbers[shard] += 1
        else:
            if step == "lost":
                purse.lost(holder)
                used = leased[shard]
            else:
                purse.hand_back(Unused(holder=holder, spent=used))
            gone = Amounts(*(x + y for x, y in zip(gone, used, strict=True)))
            leased[shard], numbers[shard], epochs[shard] = NOTHING, 0, epochs[shard] + 1
        for limit, before, *ones in zip((cap, tokens, pages), gone, *leased, strict=True):
            assert sum(ones) + before <= max(limit, before) + 1e-6


@given(budget=st.floats(3, 60), costs=st.floats(0.05, 1), holders=st.integers(1, 6), like=st.integers(1, 30))
def test_a_cap_is_used_up_to_the_last_request_however_many_ask(
    budget: float, costs: float, holders: int, like: int
) -> None:
    """Requests take less than what must be there for one to go out."""
    purse = Purse(Caps(dollars=budget), clock=Clock())
    names = [f"{number}-1" for number in range(holders)]
    used = dict.fromkeys(names, 0.0)
    leased = dict.fromkeys(names, 0.0)
    asked_for = dict.fromkeys(names, 0)
    working = set(names)
    for _ in range(9000):
        for name in sorted(working):
            if used[name] + 1 <= leased[name]:
                used[name] += costs
                continue
            keeps = min(used[name], leased[name])
            grant = purse.renew(ask(name, used[name], like, number=asked_for[name], keeps=keeps))
            asked_for[name] += 1
            leased[name] = grant.leased.dollars
            if grant.final:
                working.discard(name)
                purse.hand_back(Unused(holder=name, spent=times(REQUEST, used[name])))
        if not working:
            break

    assert not working
    assert budget - 1 < sum(used.values()) + 1e-6 <= budget + 1e-6


def test_portions_shrink_as_the_purse_empties() -> None:
    purse = Purse(Caps(dollars=16.0), clock=Clock())

    got = [purse.renew(ask(f"{shard}-1", requests=50)).leased.dollars for shard in range(4)]

    assert got == [8.0, 2.0, 1.0, 1.0]  # shares of 1, 2, 3 and 4, one request's worth at the least
    assert purse.renew(ask("4-1", requests=50, least=0.5)).leased.dollars == 0.5


def test_what_is_too_little_for_one_goes_to_another_and_the_end_is_said_once_nobody_can_go_on() -> None:
    purse = Purse(Caps(dollars=2.75), clock=Clock())
    assert purse.renew(ask("1-1")).leased.dollars == 1.0
    assert purse.renew(ask("2-1")).leased.dollars == 1.0

    kept = purse.renew(ask("1-1", used=0.25, keeps=0.25, number=1))  # .75 and .75 make a request
    assert (kept.leased.dollars, kept.final) == (1.25, False)
    waiting = purse.renew(ask("2-1", used=0.75, keeps=0.75, number=1))
    assert (waiting.leased.dollars, waiting.final) == (0.75, False)  # the first is at work still
    assert purse.renew(ask("1-1", used=1.25, keeps=1.25, number=2)).final is True
    assert purse.renew(ask("2-1", used=0.75, keeps=0.75, number=2)).final is True


def test_nobody_is_told_that_all_is_spent_while_a_request_of_its_own_is_in_flight() -> None:
    purse = Purse(Caps(dollars=1.0), clock=Clock())
    purse.renew(ask("1-1"))

    assert purse.renew(ask("1-1", used=1, number=1)).final is False
    assert purse.renew(ask("1-1", used=0.5, keeps=0.5, number=2)).final is True


def test_nobody_waits_for_a_holder_that_is_silent() -> None:
    clock = Clock()
    purse = Purse(Caps(dollars=4.0), clock=clock)
    purse.renew(ask("1-1", requests=3))
    purse.renew(ask("2-1", requests=3))
    purse.renew(ask("2-1", used=1, number=1))
    assert purse.renew(ask("2-1", used=2, keeps=2, number=2)).final is False
    clock.now += 31
    assert purse.renew(ask("2-1", used=2, keeps=2, number=3)).final is True


def test_without_a_cap_nothing_is_counted_out() -> None:
    purse = Purse(Caps(pages=10))

    grant = purse.renew(ask("1-1"))

    assert (grant.leased.dollars, grant.leased.tokens, grant.leased.pages) == (math.inf, math.inf, 1)
    purse.hand_back(Unused(holder="1-1", spent=REQUEST))
    assert purse.now().spent == REQUEST


def test_a_holder_that_is_superseded_lost_done_or_of_another_run_is_told_to_stop() -> None:
    purse = Purse(Caps(dollars=100.0), clock=Clock())
    for shard in ("1", "2", "3"):
        purse.renew(ask(f"{shard}-1", requests=10))
    taking_over = purse.renew(ask("1-2", requests=1000))
    assert taking_over.leased.dollars == pytest.approx((100 - 3 * 10) / 6)  # the first stays spent
    purse.lost("2-1")
    purse.hand_back(Unused(holder="3-1", spent=NOTHING))

    assert purse.renew(ask("1-1", number=1)).stop == "another machine has taken over this shard"
    assert purse.renew(ask("2-1", number=1)).stop == "this machine was taken for lost"
    assert purse.renew(ask("3-1", number=1)).stop is not None
    assert purse.renew(ask("4-1", number=7)).stop == "the run that this shard was part of is over"
    assert purse.renew(ask("1-2", number=1)).stop is None
    assert purse.now().holders == 1


def test_what_a_lost_holder_had_leased_stays_spent() -> None:
    purse = Purse(Caps(dollars=10.0), clock=Clock())
    purse.renew(ask("1-1", requests=5))
    purse.lost("1-1")
    purse.hand_back(Unused(holder="1-1", spent=NOTHING))

    assert purse.now().spent.dollars == 5.0
    assert purse.renew(ask("1-2", requests=100, least=5.0)).leased.dollars == 5.0
    assert purse.renew(ask("1-2", used=5, keeps=5, number=1)).final is True


def test_all_are_told_to_stop() -> None:
    purse = Purse(Caps())
    purse.renew(ask("1-1"))
    purse.stop("interrupted")
    purse.stop("later")

    assert purse.renew(ask("1-1", number=1)).stop == "interrupted"
    assert purse.now().stopping == "interrupted"


@pytest.mark.parametrize(("per_minute", "amount"), [(60.0, 1.0), (1200.0, 1.0), (60_000.0, 3000.0)])
def test_a_flow_is_held_over_four_holders_and_shared_evenly(per_minute: float, amount: float) -> None:
    clock = Clock()
    purse = Purse(Caps(), requests_per_minute=per_minute, clock=clock)
    flows = {f"{shard}-1": LeasedFlow(amount, clock) for shard in range(4)}
    taken: dict[str, list[float]] = {name: [] for name in flows}
    numbers = dict.fromkeys(flows, 0)
    for _ in range(5 * 60 * 20):
        clock.now += 0.05
        for name, flow in flows.items():
            if flow.wait(amount) == 0:
                flow.take(amount)
                taken[name].append(clock.now)
            if flow.need:
                said = Ask(
                    holder=name,
                    number=numbers[name],
                    used=NOTHING,
                    least=NOTHING,
                    like=NOTHING,
                    requests=flow.need,
                )
                flow.add(purse.renew(said).requests)
                numbers[name] += 1

    counts = [len(one) for one in taken.values()]
    assert per_minute * 5 * 0.95 < sum(counts) * amount < per_minute * 5 * 1.02 + amount
    assert max(counts) - min(counts) <= 2 + 0.05 * max(counts)
    every = sorted(at for one in taken.values() for at in one)
    most = max(sum(at <= one < at + 10 for one in every) for at in every[:: max(1, len(every) // 50)])
    assert most * amount <= per_minute / 6 + max(1.0, per_minute / 60) * 7 + 4 * amount


def test_permits_that_are_handed_back_are_free_and_debts_are_not_forgiven() -> None:
    clock = Clock()
    purse = Purse(Caps(), requests_per_minute=60, clock=clock)
    flow = LeasedFlow(1.0, clock)

    def permits(holder: str, need: Need | None) -> Permits:
        said = Ask(holder=holder, number=0, used=NOTHING, least=NOTHING, like=NOTHING, requests=need)
        return purse.renew(said).requests

    assert flow.need is not None
    flow.add(permits("1-1", flow.need))
    assert flow.left == 1.0
    flow.take(3.0)
    assert flow.left == -2.0
    purse.hand_back(Unused(holder="1-1", spent=NOTHING, requests=flow.left))

    other = permits("2-1", LeasedFlow(1.0, clock).need)
    assert other.after == pytest.approx(3.0)
    purse.hand_back(Unused(holder="2-1", spent=NOTHING, requests=1.0))
    clock.now += 3.0
    third = permits("3-1", LeasedFlow(1.0, clock).need)
    assert third.after == 0


# --- shards that run side by side --------------------------------------------------------------------------


class Head(LocalPurse):
    """A purse that many threads reach, and what each holder has written."""

    def __init__(
        self,
        purse: Purse,
        *,
        sync_takes: float = 0.0,
        before_asking: Callable[[Ask], None] = lambda ask: None,
    ) -> None:
        super().__init__(purse)
        self.written: dict[str, list[Leased]] = {}
        self.overlapping = 0
        self.sync_takes = sync_takes
        self.before_asking = before_asking

    async def renew(self, ask: Ask) -> Grant:
        await asyncio.sleep(0.002)
        self.before_asking(ask)
        return await super().renew(ask)

    def lease(self, holder: str) -> Lease:
        writing = 0

        async def sync(leased: Leased) -> None:
            nonlocal writing
            writing += 1
            self.overlapping += writing > 1
            await asyncio.sleep(self.sync_takes)
            self.written.setdefault(holder, []).append(leased)
            writing -= 1

        return Lease(holder, self, sync=sync)

    def bound(self) -> float:
        """The dollars that can have been spent, by what is written."""
        return sum(one[-1].dollars for one in list(self.written.values()))


def run_shard(folder: Path, number: int, pages: int, endpoint: Endpoint, head: Head, **options: Any) -> Ended:
    """One shard, as a machine would run it."""
    archive = make_archive(folder / f"archive-{number}", pages, first=1000 * number)
    address = find_endpoint("m-1", endpoint.url, {})
    options = {"concurrency": 4, "timeout": 60.0, "readers": 0, "price": PRICE} | options
    with Store(folder / f"{number}.db", write=True) as store:
        extractor = Extractor(endpoint=address, max_tokens=100)
        setup = new_setup(extractor, prompts=None, ask_again=True, gazetteer=None, adopted=True)
        store.set_meta("seed", "test")
        save_setup(store.connection, setup)
        enqueue(store, [archive], PageReader())
        (setup,) = load_setups(store.connection)
        return run_batch(store, setup, address, Options(**options), shared=head.lease(f"{number}-001"))


def run_shards(
    folder: Path, shards: int, pages: int, endpoint: Endpoint, head: Head, **options: Any
) -> list[Ended]:
    """Shards at once, each in a thread of its own."""
    with ThreadPoolExecutor(shards) as threads:
        running = [
            threads.submit(run_shard, folder, number, pages, endpoint, head, **options)
            for number in range(shards)
        ]
        return [one.result() for one in running]


@pytest.mark.parametrize(
    ("caps", "most"),
    [(Caps(dollars=40 * COST), 40), (Caps(tokens=40 * 6690), 40), (Caps(pages=25), 25)],
    ids=["dollars", "tokens", "pages"],
)
def test_a_cap_holds_over_four_shards_and_is_nearly_used_up(
    tmp_path: Path, endpoint: Endpoint, caps: Caps, most: int
) -> None:
    head = Head(Purse(caps), sync_takes=0.01)
    overdrawn: list[tuple[int, float]] = []

    def answer(body: dict[str, Any]) -> Reply:
        if caps.dollars and count(endpoint) * COST > head.bound() + 1e-9:
            overdrawn.append((count(endpoint), head.bound()))
        return answer_to(body, delay=0.01)

    endpoint.answer = answer
    ended = run_shards(tmp_path, 4, 40, endpoint, head)

    assert [one.stopped for one in ended] == [CAP_REACHED] * 4
    # Each shard, and the purse, may be left with less than what is reserved for a request.
    assert most - 6 <= count(endpoint) <= most
    assert max(asked(endpoint).values()) == 1
    assert overdrawn == []  # nothing was spent before it was written that it is leased
    assert head.overlapping == 0
    last = [written[-1] for written in head.written.values()]
    assert all(one.closed for one in last)
    assert sum(one.dollars for one in last) == pytest.approx(count(endpoint) * COST)
    assert head.purse.now().spent.dollars == pytest.approx(count(endpoint) * COST)
    assert head.purse.now().holders == 0


def test_what_answers_took_in_other_shards_is_what_a_lease_reckons_with() -> None:
    async def nothing(_: object) -> Any:
        return None

    learnt = [Took(1000, 100, 50)] * 50
    lease = Lease("1-001", LocalPurse(Purse(Caps())), sync=nothing, learnt=learnt)
    budget = lease.budget(prompt_tokens=1000, answer_tokens=8000, price=PRICE)

    assert budget.expect(50).tokens == pytest.approx(1100)
    assert budget.at_most(50).tokens > 9000


def test_what_a_shard_hands_back_another_uses(tmp_path: Path, endpoint: Endpoint) -> None:
    head = Head(Purse(Caps(dollars=30 * COST)))
    endpoint.answer = answer_to
    first = run_shard(tmp_path, 1, 10, endpoint, head)
    second = run_shard(tmp_path, 2, 40, endpoint, head)

    assert first.stopped is None
    assert second.stopped == CAP_REACHED
    assert 28 <= count(endpoint) <= 30


def test_a_purse_that_goes_away_ends_the_run_and_what_came_is_written(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    def fail(ask: Ask) -> None:
        if ask.used.dollars:
            raise ConnectionError("gone")

    head = Head(Purse(Caps(dollars=50 * COST)), before_asking=fail)
    endpoint.answer = lambda body: answer_to(body, delay=0.03)

    ended = run_shard(tmp_path, 1, 60, endpoint, head)

    assert isinstance(ended.stopped, StoreError)
    assert str(ended.stopped) == "the run's head cannot be reached (ConnectionError)"
    assert head.written["1-001"][-1].closed
    assert head.written["1-001"][-1].dollars == pytest.approx(count(endpoint) * COST)


def test_a_purse_that_answers_nothing_ends_the_run(
    tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyllm.cluster._lease._PURSE_SILENT", 0.2)
    head = Head(Purse(Caps(dollars=50 * COST)))

    async def silent(ask: Ask) -> Grant:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(head, "renew", silent)
    ended = run_shard(tmp_path, 1, 5, endpoint, head)

    assert "cannot be reached" in str(ended.stopped)
    assert count(endpoint) == 0


def test_a_shard_that_another_machine_took_over_stops(tmp_path: Path, endpoint: Endpoint) -> None:
    head = Head(Purse(Caps(dollars=50 * COST)))

    def take_over(said: Ask) -> None:
        if said.used.dollars:
            head.purse.renew(Ask(holder="1-002", number=0, used=NOTHING, least=NOTHING, like=NOTHING))

    head.before_asking = take_over
    endpoint.answer = lambda body: answer_to(body, delay=0.03)
    ended = run_shard(tmp_path, 1, 60, endpoint, head)

    assert ended.stopped == "another machine has taken over this shard"
    assert count(endpoint) < 50
    assert head.purse.now().spent.dollars >= count(endpoint) * COST  # all that it had leased


def test_a_folder_that_cannot_be_written_ends_the_run_before_anything_is_sent(
    tmp_path: Path, endpoint: Endpoint
) -> None:
    head = Head(Purse(Caps(dollars=2.0)))
    lease = head.lease("1-001")

    async def full(leased: Leased) -> None:
        if not leased.closed:
            raise OSError("no space left")

    lease._sync = full  # pyright: ignore[reportPrivateUsage]
    head.lease = lambda holder: lease
    ended = run_shard(tmp_path, 1, 5, endpoint, head)

    assert "no space left" in str(ended.stopped)
    assert count(endpoint) == 0


def test_requests_a_minute_are_held_over_four_shards(tmp_path: Path, endpoint: Endpoint) -> None:
    head = Head(Purse(Caps(), requests_per_minute=2400, tokens_per_minute=1e9))
    came: list[float] = []

    def answer(body: dict[str, Any]) -> Reply:
        came.append(time.monotonic())
        return answer_to(body)

    endpoint.answer = answer
    ended = run_shards(tmp_path, 4, 20, endpoint, head)

    assert [one.stopped for one in ended] == [None] * 4
    assert count(endpoint) == 80
    assert max(came) - min(came) > 0.4  # a second's worth of 40 at once, 40 more in a second
    assert head.purse.now().standing.progress.answers == 80
