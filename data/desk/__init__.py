"""The officers' desk: tickets, who owns a conversation, what was written. Rule: the owner changes in one fenced statement.

Exactly one may speak in a conversation: the bot, an officer, or nobody while a claim waits for replies of the bot that are
on their way. A claim is two steps: `claim` silences the bot for good and takes back what it has not begun to say; `settle`
gives the conversation to the officer once nothing of the bot is on its way any more.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import channels, outbox
from data.conversations import NOBODY, OFFICER, claim_events, topic_of
from data.desk import search
from data.engine import Database, value_of
from data.outbox import Outgoing
from data.seal import Seal
from data.tables import conversations, desk_messages, staff, tickets
from data.tables import outbox as outbox_rows
from flows.conversations.officer import words as desk_words
from flows.text.masking import mask_text

REASONS = ("answered", "no_answer", "elsewhere")  # why an officer closes; "" is handed back
SILENT = "silent"  # why the desk closes a ticket by itself: the person wrote nothing after a warning
OUTSIDE = "outside"  # tickets.officer where an officer writes in the channel's own tool: data/desk/outside.py
SIGNED = desk_words.signed("")  # before the words of an officer who has no display name, on every channel


@dataclass(frozen=True, slots=True)
class TicketCard:
    """What an officer sees first: what they want, where they stand, what failed, who they are; masked."""

    want: str = ""
    place: str = ""
    failed: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One handover. `state`: waiting, claiming, claimed, closed; `number` is what people call it; times in seconds since 1970."""

    id: str
    number: int
    address: str
    person: str | None
    state: str
    officer: str | None
    fence: int
    card: TicketCard
    reason: str
    opened_at: float
    claimed_at: float | None
    closed_at: float | None
    answered_at: float | None = None  # first words of an officer
    waits_since: float | None = None  # of the person, for words of an officer; None: answered
    officer_at: float | None = None  # last act of the officer who has it
    asked_at: float | None = None  # the assistant asked the person something beside, and nobody wrote since
    warned_at: float | None = None  # the person was told that it will be closed
    rating: int | None = None  # 1..5
    reopened: int = 0  # how often
    earlier: str | None = None  # the ticket of the same person before this one

    @property
    def door(self) -> str:
        """The channel the person writes on."""
        return self.address.partition(":")[0]

    @property
    def may_be_claimed(self) -> bool:
        """Whether nobody at this desk has it."""
        return self.state == "waiting" or (self.state == "claimed" and self.officer == OUTSIDE)


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """One line of a ticket. `who`: citizen, officer, bot, withdrawn (a reply never said), note, or told (what the desk told
    the person by itself).

    `state` is what the outbox says of an officer's words: pending, leased, sent, blocked, failed …; "" for the others.
    """

    id: int
    who: str
    staff: str | None
    text: str
    at: float
    state: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """How a claim came out. `ready`: nothing of the bot is on its way any more."""

    outcome: Literal["claimed", "taken", "gone"]
    fence: int = 0
    ready: bool = False


def _ticket(seal: Seal, r: Any, *, plain: bool = False) -> Ticket:
    card = seal.open_if_possible(r.card, f"ticket {r.id}") or {}
    want = card.get("want", "")
    return value_of(Ticket, r, card=TicketCard(**{**card, "want": want if plain else mask_text(want)}))


# -- looking


async def load(
    connection: AsyncConnection, seal: Seal, ticket_id: str, *, plain: bool = False
) -> Ticket | None:
    """The ticket of this id, or None. `plain`: what they want is not masked."""
    row = (await connection.execute(select(tickets).where(tickets.c.id == ticket_id))).first()
    return _ticket(seal, row, plain=plain) if row else None


async def queue(connection: AsyncConnection, seal: Seal) -> list[Ticket]:
    """Open tickets, the one that waits longest first."""
    return await listed(connection, seal, select(tickets).where(tickets.c.state != "closed"))


async def closed(connection: AsyncConnection, seal: Seal, limit: int) -> list[Ticket]:
    """Closed tickets, the newest first."""
    query = select(tickets).where(tickets.c.state == "closed").order_by(tickets.c.closed_at.desc())
    return [_ticket(seal, r) for r in await connection.execute(query.limit(limit))]


async def listed(connection: AsyncConnection, seal: Seal, query: Select[Any]) -> list[Ticket]:
    """The tickets of a query of all their columns, the oldest first."""
    rows = await connection.execute(query.order_by(tickets.c.opened_at, tickets.c.number))
    return [_ticket(seal, r) for r in rows]


async def messages(
    connection: AsyncConnection, seal: Seal, ticket_id: str, after: int = 0, *, plain: bool = False
) -> list[TicketMessage]:
    """What was written in a ticket above `after`, oldest first; masked unless `plain`."""
    query = (
        select(desk_messages, outbox_rows.c.state)
        .outerjoin(outbox_rows, outbox_rows.c.id == desk_messages.c.row)
        .where(desk_messages.c.ticket == ticket_id, desk_messages.c.id > after)
        .order_by(desk_messages.c.id)
    )
    found = []
    for r in await connection.execute(query):
        text = str(seal.open(r.words, f"desk {r.id}") or "")
        found.append(
            TicketMessage(r.id, r.who, r.staff, text if plain else mask_text(text), r.at, r.state or "")
        )
    return found


