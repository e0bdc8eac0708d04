"""Many recipients at once, and campaigns for them, straight into the tables. Rule: what a test counts comes from the database or from outside."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select, update

from data import outbox
from data.engine import Database
from data.notices.audience import NOT_FILLED, Audience
from data.seal import Seal
from data.tables import campaigns, conversations, subscriptions
from data.tables import outbox as outbox_rows
from tests.houses import SECRET, START

FIRST = 5_000_000  # accounts begin here
_numbers = count(1)


def accounts(people: int) -> list[str]:
    """The accounts of a crowd, in order."""
    return [str(FIRST + n) for n in range(people)]


async def opt_in_many(db: Database, people: int, *, door: str = "telegram", topic: str = "chung") -> None:
    """So many people who talked with us at this door and opted in."""
    rows = [
        {
            "address": f"{door}:{account}",
            "place": "{}",
            "person": f"{door}{account}",
            "said": 0,
            "turns": 1,
            "clock": 0.0,
            "at": START,
        }
        for account in accounts(people)
    ]
    async with db.writing() as connection:
        await connection.execute(insert(conversations), rows)
        await connection.execute(
            insert(subscriptions), [{"person": r["person"], "topic": topic, "at": START} for r in rows]
        )


async def write_campaign(db: Database, text: str = "Xin chào", **changed: Any) -> str:
    """A campaign that was just started, unless changed; returns its id."""
    number = next(_numbers)
    row = {
        "id": f"campaign{number}",
        "number": number,
        "text": text,
        "audience": Audience().to_json(),
        "office_hours": False,
        "once": False,
        "state": "running",
        "total": 0,
        "filled_to": NOT_FILLED,
        "made_by": "x",
        "at": START,
        "started_at": START,
        **changed,
    }
    async with db.writing() as connection:
        await connection.execute(insert(campaigns), [row])
    return str(row["id"])


async def move_campaign(db: Database, campaign: str, state: str) -> None:
    """As an admin would."""
    async with db.writing() as connection:
        await connection.execute(update(campaigns).where(campaigns.c.id == campaign).values(state=state))


async def put_row(db: Database, address: str, lane: str, body: str, **changed: Any) -> int:
    """A row with words of its own; returns its id."""
    out = outbox.Outgoing(outbox.new_id(), address, None, {"text": body})
    row = outbox.reply_row(out, Seal(SECRET), holder="", lease=0.0, at=START)
    row |= {"lane": lane, "fence": 0, **changed}
    async with db.writing() as connection:
        await outbox.put(connection, [row])
    return int(row["id"])


async def states(db: Database, campaign: str) -> Counter[str]:
    """How many rows of a campaign are in each state."""
    async with db.reading() as connection:
        rows = await connection.execute(
            select(outbox_rows.c.state, func.count())
            .where(outbox_rows.c.campaign == campaign)
            .group_by(outbox_rows.c.state)
        )
    return Counter({r.state: r[1] for r in rows})


async def campaign_state(db: Database, campaign: str) -> str:
    """draft, running, paused, cancelled or done."""
    async with db.reading() as connection:
        found = await connection.execute(select(campaigns.c.state).where(campaigns.c.id == campaign))
    return str(found.scalar_one())


async def row(db: Database, row_id: int) -> Any:
    """One row of the ledger as it is."""
    async with db.reading() as connection:
        return (await connection.execute(select(outbox_rows).where(outbox_rows.c.id == row_id))).one()
