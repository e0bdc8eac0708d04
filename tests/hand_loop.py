"""An event loop whose time is a test's clock: it jumps to the next timer when nobody has anything to do. Used by tests of pauses and leases.

So a pause of an hour takes no time, and no load makes a pause too short: the clock stands still while a database works.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.houses import START, Clock

_LOOK = 0.02  # seconds of real time between looks whether somebody else is done; what they answer wakes us at once


class LoopClock(Clock):
    """A clock that can also be the loop's: kept as a small number, which adds up without rounding."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    @property
    def now(self) -> float:
        return START + self.elapsed

    @now.setter
    def now(self, value: float) -> None:
        self.elapsed = value - START


class _Selector:
    """The loop's own selector, except that it never waits for time."""

    def __init__(self, inner: Any, clock: LoopClock, busy: Callable[[], bool]) -> None:
        self._inner, self._clock, self._busy = inner, clock, busy

    def select(self, timeout: float | None = None) -> Any:
        events = self._inner.select(0)
        if events or timeout == 0:
            return events
        if timeout is None or self._busy():
            return self._inner.select(_LOOK)
        self._clock.elapsed += timeout
        return []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@contextmanager
def hand_time(clock: LoopClock, busy: Callable[[], bool]) -> Iterator[None]:
    """The running loop's time is this clock's, which stands still while somebody else is `busy` for us."""
    loop: Any = asyncio.get_running_loop()
    time, selector, began = loop.time, loop._selector, loop.time() - clock.elapsed
    loop.time = lambda: began + clock.elapsed
    loop._selector = _Selector(selector, clock, busy)
    try:
        yield
    finally:
        loop.time, loop._selector = time, selector
