"""Participants as rows: writing them, and reading them by code. Used by effects and the demo; imports write through data/registry_import/write.py.

Invariant: ID numbers and phones are kept only as keyed hashes or ciphertext.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.registry.keys import id_key, name_key
from data.registry.keys import phone_key as phone_key  # also for data.effects
from data.seal import Seal
from data.tables import names, registry

_BATCH = 500  # names asked for in one statement


@dataclass(frozen=True, slots=True)
class Person:
    """One participant as entered; `born` is dd/mm/yyyy or yyyy, `phone` ten digits, `id_number` 9 or 12 digits."""

    code: str
    name: str
    sex: str
    born: str
    id_number: str
    phone: str
    province: str
    household: str
    commune: str
    unit: str


@dataclass(frozen=True, slots=True)
class Record:
    """One participant as the registry gives it back: no ID number; the phone only as a hash and ciphertext."""

    code: str
    name: str
    born: str
    household: str
    commune: str
    phone_key: str | None
    phone: bytes | None


async def _name_ids(db: Database, connection: AsyncConnection, keys: set[str]) -> dict[str, int]:
    """The ids of these names, the new ones written."""
    if not keys:
        return {}
    await connection.execute(
        db.insert(names).on_conflict_do_nothing(), [{"name": key} for key in sorted(keys)]
    )
    found: dict[str, int] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), _BATCH):
        query = select(names.c.name, names.c.id).where(names.c.name.in_(ordered[start : start + _BATCH]))
        found |= {row.name: row.id for row in await connection.execute(query)}
    return found


async def add(db: Database, connection: AsyncConnection, seal: Seal, people: Iterable[Person]) -> int:
    """Write participants; returns how many. Codes must be new."""
    people = list(people)
    ids = await _name_ids(db, connection, {name_key(p.name) for p in people})
    rows = [
        {
            "code": p.code,
            "name": p.name,
            "name_id": ids[name_key(p.name)],
            "sex": p.sex,
            "born": p.born,
            "year": int(p.born[-4:] or 0),
            "id_key": id_key(seal, p.id_number) if p.id_number else None,
            "phone_key": phone_key(seal, p.phone) if p.phone else None,
            "phone": seal.close(p.phone, f"registry {p.code}") if p.phone else None,
            "province": p.province,
            "household": p.household,
            "commune": p.commune,
            "unit": p.unit,
            "digest": b"",
            "seen": 0,
        }
        for p in people
    ]
    if rows:
        await connection.execute(registry.insert(), rows)
    return len(rows)


async def by_codes(connection: AsyncConnection, codes: Sequence[str]) -> list[Record]:
    """The records of these codes. No codes are asked for like any others: a miss takes as long as a hit."""
    rows = await connection.execute(select(registry).where(registry.c.code.in_(codes or ("",))))
    return [Record(r.code, r.name, r.born, r.household, r.commune, r.phone_key, r.phone) for r in rows]


async def stand_in(connection: AsyncConnection) -> str:
    """The code of some record, with a phone if one of the first has it; "" where there is none."""
    rows = (await connection.execute(select(registry.c.code, registry.c.phone_key).limit(200))).all()
    with_phone = [r.code for r in rows if r.phone_key]
    return next(iter([*with_phone, *(r.code for r in rows)]), "")


async def count(connection: AsyncConnection) -> int:
    """How many participants there are."""
    return int((await connection.execute(select(func.count()).select_from(registry))).scalar_one())
