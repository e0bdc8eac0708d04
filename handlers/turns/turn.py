"""Making one turn: find the conversation, let engine and effects answer each other, lay out what is to be kept and said.

The base of the turn queue, inside whose transaction everything here runs. A turn that only talks writes nothing before
the end of its group; one that awaits an effect has a savepoint, so that its failure leaves its neighbours alone. A turn
that fails is tried TRIES times; then it becomes a dead letter and the person gets an apology. Invariant: where an officer
owns the conversation the engine decides nothing; what the person writes goes to the officer's ticket. Of an event that
belongs to an act already answered only what must not wait is acted on.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from data import conversations, desk, outbox
from data.conversations import BOT, Conversation
from data.effects.handler import EffectHandler
from data.effects.turn_context import TurnContext
from data.engine import Database
from data.knowledge import misses
from data.outbox import HeldText, HeldWords, Outgoing
from data.seal import Seal
from flows import catalog
from flows.content import Content
from flows.effects import GiveConsent, NoteMiss
from flows.engine.events import Answered, Event, Returned, Said, Unreadable
from flows.engine.navigation import Turn
from flows.engine.state import State
from flows.engine.steps import Reply
from handlers.turns.bursts import BurstLimits, Gathered, gather
from handlers.turns.openings import Openings
from handlers.turns.ticket_log import LEFT_OFFICER, LEFT_OUT, written
from handlers.turns.turn_parts import Savepoint, TurnReplies, again, body_of, has_secret, silent
from handlers.turns.types import Clock, MadeTurn, TurnResult, WaitingTurn

log = logging.getLogger("troly.turn")

ROUNDS = 8  # how many effects one turn may await
TRIES = 3  # how often a failing turn is tried before it is put aside
APOLOGY = "Xin lỗi, tôi vừa gặp lỗi với tin này. Anh/chị thử lại, hoặc gọi {}."

WRITTEN = frozenset(
    {"long", "empty", "edited"}
)  # kinds of messages that are words: each is an act of its own


@dataclass(eq=False)
class TurnMaker:
    """Makes turns on a transaction that is handed in."""

    db: Database
    seal: Seal
    effect_handler: EffectHandler
    content: Content  # replaced as a whole when staff edited it
    _: KW_ONLY
    clock: Clock
    lease: float  # seconds
    miss_days: int
    bursts: BurstLimits = BurstLimits()  # noqa: RUF009  # frozen
    openings: Openings = field(default_factory=Openings)
    holder: str = field(default_factory=lambda: secrets.token_hex(8))  # this process, where rows are leased

    async def _make(self, connection: AsyncConnection, group: list[WaitingTurn]) -> list[MadeTurn]:
        if not group:
            return []
        now = self.clock()
        for waiting in group:
            await self.db.lock(connection, waiting.address)
        keys = [(w.address, k) for w in group for k in (w.key, w.act.once, w.act.also) if k]
        fresh = await conversations.claim_events(self.db, connection, keys, now)
        found = await conversations.load(connection, self.seal, [w.address for w in group])
        made: list[MadeTurn] = []
        for waiting in group:
            conversation = found.get(waiting.address) or Conversation(waiting.address)
            if (waiting.address, waiting.key) not in fresh:
                made.append(await again(connection, waiting, conversation))
                continue
            once = waiting.act.once
            answered = bool(once) and (waiting.address, once) not in fresh
            made.append(await self._one(connection, waiting, conversation, now, answered=answered))
        kept = [m.kept for m in made if m.kept is not None]
        secrets_in = [
            (m.waiting.address, m.waiting.key) for m in made if m.result.forget and not m.result.repeat
        ]
        secrets_in += [(m.waiting.address, key) for m in made for key in m.secret_keys]
        await conversations.note_secrets(connection, secrets_in)
        await conversations.save(self.db, connection, self.seal, kept, now)
        await outbox.put(connection, [row for m in made for row in m.rows])
        return made

    async def _one(
        self,
        connection: AsyncConnection,
        waiting: WaitingTurn,
        conversation: Conversation,
        now: float,
        *,
        answered: bool,
    ) -> MadeTurn:
        """Make one turn; what fails `TRIES` times becomes a dead letter and an apology. `answered`: the act was already."""
        begun = asyncio.get_running_loop().time()
        at = datetime.fromtimestamp(now + conversation.clock, UTC)
        held = None
        if waiting.act.topic is not None:
            conversation = replace(conversation, topic=waiting.act.topic)
        if conversation.held:
            held = await outbox.held_words(connection, self.seal, conversation.address, conversation.held)
        while True:
            source = held.source if held is not None and waiting.act.ends else waiting.source
            turn_context = self._context(connection, conversation, at, now, source)
            savepoint = Savepoint(connection)
            try:
                event = waiting.opens(conversation.state, at)
                if not waiting.act.ends and not isinstance(event, Returned):
                    conversation = replace(conversation, heard_at=now)
                if isinstance(event, Returned):
                    given = await self._given_back(connection, waiting, conversation, event, now)
                    if isinstance(given, MadeTurn):
                        return given
                    conversation, turn_context.ticket = given, None
                elif conversation.owner != BOT:
                    return await self._to_the_desk(turn_context, waiting, conversation, event, held)
                noted, told = self._told(conversation, waiting, event, now)
                if answered or (told and not (held is not None and isinstance(event, Said))):
                    whose = conversation if answered else noted
                    return await self._overheard_only(turn_context, waiting, whose, event)
                conversation = noted
                gathered = gather(
                    *(waiting, conversation, held, event, self.content, self.bursts), at=at, now=now
                )
                if not gathered.readings:
                    return await self._waits(connection, waiting, conversation, gathered, now)
                read = await self._read(turn_context, savepoint, conversation, gathered)
                for missed in (e for e in read.turn.effects if isinstance(e, NoteMiss)):
                    await misses.note(self.db, connection, missed.words, now, days=self.miss_days)
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
                    apology = Reply(APOLOGY.format(self.content.office.hotline))
                    read = TurnReplies(Turn(conversation.state, (apology,)))
                    turn_context = self._context(connection, conversation, at, now, source)
                    break
        if held is not None:
            await outbox.drop_held(connection, held.id)
        made = await self._bound(connection, waiting, replace(conversation, held=0), turn_context, read)
        made.looked, made.begun = turn_context.looked, begun
        return made

    async def _read(
        self, turn_context: TurnContext, savepoint: Savepoint, conversation: Conversation, gathered: Gathered
    ) -> TurnReplies:
        """Act on what was gathered, one thing after the other."""
        read = TurnReplies(Turn(conversation.state))
        for reading in gathered.readings:
            state = read.turn.state
            turn, outcomes = await self._advance(turn_context, savepoint, reading.event, state, reading.turn)
            await self._overheard(turn_context, conversation, reading.event, turn)
            read.add(turn, outcomes)
            if has_secret(turn):
                read.forget = read.forget or reading.own
                read.texts += reading.texts
        return read

    def _told(
        self, conversation: Conversation, waiting: WaitingTurn, event: Event, now: float
    ) -> tuple[Conversation, bool]:
        """Whether an act of this kind was answered a moment ago; and the conversation with that noted."""
        kind, at = conversation.answered
        unread = event.kind if isinstance(event, Unreadable) and event.kind not in WRITTEN else ""
        mine = waiting.act.kind or unread
        recent = now - at < self.bursts.seconds
        if mine and self.bursts.seconds:
            return replace(conversation, answered=(mine, now)), recent and kind == mine
        return (conversation if recent else replace(conversation, answered=("", 0.0))), False

    async def _waits(
        self,
        connection: AsyncConnection,
        waiting: WaitingTurn,
        conversation: Conversation,
        gathered: Gathered,
        now: float,
    ) -> MadeTurn:
        """Keep words until more comes; nothing is said yet."""
        words = gathered.wait
        made = silent(waiting, conversation)
        if words is not None:
            await outbox.hold(self.db, connection, self.seal, conversation.address, words, now)
            made.result = replace(made.result, repeat=False)
            made.kept, made.held = replace(conversation, held=words.id), words
        return made

    def _context(
        self, connection: AsyncConnection, conversation: Conversation, at: datetime, now: float, source: str
    ) -> TurnContext:
        services, address = self.effect_handler.services, conversation.address
        whose = (address, conversation.person)
        return TurnContext(services, connection, *whose, at, now, ticket=conversation.ticket, source=source)

    async def _bound(
        self,
        connection: AsyncConnection,
        waiting: WaitingTurn,
        conversation: Conversation,
        turn_context: TurnContext,
        read: TurnReplies,
    ) -> MadeTurn:
        """Number the replies and lay out the rows."""
        address, at, turn = waiting.address, turn_context.now, read.turn
        leased = waiting.pushed or waiting.shown
        if waiting.pushed and not self.db.is_sqlite and turn.replies:
            leased = not await outbox.held_elsewhere(connection, address, self.holder)
        rows = [
            Outgoing(outbox.new_id(), address, number, body_of(reply, conversation.topic), leased_at=at)
            for number, reply in enumerate(turn.replies, start=conversation.said + 1)
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
                address,
                tuple(rows) if leased or not waiting.pushed else (),
                (turn.state.flow, turn.state.step),
                tuple(turn_context.codes_out),
                read.forget,
                forget_too=tuple(text.note for text in read.texts),
                outcomes=read.outcomes,
                said=kept.said,
            ),
            kept,
            [outbox.reply_row(out, self.seal, holder=holder, lease=self.lease, at=at) for out in rows],
            secret_keys=tuple(text.key for text in read.texts),
        )

    async def _advance(
        self,
        turn_context: TurnContext,
        savepoint: Savepoint,
        event: Event,
        state: State,
        first: Turn | None = None,
    ) -> tuple[Turn, tuple[str, ...]]:
        """Let the engine and the effect handler answer each other until the person is to speak again; `first` is the engine's."""
        turn = catalog.advance(state, event, self.content) if first is None else first
        replies, effects = list(turn.replies), list(turn.effects)
        outcomes: list[str] = []
        opening = ""
        for _ in range(ROUNDS):
            if turn.awaits is None:
                self.openings.note(turn_context.address, turn.state, opening, turn_context.now)
                return replace(turn, replies=tuple(replies), effects=tuple(effects)), tuple(outcomes)
            await savepoint.begin()
            answer = await self.effect_handler.handle(turn_context, turn.awaits)
            outcomes.append(answer.outcome)
            opening = turn.opening
            if isinstance(turn.awaits, GiveConsent):
                opening = opening or self.openings.take(turn_context.address, turn_context.now)
            turn = catalog.advance(turn.state, Answered(answer, turn_context.at, opening), self.content)
            replies += turn.replies
            effects += turn.effects
        raise RuntimeError(f"the flow asked for more than {ROUNDS} effects in one turn")

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
        return silent(waiting, conversation)

    async def _to_the_desk(
        self,
        turn_context: TurnContext,
        waiting: WaitingTurn,
        conversation: Conversation,
        event: Event,
        held: HeldWords | None,
    ) -> MadeTurn:
        """What the person writes is the officer's to answer, but for what is always answered. A secret reaches nobody, and
        its writer is told so."""
        if held is not None:
            await outbox.drop_held(turn_context.connection, held.id)
            conversation = replace(conversation, held=0)
            if isinstance(event, Said):
                event = replace(event, text=f"{held.joined} {event.text}".strip())
            elif conversation.ticket is not None:
                words = Said(held.joined, turn_context.at)
                turn = catalog.overhear(conversation.state, words, self.content)
                await self._write_down(turn_context, conversation.ticket, words, turn)
        texts = () if held is None else held.texts
        if (made := await self._beside_officer(turn_context, waiting, conversation, event)) is not None:
            return made
        return await self._overheard_only(turn_context, waiting, conversation, event, texts)

    async def _beside_officer(
        self, turn_context: TurnContext, waiting: WaitingTurn, conversation: Conversation, event: Event
    ) -> MadeTurn | None:
        """What is answered although an officer has the conversation; None for what is the officer's alone."""
        connection, state = turn_context.connection, conversation.state
        heard = catalog.overhear(state, event, self.content)
        if conversation.ticket is None or has_secret(heard) or not written(event):
            return None
        ticket = await desk.load(connection, self.seal, conversation.ticket)
        if ticket is None or ticket.state == "closed":
            return None
        display = await desk.display_of(connection, ticket.officer)
        asked = ticket.asked_at is not None
        attended = catalog.attend(state, event, self.content, ticket.number, display, asked=asked)
        if attended.how == "officer":
            return None
        await self._write_down(turn_context, ticket.id, event, heard)
        turn = attended.turn
        outcomes: tuple[str, ...] = ()
        match attended.how:
            case "leaves":
                await self._receive(turn_context, ticket.id, "note", LEFT_OFFICER)
                await desk.leave(connection, ticket.id, "left", turn_context.now)
                turn_context.ticket = None
                returned = Returned(ticket.id, ticket.officer or "", "left", turn_context.at)
                turn = catalog.advance(turn.state, returned, self.content)
            case "beside":
                savepoint = Savepoint(connection)
                turn, outcomes = await self._advance(turn_context, savepoint, event, state, turn)
                await savepoint.keep()
                turn = replace(turn, state=catalog.after_beside(turn.state, attended))
            case _:
                pass
        if turn_context.ticket is None:
            conversation = replace(conversation, owner=BOT)
        elif turn.replies and turn.replies[-1].options:
            await desk.asked(connection, ticket.id, turn_context.now)
        read = TurnReplies(turn, outcomes)
        return await self._bound(connection, waiting, conversation, turn_context, read)

    async def _overheard_only(
        self,
        turn_context: TurnContext,
        waiting: WaitingTurn,
        conversation: Conversation,
        event: Event,
        texts: tuple[HeldText, ...] = (),
    ) -> MadeTurn:
        """Only what must not wait for an officer, or for the next act. `texts` are earlier messages read with it."""
        turn = catalog.overhear(conversation.state, event, self.content)
        for effect in turn.effects:
            if effect.outcomes and turn_context.person is not None:
                await self.effect_handler.handle(turn_context, effect)
        if conversation.ticket is not None:
            await self._write_down(turn_context, conversation.ticket, event, turn)
        read = TurnReplies(turn)
        if has_secret(turn):
            read.forget, read.texts = True, texts
        return await self._bound(turn_context.connection, waiting, conversation, turn_context, read)

    async def _overheard(
        self, turn_context: TurnContext, conversation: Conversation, event: Event, turn: Turn
    ) -> None:
        """While a ticket waits, the officer will want to read what is said meanwhile."""
        ticket = conversation.ticket
        if ticket is None or turn_context.ticket != ticket or isinstance(event, Returned):
            return
        await self._write_down(turn_context, ticket, event, turn)
        for reply in turn.replies:
            await self._receive(turn_context, ticket, "bot", reply.text)

    async def _write_down(self, turn_context: TurnContext, ticket: str, event: Event, turn: Turn) -> None:
        """Put what the person wrote into the ticket; of a secret, only that there was one."""
        if has_secret(turn):
            await self._receive(turn_context, ticket, "note", LEFT_OUT)
        elif words := written(event):
            await self._receive(turn_context, ticket, "citizen", words)

    async def _receive(self, turn_context: TurnContext, ticket: str, who: str, words: str) -> None:
        await desk.receive(turn_context.connection, self.seal, ticket, who, words, turn_context.now)
