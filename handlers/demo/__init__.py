"""A pretend channel for trying out: takes everything, tells nobody. It answers and refuses as Telegram would; worker only."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.delivery.channel import SendResult
from handlers.doors import Outbound, Parts

ANSWERS_AFTER = 0.05  # seconds
BLOCKED_EVERY = 40  # one of so many accounts has blocked us


def open_sender(parts: Parts) -> Outbound | None:
    """Where the database has demo people."""
    return Outbound(DemoChannel(), "demo", parts.settings.rate_telegram) if parts.is_demo else None


class DemoChannel:
    """Nobody behind it."""

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def parts(self, body: Mapping[str, Any], account: str) -> Sequence[str]:
        """One message."""
        return [str(body.get("text", ""))]

    async def send(self, account: str, part: str) -> SendResult:
        """Taken, unless this account is one of those that blocked us."""
        await asyncio.sleep(ANSWERS_AFTER)
        number = int(account) if account.isascii() and account.isdigit() else zlib.crc32(account.encode())
        return SendResult("blocked", "403 blocked") if number % BLOCKED_EVERY == 0 else SendResult("sent")
