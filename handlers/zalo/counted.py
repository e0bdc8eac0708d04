"""Things that go wrong many times, counted by reason. Invariant: a reason has one log line in WINDOW seconds at most, however
often it is met, and none uses up another's, or its own for ever."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger("troly.zalo")

WINDOW = 600.0  # seconds


class CountedTrouble:
    """Counts by reason; `what` begins each log line. `clock` is in seconds."""

    def __init__(
        self, what: str, *, level: int = logging.WARNING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._what, self._level, self._clock = what, level, clock
        self._told: dict[str, tuple[float, int]] = {}  # reason -> when it was logged, and the count then

    def add(self, why: str, detail: str = "") -> None:
        """One more because of `why`, one of a few constant sentences; `detail` goes into the log line alone."""
        self.counts[why] += 1
        now, count = self._clock(), self.counts[why]
        at, before = self._told.get(why, (None, 0))
        if at is not None and now - at < WINDOW:
            return
        self._told[why] = now, count
        log.log(self._level, "%s: %s (%d since the last line)%s", self._what, why, count - before, detail)
