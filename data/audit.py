"""Who saw or changed what, as a chain. Rule: rows are only added; each is linked to the one before by a keyed hash."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database, fetch
from data.seal import Seal
from data.tables import audit, office_facts

_ADD = (
    "INSERT INTO audit (at, who, what, whose, outcome, fields, why, link)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
)
_KEEP_HEAD = (
    "INSERT INTO office_facts (name, value) VALUES (?1, ?2)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_HEAD = "audit head"  # the newest link, so that rows cut off at the end are missed too


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row: who did what, to whose data (a keyed hash), which fields, why; never a value."""

    id: int
    at: float
    who: str
    what: str
    whose: str
    outcome: str
    fields: str
    why: str


@dataclass(frozen=True, slots=True)
class AuditNote:
    """One thing done, for the audit. `whose` is a keyed hash; `fields` names what was seen, never its values."""

    at: float
    who: str
    what: str
    whose: str = ""
    outcome: str = ""
    fields: str = ""
    why: str = ""


async def note(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    *,
    at: float,
    who: str,
    what: str,
    whose: str = "",
    outcome: str = "",
    fields: str = "",
    why: str = "",
) -> None:
    """Add one row. `whose` is a keyed hash; `fields` names what was seen, never its values."""
    await note_all(db, connection, seal, [AuditNote(at, who, what, whose, outcome, fields, why)])


async def note_all(db: Database, connection: AsyncConnection, seal: Seal, deeds: Sequence[AuditNote]) -> None:
    """Add a row for each of these deeds, in their order."""
    if not deeds:
        return
    await db.lock(connection, _HEAD)
    head = await fetch(connection, "SELECT value FROM office_facts WHERE name = ?1", _HEAD)
    link = str(head[0][0]) if head else ""
    for deed in deeds:
        row: dict[str, object] = {
            "at": deed.at,
            "who": deed.who[:120],
            "what": deed.what[:20],
            "whose": deed.whose[:64],
            "outcome": deed.outcome[:20],
            "fields": deed.fields[:120],
            "why": deed.why[:200],
        }
        link = _link(seal, link, row)
        await fetch(connection, _ADD, *row.values(), link)
    await fetch(connection, _KEEP_HEAD, _HEAD, link)


def _link(seal: Seal, before: str, row: dict[str, object]) -> str:
    return seal.keyed("audit", before + json.dumps(row, ensure_ascii=False, sort_keys=True))


async def first_broken(connection: AsyncConnection, seal: Seal) -> int | None:
    """The id of the first row that was changed, or after which one is missing; 0 when the newest are; None: whole.

    Rows of before there was a chain (link "") at the beginning are not judged.
    """
    before = ""
    rows = await connection.stream(select(audit).order_by(audit.c.id).execution_options(yield_per=1000))
    async for r in rows:
        if not r.link and not before:
            continue
        row = {name: getattr(r, name) for name in ("at", "who", "what", "whose", "outcome", "fields", "why")}
        if r.link != _link(seal, before, row):
            await rows.close()
            return int(r.id)
        before = r.link
    head = (
        await connection.execute(select(office_facts.c.value).where(office_facts.c.name == _HEAD))
    ).scalar()
    return None if (head or "") == before else 0


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which rows: of whom ("" for anybody), what was done (any of these; empty: anything), times in seconds since 1970."""

    who: str = ""
    whats: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None


ALL = AuditQuery()


async def newest(
    connection: AsyncConnection, limit: int, before: int | None = None, only: AuditQuery = ALL
) -> list[AuditEntry]:
    """The newest rows first; `before`: those with a smaller id; `only`: those that fit."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    if only.who:
        query = query.where(audit.c.who == only.who)
    if only.whats:
        query = query.where(audit.c.what.in_(only.whats))
    if only.since is not None:
        query = query.where(audit.c.at >= only.since)
    if only.until is not None:
        query = query.where(audit.c.at < only.until)
    rows = await connection.execute(query)
    return [AuditEntry(r.id, r.at, r.who, r.what, r.whose, r.outcome, r.fields, r.why) for r in rows]
