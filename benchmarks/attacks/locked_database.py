"""Another process holds the SQLite file for 25 seconds: when is a person told, when does /readyz say so, is anything lost?

    python -m benchmarks.attacks.locked_database

Run in the folder of the code that is attacked. Must be: told within 10 s, /readyz 503 within 2 s, and answered afterwards.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from typing import Any

import httpx
import websockets

from benchmarks.attacks.installation import folder, greeting, serving, show
from tests.ports import free_port

HELD_SECONDS = 25.0


async def _asked(socket: Any, text: str) -> tuple[float, dict[str, Any]]:
    began = time.monotonic()
    await socket.send(json.dumps({"text": text}))
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 60))
    return round(time.monotonic() - began, 1), frame


async def _ready(client: httpx.AsyncClient, address: str) -> tuple[float, int]:
    began = time.monotonic()
    answer = await client.get(address + "/readyz", timeout=60)
    return round(time.monotonic() - began, 1), answer.status_code


async def main() -> None:
    """Attack, and print the figures."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with folder() as home, serving(home, port) as process:
        await greeting(process)
        async with httpx.AsyncClient() as client:
            cookie = (await client.get(address)).cookies["troly_visitor"]
            headers = {"Cookie": f"troly_visitor={cookie}"}
            url = address.replace("http://", "ws://") + "/chat/socket"
            async with websockets.connect(url, additional_headers=headers, ping_interval=None) as socket:
                _, first = await _asked(socket, "menu")
                holder = sqlite3.connect(home / "var" / "troly.db", isolation_level=None)
                holder.execute("BEGIN IMMEDIATE")
                until = time.monotonic() + HELD_SECONDS
                await socket.send(json.dumps({"seen": first["replies"][-1]["number"]}))  # a write ahead of it
                await asyncio.sleep(0.1)
                told, ready = await asyncio.gather(_asked(socket, "trợ giúp"), _ready(client, address))
                await asyncio.sleep(max(0.0, until - time.monotonic()))
                holder.execute("ROLLBACK")
                holder.close()
                _, after = await _asked(socket, "trợ giúp")
    show(
        {
            "told_after_seconds": told[0],
            "told": told[1].get("error", "answered"),
            "readyz_after_seconds": ready[0],
            "readyz": ready[1],
            "answered_afterwards": bool(after.get("replies")),
        }
    )


if __name__ == "__main__":
    asyncio.run(main())
