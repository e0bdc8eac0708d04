"""Rows that a reader fetches (web page, terminal): numbered per conversation, shown again until reported as seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import REPLY, WAITING, Outgoing, close_body, open_body
from data.seal import Seal
from data.tables import conversations, outbox


async def mark_seen(connection: AsyncConnection, address: str, number: int, at: float) -> None:
    """The reader at `address` has shown every reply up to `number`."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.address == address, outbox.c.number <= number, outbox.c.state.in_(WAITING))
        .values(state="sent", sent_at=at, sealed=None, holder="", leased_until=0.0)
    )


_UNSEEN = select(
    outbox.c.id, outbox.c.address, outbox.c.number, outbox.c.sealed, outbox.c.fence, outbox.c.lane
).where(outbox.c.state.in_(WAITING), outbox.c.number.is_not(None))


def _shown(seal: Seal, r: Any) -> Outgoing:
    body = open_body(seal, r.id, r.address, r.sealed)
    return Outgoing(r.id, r.address, r.number, body, r.fence, r.lane != REPLY)


async def unseen(connection: AsyncConnection, seal: Seal, address: str, after: int) -> list[Outgoing]:
    """What the reader at `address` has not shown yet above `after`, oldest first: replies, and what came on its own."""
    query = _UNSEEN.where(outbox.c.address == address, outbox.c.number > after)
    return [_shown(seal, r) for r in await connection.execute(query.order_by(outbox.c.number))]


async def lease_unseen(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    address: str,
    after: int,
    *,
    holder: str,
    until: float,
) -> list[Outgoing]:
    """As `unseen`, and the replies among them are leased while they are shown: a claim waits for them."""
    await db.lock(connection, address)  # else a claim could withdraw them between the look and the lease
    rows = await unseen(connection, seal, address, after)
    replies = [row.id for row in rows if not row.proactive]
    if replies:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(replies))
            .values(state="leased", holder=holder, leased_until=until)
        )
    return rows


async def unseen_on_its_own(
    connection: AsyncConnection, seal: Seal, addresses: Sequence[str]
) -> list[Outgoing]:
    """What came on its own for these readers and is not shown yet, in order of number."""
    if not addresses:
        return []
    query = _UNSEEN.where(outbox.c.address.in_(addresses), outbox.c.lane != REPLY)
    return [_shown(seal, r) for r in await connection.execute(query.order_by(outbox.c.number))]


async def publish(
    db: Database, connection: AsyncConnection, seal: Seal, row_id: int, address: str, body: dict[str, Any]
) -> bool:
    """Give a waiting row the next number of its conversation, so that the reader fetches it; False when it is gone.

    Holds the conversation's lock: call it for one address at a time, in order of address.
    """
    await db.lock(connection, address)
    raised = await connection.execute(
        update(conversations)
        .where(conversations.c.address == address)
        .values(said=conversations.c.said + 1)
        .returning(conversations.c.said)
    )
    number = raised.scalar()
    if number is None:
        return False
    done = await connection.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.state.in_(WAITING), outbox.c.number.is_(None))
        .values(
            state="pending",
            number=number,
            sealed=close_body(seal, row_id, address, body),
            holder="",
            leased_until=0.0,
        )
    )
    return int(done.rowcount) == 1
