"""The participants' registry: who fits a name and one fact. Rule: ID numbers and phones are met only as keyed hashes or ciphertext."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers
from rapidfuzz import fuzz
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal
from data.tables import names, registry
from flows.names import join_key, name_gap, read_word, words

# How far a typed name may be from the registered one (flows.names.NameGap.cost), by the strength of the other fact.
TOLERANCE = {"id": 1.0, "date": 0.7, "year": 0.3}
_JOINED_RATIO = 88.0  # names typed without spaces are compared as strings
_BATCH = 500  # names asked for in one statement
_CANDIDATES = 400  # records that share a fact and are compared by name


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


def phone_of(text: str) -> str | None:
    """A Vietnamese mobile number as ten digits ("+84 918 055 455" -> "0918055455"), or None."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 84 or not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return f"0{national}" if len(national) == 9 else None


def phone_key(seal: Seal, phone: str) -> str:
    """The keyed hash of a phone; the text itself where it is no number."""
    return seal.keyed("phone", phone_of(phone) or phone)


def id_key(seal: Seal, id_number: str) -> bytes:
    """The keyed hash of an ID number, 16 bytes."""
    return bytes.fromhex(seal.keyed("id", id_number))[:16]


def name_key(name: str) -> str:
    """A name as `names` holds it: lower case, NFC, marks kept, one space between words."""
    return " ".join(w.text for w in words(name))


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
            "year": int(p.born[-4:]),
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


def alike(typed: str, known: str, tolerance: float) -> bool:
    """Whether a typed name can be the registered one."""
    readings = [read_word(w) for w in words(typed)]
    gap = name_gap(readings, words(known))
    if gap is not None and gap.given and gap.cost <= tolerance:
        return True
    joined = join_key(typed).replace(" ", ""), join_key(known).replace(" ", "")
    return len(readings) == 1 and fuzz.ratio(*joined) >= _JOINED_RATIO


async def find(
    connection: AsyncConnection, seal: Seal, name: str, *, province: str, born: str, id_number: str
) -> list[Record]:
    """The records that fit a name and one fact: an ID number, a birth date, or a birth year, the first that is given.

    `province` "" means any; 87 and 82 are both Đồng Tháp (before and after 2025). With an ID number it is not asked.
    """
    query = select(registry)
    if id_number:
        query = query.where(registry.c.id_key == id_key(seal, id_number))
        tolerance = TOLERANCE["id"]
    elif "/" in born:
        query = query.where(registry.c.born == born)
        tolerance = TOLERANCE["date"]
    else:
        query = query.where(registry.c.year == int(born))
        tolerance = TOLERANCE["year"]
    if province and not id_number:
        query = query.where(
            registry.c.province.in_(("87", "82") if province in ("87", "82") else (province,))
        )
    rows = (await connection.execute(query.limit(_CANDIDATES))).all()
    exact = [r for r in rows if join_key(r.name) == join_key(name)]
    fitting = exact or [r for r in rows if alike(name, r.name, tolerance)]
    return [Record(r.code, r.name, r.born, r.household, r.commune, r.phone_key, r.phone) for r in fitting]


async def by_codes(connection: AsyncConnection, codes: Sequence[str]) -> list[Record]:
    """The records of these codes. No codes are asked for like any others: a miss takes as long as a hit."""
    rows = await connection.execute(select(registry).where(registry.c.code.in_(codes or ("",))))
    return [Record(r.code, r.name, r.born, r.household, r.commune, r.phone_key, r.phone) for r in rows]


async def count(connection: AsyncConnection) -> int:
    """How many participants there are."""
    return int((await connection.execute(select(func.count()).select_from(registry))).scalar_one())
