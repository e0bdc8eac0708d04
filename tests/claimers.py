"""A process of its own that claims, passes on and takes over tickets at a database, as it is told on its standard input.

Run by the fork server: `main([url])`. One JSON object a line in (`ticket`, `how`, `officers`, `admin`), one out (`told`, `at`
on the clock that all processes share). Rule: what it does are the desk's own functions.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.desks import desk_of
from tests.houses import House, open_house


async def claims(house: House, asked: dict[str, Any]) -> dict[str, Any]:
    """All these officers claim the ticket at once."""
    desk = desk_of(house)
    told = await asyncio.gather(*(desk.claim(asked["ticket"], one) for one in asked["officers"]))
    return {"told": dict(Counter(told))}


async def moves(house: House, asked: dict[str, Any]) -> dict[str, Any]:
    """It is taken, then passed on and taken over at once: whoever wins, it has one owner. `at`: from then on the bot is silent."""
    desk, ticket, admin = desk_of(house), asked["ticket"], asked["admin"]
    first, second = asked["officers"][:2]
    if asked["how"] == "take_over":
        told: list[str] = [await desk.take_over(ticket, admin, "staff:admin")]
        at = time.monotonic()
    elif asked["how"] == "both":
        told = list(
            await asyncio.gather(desk.claim(ticket, first), desk.take_over(ticket, admin, "staff:admin"))
        )
        at = time.monotonic()
    else:
        told = [await desk.claim(ticket, first)]
        at = time.monotonic()
        told += await asyncio.gather(
            desk.transfer(ticket, first, second), desk.take_over(ticket, admin, "staff:admin")
        )
    return {"told": told, "at": at}


async def run(url: str, lines: asyncio.StreamReader) -> None:
    async with open_house(url) as house:
        print(json.dumps({"ready": True}), flush=True)
        while line := await lines.readline():
            asked = json.loads(line)
            act = claims if asked["how"] == "claims" else moves
            print(json.dumps(await act(house, asked)), flush=True)


async def _main(url: str) -> None:
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await run(url, lines)


def main(arguments: Sequence[str]) -> int:
    asyncio.run(_main(arguments[0]))
    return 0
