"""Strangers who look other people up, and what they got out of it. Rule: they know names and birth dates, and own nobody's phone."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from data.installation.demo import demo_people
from data.registry import records
from data.registry.records import Person
from data.tables import registry as registry_table
from flows.text.fold import join_key
from tests.houses import PEOPLE, House

EXAMPLE = "17/01/1983"  # stands in the questions themselves
NAMESAKE = "Nguyễn Văn A"
STRANGE = (
    "Ẩm",
    "Bế",
    "Chử",
    "Doãn",
    "Khuất",
    "Lã",
    "Mạc",
    "Nghiêm",
    "Ong",
    "Quách",
    "Sầm",
    "Ứng",
)  # nobody's here
_TELLING = ("found", "none", "record")  # outcomes that say yes or no
_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")
_CODE = re.compile(r"(?<!\d)\d{10}(?!\d)")


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a stranger asks about: a name, and a birth date or year."""

    name: str
    fact: str


class Doubles:
    """For every name one that nobody bears, always the same: whoever asks about doubles asks as many questions."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._fresh = (" ".join(parts) for parts in itertools.product(STRANGE, repeat=3))

    def of(self, target: Target) -> Target:
        """The same question about nobody."""
        name = join_key(target.name)
        if name not in self._of:
            self._of[name] = next(self._fresh)
        return Target(self._of[name], target.fact)


@dataclass
class Got:
    """What strangers were told that they did not know."""

    codes: set[str] = field(default_factory=set)
    communes: set[str] = field(default_factory=set)
    born: set[str] = field(default_factory=set)
    yes_or_no: int = 0
    looks: Counter[str] = field(default_factory=Counter)

    @property
    def data(self) -> set[str]:
        """Full codes, household codes, addresses and birth dates."""
        return self.codes | self.communes | self.born


async def move_in(house: House, more: int) -> list[Person]:
    """Fifty people of one name, and `more` besides the demo's, into the registry; returns everybody's data as entered."""
    chance = random.Random(11)
    namesakes = [
        Person(
            f"88770000{n:02d}", NAMESAKE, "M", f"{chance.randint(1, 28):02d}/05/{1970 + n % 20}", f"0880900077{n:02d}",
            f"09000001{n:02d}", "87", f"88990077{n:02d}", "Xã Tháp Mười", "",
        )
        for n in range(50)
    ]  # fmt: skip
    people = list(demo_people(PEOPLE + more))
    async with house.db.writing() as connection:
        await records.add(house.db, connection, house.seal, [*people[PEOPLE:], *namesakes])
    return [*people, *namesakes]


class Stranger:
    """One account that asks about others, guesses codes, and passes other people's numbers off as its own."""

    def __init__(self, house: House, address: str, got: Got, everybody: frozenset[str]) -> None:
        self.house = house
        self.address = address
        self.got = got
        self._communes = everybody
        self._typed: set[str] = {EXAMPLE}
        self._place = ("", "")
        self._agreed = False
        self._phone = f"097{int.from_bytes(address.encode(), 'big') % 10_000_000:07d}"

    async def ask(
        self, target: Target, *, id_number: str = "", victims_phone: str = "0900000001"
    ) -> list[str]:
        """Everything that can be tried on one target; returns what was said, the name and the links taken out."""
        fact = id_number or target.fact
        self._typed.add(fact)
        said: list[str] = []
        if self._place[0] != "lookup":
            said += await self._tell({"text": "tra cứu mã số BHXH"})
        if not self._agreed:
            said += await self._tell({"text": "Đồng ý"})
            self._agreed = True
        said += await self._tell({"text": f"{target.name} {fact}"})
        if self._place == ("lookup", "proof"):
            said += await self._tell({"text": "Nhận mã OTP"})
            for n in range(2):
                said += await self._tell({"secure": {"otp": f"{n:06d}"}})
            said += await self._tell({"contact": {"phone": victims_phone, "own": False}})
            said += await self._tell({"text": victims_phone})
            said += await self._tell({"contact": {"phone": self._phone, "own": True}})
        if self._place[0] == "lookup":
            shown = self._place[1] in ("record", "found")
            said += await self._tell({"text": "Tra người khác" if shown else "sửa thông tin"})
        return [
            text.replace(f"Trần Thị Bé Ba {EXAMPLE}", "the example").replace(target.name, "…")
            for text in said
        ]

    async def _tell(self, given: dict[str, Any]) -> list[str]:
        taken = await self.house.tell(given, self.address)
        self._place = taken.place
        said = []
        for row in taken.rows:
            body = {k: v for k, v in row.body.items() if k != "link"}
            said.append(json.dumps(body, ensure_ascii=False, sort_keys=True))
        whole = "\n".join(said)
        self.got.codes |= set(_CODE.findall(whole)) - self._typed
        self.got.born |= set(_DATE.findall(whole)) - self._typed
        self.got.communes |= {c for c in self._communes if c in whole}
        for outcome in taken.outcomes:
            self.got.looks[outcome] += 1
            self.got.yes_or_no += outcome in _TELLING
        return [*said, *taken.outcomes]


async def everything_stored(house: House) -> frozenset[str]:
    """The communes of the registry, as people enter them."""
    async with house.db.reading() as connection:
        rows = await connection.execute(select(registry_table.c.commune).distinct())
        return frozenset(r.commune for r in rows if r.commune)
