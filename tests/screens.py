"""A real server, a real Chromium, and the screenshots made with them. Rule: what is shown was said by the product, nothing is staged.

`python -m tests.screens` (or `make screens`) writes docs/screens/*.png.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "docs" / "screens"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
START_WAIT = 30.0  # seconds until a server that does not come up is given up
LIFE = 170  # seconds after which a server that nobody stopped ends by itself
PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_CHROMIUM = f"no Chromium: TROLY_CHROMIUM names none, and there is none at {', '.join(PLACES)}"


def chromium_path() -> str | None:
    """The Chromium of this machine, or None."""
    for path in (os.environ.get("TROLY_CHROMIUM", ""), *PLACES):
        if path and os.access(path, os.X_OK):
            return path
    return None


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser, without a network but the loopback."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGS))
        try:
            yield browser
        finally:
            await browser.close()


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class RealServer:
    """`troly serve --demo` as people run it: a process of its own on a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it has said that it serves.

        Raises AssertionError with its own words when it does not.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("TROLY_")}
        env |= {"TROLY_DATA_DIR": str(self.folder / "var"), "TROLY_PORT": str(self.port)}
        env |= {"TROLY_DEMO_PEOPLE": "60", **self._settings}
        command = [str(Path(sys.executable).with_name("troly")), "serve", "--demo"]
        if bound := shutil.which("timeout"):
            command = [bound, "-k", "2", str(LIFE), *command]
        with (self.folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                cwd=self.folder,  # no .env of ours there
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_WAIT):
                while b"Stop with Ctrl-C" not in (line := await self._process.stdout.readline()):
                    assert line, f"the server ended: {self.words()}"
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"no server after {START_WAIT} s: {self.words()}") from None

    def words(self) -> str:
        """What the server wrote to its log."""
        return (self.folder / "server.log").read_text(errors="replace")

    async def kill(self) -> None:
        """End it as a power cut does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as an operator does."""
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        # its own group: `timeout` and the server under it, nobody else
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise AssertionError(f"the server did not stop: {self.words()[-2000:]}") from None
