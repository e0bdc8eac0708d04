"""How the bot reaches Telegram: what goes out, and what every kind of answer becomes. A server on a loopback port answers as told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import AnswerCallbackQuery, GetMe, SetMyCommands
from aiogram.types import BotCommand
from aiohttp import web

from handlers.telegram.replies import SendText
from handlers.telegram.session import JsonSession
from tests.emulator import TOKEN

SAID = {"message_id": 7, "chat": {"id": 1}}


class Told:
    """A Bot API that answers `status` and `body`, and keeps what it got."""

    bot: Bot  # talks to this server

    def __init__(self) -> None:
        self.status, self.body = 200, json.dumps({"ok": True, "result": SAID}).encode()
        self.got: list[tuple[str, str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """One call."""
        self.got.append((request.path, request.content_type, await request.json()))
        return web.Response(status=self.status, body=self.body, content_type="application/json")


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    api = Told()
    app = web.Application()
    app.router.add_post("/{rest:.*}", api.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    session = JsonSession(api=TelegramAPIServer.from_base(f"http://127.0.0.1:{runner.addresses[0][1]}"))
    api.bot = Bot(TOKEN, session=session)
    yield api
    if session._session is not None:
        await session._session.close()
    await runner.cleanup()


async def test_a_call_is_one_json_object_without_what_was_not_given(told: Told) -> None:
    """Guards exclude_none: nothing empty is sent."""
    markup = {"inline_keyboard": [[{"text": "Tra cứu", "callback_data": "x" * 16}]]}
    await told.bot(SendText(chat_id=1, text="Chào & <anh>", reply_markup=markup))
    await told.bot(SendText(chat_id=1, text="Chào"))
    path = f"/bot{TOKEN}/sendMessage"
    assert told.got == [
        (path, "application/json", {"chat_id": 1, "text": "Chào & <anh>", "reply_markup": markup}),
        (path, "application/json", {"chat_id": 1, "text": "Chào"}),
    ]


async def test_objects_of_aiogram_inside_a_call_are_written_as_json_too(told: Told) -> None:
    told.body = b'{"ok": true, "result": true}'
    assert await told.bot(SetMyCommands(commands=[BotCommand(command="menu", description="Về menu")]))
    assert told.got[0][2] == {"commands": [{"command": "menu", "description": "Về menu"}]}


async def test_a_result_is_what_the_method_returns(told: Told) -> None:
    assert await told.bot(SendText(chat_id=1, text="x")) == SAID
    told.body = b'{"ok": true, "result": true}'
    assert await told.bot(AnswerCallbackQuery(callback_query_id="1")) is True
    told.body = b'{"ok": true, "result": {"id": 5, "is_bot": true, "first_name": "x", "username": "x_bot"}}'
    assert (await told.bot(GetMe())).username == "x_bot"


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"", ClientDecodeError),
        (200, b"<html>", ClientDecodeError),
        (200, b"\xff\xfe", ClientDecodeError),
        (200, b"[" * 100_000, ClientDecodeError),
        (200, b'{"ok": true, "result": 5}', ClientDecodeError),
        (200, b'{"result": {}}', ClientDecodeError),
        (400, {"description": "Bad Request: can't parse entities"}, TelegramBadRequest),
        (400, {"description": "x", "parameters": {"migrate_to_chat_id": -5}}, TelegramMigrateToChat),
        (403, {"description": "Forbidden: bot was blocked by the user"}, TelegramForbiddenError),
        (429, {"description": "x", "parameters": {"retry_after": 35}}, TelegramRetryAfter),
        (502, {"description": "Bad Gateway"}, TelegramServerError),
        (502, b"<html>Bad Gateway</html>", ClientDecodeError),
    ],
)
async def test_an_answer_that_says_no_is_aiograms_own_error(
    told: Told, status: int, body: bytes | dict[str, Any], error: type[Exception]
) -> None:
    """Guards against taking every answer with status 200 for a yes."""
    told.status = status
    told.body = body if isinstance(body, bytes) else json.dumps({"ok": False, **body}).encode()
    with pytest.raises(error):
        await told.bot(SendText(chat_id=1, text="x"))


async def test_a_server_that_is_away_is_network_trouble() -> None:
    session = JsonSession(api=TelegramAPIServer.from_base("http://127.0.0.1:9"))
    with pytest.raises(TelegramNetworkError):
        await Bot(TOKEN, session=session)(SendText(chat_id=1, text="x"), request_timeout=5)
    await session.close()