async def last_words(connection: AsyncConnection, seal: Seal, ticket_id: str, officer: str) -> str:
    """What an officer wrote last in a ticket, "" for nothing."""
    query = (
        select(desk_messages.c.id, desk_messages.c.words)
        .where(
            desk_messages.c.ticket == ticket_id,
            desk_messages.c.who == "officer",
            desk_messages.c.staff == officer,
        )
        .order_by(desk_messages.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return str(seal.open(row.words, f"desk {row.id}") or "") if row else ""


async def open_at(connection: AsyncConnection, seal: Seal, address: str) -> Ticket | None:
    """The open ticket of this conversation, or None."""
    query = select(tickets).where(tickets.c.address == address, tickets.c.state != "closed")
    row = (await connection.execute(query)).first()
    return _ticket(seal, row) if row else None


# -- the citizen's side; inside a turn, which holds the conversation's lock


async def open_ticket(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    *,
    address: str,
    person: str | None,
    card: TicketCard,
    at: float,
) -> tuple[Ticket, bool]:
    """Ask for an officer; returns the ticket and whether it is new. Until it is claimed the bot goes on answering."""
    found = await open_at(connection, seal, address)
    if found is not None:
        return found, False
    await db.lock(connection, "ticket numbers")
    newest = (await connection.execute(select(func.max(tickets.c.number)))).scalar() or 0
    ticket_id = secrets.token_hex(16)
    whole = {"want": card.want, "place": card.place, "failed": card.failed, "who": card.who}
    await connection.execute(
        tickets.insert().values(
            id=ticket_id,
            number=newest + 1,
            address=address,
            person=person,
            state="waiting",
            fence=1,
            card=seal.close(whole, f"ticket {ticket_id}"),
            opened_at=at,
            waits_since=at,
            earlier=await _newest_of(connection, person, address),
        )
    )
    await search.keep(connection, seal, ticket_id, f"{card.want} {card.who}")
    made = await load(connection, seal, ticket_id)
    assert made is not None
    return made, True


async def _newest_of(connection: AsyncConnection, person: str | None, address: str) -> str | None:
    """The person's ticket before this one, None for none; of nobody known, the conversation's."""
    whose = tickets.c.address == address
    if person is not None:
        whose = or_(whose, tickets.c.person == person)
    return await connection.scalar(
        select(tickets.c.id).where(whose).order_by(tickets.c.number.desc()).limit(1)
    )


async def receive(
    connection: AsyncConnection,
    seal: Seal,
    ticket_id: str,
    who: str,
    text: str,
    at: float,
    *,
    staff: str | None = None,
    row: int | None = None,
) -> None:
    """Keep one line of a ticket, sealed. Words of the person wait for an officer's from then on."""
    line = outbox.new_id()
    await connection.execute(
        desk_messages.insert().values(
            id=line,
            ticket=ticket_id,
            who=who,
            staff=staff,
            words=seal.close(text, f"desk {line}"),
            row=row,
            at=at,
        )
    )
    await search.keep(connection, seal, ticket_id, text)
    if who == "citizen":
        await connection.execute(
            update(tickets)
            .where(tickets.c.id == ticket_id, tickets.c.state != "closed")
            .values(waits_since=func.coalesce(tickets.c.waits_since, at), asked_at=None, warned_at=None)
        )


async def asked(connection: AsyncConnection, ticket_id: str, at: float) -> None:
    """The assistant asked the person something beside the officer: until somebody writes, a short word answers it."""
    await connection.execute(update(tickets).where(tickets.c.id == ticket_id).values(asked_at=at))


async def leave(connection: AsyncConnection, ticket_id: str, reason: str, at: float) -> bool:
    """The person needs no officer any more; the caller's turn gives the conversation back to the bot."""
    done = await connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id, tickets.c.state != "closed")
        .values(state="closed", reason=reason, fence=tickets.c.fence + 1, closed_at=at)
    )
    return int(done.rowcount) == 1


async def give_back(
    connection: AsyncConnection, ticket_id: str, officer: str, reason: str, at: float
) -> bool:
    """The officer gives the conversation back; False when it is not theirs. Part of the turn in which the bot goes on."""
    mine = (
        tickets.c.id == ticket_id,
        tickets.c.officer == officer,
        tickets.c.state.in_(("claiming", "claimed")),
    )
    closes = update(tickets).where(*mine)
    if reason == SILENT:  # not when they wrote since they were warned
        closes = closes.where(tickets.c.warned_at.is_not(None), tickets.c.waits_since.is_(None))
    done = await connection.execute(
        closes.values(state="closed", reason=reason or "handed_back", fence=tickets.c.fence + 1, closed_at=at)
    )
    return int(done.rowcount) == 1


# -- the officer's side


