"""Bringing a database to the present tables. Rule: Alembic is loaded only when something is to be done."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from data.engine import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The newest revision: the migration files are numbered."""
    return max(p.name[:4] for p in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def revision(db: Database) -> str:
    """The revision the database stands at, "" when it is empty."""
    try:
        async with db.reading() as connection:
            row = (await connection.execute(text("SELECT version_num FROM alembic_version"))).first()
    except SQLAlchemyError:
        return ""  # no such table: nothing was ever written here
    return str(row[0]) if row else ""


async def upgrade(db: Database, target: str = "head") -> bool:
    """Bring the database to `target`; returns whether there was anything to do."""
    if target == "head" and await revision(db) == newest():
        return False
    async with db.writing() as connection:
        await db.lock(connection, "troly migration")
        await _run(connection, "upgrade", target)
    return True


async def downgrade(db: Database, target: str) -> None:
    """Take the database back to `target` ("base" for empty)."""
    async with db.writing() as connection:
        await db.lock(connection, "troly migration")
        await _run(connection, "downgrade", target)


async def _run(connection: AsyncConnection, what: str, target: str) -> None:
    from alembic import command
    from alembic.config import Config

    def go(sync: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = sync
        getattr(command, what)(config, target)

    await connection.run_sync(go)
