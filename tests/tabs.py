"""Open tabs against real services, over a real socket: they do what chat.js does, and write down what they were shown.

A tab asks for what it missed when it connects, sends again what was not answered, drops what it has shown already, and
reports what it has shown. `DeafTab` writes and never reads.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from handlers.web.frames import address_of

PATIENCE = 60.0  # seconds until what should come has not


class Tab:
    """A page of one visitor at one of several services; `go_to` is the one it connects to."""

    def __init__(
        self, session: aiohttp.ClientSession, base: str, cookie: str = "", *, reports: bool = True
    ) -> None:
        self.cookie = cookie or secrets.token_urlsafe(24)
        self.go_to = base
        self.last = 0  # the highest number shown
        self.shown: list[tuple[int, str]] = []
        self.codes: list[str] = []  # texts of the pretend phone
        self.link = ""  # of the secure page that was offered last
        self.closed_with: list[int] = []
        self.connected = asyncio.Event()
        self._session, self._reports = session, reports
        self._pending: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._life = asyncio.create_task(self._live())

    @property
    def address(self) -> str:
        return address_of(self.cookie)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.shown]

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await self._stay()
            self.connected.clear()
            await asyncio.sleep(0.05)

    async def _stay(self) -> None:
        headers = {"Cookie": f"troly_visitor={self.cookie}"}
        async with self._session.ws_connect(f"{self.go_to}/chat/socket", headers=headers) as line:
            self._socket = line
            await line.send_json({"after": self.last if self._reports else 0})  # “after” is a report, too
            for frame in list(self._pending.values()):
                await line.send_json(frame)
            async for message in line:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(line, json.loads(message.data))
            self.closed_with.append(line.close_code or 0)

    async def _take(self, line: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        self.connected.set()
        self._pending.pop(frame.get("for", ""), None)
        fresh = [r for r in frame.get("replies", ()) if r["number"] > self.last]
        self.shown += [(r["number"], r["text"]) for r in fresh]
        self.last = max([self.last, *(r["number"] for r in fresh)])
        self.link = next((r["link"] for r in reversed(fresh) if "link" in r), self.link)
        self.codes += [sms["text"] for sms in frame.get("sms", ())]
        if fresh and self._reports:
            await line.send_json({"seen": self.last})
        self._news.set()

    async def writes(self, words: str) -> None:
        """Send a message; returns when it is answered, however often it had to be sent."""
        name = secrets.token_hex(8)
        self._pending[name] = {"id": name, "text": words}
        if self._socket is not None and not self._socket.closed:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await self._socket.send_json(self._pending[name])
        await self.until(lambda: name not in self._pending)

    async def sends(self, frame: dict[str, Any]) -> None:
        """Send a frame as it is."""
        await self.connected.wait()
        assert self._socket is not None
        await self._socket.send_json(frame)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until `true()` is, looking again after each frame."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def shows(self, told: Sequence[str]) -> None:
        """Wait until as many replies were shown."""
        with contextlib.suppress(TimeoutError):
            await self.until(lambda: len(self.shown) >= len(told))

    async def close(self) -> None:
        self._life.cancel()
        await asyncio.gather(self._life, return_exceptions=True)


class DeafTab:
    """A socket that writes and never reads."""

    def __init__(self, port: int, cookie: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._socket.sendall(
            f"GET /chat/socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: troly_visitor={cookie}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._socket.recv(1024):
            pass
        self._socket.setblocking(False)  # what does not fit is not sent: the service does not read either

    def sends(self, frame: dict[str, Any]) -> None:
        data, mask = json.dumps(frame).encode(), secrets.token_bytes(4)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self._socket.send(
                b"\x81"
                + bytes([0x80 | len(data)])
                + mask
                + bytes(b ^ mask[n % 4] for n, b in enumerate(data))
            )

    def close(self) -> None:
        self._socket.close()
