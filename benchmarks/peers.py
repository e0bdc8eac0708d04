"""The peers, each a process of its own: a bare aiogram webhook echo, and python-telegram-bot's. Rule: nothing but their documented use."""

from __future__ import annotations

import asyncio
import sys


async def aiogram_echo(api: str, port: int) -> None:
    """aiogram's own webhook handler; the answer is awaited before the 200."""
    from aiogram import Bot, Dispatcher, F
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
    from aiohttp import web

    bot = Bot("1:BENCH", session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    @dispatcher.message(F.text)
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    app = web.Application()
    SimpleRequestHandler(
        dispatcher, bot, handle_in_background=False, secret_token="bench-secret-bench"
    ).register(app, path="/telegram/webhook")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def ptb_echo(api: str, port: int) -> None:
    """python-telegram-bot's webhook, sequential as by default."""
    from telegram import Update
    from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    app = ApplicationBuilder().token("1:BENCH").base_url(f"{api}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.run_webhook(
        listen="127.0.0.1",
        port=port,
        url_path="telegram/webhook",
        secret_token="bench-secret-bench",
        webhook_url=f"http://127.0.0.1:{port}/telegram/webhook",
    )


if __name__ == "__main__":
    which, address, number = sys.argv[1:4]
    if which == "aiogram":
        asyncio.run(aiogram_echo(address, int(number)))
    else:
        ptb_echo(address, int(number))
