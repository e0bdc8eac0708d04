"""Says reply rows through the channel that the worker sends with. Called by a door's ReplySender.

Invariant: one process does not send a part twice that Zalo took.
"""

from __future__ import annotations

import asyncio

from data.outbox import Outgoing
from handlers.delivery.channel import SendChannel
from handlers.delivery.reply_sender import SendAgain, SendRefused


class ZaloReplies:
    """`say` is what a ReplySender calls."""

    def __init__(self, channel: SendChannel) -> None:
        self._channel = channel
        self._progress: dict[str, tuple[int, int]] = {}  # address -> (row, how many of its parts are said)

    async def say(self, row: Outgoing) -> None:
        """Say one row; tried again, it goes on after the parts that were said. Raises SendAgain or SendRefused."""
        account = row.address.partition(":")[2]
        parts = self._channel.parts(row.body, account)
        begun = self._progress.pop(row.address, None)
        first = begun[1] if begun is not None and begun[0] == row.id else 0
        for n in range(first, len(parts)):
            try:
                answer = await self._channel.send(account, parts[n])
            except asyncio.CancelledError:  # its time was up
                self._progress[row.address] = (row.id, n)
                raise
            if answer.state in ("blocked", "failed"):
                raise SendRefused(answer.state)
            if answer.state != "sent":
                self._progress[row.address] = (row.id, n)
                raise SendAgain(answer.after or None)
