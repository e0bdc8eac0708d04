"""What still waits for somebody: counted, withdrawn when a person erases their data, and wiped when it was not read in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import HELD, NOTICE, OFFICER, REMINDER, REPLY, WAITING
from data.tables import outbox


async def wipe(connection: AsyncConnection, ids: Any, at: float) -> None:
    """Withdraw these rows where they still wait, and keep no words of any; `ids` is a list or a query."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state.in_(WAITING))
        .values(
            state="withdrawn", sealed=None, fence=outbox.c.fence + 1, holder="", leased_until=0.0, sent_at=at
        )
    )


async def wipe_addresses(connection: AsyncConnection, addresses: Sequence[str], at: float) -> None:
    """Withdraw everything that is still to reach these addresses: replies, codes, and what comes on its own."""
    waiting = select(outbox.c.id).where(outbox.c.address.in_(addresses), outbox.c.state.in_(WAITING))
    await wipe(connection, (await connection.execute(waiting)).scalars().all(), at)


_WAITS = outbox.c.state.in_([literal_column(f"'{state}'") for state in WAITING])  # as its index says it


async def expire_unread(db: Database, before: float, now: float, limit: int = 500) -> int:
    """Keep no words longer that nobody fetched since `before`; returns how many rows had some.

    Replies, reminders and notices are withdrawn. Of an officer's answer that a reader may still come for, the row stays
    without its words, so that they are told that there was one.
    """
    fetched = outbox.c.number.is_not(None)
    query = (
        select(outbox.c.id, and_(outbox.c.lane == OFFICER, fetched).label("told"))
        .where(
            _WAITS,
            outbox.c.at < before,
            outbox.c.leased_until <= now,
            outbox.c.sealed.is_not(None),
            or_(outbox.c.lane.in_((REPLY, OFFICER, REMINDER, HELD)), fetched),
        )
        .limit(limit)
    )
    total = 0
    while True:
        async with db.reading() as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            return total
        total += len(rows)
        async with db.writing() as connection:
            told = [r.id for r in rows if r.told]
            gone = [r.id for r in rows if not r.told]
            await wipe(connection, gone, now)
            await connection.execute(
                update(outbox).where(outbox.c.id.in_(gone)).values(answer="not read in time")
            )
            await connection.execute(update(outbox).where(outbox.c.id.in_(told)).values(sealed=None))
            db.scrub_after_commit()


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
