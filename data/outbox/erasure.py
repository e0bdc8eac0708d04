"""What still waits for somebody: counted, and withdrawn when a person erases their data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.outbox.rows import NOTICE, OFFICER, REMINDER, WAITING
from data.tables import outbox


async def wipe(connection: AsyncConnection, ids: Any, at: float) -> None:
    """Withdraw these rows where they still wait, and keep no words of any; `ids` is a list or a query."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state.in_(WAITING))
        .values(state="withdrawn", body="", fence=outbox.c.fence + 1, holder="", leased_until=0.0, sent_at=at)
    )


async def wipe_proactive(connection: AsyncConnection, address: str, at: float) -> None:
    """Withdraw everything that is still to reach this address on its own."""
    lanes = (OFFICER, REMINDER, NOTICE)
    waiting = select(outbox.c.id).where(
        outbox.c.address == address, outbox.c.lane.in_(lanes), outbox.c.state.in_(WAITING)
    )
    await wipe(connection, (await connection.execute(waiting)).scalars().all(), at)


async def officer_words_wait(connection: AsyncConnection, address: str) -> bool:
    """Whether words of an officer are still to be sent to this address by the worker."""
    query = select(outbox.c.id).where(
        outbox.c.address == address,
        outbox.c.lane == OFFICER,
        outbox.c.state.in_(WAITING),
        outbox.c.number.is_(None),
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def waiting_for(connection: AsyncConnection, address: str) -> int:
    """How many messages wait to reach this address on their own."""
    lanes = (OFFICER, REMINDER, NOTICE)
    query = (
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.address == address, outbox.c.lane.in_(lanes), outbox.c.state.in_(WAITING))
    )
    return int((await connection.execute(query)).scalar_one())


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many rows are in each state, as "lane state"."""
    rows = await connection.execute(
        select(outbox.c.lane, outbox.c.state, func.count()).group_by(outbox.c.lane, outbox.c.state)
    )
    return {f"{lane} {state}": n for lane, state, n in rows}
