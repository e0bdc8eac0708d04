"""Long polling: asks Telegram for updates and hands them to the door. Run by handlers/telegram/door.py in polling mode.

Invariant: the offset moves only past what was committed, became a dead letter or was ignored; the updates of one person
are taken in order, those of several side by side.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import zip_longest
from typing import Any, ClassVar

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramRetryAfter
from aiogram.methods import TelegramMethod

from handlers.delivery.reply_sender import Sleep
from handlers.delivery.retry_policy import patience
from handlers.telegram.updates import ALLOWED, number_of, sender_of
from handlers.turns.types import Busy, NotKept

log = logging.getLogger("troly.telegram")

EMPTY_SECONDS = 0.2  # an empty answer that came sooner is followed by a pause of this length
_BATCH = 100


class GetRawUpdates(TelegramMethod[list[Any]]):
    """getUpdates whose answer is left as it came, so that one bad update does not spoil the batch."""

    __returning__: ClassVar[Any] = list[Any]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int
    timeout: int
    limit: int = _BATCH
    allowed_updates: list[str] = ALLOWED


# acts on a raw update, with the same person's next one where it is here; Busy or NotKept: it must come again
Take = Callable[[Any, Any], Awaitable[None]]
ToItsEnd = Callable[[Coroutine[Any, Any, int]], Awaitable[int]]
Note = Callable[[str, BaseException | None], None]


@dataclass(frozen=True, slots=True)
class Polling:
    """Long polls, one after the other. `to_its_end` runs a batch so that a cancel does not cut it."""

    bot: Bot
    take: Take
    _: KW_ONLY
    seconds: int
    sleep: Sleep
    to_its_end: ToItsEnd
    note: Note

    async def go_on(self) -> None:
        """Ask and take until cancelled, whatever happens."""
        offset, tries = 0, 0
        while True:
            try:
                asked = time.monotonic()
                batch = await self._ask(offset)
                self.note("getUpdates", None)
                stayed, offset = offset, await self.to_its_end(self._take_batch(batch, offset))
                if offset != stayed or (not batch and time.monotonic() - asked > EMPTY_SECONDS):
                    tries = 0
                    continue
                # nothing moved: the database or the queue is in trouble, or Telegram does not make us wait
                pause = patience(tries) if batch else EMPTY_SECONDS
            except TelegramRetryAfter as wrong:
                pause = float(wrong.retry_after)
            except Exception as wrong:  # noqa: BLE001  # whatever it is, the polling must go on
                self.note("getUpdates", wrong)
                pause = patience(tries)
            tries += 1
            await self.sleep(pause)

    async def _ask(self, offset: int) -> list[Any]:
        """The next batch. What cannot be decoded is asked for singly, then reduced to its number."""
        for limit in (_BATCH, 1):
            method = GetRawUpdates(offset=offset, timeout=self.seconds, limit=limit)
            try:
                answer: list[Any] = await self.bot(method, request_timeout=self.seconds + 10)
                return answer
            except ClientDecodeError as wrong:
                number = re.search(r'"update_id"\s*:\s*([0-9]{1,18})', str(wrong.data))
                if limit == 1 and number is not None:
                    return [{"update_id": int(number.group(1))}]
                if limit == 1:
                    raise
        return []

    async def _take_batch(self, batch: list[Any], offset: int) -> int:
        """Take every update of a batch; returns the offset up to which none is left."""
        by_sender: dict[str, list[Any]] = {}
        for raw in batch:
            by_sender.setdefault(sender_of(raw), []).append(raw)
        left = [
            n for part in await asyncio.gather(*map(self._take_in_order, by_sender.values())) for n in part
        ]
        numbers = [n for raw in batch if (n := number_of(raw)) is not None]
        return min(left) if left else max((n + 1 for n in numbers), default=offset)

    async def _take_in_order(self, raw_updates: Sequence[Any]) -> list[int]:
        """Take one person's updates in order; returns the numbers from the first that was not kept."""
        left: list[int] = []
        for raw, following in zip_longest(raw_updates, raw_updates[1:]):
            if not left:
                try:
                    await self.take(raw, following)
                    continue
                except (Busy, NotKept) as wrong:
                    log.warning("an update waits: %s", type(wrong).__name__)
            number = number_of(raw)
            if number is not None:
                left.append(number)
        return left
