"""Bringing a database to the present tables. Rule: Alembic is loaded only when something is to be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database
from data.seal import Seal

MIGRATIONS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The newest revision: the migration files are numbered."""
    return max(p.name[:4] for p in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def revision(db: Database) -> str:
    """The revision the database stands at, "" when nothing was ever written there. Other troubles are raised."""
    async with db.reading() as connection:
        return await _revision(connection)


async def _revision(connection: AsyncConnection) -> str:
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return ""
    row = (await connection.execute(text("SELECT version_num FROM alembic_version"))).first()
    return str(row[0]) if row else ""


async def upgrade(
    db: Database,
    target: str = "head",
    *,
    seal: Seal | None = None,
    made: Callable[[AsyncConnection], Awaitable[None]] | None = None,
) -> bool:
    """Bring the database to `target`; returns whether there was anything to do.

    `seal`: seals what an earlier version kept as it was. `made`: called in the same transaction when the tables were made
    in an empty database.
    """
    if target == "head" and await revision(db) == newest():
        return False
    async with db.writing() as connection:
        await db.lock(connection, "troly migration")
        empty = not await _revision(connection)
        await _run(connection, "upgrade", target, seal)
        if empty and made is not None:
            await made(connection)
    return True


async def downgrade(db: Database, target: str) -> None:
    """Take the database back to `target` ("base" for empty)."""
    async with db.writing() as connection:
        await db.lock(connection, "troly migration")
        await _run(connection, "downgrade", target)


async def _run(connection: AsyncConnection, what: str, target: str, seal: Seal | None = None) -> None:
    from alembic import command
    from alembic.config import Config

    def go(sync: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = sync
        config.attributes["seal"] = seal
        getattr(command, what)(config, target)

    await connection.run_sync(go)
