"""Sends one-time codes: the outbox's otp lane, and the demo phone. Called by the doors after each turn, and by bot/serve.py.

Invariant: a code is plain text only between opening its row and sending it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Protocol

from data import outbox
from data.engine import Database
from data.outbox import Mark
from data.seal import Seal

log = logging.getLogger("troly.sms")

GATEWAY_SECONDS = 10.0  # until a gateway that does not answer has not taken a message


@dataclass(frozen=True, slots=True)
class Sms:
    """One text message; `to` is ten digits, `address` the conversation that caused it."""

    to: str
    text: str
    address: str


class Gateway(Protocol):
    """What sends a text message. Raises OSError when it was not taken."""

    async def send(self, sms: Sms) -> None: ...


Listener = Callable[[Sms], Awaitable[None]]


class DemoGateway:
    """A pretend phone network: keeps nothing, tells whoever listens."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    async def send(self, sms: Sms) -> None:
        """Tell the listeners; there is no phone."""
        for listener in self.listeners:
            await listener(sms)


@dataclass(frozen=True, slots=True)
class CodeSender:
    """Carries codes from the outbox to a gateway."""

    db: Database
    seal: Seal
    gateway: Gateway
    _: KW_ONLY
    holder: str
    clock: Callable[[], float]
    lease: float = 30.0

    async def deliver(self, ids: Sequence[int] | None = None, *, older_than: float = 0.0) -> Sequence[Sms]:
        """Send the codes of these rows, or all that wait and are `older_than` so many seconds.

        A row's ciphertext is overwritten once the gateway took it.
        """
        async with self.db.writing() as connection:
            claimed = await outbox.claim_codes(
                self.db,
                connection,
                holder=self.holder,
                now=self.clock(),
                lease=self.lease,
                ids=ids,
                older_than=older_than,
            )
        sent: list[Sms] = []
        marks: list[Mark] = []
        for row in claimed:
            try:
                opened = self.seal.open(row.sealed, f"outbox {row.id}")
                sms = Sms(opened["to"], opened["text"], row.address)
            except (
                ValueError,
                TypeError,
                KeyError,
            ) as wrong:  # it can never leave, and must not stop the others
                log.error("an SMS cannot be opened: %s", type(wrong).__name__)
                marks.append(Mark(row.id, row.fence, "failed", self.clock()))
                continue
            try:
                async with asyncio.timeout(GATEWAY_SECONDS):
                    await self.gateway.send(sms)
            except Exception as wrong:  # noqa: BLE001  # one message never stops the others
                log.warning("an SMS was not taken (%s); it is tried again", type(wrong).__name__)
                continue
            sent.append(sms)
            marks.append(Mark(row.id, row.fence, "sent", self.clock()))
        if marks:
            async with self.db.writing() as connection:
                await outbox.mark(connection, marks)
        return sent
