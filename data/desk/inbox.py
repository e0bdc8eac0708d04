"""The lists of the inbox: whose tickets, in which order, with the last line of each and what is unread. Called by the console.

Invariant: a page of a list costs the same however many tickets there are; texts are masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from data.desk import Ticket, _ticket
from data.seal import Seal
from data.tables import desk_messages, desk_seen, tickets
from flows.text.masking import mask_text

Tab = Literal["mine", "waiting", "others", "closed"]
TABS: tuple[Tab, ...] = ("mine", "waiting", "others", "closed")
HELD = ("claiming", "claimed")
SPOKEN = ("citizen", "officer", "bot")  # lines that are a conversation
MOST_HELD = 200  # tickets of one officer whose unread lines are counted
LAST_SHOWN = 200  # characters of the last line
_SEEN = text(
    "INSERT INTO desk_seen (staff, ticket, message) VALUES (:staff, :ticket, :message)"
    " ON CONFLICT (staff, ticket) DO UPDATE SET message = excluded.message"
    " WHERE desk_seen.message < excluded.message"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tickets stand in each list, and how many lines of citizens wait unread in one's own."""

    mine: int = 0
    waiting: int = 0
    others: int = 0
    closed: int = 0
    unread: int = 0
    oldest: float | None = None  # since when the longest waits


