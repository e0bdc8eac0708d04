"""What the desk does by itself as time passes: tickets left alone wait again, admins hear of those that are late, quiet ones close.

Called by the worker. Invariant: each ticket is looked at again under its lock, or in one statement, so that an act of its officer
or its person at the same moment counts, and two workers do nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from data import desk, outbox
from data.desk import clocks, transfers
from data.desk.clocks import ANSWER, LateTicket
from data.outbox import Outgoing
from flows.conversations.officer import words as desk_words
from handlers.desk import Desk


@dataclass(frozen=True, slots=True)
class DeskLimits:
    """The times of the desk, in seconds; `answer` and `end` are working time."""

    silent: float = 1200.0  # until a ticket whose officer says nothing waits again
    answer: float = 900.0  # until admins hear that nobody answered
    end: float = 28800.0  # until they hear that it is not done
    warn: float = 14400.0  # until a person who does not write is told that the ticket will be closed
    close: float = 72000.0  # from then on until it is


@dataclass(frozen=True, slots=True)
class DeskClocks:
    """Looks after the tickets of a desk."""

    desk: Desk
    limits: DeskLimits = DeskLimits()  # frozen

    async def tend(self) -> bool:
        """Do what is due; False: there is no more at once."""
        done = await self._put_back() + await self._escalate() + await self._close_quiet()
        if done:
            self.desk.nudge()
        return False

    async def _put_back(self) -> int:
        turns = self.desk.turns
        now = turns.clock()
        async with turns.db.reading() as connection:
            alone = await transfers.left_alone(connection, now, self.limits.silent)
        for ticket_id, _, _ in alone:
            async with turns.db.writing() as connection:
                await transfers.put_back_if_left_alone(
                    turns.db,
                    connection,
                    turns.seal,
                    ticket_id,
                    now,
                    self.limits.silent,
                    content=turns.content,
                )
        return len(alone)

    async def _escalate(self) -> int:
        """Tell admins of tickets whose clock has run out, each clock once."""
        turns = self.desk.turns
        now = turns.clock()
        async with turns.db.reading() as connection:
            running = await clocks.running(connection, now - min(self.limits.answer, self.limits.end))
        late = [one for one in running if self._is_late(one, now)]
        for one in late:
            async with turns.db.writing() as connection:
                if not await clocks.escalate(connection, one):
                    continue
                address = turns.effect_handler.services.public_address
                minutes = int((now - one.since) // 60)
                words = desk_words.late(
                    one.number, minutes, f"{address}/console/tickets/{one.id}", one.clock == ANSWER
                )
                rows = []
                for user in await clocks.admins_to_tell(connection):
                    out = Outgoing(outbox.new_id(), f"telegram:{user}", None, {"text": words})
                    rows.append(outbox.officer_row(out, turns.seal, at=now))
                await outbox.put(connection, rows)
        return len(late)

    def _is_late(self, one: LateTicket, now: float) -> bool:
        content = self.desk.turns.content
        begin, end = datetime.fromtimestamp(one.since, UTC), datetime.fromtimestamp(now, UTC)
        worked = content.office.hours.worked_seconds(begin, end, content.calendar)
        return worked >= (self.limits.answer if one.clock == ANSWER else self.limits.end)

    async def _close_quiet(self) -> int:
        """Warn people who do not write any more, and close their tickets later."""
        turns = self.desk.turns
        now = turns.clock()
        async with turns.db.reading() as connection:
            quiet = await clocks.quiet(connection, now - self.limits.warn, now - self.limits.close)
        for ticket_id, what in quiet:
            if what == "warn":
                await self._warn(ticket_id, now)
                continue
            async with turns.db.reading() as connection:
                ticket = await desk.load(connection, turns.seal, ticket_id)
            if ticket is not None and ticket.officer is not None:
                await self.desk.close_silent(ticket_id, ticket.officer)
        return len(quiet)

    async def _warn(self, ticket_id: str, now: float) -> None:
        turns = self.desk.turns
        async with turns.db.writing() as connection:
            ticket = await transfers.locked(turns.db, connection, turns.seal, ticket_id)
            if ticket is not None and await clocks.warn(connection, ticket_id, now):
                words = desk_words.closes_soon(ticket.number, self.limits.close, turns.content)
                await desk.tell(connection, turns.seal, ticket, words, now)
