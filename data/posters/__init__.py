"""Posters of a place, and the counts of what came of them. Called by the effect handlers and the console's page.

Invariant: a count is a number of a month; whose scan or request it was is kept nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.tables import posters, tallies
from flows.calendar.office_hours import VIETNAM
from flows.entries import new_poster_code

KINDS = ("commune", "unit", "counter", "event")
ARRIVAL, MATERIAL = "arrival", "material"


@dataclass(frozen=True, slots=True)
class Poster:
    """A QR poster: `kind` one of KINDS, `commune` as places.yaml calls it, "" for none."""

    code: str
    kind: str
    name: str
    commune: str
    at: float
    retired_at: float | None = None


async def add(
    connection: AsyncConnection, kind: str, name: str, commune: str, at: float, *, code: str = ""
) -> Poster:
    """A new poster with a code of its own; `code`: this one, of a poster for trying out."""
    made = Poster(code or new_poster_code(secrets.choice), kind, name, commune, at)
    row = {"code": made.code, "kind": kind, "name": name, "commune": commune, "at": at}
    await connection.execute(posters.insert().values(row))
    return made


async def load(connection: AsyncConnection, code: str) -> Poster | None:
    """The poster of this code, retired ones too."""
    row = (await connection.execute(select(posters).where(posters.c.code == code))).first()
    return None if row is None else Poster(*row)


async def listed(connection: AsyncConnection, limit: int) -> Sequence[Poster]:
    """Posters, the newest first, retired ones last."""
    order = (posters.c.retired_at.is_not(None), posters.c.at.desc(), posters.c.code)
    return [Poster(*row) for row in await connection.execute(select(posters).order_by(*order).limit(limit))]


async def retire(connection: AsyncConnection, code: str, at: float | None) -> None:
    """From now on the poster says nothing; None brings it back."""
    await connection.execute(update(posters).where(posters.c.code == code).values(retired_at=at))


async def count(
    db: Database, connection: AsyncConnection, fact: str, name: str, channel: str, at: float
) -> None:
    """Once more in the month of `at`, seconds since 1970."""
    month = datetime.fromtimestamp(at, VIETNAM).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row = {"fact": fact, "name": name, "channel": channel, "at": month.timestamp(), "count": 1}
    insert = db.insert(tallies).values(row)
    more = {"count": tallies.c["count"] + 1}
    keys = ["fact", "name", "channel", "at"]
    await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=more))
