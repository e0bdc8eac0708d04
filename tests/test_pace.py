"""The pace by itself, under a hand clock. Rule: what counts is when the channel received, which lies between start and answer."""

from __future__ import annotations

import heapq
import random
from math import inf

import pytest

from handlers.delivery.rate_limit import SECOND, RateLimiter
from handlers.delivery.retry_policy import LONGEST_PAUSE, SendFailures, patience
from tests.fake_telegram import busiest_second


def _run(rate: int, seconds: float, *, latency: float, late: float, seed: int) -> list[float]:
    """When messages were received by a channel that answers within `latency`, while timers wake up to `late` too late."""
    chance = random.Random(seed)
    rate_limiter, now, received = RateLimiter(rate, 0.0), 0.0, []
    answers: list[tuple[float, int]] = []
    number = 0
    while now < seconds:
        while answers and answers[0][0] <= now:
            rate_limiter.end(f"chat {heapq.heappop(answers)[1]}", now)
        ready = rate_limiter.ready_at(now)
        if ready <= now:
            number += 1
            rate_limiter.start(f"chat {number}", now)
            took = latency * chance.random()
            received.append(now + took * chance.random())
            heapq.heappush(answers, (now + took, number))
            continue
        now = min(ready, answers[0][0] if answers else inf) + late * chance.random()
    return received


@pytest.mark.parametrize("rate", [1, 25, 1000])
@pytest.mark.parametrize("latency", [0.002, 0.3, 1.7])
def test_the_channel_never_receives_more_than_the_rate_in_any_second(rate: int, latency: float) -> None:
    for seed in range(3):
        assert busiest_second(_run(rate, 8.0, latency=latency, late=0.005, seed=seed)) <= rate


@pytest.mark.parametrize("rate", [25, 1000])
def test_late_timers_lose_hardly_anything(rate: int) -> None:
    received = _run(rate, 61.0, latency=0.004, late=0.002, seed=1)
    assert 0.95 <= len(received) / (60.0 * rate) <= 1.0


def test_it_begins_as_if_the_last_second_had_been_full() -> None:
    assert min(_run(25, 3.0, latency=0.01, late=0.0, seed=1)) >= 1.0
    first = [at for at in _run(25, 3.0, latency=0.01, late=0.0, seed=1) if at < 1.5]
    assert len(first) <= 14  # no burst: half a second's worth in half a second


def test_a_chat_rests_a_second_after_each_answer() -> None:
    rate_limiter = RateLimiter(25, 0.0)
    rate_limiter.start("a", 2.0)
    assert rate_limiter.chat_ready_at("a") == inf
    rate_limiter.end("a", 2.5)
    assert rate_limiter.chat_ready_at("a") == 2.5 + SECOND
    assert rate_limiter.chat_ready_at("b") == 0.0
    rate_limiter.hold_chat("a", 30.0, 2.5)
    assert rate_limiter.chat_ready_at("a") == 30.0


def test_chats_that_have_rested_are_forgotten() -> None:
    rate_limiter = RateLimiter(1000, 0.0)
    for n in range(5000):
        now = 2.0 + n / 1000
        rate_limiter.start(f"chat {n}", now)
        rate_limiter.end(f"chat {n}", now)
    assert len(rate_limiter._chats) <= 1100


def test_a_halt_is_for_its_lanes_and_never_gets_shorter() -> None:
    rate_limiter = RateLimiter(25, 0.0)
    rate_limiter.halt(("notice",), 20.0)
    rate_limiter.halt(("notice",), 5.0)
    assert rate_limiter.lane_ready_at("notice") == 20.0
    assert rate_limiter.lane_ready_at("officer") == 0.0


def test_pauses_grow_to_the_longest_and_stay_there_however_often_it_fails() -> None:
    """Guards the limit of the exponent: without it 2.0 ** n overflows after 1024 failures."""
    assert [patience(n) for n in (0, 1, 2, 3, 4, 5, 5000)] == [1, 2, 4, 8, 16, 30, 30]
    failures, now = SendFailures(), 0.0
    for _ in range(2000):
        failures.add(now, at_once=True)
        assert failures.add(now, at_once=True) == 0  # it had started before the hold
        now = failures.hold_until
    assert failures.add(now, at_once=False) == LONGEST_PAUSE
    failures.reset()
    assert not failures.one_by_one
