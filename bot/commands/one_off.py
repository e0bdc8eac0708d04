"""Opens the database for one command, in one transaction with its audit row. Used by the commands of staff, questions and registry.

Invariant: nothing slow is imported before the command runs.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.settings import Settings

T = TypeVar("T")


def read_once(work: Callable[[AsyncConnection, Settings], Awaitable[T]]) -> T:
    """What `work` makes of the database, which it only reads."""
    return _once(work, "", "")


def write_once(work: Callable[[AsyncConnection, Settings], Awaitable[T]], *, what: str, why: str) -> T:
    """As `read_once`, in one writing transaction with its row in the audit: the operator did `what`, `why`."""
    return _once(work, what, why)


def _once(work: Callable[[AsyncConnection, Settings], Awaitable[T]], what: str, why: str) -> T:
    import asyncio

    from bot.app import open_database, seal_of
    from bot.settings import load
    from data import audit

    settings = load()

    async def run() -> T:
        db = await open_database(settings)
        try:
            if not what:
                async with db.reading() as connection:
                    return await work(connection, settings)
            async with db.writing() as connection:
                done = await work(connection, settings)
                await audit.note(
                    db, connection, seal_of(settings), at=time.time(), who="operator", what=what, why=why
                )
                return done
        finally:
            await db.close()

    return asyncio.run(run())
