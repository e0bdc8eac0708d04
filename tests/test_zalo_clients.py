"""Our pretend Bot Platform as outside clients see it: pyzalo and python-zalo-bot. Rule: what they cannot read is our fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pyzalo.main import PyZALO
from zalo_bot import Bot

from tests.fake_zalo import SECRET, TOKEN, FakeZaloBot, fake_zalo_bot

LAN = "6ede9afa66b88fe6d6a9"


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeZaloBot]:
    async with fake_zalo_bot() as one:
        yield one


async def test_pyzalo_speaks_with_it(fake: FakeZaloBot) -> None:
    client = PyZALO(TOKEN, fake.base)

    def talk() -> None:
        assert client.getMe()["result"]["account_type"] == "BASIC"
        (client.sendMessage(LAN, "Dạ chào"), client.sendChatAction(LAN))
        assert client.setWebhook("http://127.0.0.1:9/x", SECRET)["ok"]
        assert client.getWebhookInfo()["result"]["url"] == "http://127.0.0.1:9/x"
        assert client.deleteWebhook()["ok"]
        assert client.getUpdates(timeout=1)["result"]["message"]["text"] == "menu"

    fake.write_to_us(LAN, "menu")
    await asyncio.to_thread(talk)
    assert fake.texts(LAN) == ["Dạ chào"]


async def test_python_zalo_bot_speaks_with_it(fake: FakeZaloBot) -> None:
    fake.write_to_us(LAN, "menu")
    async with Bot(TOKEN, base_url=fake.base) as bot:
        assert (await bot.get_me()).account_name == "bot.Troly"
        update = await bot.get_update(timeout=1)
        assert update.message.text == "menu"
        assert update.message.chat.id == LAN
        sent = await bot.send_message(LAN, "Dạ chào")
        assert sent.message_id == fake.sent[-1]
        with pytest.raises(Exception, match=r"(?i)time|408"):
            await bot.get_update(timeout=1)
    assert fake.texts(LAN) == ["Dạ chào"]
