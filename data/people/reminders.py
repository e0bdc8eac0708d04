"""When the person is reminded of a deadline: planned with the dossier, found by index when due, written into the outbox once.

Called by the effect handlers (plan, move, stop) and by the worker (`due`, `say`). Invariant: a reminder leaves `waiting` in
the transaction that writes its outbox row, so no restart, no second worker and no clock that jumps says it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data import outbox
from data.channels import CHANNELS
from data.engine import Database
from data.outbox import REMINDER
from data.outbox.rows import close_body, outbox_row
from data.seal import Seal
from data.tables import conversations, reminders

STATE_WAITING, SAID, WITHDRAWN = "waiting", "said", "withdrawn"
BUSY_SECONDS = 1800.0  # while an officer owns the conversation it waits this long


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come."""

    dossier: str
    due: float
    kind: str


async def plan(
    db: Database, connection: AsyncConnection, dossier: str, days: Iterable[tuple[str, float]], now: float
) -> None:
    """These reminders and no others: (kind, due). What is past is not caught up with; what was said stays said."""
    wanted = {due: kind for kind, due in days if due > now}
    waiting = [reminders.c.dossier == dossier, reminders.c.state == STATE_WAITING]
    stale = update(reminders).where(*waiting, reminders.c.kind != "later", reminders.c.due.not_in(wanted))
    await connection.execute(stale.values(state=WITHDRAWN))
    if not wanted:
        return
    insert = db.insert(reminders)
    rows = [
        {"dossier": dossier, "due": due, "kind": kind, "state": STATE_WAITING, "row": None}
        for due, kind in wanted.items()
    ]
    again = insert.on_conflict_do_update(
        index_elements=["dossier", "due"],
        set_={"state": STATE_WAITING, "kind": insert.excluded.kind},
        where=reminders.c.state != SAID,
    )
    await connection.execute(again, rows)


async def put_off(db: Database, connection: AsyncConnection, dossier: str, due: float) -> None:
    """The next one is at `due`: those before it are withdrawn, those after it stay."""
    earlier = [reminders.c.dossier == dossier, reminders.c.state == STATE_WAITING, reminders.c.due < due]
    await connection.execute(update(reminders).where(*earlier).values(state=WITHDRAWN))
    insert = db.insert(reminders).values(
        dossier=dossier, due=due, kind="later", state=STATE_WAITING, row=None
    )
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=["dossier", "due"],
            set_={"state": STATE_WAITING},
            where=reminders.c.state == WITHDRAWN,
        )
    )


async def withdraw(connection: AsyncConnection, dossier: str, at: float) -> bool:
    """No reminder any more, also of those that wait in the outbox; whether there was one."""
    mine = reminders.c.dossier == dossier
    written = select(reminders.c.row).where(mine, reminders.c.row.is_not(None))
    await outbox.wipe(connection, (await connection.execute(written)).scalars().all(), at)
    done = await connection.execute(
        update(reminders).where(mine, reminders.c.state == STATE_WAITING).values(state=WITHDRAWN)
    )
    return int(done.rowcount) > 0


async def forget(connection: AsyncConnection, dossier: str) -> None:
    """The dossier is gone, and what was said of it."""
    await connection.execute(delete(reminders).where(reminders.c.dossier == dossier))


async def waiting_for(connection: AsyncConnection, dossier: str) -> list[float]:
    """When the person is still to be reminded, the earliest first."""
    query = select(reminders.c.due).where(reminders.c.dossier == dossier, reminders.c.state == STATE_WAITING)
    return list((await connection.execute(query.order_by(reminders.c.due))).scalars())


async def due(
    connection: AsyncConnection, now: float, limit: int, *, of: Sequence[str] | None = None
) -> list[Due]:
    """What is due, the earliest first; `of`: of these dossiers only. Costs what is due, not what waits."""
    query = select(reminders.c.dossier, reminders.c.due, reminders.c.kind).where(
        reminders.c.state == STATE_WAITING, reminders.c.due <= now
    )
    if of is not None:
        query = query.where(reminders.c.dossier.in_(of))
    rows = await connection.execute(query.order_by(reminders.c.due).limit(limit))
    return [Due(r.dossier, r.due, r.kind) for r in rows]


async def take(connection: AsyncConnection, one: Due, state: str = SAID) -> bool:
    """Be the one who settles this reminder; False when another has."""
    done = await connection.execute(
        update(reminders)
        .where(
            reminders.c.dossier == one.dossier,
            reminders.c.due == one.due,
            reminders.c.state == STATE_WAITING,
        )
        .values(state=state)
    )
    return int(done.rowcount) == 1


async def say(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    one: Due,
    person: str,
    text: str,
    now: float,
    expires: float,
) -> bool:
    """Write a reminder that was taken into the outbox, at the channel that reaches the person best; False when none does."""
    found = await address_of(connection, person, now)
    if found is None:
        return False
    address, busy = found
    if busy:
        await wait_until(connection, one, now + BUSY_SECONDS)
        return True
    row_id, body = outbox.new_id(), {"text": text}
    row = outbox_row(row_id, REMINDER, address, now, expires=expires)
    await outbox.put(connection, [row | {"sealed": close_body(seal, row_id, address, body)}])
    if not CHANNELS[address.partition(":")[0]].pushed:
        await outbox.publish(db, connection, seal, row_id, address, body)
    mine = [reminders.c.dossier == one.dossier, reminders.c.due == one.due]
    await connection.execute(update(reminders).where(*mine).values(row=row_id))
    return True


async def never_said(connection: AsyncConnection, one: Due) -> None:
    """A reminder that was taken had no reason any more, or nowhere to go."""
    mine = [reminders.c.dossier == one.dossier, reminders.c.due == one.due]
    await connection.execute(update(reminders).where(*mine).values(state=WITHDRAWN))


async def wait_until(connection: AsyncConnection, one: Due, due: float) -> None:
    """A reminder that was taken waits until `due`, unless another is said then anyway."""
    at = [reminders.c.dossier == one.dossier, reminders.c.due == due]
    if (await connection.execute(select(reminders.c.due).where(*at))).first() is not None:
        await never_said(connection, one)
        return
    mine = [reminders.c.dossier == one.dossier, reminders.c.due == one.due]
    await connection.execute(update(reminders).where(*mine).values(state=STATE_WAITING, due=due))


async def address_of(connection: AsyncConnection, person: str, now: float) -> tuple[str, bool] | None:
    """Where the person is told, and whether somebody else is speaking there: the channel heard from last that pushes, else
    the one heard from last."""
    query = select(conversations).where(
        conversations.c.person == person, conversations.c.blocked_at.is_(None)
    )
    best: tuple[tuple[int, float], str, bool] | None = None
    for r in await connection.execute(query):
        channel = CHANNELS.get(r.address.partition(":")[0])
        if channel is None:
            continue
        heard = r.heard_at or r.at
        window, _ = channel.window(heard, now)
        reaches = 2 if channel.pushed and window != "closed" else 1 if not channel.pushed else 0
        rated = ((reaches, heard), str(r.address), r.owner != "bot")
        if reaches and (best is None or rated[0] > best[0]):
            best = rated
    return None if best is None else best[1:]
