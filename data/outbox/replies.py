"""Leases of the assistant's replies: taken, extended, released, withdrawn. Called by the turn, the reply sender and an officer's claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import REPLY, RESTS, Outgoing, body_of
from data.tables import conversations, outbox

_RELEASE = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("row_id"),
        outbox.c.fence == bindparam("row_fence"),
        outbox.c.state == "leased",
    )
    .values(state="pending", holder="", leased_until=0.0)
)


async def release(connection: AsyncConnection, rows: Sequence[Outgoing]) -> None:
    """These rows were shown to the reader, who has yet to say so: nobody is saying them any more."""
    if rows:
        await connection.execute(_RELEASE, [{"row_id": r.id, "row_fence": r.fence} for r in rows])


async def withdraw_replies(
    db: Database, connection: AsyncConnection, address: str, now: float
) -> list[dict[str, Any]]:
    """Take back the bot's replies that nobody is saying: waiting ones, and leases whose time is up; their bodies.

    The fence grows, so that a process that wakes up late can mark nothing.
    """
    ahead = outbox.alias("ahead")
    behind_a_resting_one = exists(
        select(ahead.c.id).where(
            ahead.c.address == outbox.c.address,
            ahead.c.holder == outbox.c.holder,
            ahead.c.state == "leased",
            ahead.c.answer == RESTS,
            ahead.c.number < outbox.c.number,
        )
    )
    unsaid = or_(outbox.c.leased_until <= now, outbox.c.answer == RESTS, behind_a_resting_one)
    silent = [
        outbox.c.address == address,
        outbox.c.lane == REPLY,
        or_(outbox.c.state == "pending", and_(outbox.c.state == "leased", unsaid)),
    ]
    query = select(outbox.c.id, outbox.c.body, outbox.c.number).where(*silent).order_by(outbox.c.id)
    if not db.is_sqlite:
        query = query.with_for_update()  # else a door could take one up between the look and the withdrawal
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(
                state="withdrawn",
                body="",
                fence=outbox.c.fence + 1,
                holder="",
                leased_until=0.0,
                answer="claimed by an officer",
            )
        )
    return [body_of(r.body) for r in sorted(rows, key=lambda r: r.number)]


async def being_said(connection: AsyncConnection, address: str, now: float) -> int:
    """How many replies of the bot to this address are on their way at this moment."""
    query = (
        select(func.count())
        .select_from(outbox)
        .where(
            outbox.c.address == address,
            outbox.c.lane == REPLY,
            outbox.c.state == "leased",
            outbox.c.leased_until > now,
            outbox.c.answer != RESTS,
        )
    )
    return int((await connection.execute(query)).scalar_one())


_claim_waits = exists(
    select(conversations.c.address).where(
        conversations.c.address == outbox.c.address, conversations.c.owner == "nobody"
    )
)  # nobody owns it: no lease begins anew, so that the claim's wait has an end


async def take_up(connection: AsyncConnection, row: Outgoing, until: float) -> bool:
    """Go on with a row that rested; False when it was withdrawn or taken over meanwhile, or a claim waits for it."""
    done = await connection.execute(
        update(outbox)
        .where(
            outbox.c.id == row.id,
            outbox.c.fence == row.fence,
            outbox.c.state == "leased",
            ~_claim_waits,
        )
        .values(leased_until=until, answer="", attempts=outbox.c.attempts + 1)
    )
    return int(done.rowcount) == 1


async def held_elsewhere(connection: AsyncConnection, address: str, holder: str) -> bool:
    """Whether earlier replies to this address are another process's to say, or nobody's yet."""
    found = await connection.execute(
        select(outbox.c.id)
        .where(
            outbox.c.address == address,
            outbox.c.lane == REPLY,
            or_(
                # even when its time is up: it is to be said first
                and_(outbox.c.state == "leased", outbox.c.holder != holder),
                outbox.c.state == "pending",
            ),
        )
        .limit(1)
    )
    return found.first() is not None


async def claim_replies(
    db: Database,
    connection: AsyncConnection,
    door: str,
    *,
    holder: str,
    now: float,
    lease: float,
    orphans: bool = False,
    limit: int = 500,
) -> list[Outgoing]:
    """Take over replies of `door` that nobody is saying: pending ones, and leased ones whose time is up.

    `orphans`: this process is the only one that speaks at the door, so every lease but its own is a dead process's.
    Rows of one address come in order; an address that another process is still speaking to is left to it.
    """
    earlier = outbox.alias("earlier")
    # two that look at once would share out one address between them
    await db.lock(connection, f"claim {door}")
    expired: ColumnElement[bool] = outbox.c.holder != holder
    spoken_to: ColumnElement[bool] = false()
    if not orphans:
        expired, spoken_to = outbox.c.leased_until <= now, earlier.c.leased_until > now
    query = (
        select(outbox.c.id, outbox.c.address, outbox.c.number, outbox.c.body, outbox.c.fence)
        .where(
            outbox.c.door == door,
            outbox.c.lane == REPLY,
            or_(
                and_(outbox.c.state == "pending", outbox.c.due <= now),
                and_(outbox.c.state == "leased", expired),
            ),
            ~_claim_waits,
            ~exists(
                select(earlier.c.id).where(
                    earlier.c.address == outbox.c.address,
                    earlier.c.number < outbox.c.number,
                    earlier.c.state == "leased",
                    spoken_to,
                )
            ),
        )
        .order_by(outbox.c.address, outbox.c.number)
        .limit(limit)
    )
    if not db.is_sqlite:
        query = query.with_for_update(skip_locked=True, of=outbox)
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(
                state="leased",
                holder=holder,
                fence=outbox.c.fence + 1,
                leased_until=now + lease,
                attempts=outbox.c.attempts + 1,
            )
        )
    return [Outgoing(r.id, r.address, r.number, body_of(r.body), r.fence + 1, leased_at=now) for r in rows]


_EXTEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(leased_until=bindparam("new_end"), answer=RESTS)
)


async def extend(connection: AsyncConnection, rows: Sequence[Outgoing], until: float) -> None:
    """A channel is slow: keep the leases a little longer. The rows rest meanwhile: an officer's claim may take them back."""
    await connection.execute(
        _EXTEND, [{"row_id": row.id, "row_fence": row.fence, "new_end": until} for row in rows]
    )
