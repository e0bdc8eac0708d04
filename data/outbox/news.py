"""What one process tells the others on PostgreSQL: which conversations have something new to show. Made by the web door.

It is told after the commit, on a connection of its own, and may get lost: who listens looks by itself now and then.
SQLite has one serving process, which needs none of this. Invariant: nothing but addresses is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from data.engine import Database

log = logging.getLogger("troly.outbox")

CHANNEL = "troly_outbox"
EVERYBODY = "*"  # in place of an address: something may be new anywhere
ANSWER_SECONDS = 5.0  # until a server that does not answer is given up
ALIVE_SECONDS = 20.0  # between two questions whether the server is still there
LONGEST_PAUSE = 15.0  # seconds between two tries to connect


class OutboxNews:
    """Hears from the other processes (`heard`) and tells them (`tell`). `listening`: others may be there and are heard."""

    def __init__(self, db: Database, heard: Callable[[str], None]) -> None:
        self.listening = False
        self._db, self._heard = db, heard
        self._told: set[str] = set()
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, on PostgreSQL."""
        if not self._db.is_sqlite:
            self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1.0)

    def tell(self, addresses: Iterable[str]) -> None:
        """Let the other processes know, soon."""
        if self.listening:
            self._told.update(addresses)
            self._more.set()

    async def _keep(self) -> None:
        tries = 0
        while True:
            try:
                await self._listen()
            except Exception as wrong:  # noqa: BLE001  # whatever it is, pages are looked after by the slower way meanwhile
                if self.listening or not tries:
                    log.warning("other processes are not heard: %s", type(wrong).__name__)
                tries = 0 if self.listening else tries + 1
            finally:
                self.listening = False
            await asyncio.sleep(min(LONGEST_PAUSE, 0.5 * 2 ** min(tries, 6)))

    async def _listen(self) -> None:
        engine = create_async_engine(
            self._db.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await engine.connect()
            try:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                me = raw.get_server_pid()

                def heard(_: Any, pid: int, channel: str, address: str) -> None:
                    if pid != me:
                        self._heard(address)

                async with asyncio.timeout(ANSWER_SECONDS):
                    await raw.add_listener(CHANNEL, heard)
                raw.add_termination_listener(lambda _: self._more.set())
                self.listening = True
                self._heard(EVERYBODY)  # what was told before
                await self._tell_on(raw)
            finally:
                self.listening = False
                with contextlib.suppress(Exception):
                    raw.terminate()
                    await connection.close()
        finally:
            await engine.dispose()

    async def _tell_on(self, raw: Any) -> None:
        while not raw.is_closed():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_SECONDS):
                    await self._more.wait()
            self._more.clear()
            told, self._told = sorted(self._told), set()
            async with asyncio.timeout(ANSWER_SECONDS):
                await raw.execute("SELECT pg_notify($1, a) FROM unnest($2::text[]) AS a", CHANNEL, told)
        raise ConnectionResetError
