"""Scams that citizens met and reported, for the console and its export. Written by the turn.

Invariant: a row holds a host or the mask of a number, and signs; never a text, a whole number, or who reported it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import scam_reports

DAY = 86400.0
HEADINGS = ("Loại", "Cái gì", "Dấu hiệu", "Số lần báo", "Lần đầu", "Lần cuối")


@dataclass(frozen=True, slots=True)
class ScamReport:
    """What was reported alike: how often, and when first and last (seconds since 1970). `signs`: keys of flows/scams/checks.py."""

    thing: str
    shown: str
    signs: tuple[str, ...]
    count: int
    first_at: float
    last_at: float


def masked(thing: str, subject: str) -> str:
    """A host as it is; of a number its last three digits."""
    return subject[:120] if thing == "link" else f"•••• {subject[-3:]}" if subject else ""


async def note(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    *,
    thing: str,
    subject: str,
    signs: tuple[str, ...],
    now: float,
    days: int,
) -> None:
    """Count one report; what was last reported more than `days` days ago is dropped.

    Reports of one host or number are one row; of messages without either, those with the same signs.
    """
    same = f"{thing}\0{subject}" if subject else f"{thing}\0\0{' '.join(sorted(signs))}"
    insert = db.insert(scam_reports)
    again = {"count": scam_reports.c["count"] + 1, "last_at": now}
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["report_key"], set_=again),
        [
            {
                "report_key": seal.keyed("scam", same),
                "thing": thing,
                "shown": masked(thing, subject),
                "signs": " ".join(signs)[:120],
                "count": 1,
                "first_at": now,
                "last_at": now,
            }
        ],
    )
    await connection.execute(delete(scam_reports).where(scam_reports.c.last_at < now - days * DAY))


async def listed(connection: AsyncConnection, limit: int, *, thing: str = "") -> list[ScamReport]:
    """The most reported ones, at most `limit`; of equals the newest first. `thing`: only of this kind."""
    columns = [scam_reports.c[name] for name in ("thing", "shown", "signs", "count", "first_at", "last_at")]
    order = (scam_reports.c["count"].desc(), scam_reports.c.last_at.desc(), scam_reports.c.report_key)
    wanted = select(*columns).order_by(*order).limit(limit)
    rows = await connection.execute(wanted.where(scam_reports.c.thing == thing) if thing else wanted)
    return [ScamReport(r[0], r[1], tuple(r[2].split()), r[3], r[4], r[5]) for r in rows]


async def total(connection: AsyncConnection) -> int:
    """How many reports the rows stand for."""
    return int(await connection.scalar(select(func.sum(scam_reports.c["count"]))) or 0)
