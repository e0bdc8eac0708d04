"""What officers do with tickets: claim, answer, pass on, take over, put back, hand back, close. Called by the console.

Invariant: an officer writes to a conversation only when nothing of the assistant is on its way there any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from data import channels, desk, outbox
from data.desk import transfers
from data.desk.transfers import Moved
from flows.conversations.officer import words as desk_words
from flows.engine.events import Returned
from flows.secrets.staff_words import trouble_in
from flows.text.normalise import clean
from handlers.turns.json_contract import NEVER
from handlers.turns.queue import Turns
from handlers.turns.types import Busy, NotKept, TurnResult, at_once

log = logging.getLogger("troly.desk")

LOOK_AGAIN = 0.05  # seconds between two looks at replies that are on their way
LONGEST_WAIT = 45.0  # seconds a claim waits at most; leases end before
LAST_WORDS = 3.0  # seconds the bot lets the officer's last words leave before it goes on

Say = Callable[[TurnResult], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Desk:
    """Claims, answers and hands back. `say` are the doors of this process that say replies themselves, by name.

    `nudge` is called when something waits to leave: the worker and the open pages then look at once.
    """

    turns: Turns
    _: KW_ONLY
    say: Mapping[str, Say]
    nudge: Callable[[], None] = lambda: None
    text_limit: int = 2000
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def claim(self, ticket_id: str, officer: str) -> Literal["yours", "taken", "gone"]:
        """Take a ticket; returns once the bot says nothing any more there: a reply on its way is waited for."""
        turns = self.turns
        async with turns.db.writing() as connection:
            made = await desk.claim(turns.db, connection, turns.seal, ticket_id, officer, turns.clock())
        if made.outcome != "claimed":
            return made.outcome
        await self._ready(ticket_id, made.ready)
        return "yours"

    async def _ready(self, ticket_id: str, ready: bool) -> None:
        """Wait until nothing of the bot is on its way any more."""
        waited = 0.0
        while not ready and waited < LONGEST_WAIT:
            await self.sleep(LOOK_AGAIN)
            waited += LOOK_AGAIN
            ready = await self.settle(ticket_id)
        self.nudge()

    async def transfer(self, ticket_id: str, officer: str, to: str) -> Moved:
        """Hand the officer's ticket to the member `to`; both are ids. The person is told."""
        turns = self.turns
        async with turns.db.writing() as connection:
            done = await transfers.transfer(
                turns.db, connection, turns.seal, ticket_id, officer, to, turns.clock()
            )
        self.nudge()
        return done

    async def take_over(self, ticket_id: str, admin: str, who: str) -> Literal["yours", "gone"]:
        """An admin takes the ticket, whoever has it; audited as done by `who`. Returns as `claim` does."""
        turns = self.turns
        async with turns.db.writing() as connection:
            made = await transfers.take_over(
                turns.db, connection, turns.seal, ticket_id, admin, turns.clock(), who=who
            )
        if made.outcome != "claimed":
            return "gone"
        await self._ready(ticket_id, made.ready)
        return "yours"

    async def put_back(self, ticket_id: str, officer: str) -> bool:
        """The officer's ticket waits again at its old place, and the bot answers; False when it is not theirs."""
        turns = self.turns
        async with turns.db.writing() as connection:
            done = await transfers.put_back(
                turns.db,
                connection,
                turns.seal,
                ticket_id,
                officer,
                turns.clock(),
                content=turns.content,
            )
        self.nudge()
        return done

    async def gone(self, officer: str, why: str = desk_words.GONE) -> int:
        """A member is removed (desk_words.GONE) or signed out (LEFT_WORK): their tickets wait again; how many there were."""
        turns = self.turns
        async with turns.db.writing() as connection:
            put = await transfers.put_back_all(
                turns.db,
                connection,
                turns.seal,
                officer,
                turns.clock(),
                content=turns.content,
                why=why,
            )
        self.nudge()
        return put

    async def settle(self, ticket_id: str) -> bool:
        """Finish a claim that somebody began; True when it is finished."""
        turns = self.turns
        async with turns.db.writing() as connection:
            return await desk.settle(turns.db, connection, turns.seal, ticket_id, turns.clock())

    async def answer(
        self, ticket_id: str, officer: str, text: str, key: str
    ) -> Literal["sent", "not_yours", "asks", "secret", "empty", "long"]:
        """Send an officer's words, once for each `key`. Words that ask for a secret, or hold one, are stopped here."""
        tidy = clean(text)
        if not tidy:
            return "empty"
        if len(tidy) > self.text_limit:
            return "long"
        turns = self.turns
        async with turns.db.reading() as connection:
            before = await desk.last_words(connection, turns.seal, ticket_id, officer)
        if trouble := trouble_in(tidy, turns.content.staff_weights, before=clean(before)):
            return trouble
        done = await self._answer(ticket_id, officer, tidy, key)
        if not done and await self.settle(ticket_id):  # the claim's own process may have died before its end
            done = await self._answer(ticket_id, officer, tidy, key)
        self.nudge()
        return "sent" if done else "not_yours"

    async def _answer(self, ticket_id: str, officer: str, text: str, key: str) -> bool:
        turns = self.turns
        async with turns.db.writing() as connection:
            return await desk.answer(
                turns.db, connection, turns.seal, ticket_id, officer, text, key, turns.clock()
            )

    async def hand_back(self, ticket_id: str, officer: str) -> bool:
        """The bot goes on where the person stood; False when the conversation is not this officer's."""
        return await self._return(ticket_id, officer, "")

    async def close(self, ticket_id: str, officer: str, reason: str) -> bool:
        """As `hand_back`, and the person is told that the request is closed.

        Raises ValueError when the reason is none of data.desk.REASONS.
        """
        if reason not in desk.REASONS:
            raise ValueError(f"a ticket is closed for one of {', '.join(desk.REASONS)}")
        return await self._return(ticket_id, officer, reason)

    async def close_silent(self, ticket_id: str, officer: str) -> bool:
        """Close a ticket whose person wrote nothing after the warning; False when they did, or it is nobody's any more."""
        return await self._return(ticket_id, officer, desk.SILENT)

    async def _return(self, ticket_id: str, officer: str, reason: str) -> bool:
        turns = self.turns
        async with turns.db.reading() as connection:
            ticket = await desk.load(connection, turns.seal, ticket_id)
        if ticket is None or ticket.officer != officer or ticket.state not in ("claiming", "claimed"):
            return False
        await self._let_last_words_leave(ticket.address)
        event = at_once(Returned(ticket_id, officer, reason, NEVER))
        key = f"return:{ticket_id}:{ticket.fence}"
        if (
            reason == desk.SILENT
        ):  # refused when the person wrote meanwhile: that must not use up the officer's own key
            key = f"silent:{ticket_id}:{ticket.fence}:{ticket.warned_at}"
        say = self.say.get(ticket.door)
        shown = say is not None and ticket.door in channels.pulled()
        try:
            result = await turns.take(
                ticket.address,
                key,
                event,
                pushed=say is not None and not shown,
                shown=shown,
            )
        except (Busy, NotKept):
            return False
        if say is not None and (said := say(result)) is not None:
            await said
        return not result.repeat

    async def _let_last_words_leave(self, address: str) -> None:
        """The worker sends them, the door says what the bot says: without this the bot might overtake the officer."""
        waited = 0.0
        while waited < LAST_WORDS:
            async with self.turns.db.reading() as connection:
                if not await outbox.officer_words_wait(connection, address):
                    return
            await self.sleep(LOOK_AGAIN)
            waited += LOOK_AGAIN
