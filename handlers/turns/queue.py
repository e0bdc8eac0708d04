"""One turn, whatever the door: once, in order, find, advance, keep, answer. Rule: nothing is acknowledged or said before it is committed.

Turns wait in one line. On SQLite a writer takes the waiting turns of different conversations, up to `group_limit`, into
one transaction, so that they share one durable commit; marks of what was said ride along. On PostgreSQL each turn is a
transaction of its own under an advisory lock of its conversation, several at a time.

A turn that only talks writes nothing before the end of the group; a turn that asks the world has a savepoint, so that
its failure leaves its neighbours alone. A turn that fails is tried `TRIES` times, then it becomes a dead letter and the
person gets a kind sentence.

A look-up, or a proof of who one is, is answered a whole number of beats after it began: somebody who is there is found a
little sooner than somebody who is not, and the time may not tell. It is waited after the commit, while only this conversation stands still.

Where an officer owns the conversation, or is about to, the machine is not asked: what the person writes goes to the desk,
and nothing is said, but that a secret was not kept.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from data import conversations, desk, outbox
from data.conversations import BOT, Conversation
from data.effects.handler import EffectHandler
from data.effects.turn_context import TurnContext
from data.engine import Database
from data.knowledge import misses
from data.outbox import Mark, Outgoing
from data.seal import Seal
from flows import catalog
from flows.content import Content
from flows.effects import ForgetMessage, NoteMiss
from flows.engine.events import (
    Answered,
    Event,
    Returned,
)
from flows.engine.navigation import Turn
from flows.engine.state import State
from flows.engine.steps import Reply
from handlers.turns.ticket_log import LEFT_OUT, written
from handlers.turns.types import Busy, Clock, Later, MadeTurn, NotKept, Opens, TurnResult, WaitingTurn

log = logging.getLogger("troly.turn")

ROUNDS = 8  # how often one turn may ask the world
TRIES = 3  # how often a failing turn is tried before it is put aside
ANSWER_STEP = 0.1  # seconds
APOLOGY = "Xin lỗi, tôi vừa gặp lỗi với tin này. Anh/chị thử lại, hoặc gọi {}."


def body_of(reply: Reply) -> dict[str, Any]:
    """A reply as the ledger keeps it: JSON values, what is empty left out."""
    body: dict[str, Any] = {"text": reply.text}
    if reply.options:
        body["options"] = list(reply.options)
    if reply.shares:
        body["shares"] = reply.shares
    if reply.contact:
        body["contact"] = {"name": reply.contact.name, "phone": reply.contact.phone}
    if reply.link:
        body["link"] = reply.link
    if reply.until:
        body["until"] = reply.until.astimezone(UTC).isoformat()
    if reply.key:
        body["key"] = reply.key
    return body


class Turns:
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
        lease: float = 30.0,
        miss_days: int = 180,
        answer_step: float = ANSWER_STEP,
        later: Later | None = None,
    ) -> None:
        self.db = db
        self.seal = seal
        self.effect_handler = effect_handler
        self.content = content
        self.clock = clock
        self.holder = secrets.token_hex(8)
        self.lease = lease
        self._miss_days = miss_days
        self._answer_step, self._later = answer_step, later
        self._held: set[str] = set()  # addresses whose answer waits for its beat
        self._group_limit = group_limit if db.is_sqlite else 1
        self._queue_limit = queue_limit
        self._waiting: deque[WaitingTurn] = deque()
        self._marks: list[Mark] = []
        self._released: list[Outgoing] = []
        self._seen: dict[str, int] = {}
        self._busy: set[str] = set()
        self._writing = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []
        self._stopping = False

    async def start(self) -> None:
        """Begin to write."""
        self._stopping = False
        self._writers = [asyncio.create_task(self._write_on()) for _ in range(self.db.parallel_turns)]

    async def stop(self) -> None:
        """Finish what is waiting, then stop."""
        self._stopping = True
        self._wake.set()
        for writer in self._writers:
            await writer
        self._writers = []

    @property
    def waiting(self) -> int:
        """How many turns wait for the writer."""
        return len(self._waiting)

    async def take(
        self, address: str, key: str, event: Opens, *, pushed: bool, shown: bool = False
    ) -> TurnResult:
        """Act on one event of the conversation at `address`, once for each `key`; returns when it is committed.

        `event` is made from the state and the person's time. `pushed`: the caller says the replies itself, so they
        are leased to this process; otherwise they wait in the ledger to be fetched. `shown`: the caller shows them to a
        reader who fetches what is missed; they are leased until the caller calls `release`.
        Raises Busy when too many wait, NotKept when the database could not commit.
        """
        if len(self._waiting) >= self._queue_limit or self._stopping:
            raise Busy
        waiting = WaitingTurn(address, key, event, pushed, shown, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        return await waiting.done

    def mark(self, out: Outgoing, state: str = "sent") -> None:
        """Say what became of a row; written with the next group."""
        self._marks.append(Mark(out.id, out.fence, state, self.clock()))
        self._wake.set()

    def release(self, rows: Sequence[Outgoing]) -> None:
        """These replies were shown, and wait until the reader says so; written with the next group."""
        if rows:
            self._released.extend(rows)
            self._wake.set()

    def mark_seen(self, address: str, number: int) -> None:
        """The reader at `address` has shown every reply up to `number`; written with the next group."""
        self._seen[address] = max(number, self._seen.get(address, 0))
        self._wake.set()

    async def settled(self) -> None:
        """Return when nothing waits any more, marks included."""
        while self._waiting or self._marks or self._released or self._seen or self._writing or self._held:
            self._idle.clear()
            self._wake.set()
            await self._idle.wait()

    # -- the writer

    async def _write_on(self) -> None:
        while True:
            group = self._next_group()
            marks, self._marks = self._marks, []
            seen, self._seen = self._seen, {}
            released, self._released = self._released, []
            if not (group or marks or seen or released):
                if not (self._waiting or self._writing or self._held):
                    self._idle.set()
                    if self._stopping:
                        self._wake.set()  # the other writers end too
                        return
                self._wake.clear()
                await self._wake.wait()  # what waits now belongs to conversations another writer is busy with
                continue
            self._writing += 1
            try:
                await self._write(group, marks, seen, released)
            finally:
                self._writing -= 1
                self._busy -= {w.address for w in group} - self._held
            self._wake.set()

    def _next_group(self) -> list[WaitingTurn]:
        """The first waiting turns of conversations that no other writer is busy with, each conversation once."""
        group: list[WaitingTurn] = []
        passed: deque[WaitingTurn] = deque()
        skipped: set[str] = set()
        while self._waiting and len(group) < self._group_limit:
            waiting = self._waiting.popleft()
            if waiting.address in self._busy or waiting.address in skipped:
                passed.append(waiting)
                skipped.add(waiting.address)
                continue
            self._busy.add(waiting.address)
            group.append(waiting)
        self._waiting.extendleft(reversed(passed))
        return group

    async def _write(
        self,
        group: list[WaitingTurn],
        marks: list[Mark],
        seen: dict[str, int],
        released: Sequence[Outgoing] = (),
    ) -> None:
        try:
            async with self.db.writing() as connection:
                made = await self._make(connection, group)
                await outbox.mark(connection, marks)
                await outbox.release(connection, released)
                for address, number in seen.items():
                    await outbox.mark_seen(connection, address, number, self.clock())
        except Exception as wrong:  # noqa: BLE001  # the writer outlives whatever one turn does to it
            self._marks = marks + self._marks
            self._released = [*released, *self._released]
            self._seen = seen | self._seen
            await self._not_written(group, wrong)
            return
        loop = asyncio.get_running_loop()
        for m in made:
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
        if isinstance(wrong, OperationalError | InterfaceError | OSError):
            for waiting in group:
                _refuse(waiting, wrong)
            await asyncio.sleep(0)
        elif len(group) > 1:
            for waiting in group:
                await self._write([waiting], [], {})
        elif group:
            await self._put_aside(group[0], wrong)

    async def _put_aside(self, waiting: WaitingTurn, wrong: Exception) -> None:
        waiting.tries += 1
        if waiting.tries < TRIES:
            await self._write([waiting], [], {})
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

    async def _make(self, connection: AsyncConnection, group: list[WaitingTurn]) -> list[MadeTurn]:
        if not group:
            return []
        now = self.clock()
        for waiting in group:
            await self.db.lock(connection, waiting.address)
        keys = [(w.address, w.key) for w in group]
        fresh = await conversations.claim_events(self.db, connection, keys, now)
        found = await conversations.load(connection, self.seal, [w.address for w in group])
        made: list[MadeTurn] = []
        for waiting in group:
            conversation = found.get(waiting.address) or Conversation(waiting.address)
            if (waiting.address, waiting.key) not in fresh:
                made.append(await _again(connection, waiting, conversation))
                continue
            made.append(await self._one(connection, waiting, conversation, now))
        kept = [m.kept for m in made if m.kept is not None]
        secrets_in = [
            (m.waiting.address, m.waiting.key) for m in made if m.taken.forget and not m.taken.repeat
        ]
        await conversations.note_secrets(connection, secrets_in)
        await conversations.save(self.db, connection, self.seal, kept, now)
        await outbox.put(connection, [row for m in made for row in m.rows])
        return made

    async def _one(
        self, connection: AsyncConnection, waiting: WaitingTurn, conversation: Conversation, now: float
    ) -> MadeTurn:
        """Make one turn; what fails `TRIES` times becomes a dead letter and an apology."""
        begun = asyncio.get_running_loop().time()
        at = datetime.fromtimestamp(now + conversation.clock, UTC)
        while True:
            turn_context = self._context(connection, conversation, at, now)
            savepoint = _Savepoint(connection)
            try:
                event = waiting.opens(conversation.state, at)
                if isinstance(event, Returned):
                    given = await self._given_back(connection, waiting, conversation, event, now)
                    if isinstance(given, MadeTurn):
                        return given
                    conversation, turn_context.ticket = given, None
                elif conversation.owner != BOT:
                    return await self._to_the_desk(turn_context, waiting, conversation, event)
                turn, outcomes = await self._advance(turn_context, savepoint, event, conversation.state)
                await self._overheard(turn_context, conversation, event, turn)
                for missed in (e for e in turn.effects if isinstance(e, NoteMiss)):
                    await misses.note(self.db, connection, missed.words, now, days=self._miss_days)
                await savepoint.keep()
                break
            except SQLAlchemyError:
                raise  # the database's trouble, not the turn's: the whole group comes again
            except Exception as wrong:  # noqa: BLE001  # a fault in a flow must never stop its neighbours
                await savepoint.undo()
                waiting.tries += 1
                log.error("turn failed (%d/%d): %s", waiting.tries, TRIES, type(wrong).__name__)
                if waiting.tries >= TRIES:
                    door = waiting.address.partition(":")[0]
                    why = f"{type(wrong).__name__} at {conversation.state.flow}/{conversation.state.step}"
                    await conversations.dead_letter(self.db, connection, door, waiting.key, why, {}, now)
                    turn, outcomes = (
                        Turn(conversation.state, (Reply(APOLOGY.format(self.content.office.hotline)),)),
                        (),
                    )
                    turn_context = self._context(connection, conversation, at, now)
                    break
        made = await self._bound(connection, waiting, conversation, turn_context, turn, outcomes)
        made.looked, made.begun = turn_context.looked, begun
        return made

    def _context(
        self, connection: AsyncConnection, conversation: Conversation, at: datetime, now: float
    ) -> TurnContext:
        services, ticket = self.effect_handler.services, conversation.ticket
        return TurnContext(
            services, connection, conversation.address, conversation.person, at, now, ticket=ticket
        )

    async def _bound(
        self,
        connection: AsyncConnection,
        waiting: WaitingTurn,
        conversation: Conversation,
        turn_context: TurnContext,
        turn: Turn,
        outcomes: tuple[str, ...],
    ) -> MadeTurn:
        """Number the replies and lay out the rows."""
        leased = waiting.pushed or waiting.shown
        if waiting.pushed and not self.db.is_sqlite and turn.replies:
            leased = not await outbox.held_elsewhere(connection, waiting.address, self.holder)
        rows = [
            Outgoing(
                outbox.new_id(),
                waiting.address,
                conversation.said + n,
                body_of(reply),
                leased_at=turn_context.now,
            )
            for n, reply in enumerate(turn.replies, start=1)
        ]
        kept = replace(
            conversation,
            state=turn.state,
            person=turn_context.person,
            ticket=turn_context.ticket,
            said=conversation.said + len(rows),
            turns=conversation.turns + 1,
        )
        holder = self.holder if leased else ""
        return MadeTurn(
            waiting,
            TurnResult(
                waiting.address,
                tuple(rows) if leased or not waiting.pushed else (),
                (turn.state.flow, turn.state.step),
                tuple(turn_context.codes_out),
                any(isinstance(e, ForgetMessage) for e in turn.effects),
                outcomes=outcomes,
                said=kept.said,
            ),
            kept,
            [outbox.reply_row(out, holder=holder, lease=self.lease, at=turn_context.now) for out in rows],
        )

    async def _advance(
        self, turn_context: TurnContext, savepoint: _Savepoint, event: Event, state: State
    ) -> tuple[Turn, tuple[str, ...]]:
        """Let the machine and the world answer each other until the person is to speak again."""
        turn = catalog.advance(state, event, self.content)
        replies, effects = list(turn.replies), list(turn.effects)
        outcomes: list[str] = []
        for _ in range(ROUNDS):
            if turn.awaits is None:
                return replace(turn, replies=tuple(replies), effects=tuple(effects)), tuple(outcomes)
            await savepoint.begin()
            answer = await self.effect_handler.handle(turn_context, turn.awaits)
            outcomes.append(answer.outcome)
            turn = catalog.advance(turn.state, Answered(answer, turn_context.at, turn.opening), self.content)
            replies += turn.replies
            effects += turn.effects
        raise RuntimeError(f"the flow asked the world more than {ROUNDS} times in one turn")

    # -- an officer

    async def _given_back(
        self,
        connection: AsyncConnection,
        waiting: WaitingTurn,
        conversation: Conversation,
        event: Returned,
        now: float,
    ) -> Conversation | MadeTurn:
        """The conversation as the bot's own again; a turn without words where it was not that officer's to give."""
        given = conversation.ticket == event.ticket and await desk.give_back(
            connection, event.ticket, event.officer, event.reason, now
        )
        if given:
            return replace(conversation, owner=BOT, ticket=None)
        place = (conversation.state.flow, conversation.state.step)
        return MadeTurn(
            waiting, TurnResult(waiting.address, place=place, repeat=True, said=conversation.said)
        )

    async def _to_the_desk(
        self, turn_context: TurnContext, waiting: WaitingTurn, conversation: Conversation, event: Event
    ) -> MadeTurn:
        """What the person writes is the officer's to answer. A secret reaches nobody, and its writer is told so."""
        turn = catalog.overhear(conversation.state, event, self.content)
        secret = any(isinstance(effect, ForgetMessage) for effect in turn.effects)
        for effect in turn.effects:
            if effect.outcomes and turn_context.person is not None:
                await self.effect_handler.handle(turn_context, effect)
        if conversation.ticket is not None:
            words = LEFT_OUT if secret else written(event)
            who = "note" if secret else "citizen"
            if words:
                await desk.receive(
                    turn_context.connection, self.seal, conversation.ticket, who, words, turn_context.now
                )
        return await self._bound(turn_context.connection, waiting, conversation, turn_context, turn, ())

    async def _overheard(
        self, turn_context: TurnContext, conversation: Conversation, event: Event, turn: Turn
    ) -> None:
        """While a ticket waits, the officer will want to read what is said meanwhile."""
        ticket = conversation.ticket
        if ticket is None or turn_context.ticket != ticket or isinstance(event, Returned):
            return
        secret = any(isinstance(e, ForgetMessage) for e in turn.effects)
        words = LEFT_OUT if secret else written(event)
        if words:
            who = "note" if secret else "citizen"
            await desk.receive(turn_context.connection, self.seal, ticket, who, words, turn_context.now)
        for reply in turn.replies:
            await desk.receive(
                turn_context.connection, self.seal, ticket, "bot", reply.text, turn_context.now
            )


def _answer(made: MadeTurn) -> None:
    if not made.waiting.done.done():
        made.waiting.done.set_result(made.taken)


async def _again(connection: AsyncConnection, waiting: WaitingTurn, conversation: Conversation) -> MadeTurn:
    """An event that was acted on before: nothing is said, but a secret is to be forgotten by whoever still has it."""
    place = (conversation.state.flow, conversation.state.step)
    forget = await conversations.held_secret(connection, waiting.address, waiting.key)
    taken = TurnResult(waiting.address, place=place, forget=forget, repeat=True, said=conversation.said)
    return MadeTurn(waiting, taken)


def _refuse(waiting: WaitingTurn, wrong: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(NotKept(type(wrong).__name__))


class _Savepoint:
    """A savepoint that begins only when the turn first asks the world."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._nested: Any = None

    async def begin(self) -> None:
        if self._nested is None:
            self._nested = await self._connection.begin_nested()

    async def keep(self) -> None:
        if self._nested is not None:
            await self._nested.commit()

    async def undo(self) -> None:
        if self._nested is not None:
            await self._nested.rollback()
            self._nested = None
