"""When requests go out, and how many: pace and budget, on a clock of the test's."""

import math
import random

import pytest

from hyllm.answers import Usage
from hyllm.batch._budget import Budget, Caps, Reserved
from hyllm.batch._pace import Bucket, Pace
from hyllm.client import Price


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def simulate(pace: Pace, clock: Clock, *, per_second: float, requests: int) -> tuple[float, int]:
    """Seconds and refusals until so many requests are answered by a server with a limit that tells nothing."""
    under_way: list[tuple[float, int, bool]] = []
    answered = refused = 0
    tokens, began = per_second, clock.now
    while answered < requests:
        while pace.wait(1) == 0:
            tokens_ok = tokens >= 1
            tokens -= tokens_ok
            under_way.append((clock.now + (1.0 if tokens_ok else 0.05), pace.sent(1), tokens_ok))
        clock.now += 0.01
        tokens = min(per_second, tokens + 0.01 * per_second)
        for due in [one for one in under_way if one[0] <= clock.now]:
            under_way.remove(due)
            pace.ended(due[1], answered=due[2], throttled=not due[2])
            answered, refused = answered + due[2], refused + (not due[2])
    return clock.now - began, refused


def test_the_limit_finds_the_level_of_a_server_that_does_not_tell_it() -> None:
    clock = Clock()

    seconds, refused = simulate(Pace(256, clock=clock), clock, per_second=50, requests=2000)

    assert 2000 / seconds > 0.75 * 50
    assert refused < 0.1 * 2000


def test_without_refusals_the_limit_reaches_the_most_soon() -> None:
    clock = Clock()
    pace = Pace(64, clock=clock)

    simulate(pace, clock, per_second=10_000, requests=200)

    assert pace.limit == 64


def test_requests_refused_together_shrink_the_limit_once() -> None:
    pace = Pace(10, clock=Clock())
    sent = [pace.sent(1) for _ in range(10)]

    for one in sent:
        pace.ended(one, answered=False, throttled=True)

    assert pace.limit == 8


def test_retry_after_holds_all() -> None:
    clock = Clock()
    pace = Pace(10, clock=clock)

    pace.hold(3)
    pace.hold(1)

    assert pace.wait(1) == 3
    clock.now += 3
    assert pace.wait(1) == 0


def test_a_full_flight_waits_for_one_to_end() -> None:
    pace = Pace(1, clock=Clock())
    sent = pace.sent(1)

    assert math.isinf(pace.wait(1))
    pace.ended(sent, answered=True)
    assert pace.wait(1) == 0


@pytest.mark.parametrize("per_minute", [30.0, 600.0, 6000.0])
def test_a_bucket_lets_through_what_it_is_to_a_minute(per_minute: float) -> None:
    clock = Clock()
    bucket = Bucket(per_minute, clock)
    taken = 0
    while clock.now < 400.0:
        if bucket.wait(1) == 0:
            bucket.take(1)
            taken += 1
        else:
            clock.now += max(bucket.wait(1), 0.001)

    assert taken == pytest.approx(per_minute * 5, rel=0.03, abs=3)


def test_requests_and_tokens_are_taken_from_their_flows() -> None:
    clock = Clock()
    pace = Pace(10, requests=Bucket(60, clock), tokens=Bucket(6000, clock), clock=clock)

    sent = pace.sent(100)
    assert pace.wait(100) == pytest.approx(1.0)  # the second request
    pace.ended(sent, answered=True, took=150)
    assert pace.wait(100) == pytest.approx(2.5)  # the tokens that were not foreseen


def test_a_cap_may_grow() -> None:
    budget = Budget(Caps(pages=0), None, prompt_tokens=1, answer_tokens=1)
    request = budget.expect(1)

    assert not budget.room_for(request, is_first=True)
    assert budget.looked_for == (request, True)
    budget.caps = Caps(pages=1)
    assert budget.room_for(request, is_first=True)


def test_a_budget_is_never_overdrawn_by_what_is_in_flight() -> None:
    dice = random.Random(3)
    price = Price(1.0, 0.1, 10.0, "")
    budget = Budget(Caps(dollars=1.0), price, prompt_tokens=1000, answer_tokens=2000)
    under_way: list[Reserved] = []
    asked = 0
    while True:
        request = budget.at_most(500)
        if len(under_way) < 64 and budget.room_for(request, is_first=True):
            budget.reserve(request, is_first=True)
            under_way.append(request)
            asked += 1
            continue
        if not under_way:
            break
        done = under_way.pop(dice.randrange(len(under_way)))
        budget.release(done)
        # all that are in flight may get far longer answers than any before
        usage = Usage(1, 1500, 0, dice.randrange(10, 20) if asked < 400 else 2000)
        budget.spend(usage, done, 500)

    assert asked >= 400
    assert 1.0 - budget.at_most(500).dollars < budget.dollars <= 1.0
    assert budget.expect(500).dollars <= budget.at_most(500).dollars


def test_what_an_endpoint_does_not_tell_counts_as_expected() -> None:
    budget = Budget(Caps(tokens=5000), None, prompt_tokens=1000, answer_tokens=1000)
    request = budget.expect(100)

    budget.spend(Usage(1), request, 100)

    assert budget.tokens == request.tokens
    assert budget.dollars == 0
