"""What may still be done with a ticket that is closed: the person rates it, or opens it again. Called by the effect handlers.

Invariant: for DAYS after the end only, and only by whom it was; a ticket that was erased is nobody's.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.tables import tickets

DAYS = 3
SECONDS = DAYS * 86400.0


async def newest(connection: AsyncConnection, address: str, at: float, *, answered: bool) -> str | None:
    """The ticket of this conversation that ended last, not longer than DAYS ago; `answered`: by an officer's words."""
    query = select(tickets.c.id, tickets.c.answered_at).where(
        tickets.c.address == address, tickets.c.state == "closed", tickets.c.closed_at >= at - SECONDS
    )
    row = (await connection.execute(query.order_by(tickets.c.closed_at.desc()).limit(1))).first()
    return row.id if row is not None and (row.answered_at is not None or not answered) else None


async def rate(connection: AsyncConnection, ticket_id: str, stars: int) -> None:
    """Keep what the person gave, 1 to 5; the last one counts."""
    await connection.execute(update(tickets).where(tickets.c.id == ticket_id).values(rating=stars))


async def reopen(connection: AsyncConnection, ticket_id: str, at: float) -> bool:
    """Let a closed ticket wait again, at the end of the queue, with all that was written in it; the turn holds its lock."""
    done = await connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket_id, tickets.c.state == "closed", tickets.c.closed_at >= at - SECONDS)
        .values(
            state="waiting",
            officer=None,
            reason="",
            fence=tickets.c.fence + 1,
            reopened=tickets.c.reopened + 1,
            escalated=0,
            opened_at=at,
            waits_since=at,
            **dict.fromkeys(
                ("claimed_at", "closed_at", "answered_at", "officer_at", "asked_at", "warned_at")
            ),
        )
    )
    return int(done.rowcount) == 1
