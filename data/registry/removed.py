"""People who were removed from the registry: sealed, to be brought back for some days, then wiped. Used by the import, the sweep and `troly registry`.

Invariant: a person is in the registry or here, moved within one transaction; nothing of one can be read here without the key.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.seal import Seal
from data.tables import registry, removed

DAY = 86400.0
_BYTES = ("id_key", "phone", "digest")
_PAGE = 5000  # people brought back at once


@dataclass(frozen=True, slots=True)
class Removal:
    """The people whom the gone of one import were: its number, how many are kept, when they were removed."""

    number: int
    people: int
    at: float


def _bound_to(number: int) -> str:
    return f"removed {number}"


async def keep(connection: AsyncConnection, seal: Seal, number: int, codes: Sequence[str], at: float) -> None:
    """Take these people out of the registry; they were gone in import `number`."""
    rows = (await connection.execute(select(registry).where(registry.c.code.in_(codes)))).mappings()
    kept = []
    for row in rows:
        person: dict[str, Any] = dict(row)
        for name in _BYTES:
            if person[name] is not None:
                person[name] = b64encode(person[name]).decode("ascii")
        kept.append({"import_id": number, "at": at, "body": seal.close(person, _bound_to(number))})
    if kept:
        await connection.execute(removed.insert(), kept)
        await connection.execute(delete(registry).where(registry.c.code.in_(codes)))


async def removals(connection: AsyncConnection) -> list[Removal]:
    """What can be brought back, the newest first."""
    query = select(removed.c.import_id, func.count(), func.max(removed.c.at)).group_by(removed.c.import_id)
    rows = await connection.execute(query.order_by(func.max(removed.c.at).desc(), removed.c.import_id.desc()))
    return [Removal(number, people, at) for number, people, at in rows]


async def bring_back(connection: AsyncConnection, seal: Seal, number: int) -> tuple[int, int]:
    """Put those back who were gone in import `number`: how many, and how many stay out as they came by a later import."""
    back = there = 0
    while True:
        query = select(removed).where(removed.c.import_id == number).order_by(removed.c.id).limit(_PAGE)
        rows = (await connection.execute(query)).all()
        if not rows:
            return back, there
        people = [seal.open(r.body, _bound_to(number)) for r in rows]
        for person in people:
            for name in _BYTES:
                if person[name] is not None:
                    person[name] = b64decode(person[name])
        asked = select(registry.c.code).where(registry.c.code.in_([p["code"] for p in people]))
        known = {r.code for r in await connection.execute(asked)}
        fresh = [p for p in people if p["code"] not in known]
        if fresh:
            await connection.execute(registry.insert(), fresh)
        await connection.execute(delete(removed).where(removed.c.id.in_([r.id for r in rows])))
        back, there = back + len(fresh), there + len(known)


async def forget_old(connection: AsyncConnection, before: float) -> None:
    """Wipe those who were removed before this time."""
    await connection.execute(delete(removed).where(removed.c.at < before))
