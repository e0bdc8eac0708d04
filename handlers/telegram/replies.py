"""Sends reply rows of the outbox through aiogram, as plain text. Called by the door's ReplySender.

Invariant: one process does not send a part twice that Telegram took.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakSet

from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.types import BufferedInputFile, InputFile

from data.outbox import Outgoing
from handlers.delivery.reply_sender import SendAgain, SendRefused
from handlers.papers import drawn
from handlers.telegram import buttons, rendering
from handlers.telegram.session import SENDS_FILE

log = logging.getLogger("troly.telegram")
_ANSWER = Response[dict[str, Any]]  # held, because pydantic makes a model anew that nobody holds


class SendText(TelegramMethod[dict[str, Any]]):
    """sendMessage with what we use of it: a third of the work, and the answer is not read back."""

    __returning__: ClassVar[Any] = dict[str, Any]
    __api_method__: ClassVar[str] = "sendMessage"

    chat_id: int
    text: str
    message_thread_id: int | None = None
    reply_markup: dict[str, Any] | None = None


class SendContactCard(TelegramMethod[dict[str, Any]]):
    """sendContact; `phone_number` is international."""

    __returning__: ClassVar[Any] = dict[str, Any]
    __api_method__: ClassVar[str] = "sendContact"

    chat_id: int
    phone_number: str
    first_name: str
    message_thread_id: int | None = None


class SendPaper(TelegramMethod[dict[str, Any]]):
    """sendDocument of a file in memory."""

    __returning__: ClassVar[Any] = dict[str, Any]
    __api_method__: ClassVar[str] = SENDS_FILE

    chat_id: int
    document: InputFile
    message_thread_id: int | None = None


class Replies:
    """Says rows through one bot; `say` is what a ReplySender calls. One request may take `patience` seconds."""

    def __init__(
        self,
        bot: Bot,
        key: buttons.Key,
        *,
        patience: float,
        way_back: Callable[[], str] = lambda: "",
    ) -> None:
        self._bot = bot
        self._key = key
        self._patience = max(1, int(patience))
        self._way_back = way_back  # where a link back leads, {} for what it begins
        self._progress: dict[str, tuple[int, int]] = {}  # address -> (row, how many of its parts are said)
        self._sayers: WeakSet[asyncio.Task[Any]] = WeakSet()

    async def say(self, row: Outgoing) -> None:
        """Say one row; tried again, it goes on after the parts that were said. Raises SendAgain or SendRefused."""
        sayer = asyncio.current_task()
        if sayer is not None:
            self._sayers.add(sayer)
        try:
            await self._say_parts(row)
        except (SendAgain, SendRefused):
            raise
        except Exception as wrong:  # noqa: BLE001  # a fault in one row must not silence the rows behind it
            log.error("a reply could not be put into a message: %s", type(wrong).__name__)
            raise SendRefused("failed") from None

    async def _say_parts(self, row: Outgoing) -> None:
        user = row.address.partition(":")[2]
        parts = rendering.parts(row.body, user, self._key, files=True)
        begun = self._progress.pop(row.address, None)
        first = begun[1] if begun is not None and begun[0] == row.id else 0
        for n in range(first, len(parts)):
            try:
                if parts[n].paper is not None:
                    await self._say_paper(int(user), parts[n], str(row.body.get("link", "")))
                else:
                    await self._say_part(int(user), parts[n])
            except (SendAgain, asyncio.CancelledError):  # cancelled: its time was up
                self._progress[row.address] = (row.id, n)
                raise

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """The tasks that are still saying something; broken off, they leave their rows to the outbox."""
        return [task for task in self._sayers if not task.done()]

    async def _say_part(self, chat: int, part: rendering.Part) -> None:
        topic = part.topic or None
        if part.phone:  # refused or not: the number stands in the text
            card = SendContactCard(
                chat_id=chat, phone_number=part.phone, first_name=part.name, message_thread_id=topic
            )
            if await self._send(card) == "topic":
                await self._send(card.model_copy(update={"message_thread_id": None}))
            return
        text = SendText(chat_id=chat, text=part.text, message_thread_id=topic, reply_markup=part.markup)
        dislike = await self._send(text)
        if dislike == "topic" and topic is not None:  # it was deleted meanwhile: the chat is still theirs
            text = text.model_copy(update={"message_thread_id": None})
            dislike = await self._send(text)
        if dislike == "keyboard":  # options can be typed, too
            dislike = await self._send(text.model_copy(update={"reply_markup": None}))
        if dislike:
            raise SendRefused("failed")

    async def _say_paper(self, chat: int, part: rendering.Part, link: str) -> None:
        """Send a paper as a file; its link, where the file is not taken."""
        assert part.paper is not None, "a part with a paper"
        made = await drawn(part.paper, self._way_back())
        file = BufferedInputFile(made.content, made.name)
        paper = SendPaper(chat_id=chat, document=file, message_thread_id=part.topic or None)
        dislike = await self._send(paper)
        if dislike == "topic":
            dislike = await self._send(paper.model_copy(update={"message_thread_id": None}))
        if dislike and link:
            await self._say_part(chat, rendering.Part(link, topic=part.topic))

    async def _send(self, method: SendText | SendContactCard | SendPaper) -> str:
        """Send; returns "" when it was taken, else what was disliked: topic, keyboard, or other."""
        try:
            await self._bot(method, request_timeout=self._patience)
            return ""
        except TelegramRetryAfter as wrong:
            raise SendAgain(float(wrong.retry_after)) from None
        except TelegramForbiddenError:
            raise SendRefused("blocked") from None
        except (TelegramBadRequest, TelegramMigrateToChat, TelegramEntityTooLarge) as wrong:
            return _disliked(wrong.message)
        except TelegramServerError as wrong:
            if isinstance(method, SendContactCard | SendPaper) and "not " in wrong.message.lower():
                return "other"  # 501, "not implemented", of a server that knows less
            log.info("a reply waits: %s", type(wrong).__name__)
            raise SendAgain from None
        except (AiogramError, OSError) as wrong:
            log.info("a reply waits: %s", type(wrong).__name__)
            raise SendAgain from None


def _disliked(message: str) -> str:
    said = message.lower()
    if "thread" in said or "topic" in said:
        return "topic"
    words = ("button", "keyboard", "reply_markup", "reply markup")
    return "keyboard" if any(word in said for word in words) else "other"
