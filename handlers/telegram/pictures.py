"""Downloads a portrait that was asked for, to be judged in memory. Called by the door for each message with a picture.

Invariant: nothing is downloaded unless the conversation stands where a picture was asked for, and never more than the limit.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, replace

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Message
from aiohttp import ClientError

from data import conversations
from flows.conversations.papers.portrait import takes_picture
from flows.engine.events import SentPicture
from flows.text.normalise import clean
from handlers.pictures import judged
from handlers.telegram.updates import WHENEVER
from handlers.turns.queue import Turns

log = logging.getLogger("troly.telegram")
DOWNLOAD_SECONDS = 8  # a polled batch waits for it
AT_ONCE = 4  # downloads; others are told to look themselves


class TooLong(Exception):
    """More came than was announced."""


class _LimitFile(io.BytesIO):
    """Takes so many bytes and no more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # io's buffer types are wider
        self._left -= len(data)
        if self._left < 0:
            raise TooLong
        return super().write(data)


@dataclass(slots=True)
class Pictures:
    """Looks at pictures of one bot."""

    bot: Bot
    turns: Turns
    under_way: int = 0

    async def looked_at(self, message: Message) -> SentPicture | None:
        """The verdict of the message's picture; None where there is none, or nobody asked for it."""
        found = _file_of(message)
        if found is None or message.from_user is None or self.under_way >= AT_ONCE:
            return None
        if message.chat.type != "private" or not await self._asked_for(message.from_user.id):
            return None
        file_id, size = found
        most = self.turns.content.portrait_bytes
        words = clean(message.caption or "")
        if size > most:  # Telegram's word is enough to refuse it
            return SentPicture("too_big", size, WHENEVER, words=words)
        self.under_way += 1
        try:
            into = _LimitFile(most + 1)
            await self.bot.download(file_id, destination=into, timeout=DOWNLOAD_SECONDS)
            return replace(await judged(into.getvalue(), most, WHENEVER), words=words)
        except TooLong:
            return SentPicture("too_big", most + 1, WHENEVER, words=words)
        except (AiogramError, ClientError, OSError, TimeoutError) as wrong:
            log.info("a picture could not be fetched: %s", type(wrong).__name__)
            return SentPicture("slow", size, WHENEVER, words=words)
        finally:
            self.under_way -= 1

    async def _asked_for(self, user: int) -> bool:
        turns, address = self.turns, f"telegram:{user}"
        async with turns.db.reading() as connection:
            found = (await conversations.load(connection, turns.seal, [address])).get(address)
        return found is not None and takes_picture(found.state.flow, found.state.step)


def _file_of(message: Message) -> tuple[str, int] | None:
    """The id and size of a message's picture: the largest size of a photo, or a document that is one."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return largest.file_id, largest.file_size or 0
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return document.file_id, document.file_size or 0
    return None
