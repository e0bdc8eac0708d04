"""The run of a campaign: into the outbox in chunks, out of it when cancelled, done at its end. Rule: short transactions; each step may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import channels
from data.engine import Database
from data.notices import audience
from data.notices.audience import Audience
from data.outbox import NOTICE, WAITING, new_id, outbox_row
from data.tables import campaigns, outbox
from flows.conversations import notice_text

FILL_CHUNK = 1000  # addresses a transaction fills in
WITHDRAW_CHUNK = 5000  # rows a transaction withdraws


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign as the worker needs it; `text` as people receive it; `filled`: the outbox holds all its recipients."""

    id: str
    text: str
    audience: Audience
    office_hours: bool
    once: bool
    filled: bool


async def running(connection: AsyncConnection) -> list[Running]:
    """Campaigns that are to be delivered, oldest first."""
    rows = await connection.execute(
        select(campaigns).where(campaigns.c.state == "running").order_by(campaigns.c.number)
    )
    return [
        Running(
            r.id,
            notice_text.with_leave(r.text),
            Audience.from_json(r.audience),
            r.office_hours,
            r.once,
            r.filled_to is None,
        )
        for r in rows
    ]


async def fill(
    db: Database, connection: AsyncConnection, campaign_id: str, now: float, chunk: int = FILL_CHUNK
) -> bool:
    """Write the next recipients of a started campaign into the outbox; False when there are none left.

    Each recipient once, however often and by however many processes it is called.
    """
    query = select(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state == "running")
    if not db.is_sqlite:
        query = query.with_for_update()
    r = (await connection.execute(query)).first()
    if r is None or r.filled_to is None:
        return False
    wanted = Audience.from_json(r.audience)
    found = list((await connection.execute(audience.query(wanted, r.filled_to, chunk))).scalars())
    if found:
        insert = db.insert(outbox).on_conflict_do_nothing(index_elements=["campaign", "address"])
        rows = [
            outbox_row(new_id(), NOTICE, address, now, campaign=campaign_id, fence=0) for address in found
        ]
        await connection.execute(insert, rows)
    values: dict[str, Any] = {"filled_to": found[-1] if len(found) == chunk else None}
    if len(found) < chunk:
        values["total"] = select(func.count()).where(outbox.c.campaign == campaign_id).scalar_subquery()
    await connection.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(**values))
    return len(found) == chunk


async def not_published(connection: AsyncConnection, campaign_id: str, limit: int) -> list[tuple[int, str]]:
    """Recipients of a campaign at doors that fetch, who cannot see it yet: (row, address), in order of address."""
    rows = await connection.execute(
        select(outbox.c.id, outbox.c.address)
        .where(
            outbox.c.campaign == campaign_id,
            outbox.c.state == "pending",
            outbox.c.door.in_(channels.pulled()),
            outbox.c.number.is_(None),
        )
        .order_by(outbox.c.address)
        .limit(limit)
    )
    return [(r.id, r.address) for r in rows]


async def is_running(connection: AsyncConnection, campaign_id: str) -> bool:
    """Whether it is to be delivered."""
    found = await connection.execute(
        select(campaigns.c.id).where(campaigns.c.id == campaign_id, campaigns.c.state == "running")
    )
    return found.first() is not None


async def still_wanted(connection: AsyncConnection, campaign: Running, addresses: list[str]) -> set[str]:
    """Which of these addresses are still in the campaign's audience."""
    return set((await connection.execute(audience.among(campaign.audience, addresses))).scalars())


async def withdraw_waiting(connection: AsyncConnection, row_id: int, why: str) -> None:
    """Take a row that nobody has fetched yet out of the line."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.state == "pending")
        .values(state="withdrawn", answer=why, sealed=None)
    )


async def cancelled_with_rows(connection: AsyncConnection) -> list[str]:
    """Campaigns that were cancelled while rows of theirs still wait."""
    waits = exists(
        select(outbox.c.id).where(outbox.c.campaign == campaigns.c.id, outbox.c.state == "pending")
    )
    rows = await connection.execute(select(campaigns.c.id).where(campaigns.c.state == "cancelled", waits))
    return list(rows.scalars())


async def withdraw(connection: AsyncConnection, campaign_id: str, chunk: int = WITHDRAW_CHUNK) -> bool:
    """Withdraw rows of a cancelled campaign that wait; False when there are none left."""
    some = (
        select(outbox.c.id)
        .where(outbox.c.campaign == campaign_id, outbox.c.state == "pending")
        .limit(chunk)
        .scalar_subquery()
    )
    is_cancelled = exists(
        select(campaigns.c.id).where(campaigns.c.id == campaign_id, campaigns.c.state == "cancelled")
    )
    done = await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(some), outbox.c.state == "pending", is_cancelled)
        .values(state="withdrawn", answer="cancelled", sealed=None, fence=outbox.c.fence + 1)
    )
    return int(done.rowcount) == chunk


async def finish(connection: AsyncConnection, now: float) -> int:
    """Running campaigns with nobody left to tell are done; returns how many became so.

    A notice that is put up and not yet seen keeps no campaign open.
    """
    waits = exists(
        select(outbox.c.id).where(
            outbox.c.campaign == campaigns.c.id, outbox.c.state.in_(WAITING), outbox.c.number.is_(None)
        )
    )
    done = await connection.execute(
        update(campaigns)
        .where(and_(campaigns.c.state == "running", campaigns.c.filled_to.is_(None)), ~waits)
        .values(state="done", ended_at=now)
    )
    return int(done.rowcount)