@dataclass(frozen=True, slots=True)
class DeskDay:
    """What happened at the desk since a moment: tickets opened and closed, seconds until an officer took one (middle value)."""

    opened: int
    closed: int
    until_claimed: float | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One ticket in a list. `last`: its last line, masked; `unread`: lines of the citizen that this officer has not read."""

    ticket: Ticket
    last: str
    last_who: str
    last_at: float
    unread: int


async def counts(connection: AsyncConnection, officer: str) -> Counts:
    """How many there are of each, as this officer sees them."""
    held = dict.fromkeys(("mine", "others"), 0)
    rows = await connection.execute(
        select(tickets.c.officer, func.count()).where(tickets.c.state.in_(HELD)).group_by(tickets.c.officer)
    )
    for whose, n in rows:
        held["mine" if whose == officer else "others"] += int(n)
    waiting, oldest = (
        await connection.execute(
            select(func.count(), func.min(tickets.c.opened_at)).where(tickets.c.state == "waiting")
        )
    ).one()
    closed = (
        await connection.execute(select(func.count()).select_from(tickets).where(tickets.c.state == "closed"))
    ).scalar_one()
    query = select(tickets.c.id).where(_is_in("mine", officer)).limit(MOST_HELD)
    unread = sum(
        (await _unread(connection, officer, list((await connection.execute(query)).scalars()))).values()
    )
    return Counts(held["mine"], int(waiting), held["others"], int(closed), unread, oldest)


async def listed(
    connection: AsyncConnection, seal: Seal, tab: Tab, officer: str, *, limit: int, offset: int = 0
) -> list[InboxRow]:
    """A page of a list: who waits longest first; held ones by what was written last; closed ones newest first."""
    query = _ordered(select(tickets).where(_is_in(tab, officer)), tab).limit(limit).offset(offset)
    return await _rows(connection, seal, list(await connection.execute(query)), officer)


async def by_numbers(
    connection: AsyncConnection, seal: Seal, numbers: Sequence[int], officer: str
) -> list[InboxRow]:
    """These tickets, in this order."""
    found = {
        r.number: r for r in await connection.execute(select(tickets).where(tickets.c.number.in_(numbers)))
    }
    return await _rows(connection, seal, [found[n] for n in numbers if n in found], officer)


async def since(connection: AsyncConnection, moment: float) -> DeskDay:
    """What happened since then."""
    in_any = tickets.c.state.in_(("waiting", *HELD, "closed"))  # so that an index of states and times is used
    query = select(tickets.c.opened_at, tickets.c.claimed_at).where(in_any, tickets.c.opened_at >= moment)
    opened = list(await connection.execute(query))
    closed = (
        await connection.execute(
            select(func.count())
            .select_from(tickets)
            .where(tickets.c.state == "closed", tickets.c.closed_at >= moment)
        )
    ).scalar_one()
    waits = [r.claimed_at - r.opened_at for r in opened if r.claimed_at is not None]
    return DeskDay(len(opened), int(closed), median(waits) if waits else None)


def tab_of(ticket: Ticket, officer: str) -> Tab:
    """The list in which this officer finds a ticket."""
    if ticket.state == "waiting":
        return "waiting"
    if ticket.state == "closed":
        return "closed"
    return "mine" if ticket.officer == officer else "others"


async def next_waiting(connection: AsyncConnection) -> str | None:
    """The id of the ticket that waits longest, or None."""
    query = _ordered(select(tickets.c.id).where(tickets.c.state == "waiting"), "waiting").limit(1)
    found = (await connection.execute(query)).scalar()
    return None if found is None else str(found)


async def id_of(connection: AsyncConnection, number: int) -> str | None:
    """The id of the ticket that people call by this number."""
    found = (await connection.execute(select(tickets.c.id).where(tickets.c.number == number))).scalar()
    return None if found is None else str(found)


async def note_seen(connection: AsyncConnection, officer: str, ticket_id: str, message: int) -> None:
    """This officer has read a ticket up to a line."""
    await connection.execute(_SEEN, {"staff": officer, "ticket": ticket_id, "message": message})


async def seen_up_to(connection: AsyncConnection, officer: str, ticket_id: str) -> int:
    """The line up to which an officer has read a ticket; 0 for none."""
    query = select(desk_seen.c.message).where(desk_seen.c.staff == officer, desk_seen.c.ticket == ticket_id)
    return int((await connection.execute(query)).scalar() or 0)


def _is_in(tab: Tab, officer: str) -> ColumnElement[bool]:
    if tab in ("waiting", "closed"):
        return tickets.c.state == tab
    whose = tickets.c.officer == officer if tab == "mine" else tickets.c.officer != officer
    return tickets.c.state.in_(HELD) & whose


def _ordered(query: Select[Any], tab: Tab) -> Select[Any]:
    if tab == "waiting":
        return query.order_by(tickets.c.opened_at, tickets.c.number)
    if tab == "closed":
        return query.order_by(tickets.c.closed_at.desc(), tickets.c.number.desc())
    newest = (
        select(func.max(desk_messages.c.id)).where(desk_messages.c.ticket == tickets.c.id).scalar_subquery()
    )
    return query.order_by(func.coalesce(newest, 0).desc(), tickets.c.number.desc())


async def _rows(connection: AsyncConnection, seal: Seal, found: list[Any], officer: str) -> list[InboxRow]:
    ids = [r.id for r in found]
    newest = (
        select(func.max(desk_messages.c.id))
        .where(desk_messages.c.ticket.in_(ids), desk_messages.c.who.in_(SPOKEN))
        .group_by(desk_messages.c.ticket)
    )
    lines = {
        m.ticket: m
        for m in await connection.execute(select(desk_messages).where(desk_messages.c.id.in_(newest)))
    }
    mine = [r.id for r in found if r.officer == officer and r.state in HELD]
    unread = await _unread(connection, officer, mine)
    rows = []
    for r in found:
        line = lines.get(r.id)
        words = str(seal.open_if_possible(line.words, f"desk {line.id}") or "") if line is not None else ""
        rows.append(
            InboxRow(
                _ticket(seal, r),
                mask_text(words)[:LAST_SHOWN],
                line.who if line is not None else "",
                line.at if line is not None else r.opened_at,
                unread.get(r.id, 0),
            )
        )
    return rows


async def _unread(connection: AsyncConnection, officer: str, ids: Sequence[str]) -> dict[str, int]:
    """Lines of citizens above what this officer has read, by ticket. With the ids written out each is one look into an index."""
    if not ids:
        return {}
    seen = (
        select(desk_seen.c.message)
        .where(desk_seen.c.staff == officer, desk_seen.c.ticket == desk_messages.c.ticket)
        .scalar_subquery()
    )
    query = (
        select(desk_messages.c.ticket, func.count())
        .where(
            desk_messages.c.ticket.in_(ids),
            desk_messages.c.who == "citizen",
            desk_messages.c.id > func.coalesce(seen, 0),
        )
        .group_by(desk_messages.c.ticket)
    )
    return {ticket: int(n) for ticket, n in await connection.execute(query)}
