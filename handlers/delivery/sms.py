"""Sends one-time codes: the outbox's otp lane, and the demo phone. Called by the doors after each turn, and by bot/serve.py.

Invariant: a code is plain text only between opening its row and sending it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from data import outbox
from data.engine import Database
from data.outbox import Mark, SealedOut
from data.seal import Seal

log = logging.getLogger("troly.sms")

AT_ONCE = 50  # messages on their way to a gateway
GATEWAY_SECONDS = 10.0  # until a gateway that does not answer has not taken a message


@dataclass(frozen=True, slots=True)
class Sms:
    """One text message; `to` is ten digits, `address` the conversation that caused it. The same `key` is the same message."""

    to: str
    text: str
    address: str
    key: str = ""


class SmsRefused(OSError):
    """A gateway did not take a message. `again`: it may later, under the same key; else it never will."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.again = again


class Gateway(Protocol):
    """What sends a text message, or has a voice say it. Raises SmsRefused, or another OSError, when it was not taken."""

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


async def _nobody(row: int, again: bool) -> None:
    """Nobody needs to know."""


@dataclass(slots=True)
class CodeSender:
    """Carries codes from the outbox to a gateway."""

    db: Database
    seal: Seal
    gateway: Gateway
    _: KW_ONLY
    holder: str
    clock: Callable[[], float]
    lease: float = 30.0
    tell_failed: Callable[[int, bool], Awaitable[None]] = _nobody
    """Told of the outbox row whose message was not taken, within GATEWAY_SECONDS, and whether it is tried again; once."""

    async def attempt(self, ids: Sequence[int]) -> None:
        """`deliver`, where nobody waits for it: what cannot be sent now is looked for again in a few seconds."""
        try:
            await self.deliver(ids)
        except (SQLAlchemyError, OSError) as wrong:
            log.error("codes could not be sent: %s", type(wrong).__name__)

    async def deliver(self, ids: Sequence[int] | None = None, *, older_than: float = 0.0) -> Sequence[Sms]:
        """Send the codes of these rows, or of some that wait and are `older_than` so many seconds, all at once.

        A row's ciphertext is overwritten once the gateway took it; each is marked as soon as it is known, so a gateway
        that is slow for one holds up no other, and none outlives its lease.
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
                limit=AT_ONCE,
            )
        sent = await asyncio.gather(*(self._send(row) for row in claimed))
        return [sms for sms in sent if sms is not None]

    async def _send(self, row: SealedOut) -> Sms | None:
        """The message, where the gateway took it."""
        try:
            opened = self.seal.open(row.sealed, f"outbox {row.id}")
            sms = Sms(opened["to"], opened["text"], row.address, str(row.id))
        except (ValueError, TypeError, KeyError) as wrong:  # it can never leave
            log.error("an SMS cannot be opened: %s", type(wrong).__name__)
            await self._mark(row, "failed")
            return None
        try:
            async with asyncio.timeout(GATEWAY_SECONDS):
                await self.gateway.send(sms)
        except Exception as wrong:  # noqa: BLE001  # one message never stops the others
            again = not isinstance(wrong, SmsRefused) or wrong.again
            why = str(wrong) if isinstance(wrong, SmsRefused) else type(wrong).__name__
            log.warning("an SMS was not taken (%s); it is %s", why, "tried again" if again else "given up")
            if not again:
                await self._mark(row, "failed")
            if not again or row.is_first_try:  # that it is late is told at its first try
                await self._told(row.id, again)
            return None
        await self._mark(row, "sent")
        return sms

    async def _mark(self, row: SealedOut, state: str) -> None:
        async with self.db.writing() as connection:
            await outbox.mark(connection, [Mark(row.id, row.fence, state, self.clock())])

    async def _told(self, row: int, again: bool) -> None:
        try:
            await self.tell_failed(row, again)
        except Exception as wrong:  # noqa: BLE001  # as above
            log.error("nobody was told of an SMS that was not taken: %s", type(wrong).__name__)
