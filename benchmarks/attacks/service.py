"""A `troly serve --demo` on a temporary folder, and web visitors that come from any source. Used by the attacks beside it.

The service believes X-Forwarded-For from the loopback, so that one machine can be a thousand sources. Invariant: the folder
and the process end with the block.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from data.installation.demo import demo_people
from data.registry.records import Person

HERE = Path(__file__).resolve().parents[2]
START_SECONDS = 90.0
ANSWER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its port, its folder, what it printed."""

    port: int
    folder: Path
    printed: str
    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self, query: str) -> int:
        """A number out of its database."""
        with sqlite3.connect(f"file:{self.folder / 'troly.db'}?mode=ro", uri=True) as connection:
            return int(connection.execute(query).fetchone()[0])

    def sms(self) -> int:
        """How many SMS have left or are about to."""
        return self.count("SELECT count(*) FROM outbox WHERE lane = 'otp' AND state != 'withdrawn'")


@asynccontextmanager
async def serving(tree: Path, people: int, **settings: str) -> AsyncIterator[Service]:
    """The service of this checkout, with so many demo people."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = int(s.getsockname()[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {"DATA_DIR": name, "PORT": str(port), "DEMO_PEOPLE": str(people), "DEMO_READERS": "0"}
        given |= {"TRUSTED_PROXIES": "127.0.0.1", "LOG_LEVEL": "WARNING", **settings}
        env = dict(os.environ) | {f"TROLY_{k}": v for k, v in given.items()}
        log = (folder / "log").open("wb")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve", "--demo"),
            cwd=tree,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        try:
            printed = await asyncio.wait_for(_greeting(process), START_SECONDS)
            yield Service(port, folder, printed, process.pid)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
            log.close()
            said = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            for line, times in Counter(line[24:] for line in said).most_common(5):
                print(f"  log, {times} times: {line}")


async def _greeting(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    lines = b""
    while b"Ctrl-C" not in lines:
        line = await process.stdout.readline()
        if not line:
            raise RuntimeError("the service did not start")
        lines += line
    return lines.decode()


@dataclass
class Visitor:
    """One cookie of the chat page, at one source."""

    service_port: int
    source: str
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    seconds: list[float] = field(default_factory=list)  # how long each answer took
    page: str = ""  # path of the newest secure page

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
        """Say something, get the words of the answer; "" when the socket is closed on us."""
        url = f"ws://127.0.0.1:{self.service_port}/chat/socket"
        headers = {"Cookie": f"troly_visitor={self.cookie}", "X-Forwarded-For": self.source}
        async with connect(url, additional_headers=headers, proxy=None, open_timeout=ANSWER_SECONDS) as ws:

            async def say(text: str) -> str:
                return await self._say(ws, text)

            yield say

    async def _say(self, ws: ClientConnection, text: str) -> str:
        message = secrets.token_hex(8)
        begun = time.perf_counter()
        await ws.send(json.dumps({"text": text, "id": message}))
        while True:
            frame: dict[str, Any] = json.loads(await asyncio.wait_for(ws.recv(), ANSWER_SECONDS))
            if frame.get("for") == message or "error" in frame:
                break
        self.seconds.append(time.perf_counter() - begun)
        replies = frame.get("replies", [])
        self.page = next((r["link"] for r in replies if "link" in r), self.page)
        return "\n".join(r["text"] for r in replies) or str(frame.get("error", ""))

    async def agree(self, say: Callable[[str], Awaitable[str]]) -> None:
        """To the step where a name is asked for."""
        await say("tra cứu mã số BHXH")
        await say("Đồng ý")


def source(n: int) -> str:
    """The n-th source, from a block that is nobody's (RFC 2544)."""
    return f"198.{18 + n // 65536 % 2}.{n // 256 % 256}.{n % 256}"


@cache
def known_people(count: int) -> Sequence[Person]:
    """The demo people whose birth date, ID number and phone an attacker may know, fixed ones left out."""
    return [p for p in demo_people(count) if len(p.born) == 10 and p.phone and p.id_number][10:]


async def together(jobs: Sequence[Awaitable[Any]], at_once: int) -> list[Any]:
    """Run these, so many at once."""
    room = asyncio.Semaphore(at_once)

    async def one(job: Awaitable[Any]) -> Any:
        async with room:
            try:
                return await job
            except (OSError, TimeoutError, Exception) as wrong:  # noqa: BLE001  # refused sockets are figures, too
                return wrong

    return await asyncio.gather(*(one(job) for job in jobs))


def arguments(**more: tuple[int, str]) -> argparse.Namespace:
    """--tree, and these numbers with their defaults and help."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tree", type=Path, default=HERE, help="the checkout that is attacked")
    for name, (default, text) in more.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=text)
    return parser.parse_args()
