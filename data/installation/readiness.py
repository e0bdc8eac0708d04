"""Whether this process can write to its database. Asked by /readyz.

Invariant: however often it is asked, one small write is under way at most, and a new one begins after REST seconds; the
answer comes within PATIENCE seconds, whatever the write waits for.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from data.engine import Database
from data.tables import office_facts

REST = 2.0  # seconds an answer is good for
PATIENCE = 2.0  # seconds
_FACT = "last probe"


class Readiness:
    """The probe and its last answer."""

    def __init__(
        self,
        db: Database,
        *,
        floor: int = 0,  # bytes that must be free where a SQLite file lies
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db, self._floor, self._clock = db, floor, clock
        self._probe: asyncio.Task[str] | None = None
        self._found, self._good_until = "", 0.0

    async def trouble(self) -> str:
        """What is wrong, in a word; "" for nothing."""
        if self._probe is None:
            if self._clock() < self._good_until:
                return self._found
            self._probe = asyncio.create_task(self._write())
        try:
            return await asyncio.wait_for(asyncio.shield(self._probe), PATIENCE)
        except TimeoutError:
            return "busy"  # the write goes on; whoever asks next waits for the same one

    async def _write(self) -> str:
        try:
            self._found = await self._tried()
        finally:
            self._good_until = self._clock() + REST
            self._probe = None
        return self._found

    async def _tried(self) -> str:
        try:
            if self._db.is_sqlite:
                free = await asyncio.to_thread(shutil.disk_usage, Path(self._db.name).parent)
                if free.free < self._floor:
                    return "disk full"
            async with self._db.writing() as connection:
                insert = self._db.insert(office_facts).values(name=_FACT, value=str(time.time()))
                await connection.execute(
                    insert.on_conflict_do_update(
                        index_elements=["name"], set_={"value": insert.excluded.value}
                    )
                )
        except Exception as wrong:  # noqa: BLE001  # whatever is wrong, its kind is the answer
            return type(wrong).__name__
        return ""
