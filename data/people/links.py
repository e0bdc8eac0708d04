"""One person on two channels: after the same phone was proven on both, everything is kept under one. Called when a phone is proven.

A phone has one account on Telegram and one on Zalo, so two accounts of one channel are never linked: a phone that a family
shares does not make them one person there. Invariant: who is moved is the conversation whose turn this is; the
other one, which may be writing just now, stays as it is.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import people
from data.channels import CHANNELS
from data.engine import Database
from data.seal import Seal
from data.tables import consents, conversations, dossiers, subscriptions, tickets, ticks
from data.tables import people as people_table


async def link(
    db: Database, connection: AsyncConnection, seal: Seal, person: str, phone_key: str, at: float
) -> str:
    """The person to go on as, after `person` has proven this phone: another one who has proven it, or themselves.

    The caller holds the lock of the phone.
    """
    query = (
        select(people_table.c.id)
        .where(people_table.c.phone_key == phone_key, people_table.c.id != person)
        .order_by(people_table.c.at, people_table.c.id)
    )
    for other in (await connection.execute(query)).scalars().all():
        if not await _doors(connection, person) & await _doors(connection, other):
            await _move(db, connection, seal, person, other, at)
            return str(other)
    return person


async def _doors(connection: AsyncConnection, person: str) -> set[str]:
    """The channels on which this person has an account; where conversations are free they say nothing."""
    rows = await connection.execute(select(conversations.c.address).where(conversations.c.person == person))
    doors = {address.partition(":")[0] for address in rows.scalars()}
    return {door for door in doors if door not in CHANNELS or not CHANNELS[door].free}


async def _move(
    db: Database, connection: AsyncConnection, seal: Seal, source: str, target: str, at: float
) -> None:
    mine, theirs = await _dossier_at(connection, source), await _dossier_at(connection, target)
    if mine is not None and (theirs is None or mine > theirs):  # the one that was worked on last
        dossier = await people.load_dossier(connection, seal, source)
        assert dossier is not None
        await people.start_dossier(db, connection, seal, target, dossier, at)
    await connection.execute(delete(ticks).where(ticks.c.person == source))
    await connection.execute(delete(dossiers).where(dossiers.c.person == source))
    topics = await people.topics_of(connection, source)
    if topics:
        kept = await people.topics_of(connection, target)
        await people.set_topics(connection, target, (*kept, *topics), at)
    await connection.execute(delete(subscriptions).where(subscriptions.c.person == source))
    for table in (consents, conversations, tickets):
        await connection.execute(update(table).where(table.c.person == source).values(person=target))
    await connection.execute(delete(people_table).where(people_table.c.id == source))


async def _dossier_at(connection: AsyncConnection, person: str) -> float | None:
    found = await connection.scalar(select(dossiers.c.at).where(dossiers.c.person == person))
    return None if found is None else float(found)
