"""Attacks of ours on a `troly serve` of their own, on a temporary folder: what a stranger tried, as a program with figures.

Each module starts the service, attacks it over the network as a stranger would, and prints what it measured; `--cwd`
attacks another checkout of the code. What the figures must be is held by tests, not here.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

_TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 90.0


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Target:
    """A `troly serve --demo` that is attacked; everything it prints is in `log`."""

    def __init__(self, code: Path, folder: Path, **settings: str) -> None:
        self._code, self._folder = code, folder
        self.log = folder / "service.log"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._settings = {"TROLY_DEMO_PEOPLE": "20", "TROLY_DEMO_READERS": "0", **settings}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
        env |= {"TROLY_DATA_DIR": str(self._folder / "var"), "TROLY_PORT": str(self.port)}
        env |= {"PYTHONPATH": str(self._code), **self._settings}
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--demo"),
                cwd=self._code,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_SECONDS):
            while b"Stop with Ctrl-C" not in self.log.read_bytes():
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.1)

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def link(self, what: str) -> str:
        """A sign-in link that it printed."""
        return next(line.split()[-1] for line in self.log.read_text().splitlines() if what in line)

    async def terminate(self, patience: float = 60.0) -> float | None:
        """SIGTERM; the seconds until it ended, None when it had to be killed."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), patience)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            return None
        return time.monotonic() - began


class Citizen:
    """Somebody with a chat page: a cookie, a socket, and the frames that came."""

    def __init__(self, target: Target, cookie: str = "") -> None:
        self._target = target
        self.cookie = cookie or secrets.token_urlsafe(24)
        self.frames: list[dict[str, Any]] = []
        self.came = asyncio.Event()
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> Citizen:
        """Connect as the page does."""
        headers = {"Cookie": f"troly_visitor={self.cookie}"}
        self._socket = await self._session.ws_connect(f"{self._target.address}/chat/socket", headers=headers)
        self._reader = asyncio.create_task(self._read())
        await self.sends({"after": 0})
        return self

    async def _read(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.frames.append(json.loads(message.data))
                self.came.set()

    async def sends(self, frame: dict[str, Any]) -> None:
        """Send a frame."""
        assert self._socket is not None
        await self._socket.send_str(json.dumps(frame))

    async def says(self, words: str) -> dict[str, Any]:
        """Send a message and wait for its answer."""
        name = secrets.token_hex(8)
        await self.sends({"id": name, "text": words})
        return await self.hears(lambda frame: frame.get("for") == name)

    async def hears(self, which: Callable[[dict[str, Any]], bool], patience: float = 60.0) -> dict[str, Any]:
        """The first frame like this, once it has come."""
        async with asyncio.timeout(patience):
            while True:
                self.came.clear()
                for frame in self.frames:
                    if which(frame):
                        return frame
                await self.came.wait()

    async def close(self) -> None:
        """Close the page."""
        if self._reader is not None:
            self._reader.cancel()
        await self._session.close()


class Officer:
    """Somebody who is signed in at the console by a link, and answers the first ticket."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._csrf = self._field = ""
        self._claimed: list[str] = []

    async def sign_in(self) -> Officer:
        """Open the link and confirm."""
        link = self._target.link("as an officer")
        await self._page(link)
        await self._post(link, {})
        return self

    async def _page(self, address: str) -> str:
        async with self._session.get(address) as answer:
            text = await answer.text()
        if found := re.search(r'name="(proof|csrf_token)" value="([^"]+)"', text):
            self._field, self._csrf = found.groups()
        return text

    async def _post(self, address: str, form: dict[str, str]) -> str:
        headers = {"Origin": self._target.address}
        async with self._session.post(
            address, data={self._field: self._csrf, **form}, headers=headers
        ) as answer:
            assert answer.status == 200, (answer.status, address)
            return await answer.text()

    async def claims(self) -> str:
        """Claim the oldest ticket that it has not claimed; its address."""
        queue = await self._page(f"{self._target.address}/console/queue?tab=waiting")
        links = re.findall(r'href="(/console/tickets/[^"?]+)', queue)
        tickets = [self._target.address + link for link in links]
        ticket = next(one for one in tickets if one not in self._claimed)
        self._claimed.append(ticket)
        await self._page(ticket)
        await self._post(f"{ticket}/claim", {})
        return ticket

    async def answers(self, ticket: str, words: str) -> None:
        """Write to the citizen."""
        page = await self._page(ticket)
        key = re.search(r'name="key" value="([^"]+)"', page)
        form = {"text": words, "words": words} | ({"key": key.group(1)} if key else {})
        await self._post(f"{ticket}/answer", form)

    async def close(self) -> None:
        """Leave."""
        await self._session.close()


@asynccontextmanager
async def attacked(code: Path, **settings: str) -> AsyncIterator[Target]:
    """A service of its own on a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="troly-attack-") as folder:
        target = Target(code, Path(folder), **settings)
        await target.start()
        try:
            yield target
        finally:
            if target.process.returncode is None:
                target.process.kill()
                await target.process.wait()


def run(attack: Callable[[Path], Awaitable[dict[str, Any]]]) -> None:
    """Run an attack from the command line and print its figures."""
    parser = argparse.ArgumentParser(description=attack.__doc__)
    parser.add_argument("--cwd", type=Path, default=Path.cwd(), help="the checkout that is attacked")
    figures = asyncio.run(attack(parser.parse_args().cwd.resolve()))  # type: ignore[arg-type]  # attacks are coroutines
    for name, value in figures.items():
        print(f"{name:<64}{value}")
