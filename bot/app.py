"""Builds the parts that every command shares, and takes them apart again. Called by the commands.

Invariant: each part is handed what it needs; none looks for settings or for another part.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import IO

from bot.settings import BadSetting, Settings
from data import demo, migrate
from data.effects.handler import EffectHandler
from data.effects.turn_context import Services
from data.engine import Database, make_private
from data.knowledge import question_edits
from data.knowledge.content import load_content
from data.limits import Limits
from data.seal import Seal, secret_of
from flows.content import Content
from flows.understanding.question_finder import warm
from handlers.delivery.sms import CodeSender, DemoGateway
from handlers.turns.queue import Turns

log = logging.getLogger("troly.app")


@dataclass(slots=True)
class App:
    """The parts that every command shares."""

    settings: Settings
    db: Database
    seal: Seal
    content: Content
    effect_handler: EffectHandler
    turns: Turns
    gateway: DemoGateway | None
    code_sender: CodeSender | None


def limits_of(s: Settings) -> Limits:
    """The limits that data keeps, from the settings of the same names."""
    return Limits(**{name: getattr(s, name) for name in Limits.__dataclass_fields__})


async def open_database(settings: Settings) -> Database:
    """The database, at the newest tables. PostgreSQL is not migrated by itself.

    Raises BadSetting when PostgreSQL has other tables, or cannot be reached.
    """
    db = Database(settings.database_url)
    if db.is_sqlite:
        await migrate.upgrade(db)
        make_private(settings.data_dir / "troly.db")
    elif await migrate.revision(db) != migrate.newest():
        await db.close()
        raise BadSetting(
            "the database is not at the newest tables (or cannot be reached): run 'troly migrate'"
        )
    return db


def seal_of(settings: Settings) -> Seal:
    """The installation's seal."""
    return Seal(secret_for(settings))


def secret_for(settings: Settings) -> str:
    """The installation's secret: the setting, or the one in the data folder."""
    return settings.secret_key or secret_of(settings.data_dir)


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    with_demo: bool = False,
    like_its_demo: bool = False,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[App]:
    """Everything built and running; taken apart at the end, with nothing left unsaid.

    `like_its_demo`: on a database that --demo filled, the pretend phone is there too.
    """
    db = await open_database(settings)
    try:
        seal = seal_of(settings)
        if with_demo:
            await demo.fill(db, seal, settings.demo_people)
            await demo.subscribe(db, settings.demo_readers, clock())
        if like_its_demo and settings.sms == "none" and await demo.is_demo(db):
            settings = replace(settings, sms="demo")
        content = load_content()
        services = Services(
            db,
            seal,
            limits_of(settings),
            content.office,
            settings.address,
            sends_sms=settings.sms != "none",
        )
        effect_handler = EffectHandler(services)
        turns = Turns(
            db,
            seal,
            effect_handler,
            content,
            clock=clock,
            group_limit=settings.group_limit,
            queue_limit=settings.queue_limit,
            lease=float(settings.reply_lease_seconds),
            miss_days=settings.miss_days,
        )
        gateway = DemoGateway() if settings.sms == "demo" else None
        code_sender = CodeSender(db, seal, gateway, holder=turns.holder, clock=clock) if gateway else None
        await turns.start()
        fresh = asyncio.create_task(_keep_fresh(db, content, turns, settings.content_seconds))
        try:
            yield App(settings, db, seal, content, effect_handler, turns, gateway, code_sender)
        finally:
            fresh.cancel()
            await asyncio.gather(fresh, return_exceptions=True)
            await turns.stop()
    finally:
        await db.close()


async def _keep_fresh(db: Database, files: Content, turns: Turns, seconds: float) -> None:
    """Let the turns know the questions as staff edited them, and make their finder ready aside from the turns."""
    known = -1
    while True:
        try:
            async with db.reading() as connection:
                newest = await question_edits.newest(connection)
                content = await question_edits.edited(connection, files) if newest != known else turns.content
        except Exception as wrong:  # noqa: BLE001  # whatever was edited, the questions known so far stay
            log.warning("questions were not read again: %s", type(wrong).__name__)
        else:
            known = newest
            await asyncio.to_thread(warm, content.questions)
            turns.content = content
        await asyncio.sleep(seconds)


def lone_server(settings: Settings) -> IO[str] | None:
    """On SQLite only one process may serve: hold this file until the end.

    Raises BadSetting when another one serves already.
    """
    if not settings.is_sqlite:
        return None
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    held = open(settings.data_dir / "serve.lock", "w", encoding="ascii")  # noqa: SIM115  # held open on purpose
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise BadSetting(
            f"another 'troly serve' is using {settings.data_dir}; stop it first, or use PostgreSQL for several processes"
        ) from None
    return held
