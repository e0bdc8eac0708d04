"""`troly doctor`: checks of settings, content and database, one line each.

Invariant: it changes nothing.
"""

from __future__ import annotations

import os
import resource
import stat
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import seal_of
from bot.settings import BadSetting, Settings, load, unknown
from data import audit, conversations, migrate, outbox
from data.engine import Database
from data.knowledge.content import load_content


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
    if settings.is_sqlite:
        key = settings.data_dir / "secret.key"
        if key.exists() and stat.S_IMODE(os.stat(key).st_mode) & 0o077:
            findings.append(Finding(False, f"{key} can be read by others: chmod 600 {key}"))
        if not (settings.data_dir / "troly.db").exists():
            return [*findings, Finding(True, "database: none yet; the first start makes it")]
    findings.append(
        Finding(True, "Telegram: token set" if settings.telegram_token else "Telegram: not connected")
    )
    findings.append(Finding(True, f"SMS: {settings.sms}"))
    return [*findings, *await _database(Database(settings.database_url), settings)]


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
    key = settings.data_dir / "secret.key"
    if not (settings.secret_key or key.exists()):
        return []  # without the key nobody can tell, and looking makes none
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


async def _database(db: Database, settings: Settings) -> list[Finding]:
    try:
        at, newest = await migrate.revision(db), migrate.newest()
        if at != newest:
            return [
                Finding(
                    False, f"database: at revision {at or 'none'}, newest is {newest}: run 'troly migrate'"
                )
            ]
        async with db.reading() as connection:
            total, letters = await conversations.dead(connection)
            counts = await outbox.counts(connection)
            known = await conversations.count(connection)
            broken = await _broken_audit(connection, settings)
    finally:
        await db.close()
    waiting = sum(n for name, n in counts.items() if name.endswith(("pending", "leased")))
    failed = sum(n for name, n in counts.items() if name.endswith("failed"))
    findings = [
        Finding(True, f"database: revision {at}, {known} conversations, {waiting} messages waiting"),
        Finding(failed == 0, f"outbox: {failed} messages failed"),
        Finding(total == 0, f"dead letters: {total}"),
        *broken,
    ]
    return findings + [Finding(False, f"  {d.door} {d.key}: {d.why}") for d in letters[:5]]
