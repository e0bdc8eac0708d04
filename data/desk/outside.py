"""Officers who write in a channel's own tool: the conversation is theirs as if they had claimed it here. Called by the Zalo door.

Any officer at the console can take such a ticket over. Invariant: the bot makes no reply from the commit on in which the
officer's words are kept.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import desk, outbox
from data.conversations import BOT, OFFICER, Conversation, claim_events, load, save
from data.desk import OUTSIDE, TicketCard
from data.engine import Database
from data.seal import Seal
from data.tables import conversations, desk_messages, tickets

WANT = "Cán bộ nhắn trước, trong công cụ chat của kênh"


async def take_over(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, words: str, key: str, at: float
) -> bool:
    """Keep what an officer wrote outside, once for each `key`; the bot falls silent. False when it was known already."""
    await db.lock(connection, address)
    if (address, key) not in await claim_events(db, connection, [(address, key)], at):
        return False
    found = (await load(connection, seal, [address])).get(address)
    if found is None:
        await save(db, connection, seal, [Conversation(address)], at)
    person = found.person if found is not None else None
    card = TicketCard(want=WANT)
    ticket, _ = await desk.open_ticket(db, connection, seal, address=address, person=person, card=card, at=at)
    if ticket.state in ("waiting", "claiming"):
        await connection.execute(
            update(tickets)
            .where(tickets.c.id == ticket.id)
            .values(
                state="claimed", officer=ticket.officer or OUTSIDE, fence=tickets.c.fence + 1, claimed_at=at
            )
        )
        for body in await outbox.withdraw_replies(db, connection, seal, address, at):
            await desk.receive(connection, seal, ticket.id, "withdrawn", str(body.get("text", "")), at)
        await connection.execute(
            update(conversations)
            .where(conversations.c.address == address)
            .values(owner=OFFICER, ticket=ticket.id)
        )
    await desk.receive(connection, seal, ticket.id, "officer", words, at, staff=OUTSIDE)
    return True


async def silent_since(connection: AsyncConnection, address: str) -> float | None:
    """When an officer outside last wrote in a conversation that is theirs; None where it is not."""
    query = (
        select(func.max(desk_messages.c.at))
        .join(tickets, tickets.c.id == desk_messages.c.ticket)
        .where(
            tickets.c.address == address,
            tickets.c.state == "claimed",
            tickets.c.officer == OUTSIDE,
            desk_messages.c.staff == OUTSIDE,
        )
    )
    found = await connection.scalar(query)
    return None if found is None else float(found)


async def take_back(
    db: Database, connection: AsyncConnection, address: str, at: float, seconds: float
) -> bool:
    """Give a conversation back to the bot in which an officer outside has been silent for `seconds`."""
    await db.lock(connection, address)
    since = await silent_since(connection, address)
    if since is None or at - since < seconds:
        return False
    query = select(tickets.c.id).where(tickets.c.address == address, tickets.c.state == "claimed")
    ticket = str(await connection.scalar(query))
    done = await desk.give_back(connection, ticket, OUTSIDE, "", at)
    if done:
        await connection.execute(
            update(conversations).where(conversations.c.address == address).values(owner=BOT, ticket=None)
        )
    return done
