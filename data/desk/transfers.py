"""A ticket that an officer has goes to somebody else: to a colleague, to an admin who takes over, or back into the queue.

Each is one fenced statement under the conversation's lock, in the transaction that tells the person. Invariant: nothing that
was written is lost, and whose ticket it is changes once however many ask at the same moment.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import audit, desk
from data.conversations import BOT, NOBODY, OFFICER
from data.desk import OUTSIDE, Claim, Ticket
from data.engine import Database
from data.seal import Seal
from data.tables import conversations, staff, tickets
from flows.content import Content
from flows.conversations.officer import words as desk_words

HELD = ("claiming", "claimed")  # states in which an officer has a ticket
DESK_ROLES = ("officer", "admin")  # who may have tickets

Moved = Literal["moved", "not_yours", "gone", "nobody"]


async def transfer(
    db: Database, connection: AsyncConnection, seal: Seal, ticket_id: str, officer: str, to: str, at: float
) -> Moved:
    """Hand a ticket of `officer` to the member `to` (both ids). The person is told who goes on.

    "not_yours": it is not that officer's; "nobody": `to` is nobody who may answer; "gone": no such ticket, or closed.
    """
    ticket = await locked(db, connection, seal, ticket_id)
    if ticket is None or ticket.state == "closed":
        return "gone"
    if not await _may_answer(connection, to):
        return "nobody"
    mine = (tickets.c.id == ticket_id, tickets.c.state.in_(HELD), tickets.c.officer == officer)
    if to == officer:
        return "moved" if ticket.officer == officer and ticket.state in HELD else "not_yours"
    done = await connection.execute(
        update(tickets)
        .where(*mine)
        .values(officer=to, fence=tickets.c.fence + 1, claimed_at=at, officer_at=at, asked_at=None)
    )
    if done.rowcount != 1:
        return "not_yours"
    await _note(connection, seal, ticket, "Phiếu được chuyển cho đồng nghiệp.", officer, at)
    if (
        ticket.state == "claimed"
    ):  # else who takes it is told of when nothing of the bot is on its way any more
        words = desk_words.passed_on(await desk.display_of(connection, to))
        await desk.tell(connection, seal, ticket, words, at)
    return "moved"


async def take_over(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    ticket_id: str,
    admin: str,
    at: float,
    *,
    who: str,
) -> Claim:
    """An admin takes a ticket, whoever has it; the row of the audit is in the same transaction. `who`: as the audit names them.

    As after `desk.claim`, the conversation is the admin's once `ready`.
    """
    ticket = await locked(db, connection, seal, ticket_id)
    if ticket is None or ticket.state == "closed":
        return Claim("gone")
    if ticket.state in HELD and ticket.officer == admin:
        return Claim("claimed", ticket.fence, ticket.state == "claimed")
    whose = seal.keyed("person", ticket.person or ticket.address)
    why = f"phiếu {ticket.number}"
    if ticket.may_be_claimed:
        made = await desk.claim(db, connection, seal, ticket_id, admin, at)
    else:
        taken = update(tickets).where(tickets.c.id == ticket_id, tickets.c.state.in_(HELD))
        fence = await connection.scalar(
            taken.values(
                officer=admin, fence=tickets.c.fence + 1, claimed_at=at, officer_at=at, asked_at=None
            ).returning(tickets.c.fence)
        )
        assert fence is not None, "its conversation is locked"
        await _note(connection, seal, ticket, "Quản trị viên nhận thay phiếu này.", admin, at)
        if ticket.state == "claimed":
            words = desk_words.passed_on(await desk.display_of(connection, admin))
            await desk.tell(connection, seal, ticket, words, at)
        made = Claim("claimed", fence, ticket.state == "claimed")
    await audit.note(
        *(db, connection, seal),
        at=at,
        who=who,
        what="ticket_taken_over",
        whose=whose,
        fields="owner",
        why=why,
    )
    return made


async def put_back(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    ticket_id: str,
    officer: str,
    at: float,
    *,
    content: Content,
    why: str = desk_words.RETURNED,
) -> bool:
    """Let a ticket of `officer` wait again, at its old place; the bot answers meanwhile and the person is told.

    `why`: one of desk_words.RETURNED, GONE, SILENT, LEFT_WORK. False when it is not that officer's.
    """
    ticket = await locked(db, connection, seal, ticket_id)
    if ticket is None:
        return False
    done = await connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id, tickets.c.state.in_(HELD), tickets.c.officer == officer)
        .values(
            state="waiting",
            officer=None,
            fence=tickets.c.fence + 1,
            claimed_at=None,
            officer_at=None,
            asked_at=None,
            warned_at=None,
            waits_since=func.coalesce(tickets.c.waits_since, at),
        )
    )
    if done.rowcount != 1:
        return False
    await connection.execute(
        update(conversations)
        .where(
            conversations.c.address == ticket.address,
            conversations.c.ticket == ticket_id,
            conversations.c.owner.in_((OFFICER, NOBODY)),
        )
        .values(owner=BOT)
    )
    await _note(connection, seal, ticket, _BECAUSE[why], officer, at)
    words = desk_words.waits_again(ticket.number, why, content, datetime.fromtimestamp(at, UTC))
    await desk.tell(connection, seal, ticket, words, at)
    return True


async def put_back_all(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    officer: str,
    at: float,
    *,
    content: Content,
    why: str,
) -> int:
    """Let every ticket of `officer` wait again, because they are removed or signed out; how many there were."""
    held = select(tickets.c.id).where(tickets.c.state.in_(HELD), tickets.c.officer == officer)
    found = (await connection.execute(held.order_by(tickets.c.address))).scalars().all()
    put = [await put_back(db, connection, seal, one, officer, at, content=content, why=why) for one in found]
    return sum(put)


async def left_alone(
    connection: AsyncConnection, at: float, silent_seconds: float
) -> list[tuple[str, str, str]]:
    """Tickets that wait for nobody: (id, officer, why), by address. Their officer is no member who may answer any more (GONE),
    or has done nothing for `silent_seconds` while the person waits (SILENT)."""
    answers = select(staff.c.id).where(staff.c.removed_at.is_(None), staff.c.role.in_(DESK_ROLES))
    gone = tickets.c.officer.not_in(answers)
    before = at - silent_seconds
    silent = (tickets.c.waits_since <= before) & (
        func.coalesce(tickets.c.officer_at, tickets.c.claimed_at) <= before
    )
    query = (
        select(tickets.c.id, tickets.c.officer, gone.label("gone"))
        .where(tickets.c.state.in_(HELD), tickets.c.officer != OUTSIDE, or_(gone, silent))
        .order_by(tickets.c.address)
    )
    rows = await connection.execute(query)
    return [(r.id, r.officer, desk_words.GONE if r.gone else desk_words.SILENT) for r in rows]


async def put_back_if_left_alone(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    ticket_id: str,
    at: float,
    silent_seconds: float,
    *,
    content: Content,
) -> bool:
    """Let a ticket wait again that `left_alone` named, unless its officer did something since; looked at under the lock."""
    if await locked(db, connection, seal, ticket_id) is None:
        return False
    for one, officer, why in await left_alone(connection, at, silent_seconds):
        if one == ticket_id:
            return await put_back(db, connection, seal, one, officer, at, content=content, why=why)
    return False


async def colleagues(connection: AsyncConnection, but: str) -> list[tuple[str, str, str]]:
    """Who may be given a ticket: (id, login, display name or ""), by login, without the member `but`."""
    query = select(staff.c.id, staff.c.name, staff.c.display_name).where(
        staff.c.removed_at.is_(None), staff.c.role.in_(DESK_ROLES), staff.c.id != but
    )
    return [
        (r.id, r.name, r.display_name or "") for r in await connection.execute(query.order_by(staff.c.name))
    ]


async def locked(db: Database, connection: AsyncConnection, seal: Seal, ticket_id: str) -> Ticket | None:
    """The ticket as it is under its conversation's lock; None for no such ticket."""
    found = await desk.load(connection, seal, ticket_id)
    if found is None:
        return None
    await db.lock(connection, found.address)
    return await desk.load(connection, seal, ticket_id)


async def _may_answer(connection: AsyncConnection, member: str) -> bool:
    query = select(staff.c.id).where(
        staff.c.id == member, staff.c.removed_at.is_(None), staff.c.role.in_(DESK_ROLES)
    )
    return (await connection.execute(query)).first() is not None


async def _note(
    connection: AsyncConnection, seal: Seal, ticket: Ticket, words: str, member: str, at: float
) -> None:
    await desk.receive(connection, seal, ticket.id, "note", words, at, staff=member)


_BECAUSE = {
    desk_words.RETURNED: "Cán bộ trả phiếu về hàng chờ.",
    desk_words.GONE: "Cán bộ giữ phiếu không còn làm ở đây; phiếu về lại hàng chờ.",
    desk_words.SILENT: "Cán bộ giữ phiếu im lặng quá lâu; phiếu về lại hàng chờ.",
    desk_words.LEFT_WORK: "Cán bộ giữ phiếu đã đăng xuất; phiếu về lại hàng chờ.",
}
