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

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.settings import BadSetting, Settings
from data import migrate
from data.accounts.hashing import Hasher
from data.accounts.local import LocalAccounts
from data.accounts.port import Accounts
from data.effects.handler import EffectHandler
from data.effects.turn_context import Services
from data.engine import Database
from data.installation import demo, key_check, private_files
from data.knowledge import question_edits
from data.knowledge.content import load_content
from data.limits import Limits
from data.seal import Seal, key_file, secret_of
from flows.content import Content
from flows.understanding.question_finder import warm
from handlers.accounts.remote import RemoteAccounts
from handlers.delivery.sms import CodeSender, DemoGateway, Gateway
from handlers.gateways.esms import URL as ESMS_URL
from handlers.gateways.esms import Esms
from handlers.gateways.generic import HttpGateway
from handlers.passwords import Passwords
from handlers.turns.bursts import BurstLimits
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
    passwords: Passwords | None = None


def limits_of(s: Settings) -> Limits:
    """The limits that data keeps, from the settings of the same names."""
    return Limits(**{name: getattr(s, name) for name in Limits.__dataclass_fields__})


NOT_A_DEMO = (
    "{what} is for a database of made-up people, and {name} is not one:"
    " start without it, or give the demo a folder of its own: TROLY_DATA_DIR=var-demo"
)
ONLY_A_DEMO = (
    "{name} is a demo of made-up people and may not be served to real ones:"
    " add --demo, or give the office a folder of its own: TROLY_DATA_DIR=var-office"
)
WRONG_KEY = (
    "the key is not the one that {name} was made with: put secret.key or TROLY_SECRET_KEY back from the backup;"
    " with another key nothing that is sealed can be read"
)


async def open_database(settings: Settings, *, as_demo: bool = False, migrating: bool = False) -> Database:
    """The database, at the newest tables, with the key it was made with. Called by every command that needs one.

    `as_demo`: made now, it becomes a demo for good; one that exists must be one. `migrating`: `troly migrate` asks;
    nobody else brings PostgreSQL to the newest tables. Nothing is written before key and kind are known to fit.
    Raises BadSetting with one sentence.
    """
    try:
        private_files.make_private(private_files.folders_of(settings.data_dir, settings.database_url))
    except ValueError as bad:
        raise BadSetting(str(bad)) from None
    db = Database(settings.database_url)
    try:
        await _fit(db, settings, as_demo=as_demo, may_migrate=migrating or db.is_sqlite)
    except SQLAlchemyError as wrong:
        await db.close()
        reason = str(getattr(wrong, "orig", None) or wrong).partition("\n")[0]
        raise BadSetting(f"the database cannot be used: {reason}") from None
    except BaseException:
        await db.close()
        raise
    return db


async def _fit(db: Database, settings: Settings, *, as_demo: bool, may_migrate: bool) -> None:
    at = await migrate.revision(db)
    if at and as_demo and not await demo.is_demo(db):
        raise BadSetting(NOT_A_DEMO.format(what="--demo", name=db.name))
    if at != migrate.newest() and not may_migrate:
        raise BadSetting("the database is not at the newest tables: run 'troly migrate'")
    seal = Seal(secret_for(settings, may_make=not at))
    fits = None
    if at:
        async with db.reading() as connection:
            fits = await key_check.fits(connection, seal)
    if fits is False:
        raise BadSetting(WRONG_KEY.format(name=db.name))
    if fits is None or at != migrate.newest():

        async def made(connection: AsyncConnection) -> None:
            if as_demo:
                await demo.mark(connection)

        await migrate.upgrade(db, seal=seal, made=made)
        async with db.writing() as connection:
            if not await key_check.keep(db, connection, seal):  # another process made it meanwhile
                raise BadSetting(WRONG_KEY.format(name=db.name))


def seal_of(settings: Settings) -> Seal:
    """The installation's seal."""
    return Seal(secret_for(settings))


