"""Where each conversation stands, which events were already acted on, and what could not be read. Rule: typed words are sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import conversations, dead_letters, events
from flows.engine.state import State

BOT, OFFICER, NOBODY = "bot", "officer", "nobody"  # who may speak in a conversation: exactly one
FURTHEST = 3.2e9  # seconds a clock may be moved, a hundred years: dates have an end
_TOPIC, _HELD, _ANSWERED = "~topic", "~held", "~answered"  # beside the state; nothing a person typed
_UNDER = "~under"  # where the sealed answers hold the state that a digression lies upon


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it is kept: `said` counts replies, `turns` turns; `clock` is seconds its time was moved.

    `owner` is who may speak, `ticket` the open ticket, if any. `topic` is the topic the person wrote in last, where the
    channel has some; `held` the outbox row of words that wait for more; `answered` the kind of act that was answered last, of
    those that often come several at once, and when. `at` is when it was last written, `heard_at` when the person last did something.
    """

    address: str
    state: State = State()  # frozen
    person: str | None = None
    said: int = 0
    turns: int = 0
    clock: float = 0.0
    owner: str = BOT
    ticket: str | None = None
    topic: int = 0
    held: int = 0
    answered: tuple[str, float] = ("", 0.0)
    at: float = field(default=0.0, compare=False)
    heard_at: float = 0.0


_LOAD = select(conversations).where(conversations.c.address.in_(bindparam("addresses", expanding=True)))


_OF_A_KIND = select(events.c.key).where(
    events.c.address == bindparam("whose"), events.c.key.like(bindparam("begins"))
)


def topic_of(place: str) -> int:
    """The topic in which the person wrote last, of a conversation's column `place`; 0 outside of topics."""
    return int(json.loads(place).get(_TOPIC, 0))


async def load(connection: AsyncConnection, seal: Seal, addresses: Sequence[str]) -> dict[str, Conversation]:
    """The conversations at these addresses; what does not exist yet is left out."""
    rows = await connection.execute(_LOAD, {"addresses": list(addresses)})
    found = {}
    for r in rows:
        place = json.loads(r.place)
        if r.answers is not None:
            place["answers"] = seal.open(r.answers, r.address)
            place["under"] = place["answers"].pop(_UNDER, {})
        topic, held, (kind, told) = place.pop(_TOPIC, 0), place.pop(_HELD, 0), place.pop(_ANSWERED, ("", 0.0))
        found[r.address] = Conversation(
            *(r.address, State.from_json(place), r.person, r.said, r.turns, r.clock, r.owner, r.ticket),
            *(topic, held, (kind, told), r.at, r.heard_at or 0.0),
        )
    return found


async def save(
    db: Database, connection: AsyncConnection, seal: Seal, kept: Sequence[Conversation], at: float
) -> None:
    """Write conversations, new or changed, after a turn of theirs."""
    if not kept:
        return
    rows = []
    for c in kept:
        place = c.state.to_json()
        answers = place.pop("answers", None)
        if under := place.pop("under", None):
            answers = {**(answers or {}), _UNDER: under}
        beside = {_TOPIC: c.topic, _HELD: c.held, _ANSWERED: c.answered if c.answered[0] else ()}
        place |= {name: value for name, value in beside.items() if value}
        rows.append(
            {
                "address": c.address,
                "place": json.dumps(place, ensure_ascii=False, separators=(",", ":")),
                "answers": seal.close(answers, c.address) if answers else None,
                "person": c.person,
                "owner": c.owner,
                "ticket": c.ticket,
                "blocked_at": None,  # whoever writes can be written to again
                "said": c.said,
                "turns": c.turns,
                "clock": c.clock,
                "heard_at": c.heard_at or None,
                "at": at,
            }
        )
    insert = db.insert(conversations)
    changed = {name: insert.excluded[name] for name in rows[0] if name != "address"}
    await connection.execute(insert.on_conflict_do_update(index_elements=["address"], set_=changed), rows)


async def claim_events(
    db: Database, connection: AsyncConnection, keys: Sequence[tuple[str, str]], at: float
) -> set[tuple[str, str]]:
    """Write down (address, key) of events and return those that are new: the others were acted on before."""
    insert = db.insert(events).on_conflict_do_nothing().returning(events.c.address, events.c.key)
    rows = await connection.execute(insert, [{"address": a, "key": k, "at": at} for a, k in keys])
    return {(r.address, r.key) for r in rows}


