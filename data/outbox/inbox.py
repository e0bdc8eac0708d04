"""Rows that a reader fetches (web page, terminal): numbered per conversation, shown again until reported as seen.

Rows are shown in order of number. A reply that another process may be saying at this moment is left to it, and what is
behind it waits. Invariant: a reply is shown only under a lease, so that an officer's claim waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import REPLY, WAITING, Outgoing, close_body, open_body
from data.seal import Seal
from data.tables import conversations, outbox

AT_ONCE = 100  # rows that are shown together; the rest follows


@dataclass(frozen=True, slots=True)
class Seen:
    """The reader at `address` has shown the rows that are numbered from `first` to `last`."""

    address: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a reader has not seen, in order; `stopped_at`: the first row that is left to another, or for the next time."""

    rows: Sequence[Outgoing] = ()
    stopped_at: int | None = None


@dataclass(frozen=True, slots=True)
class ReaderLease:
    """A process that shows rows. `others_until`: a lease of another process that ends by then is not respected.

    `said`: what this process has leased up to this number it has shown itself, so it may show it again.
    """

    holder: str
    now: float
    until: float
    others_until: float
    said: int = 0


_SEEN = (
    update(outbox)
    .where(
        outbox.c.address == bindparam("at_address"),
        outbox.c.number >= bindparam("first_number"),
        outbox.c.number <= bindparam("last_number"),
        or_(*(outbox.c.state == state for state in WAITING)),
    )
    .values(state="sent", sent_at=bindparam("seen_at"), sealed=None, holder="", leased_until=0.0)
)


async def mark_seen(connection: AsyncConnection, seen: Sequence[Seen], at: float) -> None:
    """These rows were shown to their readers; what they said is no longer kept."""
    if seen:
        rows = [
            {"at_address": s.address, "first_number": s.first, "last_number": s.last, "seen_at": at}
            for s in seen
        ]
        await connection.execute(_SEEN, rows)


_UNSEEN = select(
    outbox.c.id,
    outbox.c.address,
    outbox.c.number,
    outbox.c.sealed,
    outbox.c.fence,
    outbox.c.lane,
    outbox.c.state,
    outbox.c.holder,
    outbox.c.leased_until,
).where(outbox.c.state.in_(WAITING), outbox.c.number.is_not(None))


def _shown(seal: Seal, r: Any, fence: int) -> Outgoing:
    body = open_body(seal, r.id, r.address, r.sealed)
    return Outgoing(r.id, r.address, r.number, body, fence, r.lane != REPLY)


async def unseen(
    connection: AsyncConnection, seal: Seal, address: str, after: int, *, limit: int | None = None
) -> list[Outgoing]:
    """What the reader at `address` has not shown yet above `after`, oldest first: replies, and what came on its own."""
    query = _UNSEEN.where(outbox.c.address == address, outbox.c.number > after)
    rows = await connection.execute(query.order_by(outbox.c.number).limit(limit))
    return [_shown(seal, r, r.fence) for r in rows]


async def unseen_below(connection: AsyncConnection, address: str, number: int) -> Seen | None:
    """The rows up to `number` that wait to be seen, None where there are none."""
    waiting = or_(*(outbox.c.state == state for state in WAITING))
    query = select(func.min(outbox.c.number), func.max(outbox.c.number)).where(
        outbox.c.address == address, outbox.c.number <= number, waiting
    )
    first, last = (await connection.execute(query)).one()
    return Seen(address, first, last) if first is not None else None


async def lease_unseen(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, after: int, terms: ReaderLease
) -> Unseen:
    """What `terms` may show above `after`; the replies among it are leased to it."""
    await db.lock(connection, address)  # else a claim could withdraw them between the look and the lease
    query = _UNSEEN.where(outbox.c.address == address, outbox.c.number > after)
    rows: list[Outgoing] = []
    stopped_at = None
    for r in await connection.execute(query.order_by(outbox.c.number).limit(AT_ONCE + 1)):
        if len(rows) == AT_ONCE or _is_anothers(r, terms):
            stopped_at = r.number
            break
        mine = r.lane != REPLY or (r.state == "leased" and r.holder == terms.holder)
        rows.append(_shown(seal, r, r.fence if mine else r.fence + 1))
    replies = [row.id for row in rows if not row.proactive]
    if replies:
        kept = (outbox.c.state == "leased") & (outbox.c.holder == terms.holder)
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(replies))
            .values(
                state="leased",
                fence=outbox.c.fence + case((kept, 0), else_=1),
                holder=terms.holder,
                leased_until=terms.until,
            )
        )
    return Unseen(rows, stopped_at)


def _is_anothers(r: Any, terms: ReaderLease) -> bool:
    """Whether somebody else is saying this row, or a turn of this process is about to."""
    if r.state != "leased" or r.leased_until <= terms.now:
        return False
    if r.holder == terms.holder:
        return bool(r.number > terms.said)
    return bool(r.leased_until > terms.others_until)


async def newest_numbers(connection: AsyncConnection, addresses: Sequence[str]) -> dict[str, int]:
    """The number of the newest row of each of these conversations; one without any is left out."""
    query = select(conversations.c.address, conversations.c.said)
    rows = await connection.execute(query.where(conversations.c.address.in_(addresses)))
    return {r.address: r.said for r in rows}


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
