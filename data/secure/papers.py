"""Papers that a link leads to: a page or a calendar of one conversation, sealed, for some days.

Invariant: of the token in the link only a hash is kept; looking at a paper changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.seal import Seal
from data.tables import papers
from flows.paper import Paper, paper_of

DAY = 86400.0


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def keep(
    connection: AsyncConnection, seal: Seal, address: str, paper: Paper, *, at: float, until: float
) -> str:
    """Keep a paper; returns the token of its link, 256 random bits."""
    token = secrets.token_urlsafe(32)
    key = _key(token)
    sealed = seal.close(paper.as_json(), f"papers {key}")
    await connection.execute(
        papers.insert().values(token_key=key, address=address, sealed=sealed, at=at, until=until)
    )
    return token


async def taken_since(connection: AsyncConnection, address: str, since: float) -> int:
    """How many papers this conversation took since."""
    query = select(func.count()).where(papers.c.address == address, papers.c.at > since)
    return int((await connection.execute(query)).scalar_one())


async def paper_at(
    connection: AsyncConnection, seal: Seal, token: str, now: float
) -> tuple[str, Paper] | None:
    """Whose paper this token leads to, and the paper; None when there is none any more."""
    query = select(papers).where(papers.c.token_key == _key(token), papers.c.until >= now)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return row.address, paper_of(seal.open(row.sealed, f"papers {row.token_key}"))


async def kept_for(connection: AsyncConnection, seal: Seal, address: str) -> list[tuple[float, Paper]]:
    """The papers of this conversation that are kept, with when they were made."""
    rows = await connection.execute(select(papers).where(papers.c.address == address).order_by(papers.c.at))
    return [(r.at, paper_of(seal.open(r.sealed, f"papers {r.token_key}"))) for r in rows]


async def forget(connection: AsyncConnection, address: str) -> None:
    """The papers of this conversation are gone."""
    await connection.execute(delete(papers).where(papers.c.address == address))


async def forget_old(connection: AsyncConnection, now: float) -> None:
    """Papers past their time are gone."""
    await connection.execute(delete(papers).where(papers.c.until < now))
