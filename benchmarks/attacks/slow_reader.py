"""A socket that stops reading: is another citizen's officer answer pushed meanwhile, and does the service stop when told to?

python -m benchmarks.attacks.slow_reader [--cwd OTHER_CHECKOUT]
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import socket
import time
from pathlib import Path
from typing import Any

from benchmarks.attacks import Citizen, Officer, Target, attacked, run

PATIENCE = 60.0  # seconds until the other citizen's message is taken as not pushed
TABS = 3  # of the attacker, all on one conversation: each answer goes to all of them
UNSEEN = 40  # long messages that are sent again each time a tab asks
ASKED = 150  # times that each tab asks


class DeafTab:
    """A socket that writes and never reads."""

    def __init__(self, target: Target, cookie: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", target.port))
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._socket.sendall(
            f"GET /chat/socket HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: troly_visitor={cookie}\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._socket.recv(1024):
            pass
        self.say({"after": 0})

    def say(self, frame: dict[str, Any]) -> None:
        """Send a frame, masked as the protocol wants it."""
        data, mask = json.dumps(frame).encode(), secrets.token_bytes(4)
        head = b"\x81" + (
            bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        )
        self._socket.sendall(head + mask + bytes(b ^ mask[n % 4] for n, b in enumerate(data)))

    def close(self) -> None:
        """Leave."""
        self._socket.close()


async def attack(code: Path) -> dict[str, Any]:
    """Fill the lines of a reader who does not read, then have an officer answer somebody else."""
    settings = {"TROLY_SOCKET_PER_MINUTE": "100000"}  # the attacker may have as much time as it takes
    async with attacked(code, **settings) as target:
        victim, driver = await Citizen(target).open(), await Citizen(target).open()
        for citizen in (driver, victim):
            for words in ("gặp cán bộ", "đồng ý", "nhờ xem giúp hồ sơ"):
                await citizen.says(words)
        officer = await Officer(target).sign_in()
        tickets = [await officer.claims(), await officer.claims()]  # the oldest first: the attacker's
        for n in range(UNSEEN):  # nobody reports these as seen, so all of them are sent again to whoever asks
            await officer.answers(tickets[0], f"Tin thứ {n}. " + "Anh xem giúp em phần này. " * 70)
        deaf = [DeafTab(target, driver.cookie) for _ in range(TABS)]
        for _ in range(ASKED):
            for tab in deaf:
                tab.say({"after": 0})
        await asyncio.sleep(2)
        await officer.answers(tickets[0], "Anh vui lòng chờ em một chút")  # pushed to deaf tabs
        await asyncio.sleep(2)
        asked = time.monotonic()
        await officer.answers(tickets[1], "Chào anh, em xem hồ sơ ngay")
        try:
            await victim.hears(
                lambda frame: any("em xem hồ sơ ngay" in r["text"] for r in frame.get("replies", ())),
                PATIENCE,
            )
            pushed = f"{time.monotonic() - asked:.2f}"
        except TimeoutError:
            pushed = f"not within {PATIENCE:.0f} s"
        stop = await target.terminate()
        for tab in deaf:
            tab.close()
        for one in (victim, driver, officer):
            await one.close()
        return {
            "seconds until another citizen was pushed an officer's answer": pushed,
            "seconds until SIGTERM ended it": f"{stop:.2f}"
            if stop is not None
            else "alive after 60 s, killed",
        }


if __name__ == "__main__":
    run(attack)
