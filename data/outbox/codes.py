"""One-time codes on their way: ciphertext only, one row each, withdrawn when past its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.outbox.rows import OTP, WAITING, outbox_row
from data.tables import outbox


def otp_row(row_id: int, address: str, sealed: bytes | None, *, at: float, expires: float) -> dict[str, Any]:
    """The row of a one-time code; without ciphertext it is a decoy, withdrawn from the start."""
    state = "pending" if sealed else "withdrawn"
    return outbox_row(row_id, OTP, address, at, door="sms", sealed=sealed, state=state, expires=expires)


@dataclass(frozen=True, slots=True)
class SealedOut:
    """A one-time code on its way: only ciphertext."""

    id: int
    address: str
    sealed: bytes
    fence: int

    @property
    def is_first_try(self) -> bool:
        """A row begins with fence 1, and each lease adds one."""
        return self.fence == 2


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
