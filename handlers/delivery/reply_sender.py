"""Sends the reply rows of one door: at once, in order for each address, again after a failure. Made by the door.

Invariant: a row is marked only after the channel's answer, and sent only while this process has its lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.exc import SQLAlchemyError

from data import outbox
from data.outbox import Outgoing
from handlers.delivery.retry_policy import patience
from handlers.turns.queue import Turns
from handlers.waiting import all_done

log = logging.getLogger("troly.replies")

GIVE_UP_AFTER = 3600.0  # seconds; then the row is marked failed
SURE = 0.4  # part of a lease in which a row is sent without a look at the database
SAY_WITHIN = 0.5  # part of a lease that one try may take: together they end before the lease does


class SendAgain(Exception):
    """The channel did not take it now; `after` is how long it asked to wait, in seconds."""

    def __init__(self, after: float | None = None) -> None:
        super().__init__("again")
        self.after = after


class SendRefused(Exception):
    """The channel will never take it: `state` is blocked or failed."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


Say = Callable[[Outgoing], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


class ReplySender:
    """Sends rows of one door. Rows of one address leave one after the other, those of others meanwhile."""

    def __init__(self, door: str, turns: Turns, say: Say, *, sleep: Sleep = asyncio.sleep) -> None:
        self.door = door
        self._turns = turns
        self._say = say
        self._sleep = sleep
        self._queues: dict[str, deque[Outgoing]] = {}
        self._sure_until: dict[int, float] = {}  # until when a row's lease surely holds
        self._resting: set[str] = set()  # addresses whose channel is slow
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, rows: Iterable[Outgoing]) -> None:
        """Send these rows as soon as what was handed in before for the same address is sent."""
        for row in rows:
            if row.address not in self._resting:  # a claim takes back what is behind a row that rests
                leased_at = self._turns.clock() if row.leased_at is None else row.leased_at
                self._sure_until[row.id] = leased_at + self._turns.lease * SURE
            queue = self._queues.get(row.address)
            if queue is not None:
                queue.append(row)
                continue
            self._queues[row.address] = deque([row])
            task = asyncio.create_task(self._say_all(row.address))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def say_what_was_left(self, *, orphans: bool) -> int:
        """Claim the rows that another process left unsent; returns how many."""
        turns, total = self._turns, 0
        while True:
            async with turns.db.writing() as connection:
                rows = await outbox.claim_replies(
                    turns.db,
                    connection,
                    turns.seal,
                    self.door,
                    holder=turns.holder,
                    now=turns.clock(),
                    lease=turns.lease,
                    orphans=orphans,
                )
            self.say(rows)
            total += len(rows)
            if not rows or not orphans:  # who is not alone looks again soon, and leaves some to the others
                return total

    async def quiet(self) -> None:
        """Return when everything handed in has been sent."""
        await all_done(self._tasks)

    async def _say_all(self, address: str) -> None:
        queue = self._queues[address]
        try:
            while queue:
                row = queue.popleft()
                if not await self._may_say(row):
                    continue  # withdrawn by an officer's claim, or said by another process
                state = await self._say_one(row)
                if state:
                    self._turns.mark(row, state)
        finally:
            self._resting.discard(address)
            del self._queues[address]

    async def _may_say(self, row: Outgoing) -> bool:
        """Whether the row is still ours: asked only when it rested, or waited so long that its lease may be over."""
        if self._turns.clock() < self._sure_until.pop(row.id, 0.0):
            return True
        turns, tries = self._turns, 0
        while True:
            try:
                async with turns.db.writing() as connection:
                    return await outbox.take_up(connection, row, turns.clock() + turns.lease)
            except (SQLAlchemyError, OSError) as wrong:  # not sent before it is known whose it is
                log.warning("a lease could not be read: %s", type(wrong).__name__)
                await self._sleep(patience(tries))
                tries += 1

    async def _say_one(self, row: Outgoing) -> str:
        waited, tries = 0.0, 0
        while True:
            try:
                async with asyncio.timeout(self._turns.lease * SAY_WITHIN):
                    await self._say(row)
                return "sent"
            except SendRefused as refused:
                return refused.state
            except (SendAgain, TimeoutError) as wrong:
                after = wrong.after if isinstance(wrong, SendAgain) else None
                pause = after if after is not None else patience(tries)
                tries += 1
                waited += pause
                if waited > GIVE_UP_AFTER:
                    log.error("a reply was given up after %d tries", tries)
                    return "failed"
                await self._keep(row, pause)
                await self._sleep(pause)
                if not await self._may_say(row):
                    return ""
                self._resting.discard(row.address)
            except Exception as wrong:  # noqa: BLE001  # a row that cannot be said never stops those behind it
                log.error("a reply could not be said: %s", type(wrong).__name__)
                return "failed"

    async def _keep(self, row: Outgoing, pause: float) -> None:
        turns = self._turns
        rows = [row, *self._queues[row.address]]  # those behind it wait as long
        self._resting.add(row.address)
        for one in rows:
            self._sure_until.pop(one.id, None)
        try:
            async with turns.db.writing() as connection:
                await outbox.extend(connection, rows, turns.clock() + pause + turns.lease)
        except (SQLAlchemyError, OSError) as wrong:  # sent twice at worst, never dropped
            log.warning("leases could not be extended: %s", type(wrong).__name__)
