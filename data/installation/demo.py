"""Synthetic people for --demo: codes 88…, CCCD 088…, CMND 350…, phones 09000000xx; nobody real.

Invariant: a database is a demo from the moment it is made, or never.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from data import posters
from data.accounts import local
from data.accounts.hashing import Hasher
from data.engine import Database
from data.knowledge.content import CONTENT_DIR
from data.knowledge.office import read_office
from data.people import units
from data.registry import records
from data.registry.records import Person
from data.seal import Seal
from data.tables import consents, conversations, office_facts, people, registry, subscriptions
from flows.conversations.notices import TOPICS

SEED = 416
_FIRST, _LAST = date(1950, 1, 1), date(2006, 12, 31)


def demo_people(count: int, path: Path = CONTENT_DIR / "demo.yaml") -> Iterator[Person]:
    """`count` people, always the same ones, the fixed ones of the file first."""
    parts = yaml.safe_load(path.read_text(encoding="utf-8"))
    home = read_office(path.with_name("office.yaml")).office.provinces
    for fixed in parts["fixed"][:count]:
        yield Person(province=home[0], unit="", **fixed)
    chance = random.Random(SEED)  # synthetic people must be the same on every machine
    for n in range(len(parts["fixed"]) + 1, count + 1):
        sex = chance.choice("MF")
        kind = sex.lower()
        name = " ".join(chance.choice(parts[p]) for p in ("families", f"middles_{kind}", f"given_{kind}"))
        born = _FIRST + timedelta(days=chance.randrange((_LAST - _FIRST).days))
        only_year = born.year < 1960 and chance.random() < 0.35
        century_and_sex = (0 if born.year < 2000 else 2) + (0 if sex == "M" else 1)
        old_card = chance.random() < 0.2
        yield Person(
            code=f"88{n:08d}",
            name=name,
            sex=sex,
            born=str(born.year) if only_year else born.strftime("%d/%m/%Y"),
            id_number=f"350{n:06d}" if old_card else f"088{century_and_sex}{born.year % 100:02d}{n:06d}",
            phone=f"09000000{n % 100:02d}",
            province=home[0] if chance.random() < 0.8 else home[-1],
            household=f"8899{n:06d}",
            commune=chance.choice(parts["communes"]),
            unit=chance.choice(parts["units"]),
        )


CODES = "88"  # how the codes of synthetic people begin


async def mark(connection: AsyncConnection) -> None:
    """Note that this database is a demo; in the transaction that makes its tables, and never later."""
    await connection.execute(office_facts.insert().values(name="demo", value="yes"))


async def is_demo(db: Database) -> bool:
    """Whether this database was made for a demo."""
    async with db.reading() as connection:
        row = await connection.execute(select(office_facts.c.value).where(office_facts.c.name == "demo"))
        return row.first() is not None


async def fill(db: Database, seal: Seal, count: int) -> int:
    """Put the demo people into an empty registry; returns how many were written."""
    async with db.writing() as connection:
        await db.lock(connection, "demo")  # two processes may start at once
        if await records.count(connection):
            return 0
        school: dict[str, Any] = {"contact": "demo", "name": UNIT_NAME, "kind": "truong-hoc", "at": 0.0}
        await units.register(connection, seal, **school, code=UNIT_CODE)
        await posters.add(connection, "commune", POSTER_NAME, POSTER_NAME, 0.0, code=POSTER_CODE)
        return await records.add(db, connection, seal, demo_people(count))


POSTER_NAME, POSTER_CODE = "Xã Chợ Gạo", "ap-bbbb-cccc"  # of a QR that can be tried out
UNIT_NAME, UNIT_CODE = "Trường Mầm non Thử Nghiệm", "dv-bbbb-cccc-dddd"  # whose link can be tried out
PASSWORD = "mat khau thu nghiem 88"  # noqa: S105  # of every demo account, printed when a demo starts


async def open_accounts(db: Database, seal: Seal, hasher: Hasher, at: float) -> int:
    """An account for each demo person with a phone, where there is none yet; returns how many were opened.

    They share one password, hashed once: of made-up people there is nothing to protect, and a start is to be quick.
    """
    async with db.reading() as connection:
        if await local.count(connection):
            return 0
    password = await hasher.hash(PASSWORD)
    async with db.writing() as connection:
        await db.lock(connection, "demo")
        if await local.count(connection):
            return 0
        codes = (await connection.execute(select(registry.c.code))).scalars().all()
        opened = 0
        for start in range(0, len(codes), _AT_ONCE):
            some = codes[start : start + _AT_ONCE]
            opened += await local.open_from_registry(connection, seal, some, at, password=password)
        return opened


_AT_ONCE = 500  # accounts opened in one statement


async def subscribe(db: Database, count: int, at: float) -> int:
    """Put `count` pretend readers of notices at the door "demo", once; returns how many were written."""
    async with db.writing() as connection:
        await db.lock(connection, "demo")
        here = select(conversations.c.address).where(conversations.c.address.like("demo:%")).limit(1)
        if not count or (await connection.execute(here)).first() is not None:
            return 0
        readers = [(f"demo:{n}", f"demo{n:028d}") for n in range(1, count + 1)]
        spot = {"place": "{}", "said": 0, "turns": 0, "clock": 0.0, "at": at}
        await connection.execute(
            conversations.insert(), [{"address": a, "person": p, **spot} for a, p in readers]
        )
        await connection.execute(people.insert(), [{"id": p, "at": at} for _, p in readers])
        agreed = {"purpose": "notices", "wording": "bản chạy thử", "door": "demo", "given": True, "at": at}
        await connection.execute(consents.insert(), [{"person": p, **agreed} for _, p in readers])
        topics = tuple(TOPICS)
        wanted = [
            {"person": p, "topic": topic, "at": at}
            for n, (_, p) in enumerate(readers)
            for topic in topics[: 1 + n % len(topics)]
        ]
        await connection.execute(subscriptions.insert(), wanted)
        return count
