"""Bounds on time that hold on any machine: by this process's own CPU time, or beside a bare timer of the same run."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

_BARE_SECONDS = 0.010  # what the work of `_slowness` takes where the bounds were set
_COUNTED = 2.0  # what counting covered lines may cost at most, code that is new to it included
_TICK = 0.04
_HOPS = 10  # processes and threads that take turns between a cause and what a test sees of it, generously


def allowed(seconds: float) -> float:
    """A bound on this process's CPU time, longer where the machine is slower and where covered lines are counted."""
    return seconds * _slowness() * (_COUNTED if "slipcover" in sys.modules else 1.0)


def cpu_seconds(work: Callable[[], object], times: int = 3, enough: float = 0.0) -> float:
    """This process's own time for it, best of so many (1 where it is remembered); without the garbage collector's.

    Neighbours on the same core make the caches cold: it is tried no more once a try took `enough` or less.
    """
    gc.disable()
    try:
        took = []
        for _ in range(times):
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
            if took[-1] <= enough:
                break
        return min(took)
    finally:
        gc.enable()


@cache
def _slowness() -> float:
    def bare() -> int:
        total = 0
        for n in range(130_000):
            total += n % 7
        return total

    return max(1.0, cpu_seconds(bare) / _BARE_SECONDS)


@dataclass
class BareTimer:
    """How a timer that does nothing else fared meanwhile."""

    ticks: int = 0
    worst: float = 0.0  # seconds that one came late

    def grace(self) -> float:
        """Seconds that the machine may add between a cause and what a test sees of it."""
        return _HOPS * self.worst

    def share(self, seconds: float) -> float:
        """Which share of its ticks it managed in this time, at most 1."""
        return min(1.0, self.ticks * _TICK / seconds)


@asynccontextmanager
async def bare_timer() -> AsyncIterator[BareTimer]:
    """A timer beside what the block does."""
    timer = BareTimer()

    async def tick_on() -> None:
        while True:
            due = time.monotonic() + _TICK
            await asyncio.sleep(_TICK)
            timer.ticks += 1
            timer.worst = max(timer.worst, time.monotonic() - due)

    ticking = asyncio.create_task(tick_on())
    try:
        yield timer
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