def secret_for(settings: Settings, *, may_make: bool = False) -> str:
    """The installation's secret: the setting, or the one in the data folder.

    `may_make`: one is made where there is none, as for a database that is made now. Raises BadSetting with one sentence.
    """
    path = key_file(settings.data_dir)
    if not settings.secret_key and not may_make and not path.exists():
        raise BadSetting(
            f"{path} is missing, and the database was made with a key: put it back from the backup;"
            " a new key could read nothing of what is kept"
        )
    try:
        return settings.secret_key or secret_of(settings.data_dir)
    except ValueError as bad:
        raise BadSetting(str(bad)) from None


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    with_demo: bool = False,
    like_its_demo: bool = False,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[App]:
    """Everything built and running; taken apart at the end, with nothing left unsaid.

    `with_demo`: a demo, and nothing else. `like_its_demo`: either, and on a demo the pretend phone is there too.
    Raises BadSetting where the database is of the other kind: real people never meet what a demo pretends.
    """
    db = await open_database(settings, as_demo=with_demo)
    try:
        seal = seal_of(settings)
        is_demo = await demo.is_demo(db)
        if is_demo and not (with_demo or like_its_demo):
            raise BadSetting(ONLY_A_DEMO.format(name=db.name))
        if settings.sms == "demo" and not is_demo:
            raise BadSetting(NOT_A_DEMO.format(what="TROLY_SMS=demo", name=db.name))
        hasher = Hasher(
            memory_kib=settings.password_memory_kib,
            passes=settings.password_passes,
            waiting=settings.password_waiting,
        )
        if with_demo:
            await demo.fill(db, seal, settings.demo_people)
            if settings.accounts == "local":
                await demo.open_accounts(db, seal, hasher, clock())
            await demo.subscribe(db, settings.demo_readers, clock())
        if is_demo and settings.sms == "none":
            settings = replace(settings, sms="demo")
        content = replace(
            load_content(),
            accounts=settings.accounts,
            otp_minutes=settings.otp_minutes,
            otp_resend_seconds=settings.otp_resend_seconds,
            portrait_bytes=settings.portrait_bytes,
        )
        services = Services(
            db,
            seal,
            limits_of(settings),
            content.office,
            settings.address,
            sends_sms=settings.sms != "none",
            calendar=content.calendar,
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
            queue_limit_source=settings.queue_limit_source,
            lease=float(settings.reply_lease_seconds),
            miss_days=settings.miss_days,
            bursts=BurstLimits(settings.burst_seconds, settings.burst_wait, settings.burst_text_limit),
        )
        demo_phone = DemoGateway() if settings.sms == "demo" else None
        sms = settings.zns_behind if settings.sms == "zns" else settings.sms
        elsewhere = sms in ("http", "esms") or settings.accounts == "http"
        client = httpx.AsyncClient(trust_env=False) if elsewhere else None
        accounts: Accounts | None = None
        if settings.accounts == "local":
            accounts = LocalAccounts(db, seal, hasher, clock)
        elif client is not None and settings.accounts == "http":
            accounts = RemoteAccounts(
                *(client, settings.accounts_url, settings.accounts_token, seal), settings.accounts_seconds
            )
        passwords = Passwords(turns, accounts, limits_of(settings)) if accounts is not None else None
        carrier: Gateway | None = demo_phone
        if client is not None and sms in ("http", "esms"):
            carrier = _gateway(settings, client, sms)
        zns = None
        if settings.sms == "zns":
            from handlers.zalo.zns import open_gateway  # it loads an HTTP library

            carrier = zns = open_gateway(settings, db, seal, carrier)
        code_sender = CodeSender(db, seal, carrier, holder=turns.holder, clock=clock) if carrier else None
        if code_sender is not None and passwords is not None:
            code_sender.tell_failed = passwords.sms_failed
        await turns.start()
        fresh = asyncio.create_task(_keep_fresh(db, content, turns, settings.content_seconds))
        try:
            yield App(settings, db, seal, content, effect_handler, turns, demo_phone, code_sender, passwords)
        finally:
            fresh.cancel()
            await asyncio.gather(fresh, return_exceptions=True)
            await turns.stop()
            hasher.close()
            if client is not None:
                await client.aclose()
            if zns is not None:
                await zns.stop()
    finally:
        await db.close()


def _gateway(s: Settings, client: httpx.AsyncClient, sms: str) -> Gateway:
    """What carries SMS to real phones: "http" or "esms"."""
    if sms == "http":
        return HttpGateway(client, s.sms_url, s.sms_token)
    return Esms(
        client,
        s.sms_esms_key,
        s.sms_esms_secret,
        s.sms_esms_brand,
        sandbox=bool(s.sms_esms_sandbox),
        url=s.sms_url or ESMS_URL,
    )


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
