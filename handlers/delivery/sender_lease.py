"""The right to send with one token: leased in the database, renewed in time, released at the end. Run by the sender.

Invariant: `good_until` ends before the lease does, so no send starts once another process may have taken the right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.outbox import deliveries

log = logging.getLogger("troly.sender")

SWEEP = 15.0  # seconds between looks for leased rows that nobody remembers
REMEMBERED = 5.0  # seconds after the end of its lease in which a row may still be remembered


class SenderLease:
    """One sender's right to send.

    `gained` gets the silences that the channel asked for, in seconds left by lane. `lost` is called after each look
    that found another holder. `clock` is wall-clock time, `ticks` a clock that only grows.
    """

    def __init__(
        self,
        db: Database,
        door: str,
        *,
        token_key: str,
        holder: str,
        seconds: float,
        alone: bool,
        clock: Callable[[], float],
        ticks: Callable[[], float],
        gained: Callable[[Mapping[str, float]], None],
        lost: Callable[[], None],
    ) -> None:
        self.held = asyncio.Event()  # set while this process has the right
        self.good_until = -inf  # until when sends may start, by `ticks`
        self.alone = alone  # no other process can hold it
        self._db, self._door, self._token_key, self._holder = db, door, token_key, holder
        self._seconds, self._clock, self._ticks = seconds, clock, ticks
        self._gained, self._lost = gained, lost

    async def keep(self) -> None:
        """Take or renew the lease until cancelled; every SWEEP seconds put back rows that nobody remembers."""
        swept = self._ticks()
        while True:
            try:
                await self._hold()
                if self._ticks() - swept >= SWEEP and self.held.is_set():
                    swept = self._ticks()
                    before = self._clock() - REMEMBERED
                    async with self._db.writing() as connection:  # as after a commit whose answer was lost
                        await deliveries.take_back(connection, self._door, holder=None, before=before)
            except (SQLAlchemyError, OSError) as wrong:  # the lease runs out by itself
                log.error("%s: the right to send was not renewed: %s", self._door, type(wrong).__name__)
            await asyncio.sleep(min(1.0, self._seconds / 4))

    async def _hold(self) -> None:
        asked, now = self._ticks(), self._clock()
        if self.good_until - asked > self._seconds / 2:
            return
        was_ours = self.good_until > asked
        async with self._db.writing() as connection:
            ours = await deliveries.hold_rate_limiter(
                self._db,
                connection,
                self._token_key,
                holder=self._holder,
                now=now,
                lease=self._seconds,
                alone=self.alone,
            )
            if ours and not was_ours:
                await deliveries.take_back(connection, self._door, holder=self._holder)
                halted = await deliveries.halts(connection, self._token_key, now)
        if not ours:
            self.good_until = -inf
            self.held.clear()
            self._lost()
            return
        self.good_until = asked + self._seconds * 0.8
        if not self.held.is_set():
            log.info("%s: this process sends", self._door)
            self.held.set()
        if not was_ours:
            self._gained({lane: until - now for lane, until in halted.items()})

    async def release(self) -> None:
        """Let another process send at once."""
        async with self._db.writing() as connection:
            await deliveries.release_rate_limiter(connection, self._token_key, self._holder)
