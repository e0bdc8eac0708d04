"""The ledger of everything that leaves the house. Rule: a row is here before it leaves, and is marked only after the channel's answer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import outbox

REPLY, OTP = "reply", "otp"
WAITING = ("pending", "leased")
_EPOCH = 1_735_689_600  # 2025-01-01, so that ids stay below 2**63 for centuries
_last_id = 0


def new_id() -> int:
    """A ledger id: milliseconds since 2025 in the high bits, chance in the low 20; grows within a process."""
    global _last_id
    fresh = (int((time.time() - _EPOCH) * 1000) << 20) | secrets.randbits(20)
    _last_id = max(fresh, _last_id + 1)
    return _last_id


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row that is to leave: `body` is what the door says (JSON values)."""

    id: int
    address: str
    number: int | None
    body: dict[str, Any]
    fence: int = 1

    @property
    def door(self) -> str:
        """The door part of the address."""
        return self.address.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a row: its new state. Refused when the row was leased anew since (`fence`)."""

    id: int
    fence: int
    state: str
    at: float


def reply_row(out: Outgoing, *, holder: str, lease: float, at: float) -> dict[str, Any]:
    """The row of a reply; leased at once by `holder` when there is one, else waiting to be fetched."""
    return {
        "id": out.id,
        "lane": REPLY,
        "door": out.door,
        "address": out.address,
        "number": out.number,
        "body": json.dumps(out.body, ensure_ascii=False),
        "sealed": None,
        "state": "leased" if holder else "pending",
        "holder": holder,
        "fence": out.fence,
        "leased_until": at + lease if holder else 0.0,
        "attempts": 0,
        "due": at,
        "expires": None,
        "at": at,
        "sent_at": None,
    }


def otp_row(row_id: int, address: str, sealed: bytes | None, *, at: float, expires: float) -> dict[str, Any]:
    """The row of a one-time code; without ciphertext it is a decoy, withdrawn from the start."""
    return {
        "id": row_id,
        "lane": OTP,
        "door": "sms",
        "address": address,
        "number": None,
        "body": "",
        "sealed": sealed,
        "state": "pending" if sealed else "withdrawn",
        "holder": "",
        "fence": 1,
        "leased_until": 0.0,
        "attempts": 0,
        "due": at,
        "expires": expires,
        "at": at,
        "sent_at": None,
    }


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows into the ledger."""
    if rows:
        await connection.execute(outbox.insert(), list(rows))


_MARK = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(
        state=bindparam("new_state"),
        sent_at=bindparam("marked_at"),
        body="",
        sealed=None,
        holder="",
        leased_until=0.0,
    )
)


async def mark(connection: AsyncConnection, marks: Sequence[Mark]) -> None:
    """Write down what became of rows; what they said is no longer kept."""
    if marks:
        await connection.execute(
            _MARK,
            [{"row_id": m.id, "row_fence": m.fence, "new_state": m.state, "marked_at": m.at} for m in marks],
        )


async def mark_seen(connection: AsyncConnection, address: str, number: int, at: float) -> None:
    """The reader at `address` has shown every reply up to `number`."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.address == address, outbox.c.number <= number, outbox.c.state.in_(WAITING))
        .values(state="sent", sent_at=at, body="", holder="", leased_until=0.0)
    )


async def unseen(connection: AsyncConnection, address: str, after: int) -> list[Outgoing]:
    """Replies above `after` that the reader at `address` has not shown yet, oldest first."""
    rows = await connection.execute(
        select(outbox.c.id, outbox.c.number, outbox.c.body, outbox.c.fence)
        .where(
            outbox.c.address == address,
            outbox.c.number > after,
            outbox.c.state.in_(WAITING),
            outbox.c.lane == REPLY,
        )
        .order_by(outbox.c.number)
    )
    return [Outgoing(r.id, address, r.number, json.loads(r.body), r.fence) for r in rows]


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
    return [Outgoing(r.id, r.address, r.number, json.loads(r.body or "{}"), r.fence + 1) for r in rows]


_EXTEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"), outbox.c.fence == bindparam("row_fence"))
    .values(leased_until=bindparam("new_end"))
)


async def extend(connection: AsyncConnection, rows: Sequence[Outgoing], until: float) -> None:
    """A channel is slow: keep the leases a little longer."""
    await connection.execute(
        _EXTEND, [{"row_id": row.id, "row_fence": row.fence, "new_end": until} for row in rows]
    )


@dataclass(frozen=True, slots=True)
class SealedOut:
    """A one-time code on its way: only ciphertext."""

    id: int
    address: str
    sealed: bytes
    fence: int


async def claim_codes(
    db: Database,
    connection: AsyncConnection,
    *,
    holder: str,
    now: float,
    lease: float,
    ids: Sequence[int] | None = None,
    older_than: float = 0.0,
    limit: int = 50,
) -> list[SealedOut]:
    """Lease one-time codes that wait to leave; those past their time are overwritten instead.

    `ids`: only these rows. `older_than` seconds: younger ones belong to the process whose turn made them.
    """
    await connection.execute(
        update(outbox)
        .where(outbox.c.lane == OTP, outbox.c.state.in_(WAITING), outbox.c.expires <= now)
        .values(state="failed", sealed=None, holder="", leased_until=0.0)
    )
    query = (
        select(outbox.c.id, outbox.c.address, outbox.c.sealed, outbox.c.fence)
        .where(
            outbox.c.lane == OTP,
            outbox.c.due <= now,
            outbox.c.at <= now - older_than,
            or_(outbox.c.state == "pending", and_(outbox.c.state == "leased", outbox.c.leased_until <= now)),
        )
        .order_by(outbox.c.id)
        .limit(limit)
    )
    if ids is not None:
        query = query.where(outbox.c.id.in_(ids))
    if not db.is_sqlite:
        query = query.with_for_update(skip_locked=True)
    rows = (await connection.execute(query)).all()
    if rows:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_([r.id for r in rows]))
            .values(state="leased", holder=holder, fence=outbox.c.fence + 1, leased_until=now + lease)
        )
    return [SealedOut(r.id, r.address, r.sealed, r.fence + 1) for r in rows]


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many rows are in each state, as "lane state"."""
    rows = await connection.execute(
        select(outbox.c.lane, outbox.c.state, func.count()).group_by(outbox.c.lane, outbox.c.state)
    )
    return {f"{lane} {state}": n for lane, state, n in rows}