async def claim(
    db: Database, connection: AsyncConnection, seal: Seal, ticket_id: str, officer: str, at: float
) -> Claim:
    """Take a waiting ticket: one of many wins. From the commit on the bot makes no reply here."""
    ticket = await load(connection, seal, ticket_id)
    if ticket is None:
        return Claim("gone")
    await db.lock(connection, ticket.address)
    won = await connection.execute(
        update(tickets)
        .where(
            tickets.c.id == ticket_id,
            or_(
                tickets.c.state == "waiting",
                (tickets.c.state == "claimed") & (tickets.c.officer == OUTSIDE),
            ),
        )
        .values(state="claiming", officer=officer, fence=tickets.c.fence + 1, claimed_at=at, officer_at=at)
        .returning(tickets.c.fence)
    )
    fence = won.scalar()
    if fence is None:
        now = await load(connection, seal, ticket_id)
        return Claim("gone" if now is None or now.state == "closed" else "taken")
    await connection.execute(
        update(conversations)
        .where(conversations.c.address == ticket.address)
        .values(owner=NOBODY, ticket=ticket_id)
    )
    return Claim("claimed", fence, await _settled(db, connection, seal, ticket_id, ticket.address, fence, at))


async def settle(db: Database, connection: AsyncConnection, seal: Seal, ticket_id: str, at: float) -> bool:
    """Finish a claim: True once the conversation is the officer's, and nothing of the bot is on its way."""
    ticket = await load(connection, seal, ticket_id)
    if ticket is None or ticket.state != "claiming":
        return True
    await db.lock(connection, ticket.address)
    return await _settled(db, connection, seal, ticket_id, ticket.address, ticket.fence, at)


async def _settled(
    db: Database, connection: AsyncConnection, seal: Seal, ticket_id: str, address: str, fence: int, at: float
) -> bool:
    for body in await outbox.withdraw_replies(db, connection, seal, address, at):
        await receive(connection, seal, ticket_id, "withdrawn", str(body.get("text", "")), at)
    if await outbox.being_said(connection, address, at):
        return False
    won = await connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id, tickets.c.fence == fence, tickets.c.state == "claiming")
        .values(state="claimed")
    )
    if won.rowcount == 1:
        await connection.execute(
            update(conversations)
            .where(
                conversations.c.address == address,
                conversations.c.ticket == ticket_id,
                conversations.c.owner == NOBODY,
            )
            .values(owner=OFFICER)
        )
        ticket = await load(connection, seal, ticket_id)
        if ticket is not None:
            arrived = desk_words.arrived(await display_of(connection, ticket.officer))
            await tell(connection, seal, ticket, arrived, at)
    return True


async def display_of(connection: AsyncConnection, officer: str | None) -> str:
    """How people call this officer, "" where nothing was given: a login is never shown to them."""
    found = await connection.scalar(select(staff.c.display_name).where(staff.c.id == officer))
    return str(found or "")


async def tell(connection: AsyncConnection, seal: Seal, ticket: Ticket, text: str, at: float) -> None:
    """The desk itself tells the person something, the way an officer's words go. The caller holds the address's lock."""
    row = await _put_words(connection, seal, ticket, text, at)
    await receive(connection, seal, ticket.id, "told", text, at, row=row)


async def _put_words(connection: AsyncConnection, seal: Seal, ticket: Ticket, text: str, at: float) -> int:
    """Write words into the outbox's lane of officers; the row's id. Where the reader fetches them they have the next number."""
    mine = conversations.c.address == ticket.address
    found = (
        await connection.execute(select(conversations.c.said, conversations.c.place).where(mine))
    ).first()
    topic = topic_of(found.place) if found is not None else 0
    number = None
    if found is not None and ticket.door in channels.pulled():
        number = found.said + 1
        await connection.execute(update(conversations).where(mine).values(said=number))
    body: dict[str, Any] = {"text": text} | ({"topic": topic} if topic else {})
    out = Outgoing(outbox.new_id(), ticket.address, number, body)
    await outbox.put(connection, [outbox.officer_row(out, seal, at=at)])
    return out.id


async def answer(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    ticket_id: str,
    officer: str,
    text: str,
    key: str,
    at: float,
) -> bool:
    """Put an officer's words into the outbox, once for each `key`; False when the conversation is not theirs."""
    ticket = await load(connection, seal, ticket_id)
    if ticket is None:
        return False
    await db.lock(connection, ticket.address)
    owned = await connection.execute(
        select(conversations.c.address)
        .join(tickets, tickets.c.address == conversations.c.address)
        .where(
            conversations.c.owner == OFFICER,
            tickets.c.id == ticket_id,
            tickets.c.state == "claimed",
            tickets.c.officer == officer,
        )
    )
    if owned.first() is None:
        return False
    event = (ticket.address, seal.keyed("desk", f"{ticket_id} {key!a}"))
    if event not in await claim_events(db, connection, [event], at):
        return True
    display = await display_of(connection, officer)
    row = await _put_words(connection, seal, ticket, desk_words.signed(display) + text, at)
    await receive(connection, seal, ticket_id, "officer", text, at, staff=officer, row=row)
    await connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id)
        .values(
            answered_at=func.coalesce(tickets.c.answered_at, at),
            waits_since=None,
            officer_at=at,
            asked_at=None,
            warned_at=None,
        )
    )
    return True
