"""`troly doctor`: checks of settings, content and database, one line each.

Invariant: it changes nothing.
"""

from __future__ import annotations

import resource
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import seal_of
from bot.settings import BadSetting, Settings, load, unknown
from data import audit, conversations, migrate, outbox, zalo_tokens
from data.engine import Database
from data.installation import demo, key_check
from data.installation.private_files import folders_of, open_to_others
from data.knowledge.content import load_content
from data.notices import audience
from data.seal import key_file


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: fine or not, and a line about it."""

    ok: bool
    what: str


async def examine() -> list[Finding]:
    """Everything the doctor looks at, in order; stops early where the rest cannot be looked at."""
    try:
        settings = load()
    except BadSetting as bad:
        return [Finding(False, str(bad))]
    findings = [Finding(True, f"settings: {len(unknown()) or 'no'} unknown names")]
    findings += [Finding(False, f"{name} is not a setting: misspelt?") for name in unknown()]
    try:
        content = load_content()
        findings.append(Finding(True, f"content: version {content.version}"))
    except ValueError as bad:
        findings.append(Finding(False, f"content: {bad}"))
    findings.append(_open_files(settings))
    findings += _files(settings)
    if settings.is_sqlite and not _database_file(settings).exists():
        return [*findings, Finding(True, "database: none yet; the first start makes it")]
    findings.append(
        Finding(True, "Telegram: token set" if settings.telegram_token else "Telegram: not connected")
    )
    findings.append(
        Finding(True, "Zalo Bot: token set" if settings.zalo_bot_token else "Zalo Bot: not connected")
    )
    findings.append(Finding(True, f"SMS: {settings.sms}"))
    db = Database(settings.database_url)
    try:
        return [*findings, *await _database(db, settings)]
    except SQLAlchemyError as wrong:
        return [*findings, Finding(False, f"database: {type(wrong).__name__}")]
    finally:
        await db.close()


def _files(settings: Settings) -> list[Finding]:
    """Who can read what lies on disk, and whether there is room for more."""
    wide = open_to_others(folders_of(settings.data_dir, settings.database_url))
    found = [Finding(False, line) for line in wide] or [Finding(True, "files: nobody else can read them")]
    if settings.is_sqlite:
        folder = _database_file(settings).parent
        free = shutil.disk_usage(folder).free // 2**20 if folder.is_dir() else None
        if free is not None:
            ok = free >= settings.disk_floor_mb
            found.append(Finding(ok, f"disk: {free:,} MB free, {settings.disk_floor_mb} are wanted"))
    return found


def _database_file(settings: Settings) -> Path:
    return Path(str(make_url(settings.database_url).database))


async def _key(connection: AsyncConnection, settings: Settings) -> Finding:
    path = key_file(settings.data_dir)
    try:
        fits = await key_check.fits(connection, seal_of(settings))
    except BadSetting as bad:
        return Finding(False, f"key: {bad}")
    where = "TROLY_SECRET_KEY" if settings.secret_key else str(path)
    if fits is False:
        return Finding(False, f"key: {where} is not the key of this database: put the backup of it back")
    return Finding(True, f"key: {where} is the key of this database")


def _open_files(settings: Settings) -> Finding:
    """Whether a process may open as many files as TROLY_CONNECTIONS needs; `troly serve` raises its limit as far as it may."""
    from handlers.web.connections import ConnectionLimits, fitting

    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    fits = fitting(ConnectionLimits(in_all=settings.connections), allowed).in_all
    if fits >= settings.connections:
        return Finding(True, f"open files: {allowed} allowed, enough for {settings.connections} connections")
    return Finding(
        False,
        f"open files: {allowed} allowed here, enough for {fits} of TROLY_CONNECTIONS={settings.connections} connections:"
        " raise the hard limit (LimitNOFILE= of the unit, ulimit -Hn) or lower the setting",
    )


async def _broken_audit(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    row = await audit.first_broken(connection, seal_of(settings))
    if row is None:
        return [Finding(True, "audit: the chain is whole")]
    return [
        Finding(
            False,
            f"audit: row {row} was changed, or rows are missing there"
            if row
            else "audit: the newest rows are missing",
        )
    ]


async def _zalo(connection: AsyncConnection, settings: Settings) -> list[Finding]:
    """The Official Account's authorisation, and whom it may still write to."""
    if not settings.zalo_app_id:
        return [Finding(True, "Zalo OA: not connected")]
    now = time.time()
    pair = await zalo_tokens.load(connection, seal_of(settings), settings.zalo_app_id)
    if pair is None:
        return [Finding(False, "Zalo OA: not authorised yet: run 'troly zalo authorise'")]
    if pair.state == zalo_tokens.BROKEN:
        return [
            Finding(False, f"Zalo OA: {zalo_tokens.in_words(pair.why)}: run 'troly zalo authorise' again")
        ]
    days = (pair.refresh_until - now) / 86400.0
    ends = "has ended" if pair.until < now else f"ends in {(pair.until - now) / 3600.0:.1f} h"
    windows = await audience.windows(connection, audience.Audience(doors=("zalo",)), now)
    reached = windows.get("zalo", audience.Windows())
    return [
        Finding(pair.until > now, f"Zalo OA: the access token {ends}; it is exchanged by 'troly serve'"),
        Finding(days >= 7, f"Zalo OA: authorised for another {days:.0f} days"),
        Finding(
            True,
            f"Zalo OA: of those who want notices {reached.free} in the free window, {reached.billed} billed,"
            f" {reached.closed} out of reach",
        ),
        Finding(
            True, "Zalo OA: signature: try a captured event with 'troly zalo verify' or the console's page"
        ),
    ]


async def _database(db: Database, settings: Settings) -> list[Finding]:
    at, newest = await migrate.revision(db), migrate.newest()
    if at != newest:
        return [
            Finding(False, f"database: at revision {at or 'none'}, newest is {newest}: run 'troly migrate'")
        ]
    kind = "a demo of made-up people" if await demo.is_demo(db) else "the office's own"
    async with db.reading() as connection:
        key = await _key(connection, settings)
        if not key.ok:
            return [key]
        total, letters = await conversations.dead(connection)
        counts = await outbox.counts(connection)
        known = await conversations.count(connection)
        broken = await _broken_audit(connection, settings)
        zalo = await _zalo(connection, settings)
    waiting = sum(n for name, n in counts.items() if name.endswith(("pending", "leased")))
    failed = sum(n for name, n in counts.items() if name.endswith("failed"))
    findings = [
        key,
        Finding(True, f"database: {kind}, revision {at}, {known} conversations, {waiting} messages waiting"),
        Finding(failed == 0, f"outbox: {failed} messages failed"),
        Finding(total == 0, f"dead letters: {total}"),
        *broken,
        *zalo,
    ]
    return findings + [Finding(False, f"  {d.door} {d.key}: {d.why}") for d in letters[:5]]
