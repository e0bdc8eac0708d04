"""A person's right to what the desk keeps about them: told, counted, erased. Called by data/rights.py and the effect handlers.

Invariant: of an erased ticket only that there was one stays.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import outbox
from data.conversations import BOT
from data.desk import Ticket, TicketMessage, listed, messages
from data.seal import Seal
from data.tables import conversations, desk_messages, tickets


def _whose(person: str | None, address: str) -> ColumnElement[bool]:
    """Tickets of the person who talks at `address`; of the conversation alone where nobody is known there."""
    if person is None:
        return tickets.c.address == address
    theirs = select(conversations.c.address).where(conversations.c.person == person)
    return or_(tickets.c.person == person, tickets.c.address == address, tickets.c.address.in_(theirs))


async def about(
    connection: AsyncConnection, seal: Seal, person: str | None, address: str
) -> list[tuple[Ticket, list[TicketMessage]]]:
    """All tickets of a person with what was written in them, plain: it is theirs."""
    found = await listed(connection, seal, select(tickets).where(_whose(person, address)))
    return [(t, await messages(connection, seal, t.id, plain=True)) for t in found]


async def count_about(connection: AsyncConnection, person: str | None, address: str) -> int:
    """How many lines are kept in this person's tickets."""
    query = (
        select(func.count())
        .select_from(desk_messages)
        .join(tickets, tickets.c.id == desk_messages.c.ticket)
        .where(_whose(person, address))
    )
    return int((await connection.execute(query)).scalar_one())


async def has_tickets(connection: AsyncConnection, person: str | None, address: str) -> bool:
    """Whether this person ever asked for an officer and it is still kept."""
    query = select(tickets.c.id).where(_whose(person, address)).limit(1)
    return (await connection.execute(query)).first() is not None


async def erase(connection: AsyncConnection, person: str | None, address: str, at: float) -> None:
    """Wipe what was written in a person's tickets; that there were tickets stays, without them. Open ones are closed."""
    whose = _whose(person, address)
    mine = select(tickets.c.id).where(whose).scalar_subquery()
    rows = select(desk_messages.c.row).where(
        desk_messages.c.ticket.in_(mine), desk_messages.c.row.is_not(None)
    )
    await outbox.wipe(connection, rows, at)
    await connection.execute(delete(desk_messages).where(desk_messages.c.ticket.in_(mine)))
    await connection.execute(
        update(conversations).where(conversations.c.ticket.in_(mine)).values(ticket=None, owner=BOT)
    )
    await connection.execute(
        update(tickets)
        .where(whose, tickets.c.state != "closed")
        .values(state="closed", reason="erased", closed_at=at, fence=tickets.c.fence + 1)
    )
    await connection.execute(update(tickets).where(whose).values(person=None, card=None, address=""))
