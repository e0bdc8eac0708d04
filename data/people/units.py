"""Units (employers) whose contact sees how far the employees are: registered, joined, left, moved to another person, erased.

Called by the effect handlers, the unit's page, linking and erasing. Invariant: somebody is seen by a unit only between agreeing
and leaving; only the person who registered a unit sees it; of the code in its link a keyed hash is looked up.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.people import dossiers
from data.people.dossiers import Dossier
from data.seal import Seal
from data.tables import unit_employees, units
from flows.entries import new_unit_code

_WHOSE = ("employee", "officer")  # a child's or a mother's dossier is no business of the unit


@dataclass(frozen=True, slots=True)
class Unit:
    """An employer as its contact registered it; nobody has checked it. `kind` is a block of the appendix, "" for another."""

    id: str
    contact: str  # person
    name: str
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who agreed to be seen: what they told when joining, and their own registration, if one is kept."""

    person: str
    name: str
    code: str
    silent: bool
    touched: float  # when they last did something for it, seconds since 1970
    dossier: Dossier | None

    @property
    def listed_name(self) -> str:
        return (self.dossier.name if self.dossier else "") or self.name

    @property
    def listed_code(self) -> str:
        return (self.dossier.code if self.dossier else "") or self.code

    @property
    def wants_reminders(self) -> bool:
        return not self.silent and (self.dossier is None or self.dossier.reminds)


def _key(seal: Seal, code: str) -> str:
    return seal.keyed("unit code", code)


async def register(
    connection: AsyncConnection, seal: Seal, contact: str, name: str, kind: str, at: float, *, code: str = ""
) -> Unit:
    """A new unit, with the code of its link; `code`: this one, of a unit for trying out."""
    code = code or new_unit_code(secrets.choice)
    made = Unit(secrets.token_hex(16), contact, name, kind, code)
    sealed = seal.close({"name": name, "kind": kind, "code": code}, f"unit {made.id}")
    row = {"id": made.id, "person": contact, "code_key": _key(seal, code), "sealed": sealed, "at": at}
    await connection.execute(units.insert().values(row))
    return made


def _unit(seal: Seal, row: Any) -> Unit:
    told = seal.open(row.sealed, f"unit {row.id}")
    return Unit(row.id, row.person, told["name"], told["kind"], told["code"])


async def of_contact(connection: AsyncConnection, seal: Seal, person: str) -> list[Unit]:
    """The units of which this person is the contact, the oldest first."""
    query = select(units).where(units.c.person == person).order_by(units.c.at, units.c.id)
    return [_unit(seal, r) for r in await connection.execute(query)]


async def by_id(connection: AsyncConnection, seal: Seal, unit: str) -> Unit | None:
    row = (await connection.execute(select(units).where(units.c.id == unit))).first()
    return None if row is None else _unit(seal, row)


async def by_code(connection: AsyncConnection, seal: Seal, code: str) -> Unit | None:
    """The unit to which a link leads."""
    row = (await connection.execute(select(units).where(units.c.code_key == _key(seal, code)))).first()
    return None if row is None else _unit(seal, row)


async def seen_by(connection: AsyncConnection, seal: Seal, person: str) -> list[Unit]:
    """The units whose contact sees this person's step."""
    query = select(units).join(unit_employees, unit_employees.c.unit == units.c.id)
    rows = await connection.execute(query.where(unit_employees.c.person == person).order_by(units.c.at))
    return [_unit(seal, r) for r in rows]


async def told_of(connection: AsyncConnection, seal: Seal, person: str) -> list[dict[str, Any]]:
    """What this person told when joining: unit, name, code, silent, at."""
    found = {unit.id: unit for unit in await seen_by(connection, seal, person)}
    rows = await connection.execute(select(unit_employees).where(unit_employees.c.person == person))
    return [
        {"unit": found[r.unit].name, "silent": r.silent, "at": r.at, **_told(seal, r)}
        for r in rows
        if r.unit in found
    ]


def _told(seal: Seal, row: Any) -> dict[str, str]:
    told: dict[str, str] = seal.open(row.sealed, f"unit {row.unit} {row.person}")
    return told


async def count(connection: AsyncConnection, unit: str) -> int:
    """How many people the contact of this unit sees."""
    query = select(func.count()).where(unit_employees.c.unit == unit)
    return int((await connection.execute(query)).scalar_one())


