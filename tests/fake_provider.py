"""A pretend eSMS, and a pretend server of one's own, on a loopback port, with a plan of faults. Rule: they keep what they charged for.

The plan says, for each request in its turn: "ok"; "lost" (taken, and the answer never comes); "silent" (not taken, no
answer); a number (an HTTP status, or for eSMS a CodeResult); "reset" (the connection breaks off); "noise" (no JSON).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Provider:
    """What it was asked for, and what it charged for: id -> the message."""

    plan: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    charged: dict[str, str] = field(default_factory=dict)
    charges: int = 0
    address: str = ""
    forgets: bool = False  # protection off: it knows no RequestId again

    def take(self, key: str, text: str) -> bool:
        """Charge for a message; False when it was charged for before."""
        if key in self.charged and not self.forgets:
            return False
        self.charged[key] = text
        self.charges += 1
        return True


@asynccontextmanager
async def provider(plan: Sequence[str] = ()) -> AsyncIterator[Provider]:
    """One of them, open."""
    one = Provider(list(plan))
    hanging: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        hanging.add(me)
        try:
            while await _one(one, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            hanging.discard(me)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    one.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
    try:
        yield one
    finally:
        server.close()
        for task in list(hanging):
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def _one(one: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    lines = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    headers = {name.lower(): value for name, value in lines.items()}
    body = json.loads(await reader.readexactly(int(headers["content-length"])))
    one.asked.append(body)
    one.headers.append(headers)
    what = one.plan.pop(0) if one.plan else "ok"
    esms = "RequestId" in body
    key, text = (body["RequestId"], body["Content"]) if esms else (body["id"], body["text"])
    if what == "reset":
        writer.transport.abort()
        return False
    if what == "silent" or (what == "lost" and (one.take(key, text) or True)):
        await asyncio.Event().wait()
    status, answer = 200, b"{}"
    if what == "noise":
        answer = b"<html>"
    elif esms:
        code = what if what.isdigit() and not what.startswith("5") else ""
        if what.startswith("5"):
            status = int(what)
        elif not code:
            code = "100" if one.take(key, text) else "124"
        answer = json.dumps({"CodeResult": code, "SMSID": "s1"}).encode()
    elif what.isdigit():
        status = int(what)
    else:
        one.take(key, text)
    writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(answer), answer))
    await writer.drain()
    return True
