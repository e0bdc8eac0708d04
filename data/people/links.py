"""One person on two channels: who said on both that the same proven phone is their own. Called when they say so.

Holding a phone is not yet being its owner: a helper reads grandmother's code for her, and a family shares a phone. So both
sides must have said it, and two accounts of one channel are never linked. Invariant: who is moved is the one conversation
whose turn this is; those of the other, which may be writing just now, stay as they are.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import people
from data.channels import CHANNELS
from data.engine import Database
from data.people import dossiers, units
from data.seal import Seal
from data.tables import consents, conversations, petitions, subscriptions, tickets
from data.tables import people as people_table

# seconds: a number left to rest is sold anew, so an old proof says nothing of its owner now
PROVEN_WITHIN = 30 * 86_400.0
MOVED = (
    consents,
    conversations,
    tickets,
    petitions,
)  # rows that are the person's; dossiers, topics and units go their own way


def may_share_at(address: str) -> bool:
    """Whether an account on this channel costs something, so that it says who is there."""
    return not _is_free(address)


async def has_proven_of_late(connection: AsyncConnection, person: str, at: float) -> bool:
    """Whether this person has proven a phone within `PROVEN_WITHIN`."""
    return await _proven_of_late(connection, person, at) is not None


async def share(db: Database, connection: AsyncConnection, seal: Seal, person: str, at: float) -> str:
    """Keep that the proven phone is the person's own, and return the person to go on as: another who said the same, or themselves.

    Raises ValueError where no phone is proven of late.
    """
    phone_key = await _proven_of_late(connection, person, at)
    if phone_key is None:
        raise ValueError("no phone is proven of late")
    await db.lock(connection, f"shares {phone_key}")
    await connection.execute(update(people_table).where(people_table.c.id == person).values(shares=True))
    mine = await _addresses(connection, person)
    if len(mine) != 1 or _is_free(mine[0]):
        return person
    query = (
        select(people_table.c.id)
        .where(
            people_table.c.phone_key == phone_key,
            people_table.c.shares,
            people_table.c.id != person,
            people_table.c.proven_at > at - PROVEN_WITHIN,
        )
        .order_by(people_table.c.at, people_table.c.id)
    )
    for other in (await connection.execute(query)).scalars().all():
        theirs = await _addresses(connection, other)
        if theirs and not any(_is_free(one) or _door(one) == _door(mine[0]) for one in theirs):
            await _move(connection, seal, person, other, at)
            return str(other)
    return person


async def _proven_of_late(connection: AsyncConnection, person: str, at: float) -> str | None:
    late = (people_table.c.id == person, people_table.c.proven_at > at - PROVEN_WITHIN)
    return await connection.scalar(select(people_table.c.phone_key).where(*late))


async def _addresses(connection: AsyncConnection, person: str) -> list[str]:
    rows = await connection.execute(select(conversations.c.address).where(conversations.c.person == person))
    return list(rows.scalars())


def _door(address: str) -> str:
    return address.partition(":")[0]


def _is_free(address: str) -> bool:
    """Whether anybody may have any number of conversations there, so that one says nothing of who it is."""
    return _door(address) not in CHANNELS or CHANNELS[_door(address)].free


async def _move(connection: AsyncConnection, seal: Seal, source: str, target: str, at: float) -> None:
    await dossiers.move(connection, seal, source, target, at)
    await units.move(connection, seal, source, target)
    topics = await people.topics_of(connection, source)
    if topics:
        kept = await people.topics_of(connection, target)
        await people.set_topics(connection, target, (*kept, *topics), at)
    await connection.execute(delete(subscriptions).where(subscriptions.c.person == source))
    for table in MOVED:
        await connection.execute(update(table).where(table.c.person == source).values(person=target))
    await connection.execute(delete(people_table).where(people_table.c.id == source))
