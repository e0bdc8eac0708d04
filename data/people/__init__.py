"""Persons and what they agreed to; their dossiers are in dossiers.py. Rule: a person exists only after the first consent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.outbox import NOTICE, WAITING, wipe
from data.people import dossiers, units
from data.tables import consents, conversations, outbox, people, subscriptions, ticks


async def new_person(connection: AsyncConnection, at: float) -> str:
    """A new person's id, 128 random bits."""
    person = secrets.token_hex(16)
    await connection.execute(people.insert().values(id=person, at=at))
    return person


async def prove_phone(connection: AsyncConnection, person: str, phone_key: str, at: float) -> None:
    """The person has shown that they hold this phone. What was said of another phone's being theirs is not said of this one."""
    same = func.coalesce(people.c.phone_key, "") == phone_key
    await connection.execute(
        update(people)
        .where(people.c.id == person)
        .values(phone_key=phone_key, proven_at=at, shares=case((same, people.c.shares), else_=false()))
    )


async def proven_phone(connection: AsyncConnection, person: str) -> str | None:
    """The keyed hash of the phone this person has proven, or None."""
    row = (await connection.execute(select(people.c.phone_key).where(people.c.id == person))).first()
    return row.phone_key if row else None


async def has_consented(connection: AsyncConnection, person: str, purpose: str) -> bool:
    """Whether the newest word on `purpose` is an agreement."""
    query = (
        select(consents.c.given)
        .where(consents.c.person == person, consents.c.purpose == purpose)
        .order_by(consents.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return bool(row and row.given)


async def give_consent(
    connection: AsyncConnection, person: str, purpose: str, wording: str, door: str, at: float
) -> None:
    """Write down who agreed to what, when, where, in which words."""
    await connection.execute(
        consents.insert().values(
            person=person, purpose=purpose, wording=wording, door=door, given=True, at=at
        )
    )


async def topics_of(connection: AsyncConnection, person: str) -> tuple[str, ...]:
    """The topics this person wants notices on, in the order of their ids; () for no notices."""
    rows = await connection.execute(
        select(subscriptions.c.topic).where(subscriptions.c.person == person).order_by(subscriptions.c.topic)
    )
    return tuple(r.topic for r in rows)


async def set_topics(connection: AsyncConnection, person: str, topics: tuple[str, ...], at: float) -> None:
    """The person wants notices on exactly these topics."""
    await connection.execute(delete(subscriptions).where(subscriptions.c.person == person))
    if topics:
        rows = [{"person": person, "topic": topic, "at": at} for topic in dict.fromkeys(topics)]
        await connection.execute(subscriptions.insert(), rows)


async def stop_notices(connection: AsyncConnection, person: str, door: str, at: float) -> bool:
    """No notices for this person any more: those waiting are withdrawn. False when there were none."""
    if not await topics_of(connection, person):
        return False
    await set_topics(connection, person, (), at)
    await take_back(connection, person, "notices", door, at)
    addresses = select(conversations.c.address).where(conversations.c.person == person)
    waiting = select(outbox.c.id).where(
        outbox.c.address.in_(addresses), outbox.c.lane == NOTICE, outbox.c.state.in_(WAITING)
    )
    ids = (await connection.execute(waiting)).scalars().all()
    await wipe(connection, ids, at)
    return True


async def stop_notices_at_the_last(
    connection: AsyncConnection, person: str, address: str, door: str, at: float
) -> bool:
    """As `stop_notices`, unless the person has a conversation elsewhere than at `address`, where notices go on."""
    elsewhere = select(conversations.c.address).where(
        conversations.c.person == person, conversations.c.address != address
    )
    if (await connection.execute(elsewhere.limit(1))).first() is not None:
        return False
    return await stop_notices(connection, person, door, at)


async def take_back(connection: AsyncConnection, person: str, purpose: str, door: str, at: float) -> None:
    """Write down that the person no longer agrees to `purpose`."""
    await connection.execute(
        consents.insert().values(
            person=person, purpose=purpose, wording="rút lại", door=door, given=False, at=at
        )
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about a person: purposes agreed to, how many items are ticked (None: no dossier), a proven phone, topics.

    `shares`: they said that the phone is their own, and want one dossier on all channels where it is proven.
    """

    purposes: tuple[str, ...]
    ticked: int | None
    phone: bool
    topics: tuple[str, ...] = ()
    shares: bool = False


NOTHING_KEPT = Kept((), None, False)


async def kept_about(connection: AsyncConnection, person: str) -> Kept:
    """Everything that is kept under this person."""
    rows = await connection.execute(select(consents.c.purpose).where(consents.c.person == person).distinct())
    purposes = sorted(r.purpose for r in rows)
    given = [p for p in purposes if await has_consented(connection, person, p)]
    kept = await dossiers.ids_of(connection, person)
    marked = (await connection.execute(select(ticks.c.item).where(ticks.c.dossier.in_(kept)))).all()
    row = (await connection.execute(select(people).where(people.c.id == person))).first()
    topics = await topics_of(connection, person)
    phone, shares = (row.phone_key is not None, row.shares) if row else (False, False)
    return Kept(tuple(given), len(marked) if kept else None, phone, topics, shares)


async def consents_of(connection: AsyncConnection, person: str) -> list[dict[str, Any]]:
    """Every consent given and taken back: purpose, wording, door, given, at."""
    query = select(consents).where(consents.c.person == person).order_by(consents.c.id)
    return [
        {"purpose": r.purpose, "wording": r.wording, "door": r.door, "given": r.given, "at": r.at}
        for r in await connection.execute(query)
    ]


async def withdraw(connection: AsyncConnection, person: str, door: str, at: float) -> None:
    """Take all consent back and erase what it allowed; that it was given and taken back stays provable."""
    for purpose in (await kept_about(connection, person)).purposes:
        await take_back(connection, person, purpose, door, at)
    await set_topics(connection, person, (), at)
    await dossiers.erase(connection, person, at)
    await units.erase(connection, person)
    nothing = {"phone_key": None, "proven_at": None, "shares": False}
    await connection.execute(update(people).where(people.c.id == person).values(nothing))
