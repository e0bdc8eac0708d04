"""What came in, one thing after the other for each account, tried again from memory where it found no room or no database.

Zalo may not post again what was refused. Made by ZaloDoor. Invariant: what an account did is acted on in the order in which
it came; nothing is given up without a count and a log line.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from handlers.delivery.retry_policy import patience
from handlers.turns.types import Busy, NotKept
from handlers.zalo.counted import CountedTrouble

KEEP_SECONDS = 60.0  # how long what found no room is tried again
LONGEST_PAUSE = 5.0
Work = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """How many things are held at once, in all and of one account: those under way, and those tried again."""

    in_all: int = 1000
    of_account: int = 20


@dataclass(eq=False, slots=True)
class _Waiting:
    work: Work
    since: float  # seconds of pauses that its lane had waited when it came
    done: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, done: bool) -> None:
        if not self.done.done():
            self.done.set_result(done)


@dataclass(eq=False, slots=True)
class _Lane:
    items: deque[_Waiting] = field(default_factory=deque)
    waited: float = 0.0  # seconds of pauses
    in_trouble: bool = False  # the first is tried again
    task: asyncio.Task[None] | None = None


class Lanes:
    """The lanes of one door, by account. `sleep` is what pauses."""

    def __init__(self, name: str, limits: LaneLimits, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.lost = CountedTrouble(f"{name}: an event is lost unless it comes again", level=logging.ERROR)
        self._limits, self.sleep = limits, sleep
        self._lanes: dict[str, _Lane] = {}

    def __len__(self) -> int:
        return sum(len(lane.items) for lane in self._lanes.values())

    async def take(self, account: str, work: Work) -> bool:
        """Do `work` behind what this account did before; False where it is not done yet and is tried again, or given up.

        It goes on where the caller is cancelled.
        """
        lane = self._lanes.setdefault(account, _Lane())
        full = "its account has too many" if len(lane.items) >= self._limits.of_account else ""
        if full or len(self) >= self._limits.in_all:
            self.lost.add(full or "there are too many")
            if not lane.items:
                del self._lanes[account]
            return False
        item = _Waiting(work, lane.waited)
        lane.items.append(item)
        if lane.in_trouble:
            item.tell(False)
        if lane.task is None:
            lane.task = asyncio.create_task(self._go_on(account, lane))
        return await asyncio.shield(item.done)

    async def close(self) -> None:
        """Return when all that is not in trouble is done; the caller bounds the time, then calls `give_up`."""
        while calm := [lane.task for lane in self._lanes.values() if lane.task and not lane.in_trouble]:
            await asyncio.wait(calm, timeout=0.1)

    async def give_up(self) -> None:
        """End what is left, and say how much that is."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lane in self._lanes.values():
            for item in lane.items:
                item.tell(False)
                self.lost.add("the door closed")
        self._lanes.clear()

    async def _go_on(self, account: str, lane: _Lane) -> None:
        tries = 0
        while lane.items:
            first = lane.items[0]
            try:
                await first.work()
            except (Busy, NotKept):
                lane.in_trouble = True
                for item in lane.items:
                    item.tell(False)
                if lane.waited - first.since >= KEEP_SECONDS:
                    self.lost.add(f"no room for {KEEP_SECONDS:.0f} s")
                    lane.items.popleft()
                    continue
                pause = patience(tries, LONGEST_PAUSE)
                tries += 1
                await self.sleep(pause)
                lane.waited += pause
                continue
            except Exception as wrong:  # noqa: BLE001  # one event never stops those behind it
                self.lost.add(type(wrong).__name__)
            lane.items.popleft()
            first.tell(True)
            lane.in_trouble, tries = False, 0
        del self._lanes[account]
