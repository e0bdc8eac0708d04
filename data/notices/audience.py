"""Who is in the audience of a campaign. Rule: only those who opted in, and nobody whose channel refused us since they wrote last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.channels import CHANNELS, HOUR
from data.tables import conversations, subscriptions

ALL = "all"
NOT_FILLED = (
    ""  # campaigns.filled_to of a campaign that was just started; NULL once the outbox holds all of it
)
_KEYS = {"door": "doors", "topic": "topics", "block": "blocks"}


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who opted in, narrowed by what is given; an empty tuple narrows nothing."""

    doors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()

    def to_json(self) -> str:
        """What `campaigns.audience` holds."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Audience:
        """The audience that `to_json` wrote."""
        given: dict[str, Any] = json.loads(text)
        return cls(**{f.name: tuple(given.get(f.name, ())) for f in fields(cls)})

    def __str__(self) -> str:
        """The words that `parse` reads."""
        given = [
            f"{key}={','.join(getattr(self, name))}" for key, name in _KEYS.items() if getattr(self, name)
        ]
        return " ".join(given) or ALL


def parse(text: str, topics: Sequence[str] = ()) -> Audience:
    """`all`, or words like `door=telegram,web topic=chung`; `topics` are those that exist, when they are given.

    Raises ValueError with one sentence that says what is wrong.
    """
    words = text.split()
    if not words:
        raise ValueError("an audience is 'all', or words like door=telegram,web topic=chung")
    if words == [ALL]:
        return Audience()
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        key, equals, given = word.partition("=")
        if key not in _KEYS or not equals:
            raise ValueError(f"an audience is 'all', or words with door=, topic= or block=, not {word!r}")
        names = tuple(dict.fromkeys(name for name in given.split(",") if name))
        if not names:
            raise ValueError(f"{key}= needs a name behind it")
        if key in found:
            raise ValueError(f"{key}= is given twice; write {key}=one,other")
        found[key] = names
    if "block" in found:
        raise ValueError("a person's block is not recorded yet, so an audience cannot be chosen by block")
    for key, known in (("door", tuple(CHANNELS)), ("topic", tuple(topics))):
        wrong = [name for name in found.get(key, ()) if known and name not in known]
        if wrong:
            raise ValueError(f"there is no {key} {wrong[0]!r}: {', '.join(known)}")
    return Audience(**{_KEYS[key]: names for key, names in found.items()})


def _reached(audience: Audience) -> ColumnElement[bool]:
    if audience.blocks:
        raise ValueError("a person's block is not recorded yet, so an audience cannot be chosen by block")
    wanted = [subscriptions.c.person == conversations.c.person]
    if audience.topics:
        wanted.append(subscriptions.c.topic.in_(audience.topics))
    doors = [conversations.c.address.startswith(f"{door}:") for door in audience.doors or CHANNELS]
    return and_(
        conversations.c.blocked_at.is_(None),
        or_(*doors),
        exists(select(subscriptions.c.person).where(*wanted)),
    )


def query(audience: Audience, after: str, limit: int) -> Select[str]:
    """The next `limit` addresses of the audience behind `after` ("" from the start), in order."""
    return (
        select(conversations.c.address)
        .where(conversations.c.address > after, _reached(audience))
        .order_by(conversations.c.address)
        .limit(limit)
    )


def among(audience: Audience, addresses: Sequence[str]) -> Select[str]:
    """Those of `addresses` who are in the audience now."""
    return select(conversations.c.address).where(conversations.c.address.in_(addresses), _reached(audience))


@dataclass(frozen=True, slots=True)
class Windows:
    """Of the people of an audience at one channel: to how many a message is free now, billed, and not taken any more."""

    free: int = 0
    billed: int = 0
    closed: int = 0


async def windows(connection: AsyncConnection, audience: Audience, now: float) -> dict[str, Windows]:
    """How the audience stands to the reply windows, by channel; channels without one, or without people, are left out."""
    found = {}
    for channel in CHANNELS.values():
        if not channel.open_hours or (audience.doors and channel.name not in audience.doors):
            continue
        heard = func.coalesce(conversations.c.heard_at, 0.0)
        is_free = heard > now - HOUR * channel.free_hours
        is_open = heard > now - HOUR * channel.open_hours
        kind = case((is_free, "free"), (is_open, "billed"), else_="closed").label("kind")
        query = select(kind, func.count()).where(
            _reached(audience), conversations.c.address.startswith(f"{channel.name}:")
        )
        counts = {r[0]: int(r[1]) for r in await connection.execute(query.group_by(kind))}
        if counts:
            found[channel.name] = Windows(**counts)
    return found


async def count(connection: AsyncConnection, audience: Audience) -> dict[str, int]:
    """How many addresses the audience has at each door; doors with none are left out."""
    door = case(
        *((conversations.c.address.startswith(f"{name}:"), name) for name in CHANNELS), else_=""
    ).label("door")
    rows = await connection.execute(select(door, func.count()).where(_reached(audience)).group_by(door))
    return {r[0]: int(r[1]) for r in rows}
