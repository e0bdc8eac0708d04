"""The rows that a sender has leased and not started, in the order in which they may start.

Invariant: a higher lane goes first; messages to one chat go one after the other, in order.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import Any

from data.outbox.deliveries import LANES, Delivery
from handlers.delivery.rate_limit import RateLimiter


@dataclass(slots=True)
class SendJob:
    """A row on its way: `said` of its `parts` were taken by the channel. No send starts after `good_until`.

    `in_flight`: something of it may have reached the channel, and what became of it is not durable yet.
    """

    delivery: Delivery
    account: str
    parts: Sequence[Any]
    rate_limiter: RateLimiter
    good_until: float
    said: int = 0
    number: int = field(default_factory=count().__next__)
    in_flight: bool = False
    tried_at: float = 0.0

    @property
    def lane(self) -> str:
        """The lane of its row."""
        return self.delivery.lane


class SendQueue:
    """The jobs of one sender that are not on the wire."""

    def __init__(self) -> None:
        self._ready: dict[str, deque[SendJob]] = {lane: deque() for lane in LANES}
        self._later: list[tuple[float, int, SendJob]] = []  # a heap: those whose chat must rest first
        self._behind: dict[str, list[SendJob]] = {}  # those whose chat has a message under way

    def length(self, lane: str) -> int:
        """How many wait for nothing but their turn."""
        return len(self._ready[lane])

    def add(self, job: SendJob) -> None:
        """One more, at the end of its lane."""
        self._ready[job.lane].append(job)

    def later(self, job: SendJob, at: float) -> None:
        """This one may go on at `at`, before those of its lane that did not begin."""
        heapq.heappush(self._later, (at, job.number, job))

    def chat_rested(self, chat: str, at: float) -> None:
        """The message under way to this chat was answered; the next may start at `at`."""
        for job in self._behind.pop(chat, ()):
            self.later(job, at)

    def wake(self, now: float) -> None:
        """Those whose time has come are ready."""
        woken: list[SendJob] = []
        while self._later and self._later[0][0] <= now:
            woken.append(heapq.heappop(self._later)[2])
        for job in reversed(woken):
            self._ready[job.lane].appendleft(job)

    def next(
        self,
        now: float,
        rate_limiter: RateLimiter,
        has_slot: Callable[[str], bool],
        put_back: Callable[[SendJob], None],
    ) -> tuple[SendJob | None, float]:
        """The job that may start now, or None and when to look again; those too old to start are put back."""
        again_at = self._later[0][0] if self._later else inf
        for lane in LANES:
            queue = self._ready[lane]
            if not queue:
                continue
            halted_until = rate_limiter.lane_ready_at(lane)
            if halted_until > now:
                again_at = min(again_at, halted_until)
                continue
            while queue:
                job = queue[0]
                if not job.in_flight and not has_slot(lane):
                    break
                queue.popleft()
                if job.good_until <= now or job.rate_limiter is not rate_limiter:
                    put_back(job)
                    continue
                rested = rate_limiter.chat_ready_at(job.account)
                if rested <= now:
                    return job, now
                if rested == inf:
                    self._behind.setdefault(job.account, []).append(job)
                else:
                    self.later(job, rested)
                    again_at = min(again_at, rested)
        return None, again_at

    def take_out(self, which: Callable[[SendJob], bool]) -> list[SendJob]:
        """Remove those for which it is true, and return them."""
        out: list[SendJob] = []
        for lane, queue in self._ready.items():
            out += [job for job in queue if which(job)]
            self._ready[lane] = deque(job for job in queue if not which(job))
        out += [job for _, _, job in self._later if which(job)]
        self._later = [entry for entry in self._later if not which(entry[2])]
        heapq.heapify(self._later)
        for chat, jobs in self._behind.items():
            out += [job for job in jobs if which(job)]
            self._behind[chat] = [job for job in jobs if not which(job)]
        return out
