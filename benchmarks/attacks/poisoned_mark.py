"""One frame `{"seen": true}` from a stranger: does the service go on marking, stay quiet, and stop when it is told to?

python -m benchmarks.attacks.poisoned_mark [--cwd OTHER_CHECKOUT]
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from benchmarks.attacks import Citizen, attacked, run

WATCHED_SECONDS = 10.0
POISON: tuple[dict[str, Any], ...] = ({"seen": True}, {"after": True}, {"seen": 1.5}, {"seen": 10**30})


async def attack(code: Path) -> dict[str, Any]:
    """Poison the marks, and watch."""
    async with attacked(code) as target:
        stranger, other = await Citizen(target).open(), await Citizen(target).open()
        await other.says("menu")
        for frame in POISON:
            await stranger.sends(frame)
        await asyncio.sleep(0.5)
        cpu, log = target.cpu_seconds(), target.log.stat().st_size
        await asyncio.sleep(WATCHED_SECONDS)
        cpu, log = target.cpu_seconds() - cpu, target.log.stat().st_size - log
        answered = "yes"
        try:
            async with asyncio.timeout(10):
                await other.says("trợ giúp")
        except TimeoutError:
            answered = "not within 10 s"
        seconds = await target.terminate()
        for citizen in (stranger, other):
            await citizen.close()
        return {
            f"CPU seconds in {WATCHED_SECONDS:.0f} s of nothing to do": f"{cpu:.2f}",
            f"bytes of log in {WATCHED_SECONDS:.0f} s": log,
            "another citizen is answered": answered,
            "seconds until SIGTERM ended it": f"{seconds:.2f}"
            if seconds is not None
            else "alive after 60 s, killed",
        }


if __name__ == "__main__":
    run(attack)
