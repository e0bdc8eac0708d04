"""The right to send with one token: leased in the database, renewed in time, released at the end. Run by the sender.

Invariant: `good_until` ends before the lease does, so no send starts once another process may have taken the right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.outbox import deliveries

log = logging.getLogger("troly.sender")

SWEEP = 15.0  # seconds between looks for leased rows that nobody remembers
REMEMBERED = 5.0  # seconds after the end of its lease in which a row may still be remembered


@dataclass(eq=False, slots=True, kw_only=True)
class SenderLease:
    """One sender's right to send.

    `gained` gets the silences that the channel asked for, in seconds left by lane. `lost` is called after each look
    that found another holder. `alone`: no other process can hold it. `clock` is wall-clock time, `ticks` only grows.
    """

    db: Database
    door: str
    token_key: str
    holder: str
    seconds: float
    alone: bool
    clock: Callable[[], float]
    ticks: Callable[[], float]
    gained: Callable[[Mapping[str, float]], None]
    lost: Callable[[], None]
    held: asyncio.Event = field(default_factory=asyncio.Event)  # set while this process has the right
    good_until: float = -inf  # until when sends may start, by `ticks`

    async def keep(self) -> None:
        """Take or renew the lease until cancelled; every SWEEP seconds put back rows that nobody remembers."""
        swept = self.ticks()
        while True:
            try:
                await self._hold()
                if self.ticks() - swept >= SWEEP and self.held.is_set():
                    swept = self.ticks()
                    before = self.clock() - REMEMBERED
                    async with self.db.writing() as connection:  # as after a commit whose answer was lost
                        await deliveries.take_back(connection, self.door, holder=None, before=before)
            except (SQLAlchemyError, OSError) as wrong:  # the lease runs out by itself
                log.error("%s: the right to send was not renewed: %s", self.door, type(wrong).__name__)
            await asyncio.sleep(min(1.0, self.seconds / 4))

    async def _hold(self) -> None:
        asked, now = self.ticks(), self.clock()
        if self.good_until - asked > self.seconds / 2:
            return
        was_ours = self.good_until > asked
        async with self.db.writing() as connection:
            ours = await deliveries.hold_rate_limiter(
                self.db,
                connection,
                self.token_key,
                holder=self.holder,
                now=now,
                lease=self.seconds,
                alone=self.alone,
            )
            if ours and not was_ours:
                await deliveries.take_back(connection, self.door, holder=self.holder)
                halted = await deliveries.halts(connection, self.token_key, now)
        if not ours:
            self.good_until = -inf
            self.held.clear()
            self.lost()
            return
        self.good_until = asked + self.seconds * 0.8
        if not self.held.is_set():
            log.info("%s: this process sends", self.door)
            self.held.set()
        if not was_ours:
            self.gained({lane: until - now for lane, until in halted.items()})

    async def release(self) -> None:
        """Let another process send at once."""
        async with self.db.writing() as connection:
            await deliveries.release_rate_limiter(connection, self.token_key, self.holder)
