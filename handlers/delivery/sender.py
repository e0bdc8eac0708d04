"""A door that can be called any time, and the rows that wait to leave there: taken in order of lanes, paced, settled after the answer.

Rule: a row is settled only after the channel's answer, and a place in flight is free only after that is durable. So what
a crash can double is at most what was in flight; nothing is lost. Only the holder of the token's pace sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from math import inf

from sqlalchemy.exc import SQLAlchemyError

from data.engine import Database
from data.notices.runs import Running
from data.outbox import NOTICE, OFFICER, REMINDER, deliveries
from data.outbox.deliveries import LANES, LOST, Delivery, Outcome
from handlers.delivery.channel import SendChannel, SendResult
from handlers.delivery.rate_limit import SECOND, RateLimiter
from handlers.delivery.send_queue import SendJob, SendQueue

log = logging.getLogger("troly.outlet")

ROW_LEASE = 60.0  # seconds a taken row is ours; longer than any send may take
ROW_MARGIN = 25.0  # seconds before its end in which no send starts any more
DIRECT_IN_FLIGHT = 10  # places of officers' answers and reminders: notices never fill them
DIRECT_POLL = 0.4  # seconds between looks for officers' answers and reminders
NOTICE_POLL = 1.0  # seconds between looks for notices when there were none
LONGEST_PAUSE = 60.0  # seconds between tries
TROUBLE = 3  # sends failed in a row after which the whole door waits
GROUP_SECONDS = 0.02  # the longest a mark waits for others to be committed with
SWEEP = 15.0  # seconds between looks for leases that nobody remembers

LOWER = {
    OFFICER: (REMINDER, NOTICE),
    REMINDER: (REMINDER, NOTICE),
    NOTICE: (NOTICE,),
}  # who is silent on a 429


def _not_begun(job: SendJob) -> bool:
    return not job.in_flight


def _among(job: SendJob, campaigns: set[str]) -> bool:
    """Whether its campaign, if any, is one of these."""
    return job.delivery.campaign is None or job.delivery.campaign in campaigns


class Sender:
    """Everything that leaves at one push door. `start` and `stop` frame its life; `run` says which campaigns may speak."""

    def __init__(
        self,
        door: str,
        channel: SendChannel,
        db: Database,
        *,
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
        self.sending = asyncio.Event()  # set while this process holds the pace
        self._channel, self._db = channel, db
        self._token_key, self._holder, self._alone = token_key, holder, alone
        self._rate, self._tries, self._rate_lease = rate, tries, rate_lease
        self._batch = max(1, min(batch, rate))
        self._slots = {OFFICER: DIRECT_IN_FLIGHT, REMINDER: DIRECT_IN_FLIGHT, NOTICE: in_flight}
        self._in_flight = dict.fromkeys(LANES, 0)
        self._group = max(
            1, in_flight // 2
        )  # marks committed together; the other half is on the wire meanwhile
        self._clock, self._ticks = clock, ticks
        self._campaigns: list[Running] = []
        self._dry = True  # nothing was there at the last look: the next one has time
        self._send_queue = SendQueue()
        self._known: set[int] = set()  # rows this process has taken and not settled
        self._said: dict[int, int] = {}  # parts taken of rows that had to be put back
        self._outcomes: list[tuple[Outcome, SendJob]] = []
        self._halts: dict[str, float] = {}  # to be written down, by this house's clock
        self._rate_limiter = RateLimiter(rate, ticks())
        self._good_until = -inf  # until when we may start sends, by `ticks`
        self._failed, self._hold_until = 0, -inf
        self._wake, self._look_direct, self._look_notices = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._settle = asyncio.Event()
        self._sends: set[asyncio.Task[None]] = set()
        self._on_wire = 0
        self._takers: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    # -- life

    async def start(self) -> None:
        """Begin: hold the pace or stand by, take rows, send."""
        await self._channel.start()
        self._takers = [
            asyncio.create_task(self._take_direct_on()),
            asyncio.create_task(self._take_notices_on()),
        ]
        loops = (self._hold_on, self._send_on, self._settle_on)
        self._tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self, seconds: float) -> None:
        """Take and start nothing new, finish what is under way within `seconds`, put the rest back, let the pace go."""
        self._stopping = True
        self._give_back(_not_begun)
        self._wake_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*self._takers, return_exceptions=True)
                while self._known:
                    self._settle.set()
                    await self._rest(0.05)
        for task in [*self._takers, *self._tasks, *self._sends]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._sends, return_exceptions=True)
        try:
            await self._write_outcomes()
            async with self._db.writing() as connection:
                await deliveries.release_rate_limiter(connection, self._token_key, self._holder)
        except (SQLAlchemyError, OSError) as wrong:
            log.error("%s: the pace could not be let go: %s", self.door, type(wrong).__name__)
        await self._channel.stop()

    def nudge(self) -> None:
        """Look at once: an officer's answer was just committed, or time was moved."""
        self._wake_all()

    def run(self, campaigns: Sequence[Running]) -> None:
        """These campaigns may speak now; rows of others that were taken and not started go back."""
        may = {c.id for c in campaigns}
        before = {c.id for c in self._campaigns}
        self._campaigns = list(campaigns)
        if before - may:
            self._give_back(lambda job: _not_begun(job) and not _among(job, may))
        if may - before:
            self._look_notices.set()

    def _wake_all(self) -> None:
        for event in (self._wake, self._look_direct, self._look_notices):
            event.set()

    async def _rest(self, seconds: float, until: asyncio.Event | None = None) -> None:
        """Wait so long, or until the event is set."""
        event = until or asyncio.Event()
        handle = asyncio.get_running_loop().call_later(seconds, event.set) if seconds < inf else None
        await event.wait()
        event.clear()
        if handle is not None:
            handle.cancel()

    # -- who sends

    async def _hold_on(self) -> None:
        swept = self._ticks()
        while True:
            try:
                await self._hold()
                if self._ticks() - swept >= SWEEP and self.sending.is_set():
                    swept = self._ticks()
                    await self._sweep()
            except (SQLAlchemyError, OSError) as wrong:  # the lease runs out by itself
                log.error("%s: the pace could not be held: %s", self.door, type(wrong).__name__)
            await self._rest(min(1.0, self._rate_lease / 4))

    async def _hold(self) -> None:
        asked = self._ticks()
        if self._good_until - asked > self._rate_lease / 2:
            return
        now = self._clock()
        was_ours = self._good_until > asked
        async with self._db.writing() as connection:
            ours = await deliveries.hold_rate_limiter(
                self._db,
                connection,
                self._token_key,
                holder=self._holder,
                now=now,
                lease=self._rate_lease,
                alone=self._alone,
            )
            if ours and not was_ours:
                await deliveries.take_back(connection, self.door, holder=self._holder)
                halted = await deliveries.halts(connection, self._token_key, now)
        if not ours:
            self._good_until = -inf
            self.sending.clear()
            self._forget()
            return
        if not was_ours:
            self._forget()
            self._rate_limiter = RateLimiter(self._rate, self._ticks())
            for lane, until in halted.items():
                self._rate_limiter.halt((lane,), self._ticks() + until - now)
        self._good_until = asked + self._rate_lease * 0.8
        if not self.sending.is_set():
            log.info("%s: this process sends", self.door)
            self.sending.set()
        if not was_ours:
            self._wake_all()

    def _forget(self) -> None:
        """The pace was another's: what we had taken and not started is theirs now."""
        for job in self._send_queue.take_out(lambda job: True):
            self._known.discard(job.delivery.id)
            self._free(job)

    async def _sweep(self) -> None:
        """Put back what was leased and is remembered by nobody, such as after a commit with a lost answer."""
        async with self._db.writing() as connection:
            await deliveries.take_back(connection, self.door, holder=None, before=self._clock() - 5.0)

    # -- taking rows

    def _may_take(self, lane: str) -> bool:
        now = self._ticks()
        return (
            not self._stopping
            and now < self._good_until
            and now >= self._hold_until
            and self._rate_limiter.lane_ready_at(lane) <= now
        )

    async def _take_direct_on(self) -> None:
        while not self._stopping:
            try:
                result = await self._take_direct() if self._may_take(OFFICER) else 0
            except (SQLAlchemyError, OSError) as wrong:
                log.error("%s: rows could not be taken: %s", self.door, type(wrong).__name__)
                result = 0
            await self._rest(0.01 if result else DIRECT_POLL, self._look_direct)

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
                self.door,
                holder=self._holder,
                now=now,
                lease=ROW_LEASE,
                limit=room,
            )
        return self._queue(rows, asked)

    async def _take_notices_on(self) -> None:
        while not self._stopping:
            try:
                result = await self._take_notices() if self._may_take(NOTICE) and self._campaigns else 0
            except (SQLAlchemyError, OSError) as wrong:
                log.error("%s: notices could not be taken: %s", self.door, type(wrong).__name__)
                result = 0
            self._dry = result == 0
            if self._dry or self._send_queue.length(NOTICE) * 2 > self._batch:
                await self._rest(NOTICE_POLL, self._look_notices)

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
            result += self._queue(rows, asked)
        if result and known != set(self._campaigns):  # one of them was stopped meanwhile
            may = {c.id for c in self._campaigns}
            self._give_back(lambda job: _not_begun(job) and not _among(job, may))
        return result

    def _queue(self, rows: Sequence[Delivery], asked: float) -> int:
        for row in rows:
            if row.id in self._known:  # its lease ran out while it waited here: the new one counts
                continue
            good_until = asked + ROW_LEASE - ROW_MARGIN
            parts = self._channel.parts(row.body, row.account)
            self._send_queue.add(row, parts, self._rate_limiter, good_until, self._said.pop(row.id, 0))
            self._known.add(row.id)
        if self._stopping:
            self._give_back(_not_begun)
        if rows:
            self._wake.set()
        return len(rows)

    def _give_back(self, which: Callable[[SendJob], bool]) -> None:
        """Put rows back in line that wait here."""
        for job in self._send_queue.take_out(which):
            self._put_back(job)

    def _put_back(self, job: SendJob) -> None:
        now = self._clock()
        if job.said:
            self._said[job.delivery.id] = job.said
        self._end(job, Outcome(job.delivery, "pending", now, due=now, untried=True))

    # -- sending

    async def _send_on(self) -> None:
        while True:
            self._wake.clear()
            again_at = self.begin(self._ticks())
            await self._rest(max(0.0, again_at - self._ticks()), self._wake)

    def begin(self, now: float) -> float:
        """Start all that may start at `now`; returns when to look again."""
        self._send_queue.wake(now)
        while True:
            if now >= self._good_until:
                return inf
            at = max(self._rate_limiter.ready_at(now), self._hold_until)
            if at > now:
                return at
            if self._failed >= TROUBLE and self._on_wire:
                return inf  # one by one, until one is taken again
            job, at = self._send_queue.next(now, self._rate_limiter, self._has_slot, self._put_back)
            if job is None:
                return at
            self._begin_one(job, now)

    def _has_slot(self, lane: str) -> bool:
        """A place comes free when marks are durable, and wakes us."""
        return self._in_flight[lane] < self._slots[lane]

    def _begin_one(self, job: SendJob, now: float) -> None:
        lane = job.delivery.lane
        if not job.in_flight:
            job.in_flight = True
            self._in_flight[lane] += 1
            job.tried_at = self._clock()
        job.rate_limiter.start(job.account, now)
        self._on_wire += 1
        send = asyncio.create_task(self._send(job))
        self._sends.add(send)
        send.add_done_callback(self._sends.discard)
        if lane == NOTICE and not self._dry and self._send_queue.length(NOTICE) * 2 <= self._batch:
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
        row, wall = job.delivery, self._clock()
        if answer.state in ("again", "hold"):
            self._trouble(now, at_once=answer.state == "hold")
        else:
            self._failed, self._hold_until = 0, -inf
        if answer.state == "sent":
            job.said += 1
            if job.said < len(job.parts):
                self._send_queue.later(job, now + SECOND)
                return
            self._end(job, Outcome(row, "sent", wall, answer.text))
        elif answer.state in ("blocked", "failed"):
            self._end(job, Outcome(row, answer.state, wall, answer.text, tried_at=job.tried_at))
        elif answer.state == "moved":
            job.account = answer.to
            self._send_queue.later(job, now)
        elif answer.state == "wait":
            job.rate_limiter.hold_chat(job.account, now + answer.after, now)
            job.rate_limiter.halt(LOWER[row.lane], now + answer.after)
            for lane in LOWER[row.lane]:
                self._halts[lane] = max(wall + answer.after, self._halts.get(lane, 0.0))
            self._put_off(job, answer, wall + answer.after, untried=True)
            self._give_back(lambda waiting: waiting.lane in LOWER[row.lane])
        elif answer.state == "hold":
            self._put_off(job, answer, wall, untried=True)
        else:
            self._again(job, answer, wall)

    def _again(self, job: SendJob, answer: SendResult, wall: float) -> None:
        row, lost = job.delivery, answer.lost or job.delivery.lost
        said = f"{LOST}: {answer.text}" if lost else answer.text
        if answer.lost and row.once:
            self._end(job, Outcome(row, "in_doubt", wall, said))
        elif row.attempts >= self._tries:
            self._end(job, Outcome(row, "in_doubt" if lost else "failed", wall, said))
        else:
            pause = min(LONGEST_PAUSE, 2.0 ** (row.attempts - 1))
            self._put_off(job, SendResult("again", said), wall + pause, untried=False)

    def _put_off(self, job: SendJob, answer: SendResult, due: float, *, untried: bool) -> None:
        if job.said:
            self._said[job.delivery.id] = job.said  # it goes on with the part that is missing
        said = (
            answer.text if not job.delivery.lost or answer.text.startswith(LOST) else f"{LOST}: {answer.text}"
        )
        self._end(job, Outcome(job.delivery, "pending", self._clock(), said, due, untried=untried))

    def _trouble(self, now: float, *, at_once: bool) -> None:
        """Sends fail, and not because of whom they are for: wait with everything, longer each time."""
        if now < self._hold_until:
            return  # it started before we began to wait
        self._failed = max(self._failed + 1, TROUBLE if at_once else 0)
        if self._failed >= TROUBLE:
            pause = min(LONGEST_PAUSE, 2.0 ** (self._failed - TROUBLE))
            self._hold_until = now + pause
            log.warning("%s: messages are not taken; the next try is in %.0f s", self.door, pause)

    # -- settling

    def _end(self, job: SendJob, outcome: Outcome) -> None:
        """Have it written down soon: with others where many are under way, a commit costs as much as a send."""
        self._outcomes.append((outcome, job))
        if len(self._outcomes) >= self._group or not self._on_wire:
            self._settle.set()
        elif len(self._outcomes) == 1:
            asyncio.get_running_loop().call_later(GROUP_SECONDS, self._settle.set)

    def _free(self, job: SendJob) -> None:
        if job.in_flight:
            job.in_flight = False
            self._in_flight[job.delivery.lane] -= 1

    async def _settle_on(self) -> None:
        while True:
            await self._settle.wait()
            self._settle.clear()
            try:
                await self._write_outcomes()
            except (SQLAlchemyError, OSError) as wrong:  # kept in hand, and their places with them
                log.error("%s: marks could not be written: %s", self.door, type(wrong).__name__)
                await self._rest(0.5)
                self._settle.set()

    async def _write_outcomes(self) -> None:
        ended, self._outcomes = self._outcomes, []
        halts, self._halts = self._halts, {}
        if not ended and not halts:
            return
        outcomes = [outcome for outcome, _ in ended]
        try:
            if halts or not all(o.state == "sent" and not o.answer for o in outcomes):
                async with self._db.writing() as connection:
                    await deliveries.settle(connection, outcomes)
                    for lane, until in halts.items():
                        await deliveries.keep_halt(self._db, connection, self._token_key, lane, until)
            else:
                await deliveries.settle_sent(self._db, outcomes)
        except BaseException:
            self._outcomes = ended + self._outcomes
            self._halts = halts | self._halts
            raise
        for outcome, job in ended:
            self._known.discard(outcome.delivery.id)
            self._free(job)
        self._wake.set()