async def join(
    db: Database,
    connection: AsyncConnection,
    seal: Seal,
    unit: str,
    person: str,
    *,
    name: str,
    code: str,
    at: float,
) -> None:
    """The contact of this unit sees the person from now on; joining again changes the name and the code."""
    sealed = seal.close({"name": name, "code": code}, f"unit {unit} {person}")
    insert = db.insert(unit_employees).values(unit=unit, person=person, sealed=sealed, silent=False, at=at)
    again = {"sealed": insert.excluded.sealed, "silent": False}
    await connection.execute(insert.on_conflict_do_update(index_elements=["unit", "person"], set_=again))


async def leave(connection: AsyncConnection, person: str) -> bool:
    """No unit sees this person any more; whether one did."""
    mine = unit_employees.c.person == person
    return int((await connection.execute(delete(unit_employees).where(mine))).rowcount) > 0


async def silence(connection: AsyncConnection, person: str) -> bool:
    """No unit may have this person reminded; whether one sees them at all."""
    mine = update(unit_employees).where(unit_employees.c.person == person)
    return int((await connection.execute(mine.values(silent=True, due=None))).rowcount) > 0


async def employees(connection: AsyncConnection, seal: Seal, unit: str) -> list[Employee]:
    """Everybody whom the contact of this unit sees, by name; costs three statements however many they are."""
    mine = unit_employees.c.unit == unit
    rows = (await connection.execute(select(unit_employees).where(mine))).all()
    persons = select(unit_employees.c.person).where(mine)
    kept = await dossiers.newest_of(connection, seal, persons, _WHOSE)
    found = [_employee(seal, r, kept.get(r.person)) for r in rows]
    return sorted(found, key=lambda one: (one.listed_name.split()[-1:], one.listed_name, one.person))


async def employee(connection: AsyncConnection, seal: Seal, unit: str, person: str) -> Employee | None:
    """One of them; None when they are not seen any more."""
    mine = (unit_employees.c.unit == unit, unit_employees.c.person == person)
    row = (await connection.execute(select(unit_employees).where(*mine))).first()
    if row is None:
        return None
    persons = select(unit_employees.c.person).where(*mine)
    kept = await dossiers.newest_of(connection, seal, persons, _WHOSE)
    return _employee(seal, row, kept.get(person))


def _employee(seal: Seal, row: Any, kept: tuple[Dossier, float] | None) -> Employee:
    told = _told(seal, row)
    dossier, touched = kept if kept is not None else (None, row.at)
    return Employee(row.person, told["name"], told["code"], row.silent, max(touched, row.at), dossier)


async def drop(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """These units are no more, and nobody is seen by them."""
    await connection.execute(delete(unit_employees).where(unit_employees.c.unit.in_(ids)))
    await connection.execute(delete(units).where(units.c.id.in_(ids)))


async def move(connection: AsyncConnection, seal: Seal, source: str, target: str) -> None:
    """What is `source`'s is `target`'s: two accounts turned out to be one person's. Where both joined a unit, `target`'s words stay."""
    await connection.execute(update(units).where(units.c.person == source).values(person=target))
    theirs = {r.unit for r in await connection.execute(_joined(target))}
    for row in (await connection.execute(_joined(source))).all():
        mine = (unit_employees.c.unit == row.unit, unit_employees.c.person == source)
        if row.unit in theirs:
            both = (unit_employees.c.unit == row.unit, unit_employees.c.person == target)
            if row.silent:  # said once is said
                await connection.execute(update(unit_employees).where(*both).values(silent=True, due=None))
            await connection.execute(delete(unit_employees).where(*mine))
            continue
        sealed = seal.close(_told(seal, row), f"unit {row.unit} {target}")
        await connection.execute(update(unit_employees).where(*mine).values(person=target, sealed=sealed))


def _joined(person: str) -> Any:
    return select(unit_employees).where(unit_employees.c.person == person)


async def erase(connection: AsyncConnection, person: str) -> None:
    """Nothing is left of the units of this person, nor of the person in any unit."""
    mine = select(units.c.id).where(units.c.person == person)
    await drop(connection, list((await connection.execute(mine)).scalars()))
    await leave(connection, person)
