"""Counts the texts that were not understood, for the console. Written by the turn.

Invariant: a text is kept folded, without digits and names, and deleted when it is not written again for some days.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import misses

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Miss:
    """One text that was not understood: how often, and when first and last (seconds since 1970)."""

    words: str
    count: int
    first_at: float
    last_at: float


async def note(db: Database, connection: AsyncConnection, words: str, now: float, *, days: int) -> None:
    """Count `words` once more; what was last written more than `days` days ago is dropped."""
    insert = db.insert(misses)
    again = {"count": misses.c["count"] + 1, "last_at": now}
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["words"], set_=again),
        [{"words": words, "count": 1, "first_at": now, "last_at": now}],
    )
    await connection.execute(delete(misses).where(misses.c.last_at < now - days * DAY))


async def listed(connection: AsyncConnection, limit: int) -> list[Miss]:
    """The texts written most often, at most `limit`; of equals the newest first."""
    order = (misses.c["count"].desc(), misses.c.last_at.desc(), misses.c.words)
    rows = await connection.execute(select(misses).order_by(*order).limit(limit))
    return [Miss(*row) for row in rows]


async def settle(connection: AsyncConnection, words: str) -> None:
    """A text that has its answer now: it is not counted any more until it is missed again."""
    await connection.execute(delete(misses).where(misses.c["words"] == words))
