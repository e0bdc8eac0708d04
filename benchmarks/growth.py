"""How much a process grows with conversations it has served. Rule: real turns on a real SQLite file, nothing kept by the test."""

from __future__ import annotations

import asyncio
import gc
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from data import migrate
from data.effects.handler import EffectHandler
from data.effects.turn_context import Services
from data.engine import Database
from data.knowledge.content import load_content
from data.limits import Limits
from data.seal import Seal
from flows.engine.events import Said
from handlers.turns.queue import Turns
from handlers.turns.types import at_once

FEW, MANY, AT_ONCE = 10_000, 110_000, 200


def resident_mb() -> float:
    """Resident memory of this process in megabytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


async def grow() -> dict[str, float]:
    """Serve conversations and look at the memory after FEW and after MANY."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        db, seal = Database(f"sqlite+aiosqlite:///{folder}/troly.db"), Seal("x" * 40)
        await migrate.upgrade(db)
        content = load_content()
        services = Services(db, seal, Limits(), content.office, "http://x")
        turns = Turns(db, seal, EffectHandler(services), content, group_limit=32)
        await turns.start()
        few = 0.0
        for first in range(0, MANY, AT_ONCE):
            taken = await asyncio.gather(
                *(
                    turns.take(f"telegram:{first + n}", "1", at_once(Said("menu", at)), pushed=True)
                    for n in range(AT_ONCE)
                )
            )
            for t in taken:
                for row in t.rows:
                    turns.mark(row)
            if first + AT_ONCE == FEW:
                await turns.settled()
                few = resident_mb()
        await turns.settled()
        many = resident_mb()
        await turns.stop()
        await db.close()
    return {"few_mb": few, "many_mb": many, "growth_mb": many - few}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(grow())))
