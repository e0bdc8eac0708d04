"""What the worker does with the outbox: take rows to send, and write down what became of them.

Rule: a row is in exactly one state at all times; only the holder of a token's send lease sends with it, so its takeover of a dead
process's rows cannot meet a living sender; a mark with an old fence changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, bindparam, case, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.notices import audience
from data.notices.runs import Running
from data.outbox import NOTICE, OFFICER, REMINDER, REPLY, RESTS, WAITING
from data.outbox.rows import open_body
from data.seal import Seal
from data.tables import campaigns, conversations, office_facts, outbox, send_leases

LANES = (OFFICER, REMINDER, NOTICE)  # in order: a higher lane never waits for a lower one
LOST = "lost"  # how `answer` begins once any try's answer was lost


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row that was taken to be sent; `lost`: an earlier try's answer never came, so it may have arrived."""

    id: int
    lane: str
    address: str
    body: dict[str, Any]
    fence: int
    attempts: int = 1
    lost: bool = False
    campaign: str | None = None
    once: bool = False

    @property
    def account(self) -> str:
        """The address without its door."""
        return self.address.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a taken row: `state`, and when to try again while it is `pending`.

    `untried`: this was no try of its own. `tried_at`: who wrote to us since then is not taken for one who blocked us.
    """

    delivery: Delivery
    state: str
    at: float
    answer: str = ""
    due: float = 0.0
    untried: bool = False
    tried_at: float = 0.0


# -- who sends


async def hold_rate_limiter(
    db: Database,
    connection: AsyncConnection,
    token_key: str,
    *,
    holder: str,
    now: float,
    lease: float,
    alone: bool = False,
) -> bool:
    """Be the one who sends with a token for `lease` seconds more; False while another process is.

    `alone`: no other process can be alive, so what an earlier one held is free.
    """
    free: list[ColumnElement[bool]] = [send_leases.c.holder == holder, send_leases.c.until <= now]
    insert = db.insert(send_leases).values(token_key=token_key, holder=holder, until=now + lease)
    kept = insert.on_conflict_do_update(
        index_elements=["token_key"],
        set_={"holder": holder, "until": now + lease},
        where=None if alone else or_(*free),
    ).returning(send_leases.c.holder)
    return (await connection.execute(kept)).first() is not None


async def release_rate_limiter(connection: AsyncConnection, token_key: str, holder: str) -> None:
    """Another process may send with this token at once."""
    await connection.execute(
        update(send_leases)
        .where(send_leases.c.token_key == token_key, send_leases.c.holder == holder)
        .values(until=0.0)
    )


async def keep_halt(
    db: Database, connection: AsyncConnection, token_key: str, lane: str, until: float
) -> None:
    """The channel asked for silence in this lane until then; a process that starts meanwhile is to know."""
    insert = db.insert(office_facts).values(name=_halt_name(token_key, lane), value=str(until))
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"value": insert.excluded.value})
    )


async def halts(connection: AsyncConnection, token_key: str, now: float) -> dict[str, float]:
    """Until when each lane is to be silent; lanes that may speak are left out."""
    names = {_halt_name(token_key, lane): lane for lane in LANES}
    rows = await connection.execute(select(office_facts).where(office_facts.c.name.in_(names)))
    kept = {names[r.name]: float(r.value) for r in rows}
    return {lane: until for lane, until in kept.items() if until > now}


def _halt_name(token_key: str, lane: str) -> str:
    return f"halt {lane} {token_key[:24]}"


async def take_back(
    connection: AsyncConnection, door: str, *, holder: str | None, before: float | None = None
) -> int:
    """Put rows of `door` that were leased and never marked back in line; returns how many.

    `holder`: who is asking, as the holder of the send lease: rows of all others are dead processes'. `before`: only those
    whose lease ended by then. Of campaigns that must not repeat themselves they become in_doubt.
    """
    left = [outbox.c.door == door, outbox.c.lane.in_(LANES), outbox.c.state == "leased"]
    if holder is not None:
        left.append(outbox.c.holder != holder)
    if before is not None:
        left.append(outbox.c.leased_until <= before)
    never_twice = exists(
        select(campaigns.c.id).where(campaigns.c.id == outbox.c.campaign, campaigns.c.once.is_(True))
    )
    done = await connection.execute(
        update(outbox)
        .where(*left)
        .values(
            state=case((never_twice, "in_doubt"), else_="pending"),
            answer=f"{LOST}: the process ended",
            holder="",
            leased_until=0.0,
        )
    )
    return int(done.rowcount)


# -- taking rows


def _direct(door: str, now: float) -> list[ColumnElement[bool]]:
    """Rows with words of their own: all but those of campaigns."""
    return [
        outbox.c.door == door,
        outbox.c.lane.in_(LANES),
        outbox.c.campaign.is_(None),
        outbox.c.number.is_(None),
        outbox.c.state == "pending",
        outbox.c.due <= now,
    ]


async def any_direct(connection: AsyncConnection, door: str, now: float) -> bool:
    """Whether a look with `claim_direct` is worth a transaction."""
    found = await connection.execute(select(outbox.c.id).where(*_direct(door, now)).limit(1))
    return found.first() is not None


async def claim_direct(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    door: str,
    *,
    holder: str,
    now: float,
    lease: float,
    limit: int,
) -> list[Delivery]:
    """Take officers' answers and reminders that wait, in order of lanes.

    Of one address only the oldest, and none while the bot is still finishing a reply there.
    """
    reply, earlier = outbox.alias("reply"), outbox.alias("earlier")
    order = case({lane: n for n, lane in enumerate(LANES)}, value=outbox.c.lane)
    query = (
        select(outbox.c.id)
        .where(
            *_direct(door, now),
            or_(outbox.c.expires.is_(None), outbox.c.expires > now),
            ~exists(
                select(reply.c.id).where(
                    reply.c.address == outbox.c.address,
                    reply.c.lane == REPLY,
                    reply.c.state == "leased",
                    reply.c.leased_until > now,
                    reply.c.answer != RESTS,
                )
            ),
            ~exists(
                select(earlier.c.id).where(
                    earlier.c.address == outbox.c.address,
                    earlier.c.lane == outbox.c.lane,
                    earlier.c.campaign.is_(None),
                    earlier.c.id < outbox.c.id,
                    earlier.c.state.in_(WAITING),
                )
            ),
        )
        .order_by(order, outbox.c.id)
        .limit(limit)
    )
    await connection.execute(
        update(outbox)
        .where(*_direct(door, now), outbox.c.expires <= now)
        .values(state="withdrawn", answer="too late", sealed=None)
    )
    rows = await _leased(db, connection, query, holder=holder, until=now + lease)
    found = [
        Delivery(
            *(r.id, r.lane, r.address, open_body(seal, r.id, r.address, r.sealed)),
            *(r.fence, r.attempts, r.answer.startswith(LOST)),
        )
        for r in rows
    ]
    refused = await _refused(connection, found)
    await _drop(connection, [d for d in found if d.address in refused], "blocked", "blocked earlier", now)
    return sorted((d for d in found if d.address not in refused), key=lambda d: (LANES.index(d.lane), d.id))


async def any_notice(connection: AsyncConnection, campaign_id: str, door: str, now: float) -> bool:
    """Whether a look with `claim_notices` is worth a transaction."""
    found = await connection.execute(
        select(outbox.c.id)
        .where(
            outbox.c.campaign == campaign_id,
            outbox.c.state == "pending",
            outbox.c.door == door,
            outbox.c.due <= now,
        )
        .limit(1)
    )
    return found.first() is not None


async def claim_notices(
    db: Database,
    connection: AsyncConnection,
    campaign: Running,
    door: str,
    *,
    holder: str,
    now: float,
    lease: float,
    limit: int,
) -> list[Delivery]:
    """Take notices of a campaign that wait, oldest first, while it is running.

    Who opted out since is withdrawn, who blocked us since is marked so; neither is among what is returned.
    """
    running = exists(
        select(campaigns.c.id).where(campaigns.c.id == campaign.id, campaigns.c.state == "running")
    )
    query = (
        select(outbox.c.id)
        .where(
            outbox.c.campaign == campaign.id,
            outbox.c.state == "pending",
            outbox.c.door == door,
            outbox.c.due <= now,
            running,
        )
        .order_by(outbox.c.id)
        .limit(limit)
    )
    rows = await _leased(db, connection, query, holder=holder, until=now + lease)
    body = {"text": campaign.text}
    found = [
        Delivery(
            *(r.id, r.lane, r.address, body, r.fence, r.attempts, r.answer.startswith(LOST)),
            campaign.id,
            campaign.once,
        )
        for r in rows
    ]
    if not found:
        return []
    wanted = set(
        (await connection.execute(audience.among(campaign.audience, [d.address for d in found]))).scalars()
    )
    unwanted = [d for d in found if d.address not in wanted]
    if unwanted:
        refused = await _refused(connection, unwanted)
        for state, why, theirs in (
            ("blocked", "blocked earlier", [d for d in unwanted if d.address in refused]),
            ("withdrawn", "opted out", [d for d in unwanted if d.address not in refused]),
        ):
            await _drop(connection, theirs, state, why, now)
    return sorted((d for d in found if d.address in wanted), key=lambda d: d.id)


async def _leased(
    db: Database, connection: AsyncConnection, query: Any, *, holder: str, until: float
) -> Sequence[Any]:
    if not db.is_sqlite:
        query = query.with_for_update(skip_locked=True, of=outbox)
    taken = await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(query))
        .values(
            state="leased",
            holder=holder,
            fence=outbox.c.fence + 1,
            leased_until=until,
            attempts=outbox.c.attempts + 1,
        )
        .returning(
            outbox.c.id,
            outbox.c.lane,
            outbox.c.address,
            outbox.c.sealed,
            outbox.c.fence,
            outbox.c.attempts,
            outbox.c.answer,
        )
    )
    return taken.all()


async def _refused(connection: AsyncConnection, found: Sequence[Delivery]) -> set[str]:
    """Addresses whose channel refused us, and who did not write since."""
    if not found:
        return set()
    rows = await connection.execute(
        select(conversations.c.address).where(
            conversations.c.address.in_([d.address for d in found]), conversations.c.blocked_at.is_not(None)
        )
    )
    return set(rows.scalars())


async def _drop(
    connection: AsyncConnection, found: Sequence[Delivery], state: str, why: str, now: float
) -> None:
    await settle(connection, [Outcome(d, state, now, why) for d in found])


# -- writing down what became of them

_OURS = (
    outbox.c.id == bindparam("row_id"),
    outbox.c.fence == bindparam("row_fence"),
    outbox.c.state == "leased",
)
_END = (
    update(outbox)
    .where(*_OURS)
    .values(
        state=bindparam("new_state"),
        sent_at=bindparam("marked_at"),
        answer=bindparam("said"),
        sealed=None,
        holder="",
        leased_until=0.0,
    )
)
_AGAIN = (
    update(outbox)
    .where(*_OURS)
    .values(
        state="pending",
        attempts=outbox.c.attempts - bindparam("untried"),
        answer=case((bindparam("says", type_=Boolean()), bindparam("said")), else_=outbox.c.answer),
        due=bindparam("new_due"),
        holder="",
        leased_until=0.0,
    )
)
_BLOCK = (
    update(conversations)
    .where(conversations.c.address == bindparam("whose"), conversations.c.at <= bindparam("tried"))
    .values(blocked_at=bindparam("marked_at"))
)


_SENT = (  # rows of [id, fence, when]
    "UPDATE outbox SET state = 'sent', sent_at = json_extract(was.value, '$[2]'), answer = '', sealed = NULL,"
    " holder = '', leased_until = 0.0 FROM json_each(?) AS was"
    " WHERE outbox.id = json_extract(was.value, '$[0]') AND outbox.fence = json_extract(was.value, '$[1]')"
    " AND outbox.state = 'leased'"
)


async def settle_sent(db: Database, outcomes: Sequence[Outcome]) -> None:
    """Write down rows that were simply sent, durably, in a transaction of their own: the path of nearly all notices.

    Raises OSError or SQLAlchemyError when it could not; sqlite3's own errors come as OSError.
    """
    if not db.is_sqlite:
        async with db.writing() as connection:
            await settle(connection, outcomes)
        return
    try:
        await db.write_many(_SENT, [(o.delivery.id, o.delivery.fence, o.at) for o in outcomes])
    except sqlite3.Error as wrong:
        raise OSError(type(wrong).__name__) from wrong


async def settle(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
    """Write down outcomes. One whose row was taken by another process since changes nothing."""
    ends, again, blocks = [], [], []
    for o in outcomes:
        row: dict[str, Any] = {"row_id": o.delivery.id, "row_fence": o.delivery.fence, "said": o.answer[:80]}
        if o.state == "pending":
            again.append(row | {"untried": int(o.untried), "says": bool(o.answer), "new_due": o.due})
            continue
        ends.append(row | {"new_state": o.state, "marked_at": o.at})
        if o.state == "blocked" and o.tried_at:
            blocks.append({"whose": o.delivery.address, "tried": o.tried_at, "marked_at": o.at})
    for statement, rows in ((_END, ends), (_AGAIN, again), (_BLOCK, blocks)):
        if rows:
            await connection.execute(statement, rows)
