"""The queue of turns: each event acted on once, in order for each conversation, several conversations in one commit.

Doors call `take`, which returns when the turn is committed. On SQLite one writer puts the waiting turns of different
conversations, up to `group_limit`, into one transaction; marks of what was sent ride along. On PostgreSQL each turn is a
transaction under an advisory lock of its conversation. A turn whose effect is about people is answered a whole number of
answer steps after it began, so that its time tells nothing; only its own conversation waits for that, after the commit.
Words that wait for more (bursts.py) are answered by a turn of their own when their time is up; `say_later` tells the door.

Invariant: nothing is acknowledged or said before it is committed.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from math import inf

from data import conversations, outbox
from data.channels import CHANNELS
from data.effects.handler import EffectHandler
from data.engine import Database
from data.outbox import Mark, Outgoing, ReaderLease, Seen, Unseen
from data.seal import Seal
from flows.content import Content
from flows.engine.events import Said
from handlers.turns.bursts import BurstLimits
from handlers.turns.marks import MarkGroup, MarkQueue, is_outage, write_marks
from handlers.turns.turn import TRIES, TurnMaker
from handlers.turns.types import (
    ALONE,
    Act,
    Busy,
    Clock,
    Later,
    MadeTurn,
    NotKept,
    Opens,
    TurnResult,
    WaitingTurn,
    at_once,
)

log = logging.getLogger("troly.turn")

ANSWER_STEP = 0.1  # seconds
SHARES = 4  # one origin has this part of what is written at once, while others wait
STOP_SECONDS = 5.0  # the longest a stop waits for what is being written
TRY_AGAIN = 1.0  # seconds until words that wait are tried again, when there was no room or no database
LOOK_SECONDS = 3.0  # between looks for words that a dead process left, on PostgreSQL
OTHERS_SAY = 2.0  # seconds in which another process has surely said what it leased, or is dead


SayLater = Callable[[TurnResult], Awaitable[None]]
NEVER = datetime.min.replace(tzinfo=UTC)  # events get their time from the turn


class Turns(TurnMaker):
    """The one place where conversations move. Doors call `take`; `start` and `stop` frame its life."""

    def __init__(
        self,
        db: Database,
        seal: Seal,
        effect_handler: EffectHandler,
        content: Content,
        *,
        clock: Clock = time.time,
        group_limit: int = 32,
        queue_limit: int = 1000,
        queue_limit_source: int = 250,
        lease: float = 30.0,
        miss_days: int = 180,
        answer_step: float = ANSWER_STEP,
        later: Later | None = None,
        bursts: BurstLimits = BurstLimits(),  # noqa: B008  # frozen
    ) -> None:
        super().__init__(
            db, seal, effect_handler, content, clock=clock, lease=lease, miss_days=miss_days, bursts=bursts
        )
        self.say_later: dict[str, SayLater] = {}
        """Door name -> what says the answer to words that waited."""
        self._looking: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()  # words that waited, being answered
        self._answer_step, self._later = answer_step, later
        self._held: set[str] = set()  # addresses whose answer waits for its answer step
        self._group_limit = group_limit if db.is_sqlite else 1
        self._queue_limit, self._queue_limit_source = queue_limit, queue_limit_source
        self._share = max(1, self._group_limit * db.parallel_turns // SHARES)
        self._queued: Counter[str] = Counter()  # turns that wait, by origin
        self._under_way: Counter[str] = Counter()  # turns that are being written, by origin
        self._waiting: deque[WaitingTurn] = deque()
        self._wake = asyncio.Event()
        self._marks = MarkQueue(self._wake.set)
        self.released: Callable[[Sequence[Outgoing]], None] = lambda rows: None
        """Told of replies that this process is not saying any more: other readers may be shown them."""
        self._busy: set[str] = set()
        self._writing = 0
        self._idle = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Begin to write."""
        self._stopping = False
        self._writers = [asyncio.create_task(self._write_on()) for _ in range(self.db.parallel_turns)]

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Finish what is waiting, then stop; what is not written after `seconds` is refused, or stays in the outbox."""
        self._stopping = True
        if self._looking is not None:
            self._looking.cancel()
        self._marks.hurry()
        self._wake.set()
        writers, self._writers = self._writers, []
        if writers:
            _, stuck = await asyncio.wait(writers, timeout=seconds)
            for writer in stuck:
                log.error("the database does not answer: a writer of turns is broken off")
                writer.cancel()
        while self._waiting:
            _refuse(self._waiting.popleft(), TimeoutError())

    @property
    def waiting(self) -> int:
        """How many turns are not written yet: those under way, and those behind them."""
        return len(self._waiting) + self._under_way.total()

    async def take(
        self,
        address: str,
        key: str,
        event: Opens,
        *,
        pushed: bool,
        shown: bool = False,
        source: str = "",
        act: Act = ALONE,
    ) -> TurnResult:
        """Act on one event of the conversation at `address`, once for each `key`; returns when it is committed.

        `event` is made from the state and the person's time. `pushed`: the caller says the replies itself, so they
        are leased to this process; otherwise they wait in the outbox to be fetched. `shown`: the caller shows them to a
        reader who fetches what is missed; they are leased until the caller calls `release`. `source`: where it comes from,
        where that is not the account; budgets are counted on it. `act`: what the door knows of the act it belongs to.
        Raises Busy when too many wait, in all or of this source, NotKept when the database could not commit.
        """
        done: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        waiting = WaitingTurn(address, key, event, pushed, shown, done, source, act)
        full = len(self._waiting) >= self._queue_limit
        if full or self._queued[waiting.origin] >= self._queue_limit_source or self._stopping:
            raise Busy
        self._queued[waiting.origin] += 1
        self._waiting.append(waiting)
        self._wake.set()
        return await waiting.done

    # -- words that wait for more

    async def say_what_waits(self, door: str, say: SayLater) -> None:
        """From here on `say` says the answers to words that wait at `door`; those a dead process left come first."""
        self.say_later[door] = say
        await self._answer_left([door], inf if self.db.is_sqlite else self.clock() - OTHERS_SAY)
        if not self.db.is_sqlite and self._looking is None:
            self._looking = asyncio.create_task(self._look_for_words())

    async def _look_for_words(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._answer_left(list(self.say_later), self.clock() - OTHERS_SAY)
            except Exception as wrong:  # noqa: BLE001  # the next look may do better
                log.warning("the outbox could not be read: %s", type(wrong).__name__)

    async def _answer_left(self, doors: Sequence[str], before: float) -> None:
        async with self.db.reading() as connection:
            due = [row for door in doors for row in await outbox.words_due(connection, door, before)]
        for address, row, until in due:
            self._answer_later(address, row, until, max(0.0, until - self.clock()))

    def _answer_later(self, address: str, row: int, due: float, seconds: float) -> None:
        def begin() -> None:
            task = asyncio.create_task(self._answer(address, row, due))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

        (self._later or asyncio.get_running_loop().call_later)(seconds, begin)

    async def _answer(self, address: str, row: int, due: float) -> None:
        """Nothing more came: have a turn read what waits in this row, and its door say the answer."""
        door = address.partition(":")[0]
        pushed, act = CHANNELS[door].pushed, Act(ends=row, due=due)
        key, nothing = f"held {row} {due}", at_once(Said("", NEVER))
        try:
            result = await self.take(address, key, nothing, pushed=pushed, shown=not pushed, act=act)
        except (Busy, NotKept):
            if not self._stopping:
                self._answer_later(address, row, due, TRY_AGAIN)
            return
        say = self.say_later.get(door)
        if say is not None:
            await say(result)

    async def answered(self) -> None:
        """Return when no words are being answered that waited."""
        while self._ending:
            await asyncio.wait(set(self._ending))

    def mark(self, out: Outgoing, state: str = "sent") -> None:
        """Say what became of a row; written with the next group."""
        self._marks.add([Mark(out.id, out.fence, state, self.clock())])
        self._wake.set()

    def release(self, rows: Sequence[Outgoing]) -> None:
        """These replies were shown, and wait until the reader says so; written with the next group."""
        if rows:
            self._marks.add(rows)
            self._wake.set()

    def mark_seen(self, seen: Sequence[Seen]) -> None:
        """Readers have shown these rows; written with the next group."""
        if seen:
            self._marks.add(seen)
            self._wake.set()

    async def move_clock(self, address: str, seconds: float) -> None:
        """Let time pass for one person."""
        async with self.db.writing() as connection:
            await conversations.move_clock(self.db, connection, self.seal, address, seconds, self.clock())

    async def missed(self, address: str) -> Sequence[Outgoing]:
        """What the only reader at `address` has not seen, in order, whoever has leased it; leased anew."""
        rows: list[Outgoing] = []
        while True:
            unseen = await self._unseen(
                address, rows[-1].number or 0 if rows else 0, others_until=inf, said=2**31
            )
            rows.extend(unseen.rows)
            if unseen.stopped_at is None:
                return rows

    async def to_show(self, address: str, after: int, said: int) -> Unseen:
        """What may be shown now to a reader at `address` who has seen everything up to number `after`, in order.

        Replies are leased while they are shown: an officer's claim waits for them. Left out is what a turn is about to
        say, unless this process has shown it already (up to number `said`), and what another process is saying.
        """
        others_until = inf if self.db.is_sqlite else self.clock() + self.lease - OTHERS_SAY
        return await self._unseen(address, after, others_until=others_until, said=said)

    async def _unseen(self, address: str, after: int, *, others_until: float, said: int) -> Unseen:
        async with self.db.reading() as connection:
            rows = await outbox.unseen(connection, self.seal, address, after, limit=outbox.AT_ONCE)
        if len(rows) < outbox.AT_ONCE and all(row.proactive for row in rows):
            return Unseen(rows)
        now = self.clock()
        terms = ReaderLease(self.holder, now, now + self.lease, others_until, said)
        async with self.db.writing() as connection:
            return await outbox.lease_unseen(self.db, connection, self.seal, address, after, terms)

    async def settled(self) -> None:
        """Return when nothing waits any more, marks included."""
        while self._waiting or self._marks or self._writing or self._held:
            self._idle.clear()
            self._wake.set()
            await self._idle.wait()

    # -- the writer

    async def _write_on(self) -> None:
        while True:
            again = self._marks.due()
            group = self._next_group() if again is None else []
            marks = self._marks.fresh() if again is None else again
            if not (group or marks.marks):
                if not (self._waiting or self._writing or self._held or self._marks):
                    self._idle.set()
                    if self._stopping:
                        self._wake.set()  # the other writers end too
                        return
                self._wake.clear()
                await self._wake.wait()  # what waits now belongs to conversations another writer is busy with
                continue
            self._writing += 1
            try:
                await self._write(group, marks)
            finally:
                self._writing -= 1
                self._busy -= {w.address for w in group} - self._held
                _take_off(self._under_way, group)
            self._wake.set()

    def _next_group(self) -> list[WaitingTurn]:
        """The first waiting turns of conversations that no other writer is busy with, each conversation once.

        One origin has its share of them, and more only where nobody else waits.
        """
        group = self._picked(self._share)
        if len(group) < self._group_limit and self._waiting:
            group += self._picked(self._queue_limit, room=self._group_limit - len(group))
        _take_off(self._queued, group)
        return group

    def _picked(self, share: int, room: int = 0) -> list[WaitingTurn]:
        group: list[WaitingTurn] = []
        passed: deque[WaitingTurn] = deque()
        skipped: set[str] = set()
        while self._waiting and len(group) < (room or self._group_limit):
            waiting = self._waiting.popleft()
            elsewhere = waiting.address in self._busy or waiting.address in skipped
            if elsewhere or self._under_way[waiting.origin] >= share:
                passed.append(waiting)
                skipped.add(waiting.address)
                continue
            self._busy.add(waiting.address)
            self._under_way[waiting.origin] += 1
            group.append(waiting)
        self._waiting.extendleft(reversed(passed))
        return group

    async def _write(self, group: list[WaitingTurn], marks: MarkGroup) -> None:
        made: list[MadeTurn] | None = None
        committing = False
        try:
            async with self.db.writing() as connection:
                made = await self._make(connection, group)
                await write_marks(connection, marks.marks, self.clock())
                committing = True
        except Exception as wrong:  # noqa: BLE001  # the writer outlives whatever one turn or mark does to it
            self._marks.failed(marks, wrong)
            if group and made is not None and not committing:  # it was the marks: the turns go without them
                await self._write(group, MarkGroup([]))
            elif group:
                await self._not_written(group, wrong)
            return
        self._marks.wrote()
        if released := [m for m in marks.marks if isinstance(m, Outgoing)]:
            self.released(released)
        loop = asyncio.get_running_loop()
        for m in made:
            if m.held is not None:
                self._answer_later(m.waiting.address, m.held.id, m.held.until, m.held.until - self.clock())
            if m.looked and self._answer_step:
                self._held.add(m.waiting.address)
                wait = self._answer_step - (loop.time() - m.begun) % self._answer_step
                (self._later or loop.call_later)(wait, functools.partial(self._after_the_step, m))
            else:
                _answer(m)

    def _after_the_step(self, made: MadeTurn) -> None:
        self._held.discard(made.waiting.address)
        self._busy.discard(made.waiting.address)
        self._wake.set()
        _answer(made)

    async def _not_written(self, group: list[WaitingTurn], wrong: Exception) -> None:
        """The database is in trouble: all come again. One turn is: the others go without it, it is put aside."""
        log.error("%d turns were not committed: %s", len(group), type(wrong).__name__)
        if is_outage(wrong):
            for waiting in group:
                _refuse(waiting, wrong)
            await asyncio.sleep(0)
        elif len(group) > 1:
            for waiting in group:
                await self._write([waiting], MarkGroup([]))
        elif group:
            await self._put_off(group[0], wrong)

    async def _put_off(self, waiting: WaitingTurn, wrong: Exception) -> None:
        waiting.tries += 1
        if waiting.tries < TRIES:
            await self._write([waiting], MarkGroup([]))
            return
        try:
            async with self.db.writing() as connection:
                door, why = waiting.address.partition(":")[0], type(wrong).__name__
                key = waiting.key.encode("ascii", "backslashreplace").decode().replace("\0", "")
                await conversations.dead_letter(self.db, connection, door, key, why, {}, self.clock())
        except Exception as worse:  # noqa: BLE001  # as above
            _refuse(waiting, worse)
            return
        if not waiting.done.done():
            waiting.done.set_result(TurnResult(waiting.address, repeat=True))


def _take_off(counted: Counter[str], group: Sequence[WaitingTurn]) -> None:
    """Count these turns no more; an origin without any is forgotten."""
    for waiting in group:
        counted[waiting.origin] -= 1
        if counted[waiting.origin] <= 0:
            del counted[waiting.origin]


def _answer(made: MadeTurn) -> None:
    if not made.waiting.done.done():
        made.waiting.done.set_result(made.result)


def _refuse(waiting: WaitingTurn, wrong: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(NotKept(type(wrong).__name__))
