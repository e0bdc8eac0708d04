"""A whole house for a test: real database, hand clock, demo phone. Rule: nothing here is a mock; only time and the phone are ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from data import conversations, migrate
from data.accounts.hashing import Hasher
from data.accounts.local import LocalAccounts
from data.accounts.port import Accounts
from data.effects.handler import EffectHandler
from data.effects.turn_context import Services
from data.engine import Database
from data.installation import demo
from data.knowledge.content import load_content
from data.limits import Limits
from data.seal import Seal
from flows.content import Content
from handlers.delivery.sms import CodeSender, DemoGateway, Sms
from handlers.passwords import Passwords
from handlers.terminal import Terminal
from handlers.turns.bursts import BurstLimits
from handlers.turns.json_contract import read_object
from handlers.turns.queue import Turns
from handlers.turns.types import Later, TurnResult
from tests import run_folder

SECRET = "a secret for tests only, long enough to be taken"
PEOPLE = 120  # demo people in a test's registry; the fixed five are among them
START = 1_790_000_000.0  # 2026-09-21, the day on which tests begin


class Clock:
    """A clock that a hand moves; seconds since 1970."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@dataclass
class House:
    """Everything a turn needs, on one database."""

    db: Database
    seal: Seal
    content: Content
    effect_handler: EffectHandler
    turns: Turns
    clock: Clock
    gateway: DemoGateway
    code_sender: CodeSender
    passwords: Passwords | None = None
    sms: list[Sms] = field(default_factory=list)
    keys: Any = field(default_factory=lambda: count(1))

    def terminal(self, person: str = "local") -> Terminal:
        """A terminal for this person; its SMS are collected with its answers."""
        mine: list[Sms] = []

        async def heard(sms: Sms) -> None:
            if sms.address == f"terminal:{person}":
                mine.append(sms)

        self.gateway.listeners.append(heard)
        return Terminal(
            *(self.turns, person),
            text_limit=2000,
            code_sender=self.code_sender,
            sms=mine,
            passwords=self.passwords,
        )

    async def place(self, address: str = "terminal:t") -> tuple[str, str]:
        """Where a conversation stands."""
        async with self.db.reading() as connection:
            found = (await conversations.load(connection, self.seal, [address]))[address]
        return found.state.flow, found.state.step

    async def say(self, text: str, address: str = "terminal:t", key: str = "") -> TurnResult:
        """One typed text through the turn, straight in."""
        return await self.tell({"text": text}, address, key)

    async def tell(self, given: dict[str, Any], address: str = "terminal:t", key: str = "") -> TurnResult:
        """One object of the contract through the turn, straight in."""
        opens = read_object(given, 2000)
        assert callable(opens)
        return await self.turns.take(address, key or f"k{next(self.keys)}", opens, pushed=False)


@asynccontextmanager
async def open_house(
    url: str,
    *,
    clock: Clock | None = None,
    limits: Limits | None = None,
    content: Content | None = None,
    answer_step: float = 0.0,
    later: Later | None = None,
    bursts: BurstLimits = BurstLimits(),  # noqa: B008  # frozen
    accounts: str | Accounts = "guide",
) -> AsyncIterator[House]:
    """A house on the database at `url`, which has its tables already; without a `beat` look-ups are answered at once.

    `accounts`: guide, local, or a backend of the port.
    """
    clock = clock or Clock()
    limits = limits or Limits()
    db, seal = Database(url), Seal(SECRET)
    kind = accounts if isinstance(accounts, str) else "http"
    times: dict[str, Any] = {
        "otp_minutes": limits.otp_minutes,
        "otp_resend_seconds": limits.otp_resend_seconds,
    }
    content = replace(content or load_content(), accounts=kind, **times)
    services = Services(db, seal, limits, content.office, "http://127.0.0.1:8080", calendar=content.calendar)
    effect_handler = EffectHandler(services)
    timing: dict[str, Any] = {"clock": clock, "answer_step": answer_step, "later": later, "bursts": bursts}
    turns = Turns(db, seal, effect_handler, content, **timing)
    gateway = DemoGateway()
    code_sender = CodeSender(db, seal, gateway, holder=turns.holder, clock=clock)
    house = House(db, seal, content, effect_handler, turns, clock, gateway, code_sender)
    hasher = quick_hasher()
    if kind != "guide":
        backend = LocalAccounts(db, seal, hasher, clock) if isinstance(accounts, str) else accounts
        house.passwords = Passwords(turns, backend, limits, step=0.0)

    async def heard(sms: Sms) -> None:
        house.sms.append(sms)

    gateway.listeners.append(heard)
    await turns.start()
    try:
        yield house
    finally:
        await turns.stop()
        await db.close()
        hasher.close()


def quick_hasher() -> Hasher:
    """argon2id as cheap as it can be: what it costs is measured elsewhere."""
    return Hasher(memory_kib=8, passes=1)


class Places:
    """Fresh databases with tables and demo people, copied from one that a test run makes once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    async def sqlite(self) -> str:
        """The URL of a new SQLite file."""
        made = run_folder.shared() / "made.db"
        with run_folder.once("made.db") as first:
            if first:
                await _furnish(f"sqlite+aiosqlite:///{made}")
        path = self.folder / f"house{next(self._numbers)}.db"
        shutil.copy(made, path)
        return f"sqlite+aiosqlite:///{path}"

    async def postgresql(self) -> str:
        """The URL of a new database on the run's PostgreSQL."""
        host = run_folder.postgresql()
        admin = await asyncpg.connect(user="postgres", host=host, database="postgres")
        try:
            with run_folder.once("made") as first:
                if first:
                    await admin.execute("CREATE DATABASE made")
                    await _furnish(f"postgresql+asyncpg://postgres@/made?host={host}")
            name = f"house_{os.getpid()}_{next(self._numbers)}"
            await admin.execute(
                f"CREATE DATABASE {name} TEMPLATE made STRATEGY file_copy"
            )  # half the time of the log
        finally:
            await admin.close()
        return f"postgresql+asyncpg://postgres@/{name}?host={host}"

    async def leave(self, url: str) -> None:
        """Nobody needs this database any more."""
        place = make_url(url)
        if place.get_backend_name() == "sqlite":
            _remove(Path(str(place.database)))
            return
        admin = await asyncpg.connect(user="postgres", host=place.query["host"], database="postgres")
        try:
            await admin.execute(f"DROP DATABASE {place.database} WITH (FORCE)")
        finally:
            await admin.close()


def _remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


async def make_demo(url: str) -> None:
    """Note that the database there is a demo, as one that is made with --demo is from its beginning."""
    db = Database(url)
    try:
        if not await demo.is_demo(db):
            async with db.writing() as connection:
                await demo.mark(connection)
    finally:
        await db.close()


async def _furnish(url: str) -> None:
    db = Database(url)
    try:
        await migrate.upgrade(db)
        await demo.fill(db, Seal(SECRET), PEOPLE)
        hasher = quick_hasher()
        await demo.open_accounts(db, Seal(SECRET), hasher, START)
        hasher.close()
    finally:
        await db.close()


def limits(**changes: Any) -> Limits:
    """The usual limits with some changed."""
    return replace(Limits(), **changes)
