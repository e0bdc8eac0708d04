"""A channel that can be called any time: takes the outbox rows that wait for it, in order of lanes, and starts their sends.

Made by bot/worker.py, one for each such channel. It is put together from the lease of the right to send, the retry
policy and the settlement of outcomes. Invariant: a slot in flight is free only once its outcome is durable; so a crash
sends at most twice what was in flight, and loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.notices.runs import Running
from data.outbox import NOTICE, OFFICER, REMINDER, deliveries
from data.outbox.deliveries import LANES, Delivery, Outcome
from data.seal import Seal
from handlers.delivery.channel import SendChannel, SendResult
from handlers.delivery.rate_limit import SECOND, RateLimiter
from handlers.delivery.retry_policy import SILENCED, SendFailures, outcome_of
from handlers.delivery.send_queue import SendJob, SendQueue
from handlers.delivery.sender_lease import SenderLease
from handlers.delivery.settlement import Settlement

log = logging.getLogger("troly.sender")

ROW_LEASE = 60.0  # seconds a row that was taken is ours; longer than any send may take
ROW_MARGIN = 25.0  # seconds before its end in which no send starts any more
DIRECT_IN_FLIGHT = 10  # slots of officers' answers, and of reminders: notices never fill them
DIRECT_POLL = 0.4  # seconds between looks for officers' answers and reminders
NOTICE_POLL = 1.0  # seconds between looks for notices when there were none


def _not_begun(job: SendJob) -> bool:
    return not job.in_flight


class Sender:
    """Everything that leaves at one channel. `start` and `stop` frame its life; `run` says which campaigns may speak."""

    def __init__(
        self,
        door: str,
        channel: SendChannel,
        db: Database,
        *,
        seal: Seal,
        token_key: str,
        holder: str,
        rate: int,
        in_flight: int,
        tries: int = 8,
        batch: int = 500,
        rate_lease: float = 10.0,
        alone: bool = False,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.door = door
        self._channel, self._db, self._seal, self._holder = channel, db, seal, holder
        self._rate, self._tries = rate, tries
        self._clock, self._ticks = clock, ticks
        self._batch = max(1, min(batch, rate))
        self._slots = {OFFICER: DIRECT_IN_FLIGHT, REMINDER: DIRECT_IN_FLIGHT, NOTICE: in_flight}
        self._in_flight = dict.fromkeys(LANES, 0)
        self._campaigns: list[Running] = []
        self._dry = True  # nothing was there at the last look: the next one has time
        self._gave: set[str] = set()  # campaigns that gave something at the last look
        self._send_queue = SendQueue()
        self._known: set[int] = set()  # rows this process has taken and not settled
        self._said: dict[int, int] = {}  # parts sent of rows that had to be put back
        self._rate_limiter = RateLimiter(rate, ticks())
        self._failures = SendFailures()
        self._wake, self._look_direct, self._look_notices = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._sends: set[asyncio.Task[None]] = set()
        self._on_wire = 0
        self._takers: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        # half of the slots are committed together while the other half is on the wire
        self._settlement = Settlement(
            db, door, token_key, group=max(1, in_flight // 2), settled=self._settled
        )
        self._lease = SenderLease(
            db=db,
            door=door,
            token_key=token_key,
            holder=holder,
            seconds=rate_lease,
            alone=alone,
            clock=clock,
            ticks=ticks,
            gained=self._gained,
            lost=self._forget,
        )
        self.sending = self._lease.held  # set while this process has the right to send

    # -- life

    async def start(self) -> None:
        """Begin: hold the right to send or stand by, take rows, send."""
        await self._channel.start()
        self._takers = [asyncio.create_task(take()) for take in (self._take_direct_on, self._take_notices_on)]
        loops = (self._lease.keep, self._send_on, self._settlement.keep)
        self._tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self, seconds: float) -> None:
        """Start nothing new, finish what is under way within `seconds`, put the rest back, release the right to send."""
        self._stopping = True
        self._give_back(_not_begun)
        self.nudge()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*self._takers, return_exceptions=True)
                while self._known:
                    self._settlement.hurry()
                    await asyncio.sleep(0.05)
        for task in [*self._takers, *self._tasks, *self._sends]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._sends, return_exceptions=True)
        try:
            await self._settlement.write()
            await self._lease.release()
        except (SQLAlchemyError, OSError) as wrong:
            log.error("%s: the right to send was not released: %s", self.door, type(wrong).__name__)
        await self._channel.stop()

    def nudge(self) -> None:
        """Look at once: an officer's answer was just committed, or time was moved."""
        for event in (self._wake, self._look_direct, self._look_notices):
            event.set()

    def run(self, campaigns: Sequence[Running]) -> None:
        """These campaigns may speak now; rows of others that were taken and not started go back."""
        before, may = {c.id for c in self._campaigns}, {c.id for c in campaigns}
        self._campaigns = list(campaigns)
        if before - may:
            self._give_back_stopped()
        if may - before:
            self._look_notices.set()

    def _gained(self, halted: Mapping[str, float]) -> None:
        self._forget()
        now = self._ticks()
        self._rate_limiter = RateLimiter(self._rate, now)
        for lane, seconds in halted.items():
            self._rate_limiter.halt((lane,), now + seconds)
        self.nudge()

    def _forget(self) -> None:
        """Another process had the right to send: what was taken and not started is not ours any more."""
        for job in self._send_queue.take_out(lambda job: True):
            self._free(job)

    # -- taking rows

    async def _take_direct_on(self) -> None:
        while not self._stopping:
            taken = await self._take(OFFICER, self._take_direct)
            await _rest(0.01 if taken else DIRECT_POLL, self._look_direct)

    async def _take_notices_on(self) -> None:
        while not self._stopping:
            self._dry = await self._take(NOTICE, self._take_notices) == 0
            if self._dry or self._send_queue.length(NOTICE) * 2 > self._batch:
                await _rest(NOTICE_POLL, self._look_notices)

    async def _take(self, lane: str, take: Callable[[], Awaitable[int]]) -> int:
        """What `take` returns; 0 while nothing of this lane may be sent, or the database does not answer."""
        now = self._ticks()
        start = max(self._failures.hold_until, self._rate_limiter.lane_ready_at(lane))
        if self._stopping or not start <= now < self._lease.good_until:
            return 0
        try:
            return await take()
        except Exception as wrong:  # noqa: BLE001  # whatever one row is, the others are looked for again
            log.error("%s: rows could not be taken: %s", self.door, type(wrong).__name__)
            return 0

    async def _take_direct(self) -> int:
        room = 2 * DIRECT_IN_FLIGHT - self._send_queue.length(OFFICER) - self._send_queue.length(REMINDER)
        if room <= 0:
            return 0
        now, asked = self._clock(), self._ticks()
        async with self._db.reading() as connection:
            if not await deliveries.any_direct(connection, self.door, now):
                return 0
        async with self._db.writing() as connection:
            rows = await deliveries.claim_direct(
                self._db,
                connection,
                self._seal,
                self.door,
                holder=self._holder,
                now=now,
                lease=ROW_LEASE,
                limit=room,
            )
        return self._queue(rows, asked)

    async def _take_notices(self) -> int:
        """How many were taken; -1 when there was no room for them."""
        result, known = 0, set(self._campaigns)
        for campaign in list(self._campaigns):
            batch = self._batch
            if campaign.once:  # a crash leaves in doubt what was taken: take no more than may be in flight
                batch = min(batch, self._slots[NOTICE])
            room = batch - self._send_queue.length(NOTICE)
            if room * 2 < batch:
                return result or -1
            now, asked = self._clock(), self._ticks()
            if campaign.id not in self._gave:  # a look is cheaper than a transaction, and holds up nobody
                async with self._db.reading() as connection:
                    if not await deliveries.any_notice(connection, campaign.id, self.door, now):
                        continue
            async with self._db.writing() as connection:
                rows = await deliveries.claim_notices(
                    self._db,
                    connection,
                    campaign,
                    self.door,
                    holder=self._holder,
                    now=now,
                    lease=ROW_LEASE,
                    limit=room,
                )
            (self._gave.add if rows else self._gave.discard)(campaign.id)
            result += self._queue(rows, asked)
        if result and known != set(self._campaigns):  # one of them was stopped meanwhile
            self._give_back_stopped()
        return result

    def _queue(self, rows: Sequence[Delivery], asked: float) -> int:
        for row in rows:
            if row.id in self._known:  # its lease ran out while it waited here: the new one counts
                continue
            said, good_until = self._said.pop(row.id, 0), asked + ROW_LEASE - ROW_MARGIN
            self._known.add(row.id)
            try:
                parts = self._channel.parts(row.body, row.account)
            except Exception as wrong:  # noqa: BLE001  # a row that cannot be said never stops the others
                log.error("%s: a message could not be made: %s", self.door, type(wrong).__name__)
                job = SendJob(row, row.account, (), self._rate_limiter, good_until, said)
                now = self._clock()
                self._end(job, Outcome(row, "failed", now, "cannot be made", tried_at=now))
                continue
            self._send_queue.add(SendJob(row, row.account, parts, self._rate_limiter, good_until, said))
        if self._stopping:
            self._give_back(_not_begun)
        if rows:
            self._wake.set()
        return len(rows)

    def _give_back_stopped(self) -> None:
        """Put back notices of campaigns that may not speak any more."""
        may = {None, *(c.id for c in self._campaigns)}
        self._give_back(lambda job: _not_begun(job) and job.delivery.campaign not in may)

    def _give_back(self, which: Callable[[SendJob], bool]) -> None:
        """Put rows that wait here back into the outbox."""
        for job in self._send_queue.take_out(which):
            self._put_back(job)

    def _put_back(self, job: SendJob) -> None:
        now = self._clock()
        self._end(job, Outcome(job.delivery, "pending", now, due=now, untried=True))

    # -- sending

    async def _send_on(self) -> None:
        while True:
            self._wake.clear()
            again_at = self.begin(self._ticks())
            await _rest(max(0.0, again_at - self._ticks()), self._wake)

    def begin(self, now: float) -> float:
        """Start all that may start at `now`; returns when to look again."""
        self._send_queue.wake(now)
        while True:
            if now >= self._lease.good_until:
                return inf
            at = max(self._rate_limiter.ready_at(now), self._failures.hold_until)
            if at > now:
                return at
            if self._failures.one_by_one and self._on_wire:
                return inf
            job, at = self._send_queue.next(now, self._rate_limiter, self._has_slot, self._put_back)
            if job is None:
                return at
            self._begin_one(job, now)

    def _has_slot(self, lane: str) -> bool:
        return self._in_flight[lane] < self._slots[lane]

    def _begin_one(self, job: SendJob, now: float) -> None:
        if not job.in_flight:
            job.in_flight = True
            self._in_flight[job.lane] += 1
            job.tried_at = self._clock()
        job.rate_limiter.start(job.account, now)
        self._on_wire += 1
        send = asyncio.create_task(self._send(job))
        self._sends.add(send)
        send.add_done_callback(self._sends.discard)
        if job.lane == NOTICE and not self._dry and self._send_queue.length(NOTICE) * 2 <= self._batch:
            self._look_notices.set()

    async def _send(self, job: SendJob) -> None:
        account = job.account
        try:
            answer = await self._channel.send(account, job.parts[job.said])
        except asyncio.CancelledError:
            answer = SendResult("again", "stopped", lost=True)
        except Exception as wrong:  # noqa: BLE001  # one message never stops the others
            log.error("%s: a message could not be sent: %s", self.door, type(wrong).__name__)
            answer = SendResult("again", type(wrong).__name__)
        now = self._ticks()
        job.rate_limiter.end(account, now)
        self._on_wire -= 1
        self._answered(job, answer, now)
        self._send_queue.chat_rested(account, job.rate_limiter.chat_ready_at(account))
        self._wake.set()

    def _answered(self, job: SendJob, answer: SendResult, now: float) -> None:
        wall, silenced = self._clock(), SILENCED[job.lane]
        if answer.state not in ("again", "hold"):
            self._failures.reset()
        elif pause := self._failures.add(now, at_once=answer.state == "hold"):
            log.warning("%s: messages are not taken; the next try is in %.0f s", self.door, pause)
        if answer.state == "moved":
            job.account = answer.to
            self._send_queue.later(job, now)
            return
        if answer.state == "sent":
            job.said += 1
            if job.said < len(job.parts):
                self._send_queue.later(job, now + SECOND)
                return
        if answer.state == "wait":
            job.rate_limiter.hold_chat(job.account, now + answer.after, now)
            job.rate_limiter.halt(silenced, now + answer.after)
            self._settlement.halt(silenced, wall + answer.after)
        self._end(job, outcome_of(job.delivery, answer, wall, tried_at=job.tried_at, tries=self._tries))
        if answer.state == "wait":
            self._give_back(lambda waiting: waiting.lane in silenced)

    def _end(self, job: SendJob, outcome: Outcome) -> None:
        if outcome.state == "pending" and job.said:
            self._said[job.delivery.id] = job.said  # it goes on with the part that is missing
        self._settlement.add(job, outcome, at_once=not self._on_wire)

    def _settled(self, jobs: Sequence[SendJob]) -> None:
        for job in jobs:
            self._free(job)
        self._wake.set()

    def _free(self, job: SendJob) -> None:
        self._known.discard(job.delivery.id)
        if job.in_flight:
            job.in_flight = False
            self._in_flight[job.lane] -= 1


async def _rest(seconds: float, event: asyncio.Event) -> None:
    """Wait so long, or until the event is set."""
    handle = asyncio.get_running_loop().call_later(seconds, event.set) if seconds < inf else None
    await event.wait()
    event.clear()
    if handle is not None:
        handle.cancel()