async def note_secrets(connection: AsyncConnection, keys: Sequence[tuple[str, str]]) -> None:
    """These events, acted on already, held a secret; nothing of it is kept but that."""
    for address, key in keys:
        mine = (events.c.address == address, events.c.key == key)
        await connection.execute(update(events).where(*mine).values(secret=True))


async def held_secret(connection: AsyncConnection, address: str, key: str) -> bool:
    """Whether an event that was acted on before held a secret."""
    mine = (events.c.address == address, events.c.key == key)
    return bool(await connection.scalar(select(events.c.secret).where(*mine)))


async def move_clock(
    db: Database, connection: AsyncConnection, seal: Seal, address: str, seconds: float, at: float
) -> None:
    """Let time pass for one person; it stays moved."""
    await db.lock(connection, address)  # else a claim at the same moment would be undone
    found = (await load(connection, seal, [address])).get(address, Conversation(address))
    await save(
        db,
        connection,
        seal,
        [replace(found, clock=min(found.clock + seconds, FURTHEST))],
        at,
    )


async def dead_letter(
    db: Database, connection: AsyncConnection, door: str, key: str, why: str, shape: Any, at: float
) -> bool:
    """Put an update that cannot be read or acted on among the dead letters, the same one only once; False where it was there."""
    row = {"door": door, "key": key[:80], "why": why[:200], "shape": json.dumps(shape)[:2000], "at": at}
    insert = db.insert(dead_letters).on_conflict_do_nothing().returning(dead_letters.c.id)
    return bool((await connection.execute(insert, [row])).all())


@dataclass(frozen=True, slots=True)
class DeadLetter:
    door: str
    key: str
    why: str
    at: float


async def dead(connection: AsyncConnection, limit: int = 20) -> tuple[int, list[DeadLetter]]:
    """How many dead letters there are, and the newest."""
    total = (await connection.execute(select(func.count()).select_from(dead_letters))).scalar_one()
    rows = await connection.execute(select(dead_letters).order_by(dead_letters.c.id.desc()).limit(limit))
    return total, [DeadLetter(r.door, r.key, r.why, r.at) for r in rows]


async def claim_in_order(
    db: Database, connection: AsyncConnection, address: str, kind: str, name: str, stamp: float, at: float
) -> str:
    """Claim an event of a kind whose order matters, which happened at `stamp`: "new", "known", or "late".

    late: a newer one of this kind was claimed at this address; of two that happened at once the greater name is the newer.
    A lock on the address is taken.
    """
    await db.lock(connection, address)
    key = f"{kind} {stamp:.3f} {name}"
    new = (address, key) in await claim_events(db, connection, [(address, key)], at)
    newest = await newest_of(connection, address, kind)
    if newest is not None and newest > (float(f"{stamp:.3f}"), name):
        return "late"
    return "new" if new else "known"


async def newest_of(connection: AsyncConnection, address: str, kind: str) -> tuple[float, str] | None:
    """When the newest event of this kind at an address happened, and its name; None where none is known."""
    keys = await connection.scalars(_OF_A_KIND, {"whose": address, "begins": f"{kind} %"})
    found = [key.split(" ", 2)[1:] for key in keys]
    return max(((float(stamp), name) for stamp, name in found), default=None)


async def newest_number(connection: AsyncConnection, address: str) -> int:
    """The greatest of the keys at an address that are numbers, -1 where none is."""
    keys = await connection.scalars(select(events.c.key).where(events.c.address == address))
    return max((int(key) for key in keys if key.isascii() and key.isdigit()), default=-1)


async def forget_old_events(connection: AsyncConnection, before: float) -> int:
    """Drop event keys older than `before`; returns how many."""
    done = await connection.execute(delete(events).where(events.c.at < before))
    return int(done.rowcount)


async def count(connection: AsyncConnection) -> int:
    """How many conversations there are."""
    return int((await connection.execute(select(func.count()).select_from(conversations))).scalar_one())


async def heard_at(connection: AsyncConnection, address: str) -> float:
    """When the person at this address last did something, 0 for never."""
    row = await connection.scalar(select(conversations.c.heard_at).where(conversations.c.address == address))
    return float(row or 0.0)


async def shut(connection: AsyncConnection, address: str, at: float) -> None:
    """The person has blocked us at this address: nothing proactive goes there until they write again."""
    await connection.execute(
        update(conversations).where(conversations.c.address == address).values(blocked_at=at)
    )
