"""Registration dossiers: kept, loaded, moved to another person, erased. Called by the effect handlers, by linking and by erasing.

A person may have several: their own, the mother's, two children's. Invariant: what a dossier says of somebody is sealed to its id.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.people import reminders
from data.seal import Seal
from data.tables import dossiers, ticks

OPEN, HANDED_IN, FINISHED = "open", "handed_in", "finished"
MOST = 6  # dossiers of one person


@dataclass(frozen=True, slots=True)
class Dossier:
    """A registration under way; `done` are item ids in the order they were ticked."""

    who: str
    platform: str
    code_known: bool
    done: tuple[str, ...]
    name: str = ""
    code: str = ""
    number: str = ""  # the dossier number BHXH gave the declaration
    sent_on: str = ""  # ISO date
    label: str = ""  # how the person calls it: "má", "bé Na"
    stage: str = OPEN
    id: str = ""
    reminds: bool = True


_NAMED = ("name", "code", "number", "sent_on", "label")  # what is sealed together


def new_id() -> str:
    """The id of a new dossier, 128 random bits."""
    return secrets.token_hex(16)


async def ids_of(connection: AsyncConnection, person: str) -> list[str]:
    """The person's dossiers, the one that was worked on last first."""
    query = select(dossiers.c.id).where(dossiers.c.person == person)
    return list((await connection.execute(query.order_by(dossiers.c.at.desc(), dossiers.c.id))).scalars())


async def load(connection: AsyncConnection, seal: Seal, dossier: str) -> Dossier | None:
    """The dossier with this id, or None."""
    row = (await connection.execute(select(dossiers).where(dossiers.c.id == dossier))).first()
    if row is None:
        return None
    marked = await connection.execute(
        select(ticks.c.item).where(ticks.c.dossier == dossier).order_by(ticks.c.at, ticks.c.item)
    )
    return _dossier(seal, row, [r.item for r in marked])


def _dossier(seal: Seal, row: Any, done: Sequence[str]) -> Dossier:
    named: dict[str, Any] = seal.open(row.named, f"dossier {row.id}") or {}
    told = {key: named.get(key, "") for key in _NAMED}
    return Dossier(
        *(row.who, row.platform, row.code_known, tuple(done)),
        **told,
        stage=row.stage,
        id=row.id,
        reminds=row.reminds,
    )


async def all_of(connection: AsyncConnection, seal: Seal, person: str) -> list[Dossier]:
    """All dossiers of a person, the one that was worked on last first."""
    found = [await load(connection, seal, one) for one in await ids_of(connection, person)]
    return [dossier for dossier in found if dossier is not None]


async def newest_of(
    connection: AsyncConnection, seal: Seal, persons: Select[tuple[str]], who: Collection[str]
) -> dict[str, tuple[Dossier, float]]:
    """Of each of these people the dossier for one of `who` that was worked on last, and when; in two statements."""
    mine = select(dossiers).where(dossiers.c.person.in_(persons), dossiers.c.who.in_(list(who)))
    rows = (await connection.execute(mine.order_by(dossiers.c.at, dossiers.c.id))).all()
    newest = {r.person: r for r in rows}
    marked = select(ticks.c.dossier, ticks.c.item).join(dossiers, dossiers.c.id == ticks.c.dossier)
    done: dict[str, list[str]] = defaultdict(list)
    for tick in await connection.execute(marked.where(dossiers.c.person.in_(persons))):
        done[tick.dossier].append(tick.item)
    return {person: (_dossier(seal, r, done[r.id]), r.at) for person, r in newest.items()}


async def owner(connection: AsyncConnection, dossier: str) -> str | None:
    """Whose dossier this is; None when there is none."""
    found = await connection.scalar(select(dossiers.c.person).where(dossiers.c.id == dossier))
    return None if found is None else str(found)


async def keep(
    db: Database, connection: AsyncConnection, seal: Seal, person: str, dossier: Dossier, at: float
) -> None:
    """Write a dossier, new or changed, but not its ticks."""
    told = {key: getattr(dossier, key) for key in _NAMED}
    named = seal.close(told, f"dossier {dossier.id}") if any(told.values()) else None
    row = {
        "id": dossier.id,
        "person": person,
        "who": dossier.who,
        "platform": dossier.platform,
        "code_known": dossier.code_known,
        "named": named,
        "stage": dossier.stage,
        "reminds": dossier.reminds,
        "started": at,
        "at": at,
    }
    insert = db.insert(dossiers)
    kept = ("id", "person", "started")
    changed = {name: insert.excluded[name] for name in row if name not in kept}
    await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed), [row])


async def tick(
    db: Database, connection: AsyncConnection, dossier: str, items: Sequence[str], at: float
) -> None:
    """Tick items; doing it twice changes nothing."""
    if items:
        rows = [{"dossier": dossier, "item": item, "at": at} for item in items]
        await connection.execute(db.insert(ticks).on_conflict_do_nothing(), rows)


async def untick(connection: AsyncConnection, dossier: str, items: Collection[str] | None = None) -> None:
    """Take ticks back; all of them when no items are named."""
    which = [ticks.c.dossier == dossier]
    if items is not None:
        which.append(ticks.c.item.in_(list(items)))
    await connection.execute(delete(ticks).where(*which))


async def move(connection: AsyncConnection, seal: Seal, source: str, target: str, at: float) -> None:
    """The dossiers of `source` are `target`'s: two accounts turned out to be one person's.

    Where both have one of the same name, the one that was worked on last stays.
    """
    theirs = {(d.who, d.label): d for d in await all_of(connection, seal, target)}
    newest = await _worked_on(connection, (source, target))
    for mine in await all_of(connection, seal, source):
        same = theirs.get((mine.who, mine.label))
        if same is not None:
            await _drop(connection, min((mine.id, same.id), key=newest.__getitem__), at)
    await connection.execute(update(dossiers).where(dossiers.c.person == source).values(person=target))


async def _worked_on(connection: AsyncConnection, persons: Sequence[str]) -> dict[str, float]:
    rows = await connection.execute(
        select(dossiers.c.id, dossiers.c.at).where(dossiers.c.person.in_(persons))
    )
    return {r.id: r.at for r in rows}


async def _drop(connection: AsyncConnection, dossier: str, at: float) -> None:
    await reminders.withdraw(connection, dossier, at)
    await reminders.forget(connection, dossier)
    await untick(connection, dossier)
    await connection.execute(delete(dossiers).where(dossiers.c.id == dossier))


async def erase(connection: AsyncConnection, person: str, at: float) -> None:
    """Nothing of the person's dossiers is left, nor of their reminders."""
    for one in await ids_of(connection, person):
        await _drop(connection, one, at)
