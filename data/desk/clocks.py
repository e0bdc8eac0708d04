"""The times of tickets: how long a person will probably wait, whose clock has run out, whom nobody answers any more.

Invariant: what is said of a wait comes from tickets that were really served; too few of them, and nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from sqlalchemy import distinct, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.desk import OUTSIDE, Ticket, listed
from data.desk.transfers import DESK_ROLES, HELD
from data.seal import Seal
from data.tables import staff, staff_sessions, tickets

ENOUGH = 5  # served tickets from which a wait is told
LOOKED_AT = 50  # of the tickets served last
AT_WORK_SECONDS = 900.0  # since an officer's last act at the console
ROUNDED = 5  # minutes
ANSWER, END = 1, 2  # bits of tickets.escalated


async def ahead_of(connection: AsyncConnection, ticket: Ticket) -> int:
    """How many tickets wait before this one."""
    query = (
        select(func.count())
        .select_from(tickets)
        .where(
            tickets.c.state == "waiting",
            tuple_(tickets.c.opened_at, tickets.c.number) < (ticket.opened_at, ticket.number),
        )
    )
    return int((await connection.execute(query)).scalar_one())


async def expected_minutes(connection: AsyncConnection, ticket: Ticket, at: float) -> int | None:
    """About how many minutes this waiting ticket will wait, in steps of five; None where it cannot be known.

    The middle of the last service times (from claim to end), times who waits before, shared by the officers at work.
    """
    served = (
        select(tickets.c.closed_at - tickets.c.claimed_at)
        .where(
            tickets.c.closed_at.is_not(None),
            tickets.c.claimed_at.is_not(None),
            tickets.c.answered_at.is_not(None),
        )
        .order_by(tickets.c.closed_at.desc())
        .limit(LOOKED_AT)
    )
    seconds = [float(s) for s in (await connection.execute(served)).scalars() if s is not None]
    at_work = (
        select(func.count(distinct(staff_sessions.c.staff)))
        .join(staff, staff.c.id == staff_sessions.c.staff)
        .where(
            staff.c.removed_at.is_(None),
            staff.c.role.in_(DESK_ROLES),
            staff_sessions.c.seen_at >= at - AT_WORK_SECONDS,
        )
    )
    officers = int(await connection.scalar(at_work) or 0)
    if len(seconds) < ENOUGH or not officers:
        return None
    waits = median(seconds) * (await ahead_of(connection, ticket) + 1) / officers
    return max(ROUNDED, int(-(-waits // (60 * ROUNDED))) * ROUNDED)


async def earlier_of(
    connection: AsyncConnection, seal: Seal, ticket: Ticket, limit: int = 10
) -> list[Ticket]:
    """The tickets of the same person before this one, the newest first."""
    found: list[Ticket] = []
    before = ticket.earlier
    while before is not None and len(found) < limit:
        one = await listed(connection, seal, select(tickets).where(tickets.c.id == before))
        if not one:
            break
        found += one
        before = one[0].earlier
    return found


@dataclass(frozen=True, slots=True)
class LateTicket:
    """A ticket whose clock ran out. `clock`: ANSWER, or END."""

    id: str
    number: int
    clock: int
    since: float


async def running(connection: AsyncConnection, before: float) -> list[LateTicket]:
    """Open tickets that were opened before this time and of which a clock is not yet told of; the oldest first.

    Whether working hours have run out is the caller's to count.
    """
    query = (
        select(
            tickets.c.id, tickets.c.number, tickets.c.answered_at, tickets.c.opened_at, tickets.c.escalated
        )
        .where(
            tickets.c.state.in_(("waiting", *HELD)),
            tickets.c.opened_at <= before,
            tickets.c.escalated < ANSWER + END,
        )
        .order_by(tickets.c.opened_at)
    )
    found = []
    for r in await connection.execute(query):
        if r.answered_at is None and not r.escalated & ANSWER:
            found.append(LateTicket(r.id, r.number, ANSWER, r.opened_at))
        if not r.escalated & END:
            found.append(LateTicket(r.id, r.number, END, r.opened_at))
    return found


async def escalate(connection: AsyncConnection, one: LateTicket) -> bool:
    """Be the one who tells of this clock; False when another has, or there is no reason any more."""
    mine = (tickets.c.id == one.id, tickets.c.state != "closed", tickets.c.escalated.op("&")(one.clock) == 0)
    due = update(tickets).where(*mine)
    if one.clock == ANSWER:
        due = due.where(tickets.c.answered_at.is_(None))
    done = await connection.execute(due.values(escalated=tickets.c.escalated + one.clock))
    return int(done.rowcount) == 1


async def admins_to_tell(connection: AsyncConnection) -> list[str]:
    """Telegram user ids of the admins who have linked one."""
    query = select(staff.c.telegram).where(
        staff.c.removed_at.is_(None), staff.c.role == "admin", staff.c.telegram.is_not(None)
    )
    return [str(one) for one in (await connection.execute(query.order_by(staff.c.name))).scalars()]


async def quiet(
    connection: AsyncConnection, warn_before: float, close_before: float
) -> list[tuple[str, str]]:
    """Tickets in which the person has not written since the officer's last words: (id, "warn" or "close"), by address."""
    answered = (tickets.c.state == "claimed", tickets.c.officer != OUTSIDE, tickets.c.waits_since.is_(None))
    query = (
        select(tickets.c.id, tickets.c.officer_at, tickets.c.warned_at)
        .where(*answered)
        .order_by(tickets.c.address)
    )
    found = []
    for r in await connection.execute(query):
        if r.warned_at is None and r.officer_at is not None and r.officer_at <= warn_before:
            found.append((r.id, "warn"))
        elif r.warned_at is not None and r.warned_at <= close_before:
            found.append((r.id, "close"))
    return found


async def warn(connection: AsyncConnection, ticket_id: str, at: float) -> bool:
    """Note that the person is being warned; False when they wrote meanwhile, or another warned them."""
    done = await connection.execute(
        update(tickets)
        .where(
            tickets.c.id == ticket_id,
            tickets.c.state.in_(HELD),
            tickets.c.waits_since.is_(None),
            tickets.c.warned_at.is_(None),
        )
        .values(warned_at=at)
    )
    return int(done.rowcount) == 1
