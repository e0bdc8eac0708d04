"""1,100 sockets of one cookie, and as many of different ones: how many stay open, and is a citizen served meanwhile?

python -m benchmarks.attacks.many_sockets [--cwd OTHER_CHECKOUT]
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.attacks import Citizen, Target, attacked, run

SOCKETS = 1100
COOKIE = "one-cookie-of-an-attacker-0000000000"


async def _stay(session: aiohttp.ClientSession, target: Target, cookie: str) -> None:
    headers = {"Cookie": f"troly_visitor={cookie}"}
    async with session.ws_connect(f"{target.address}/chat/socket", headers=headers) as line:
        await line.send_str('{"after": 0}')
        async for _ in line:
            pass


async def attack(code: Path) -> dict[str, Any]:
    """Open them, wait until nothing changes, count, and ask something as a citizen."""
    figures: dict[str, Any] = {}
    async with attacked(code) as target:
        citizen = await Citizen(target).open()
        for what in ("one cookie", "a cookie each"):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                cookies = [COOKIE if what == "one cookie" else f"{COOKIE}{n}" for n in range(SOCKETS)]
                lines = [asyncio.create_task(_stay(session, target, cookie)) for cookie in cookies]
                await asyncio.sleep(8)
                began = time.monotonic()
                await citizen.says("menu")
                figures[f"{what}: sockets that stay open of {SOCKETS}"] = sum(not one.done() for one in lines)
                figures[f"{what}: seconds until a citizen is answered"] = f"{time.monotonic() - began:.3f}"
                for one in lines:
                    one.cancel()
                await asyncio.gather(*lines, return_exceptions=True)
        await citizen.close()
        figures["seconds until SIGTERM ended it"] = f"{await target.terminate():.2f}"
        figures["tracebacks"] = target.log.read_text().count("Traceback")
    return figures


if __name__ == "__main__":
    run(attack)
