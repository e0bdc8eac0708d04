"""The worker in this process, against the pretend Telegram. Rule: what arrived is what its ledger says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.worker import Worker
from data.engine import Database
from flows.notice_text import with_leave
from handlers.outlet import Outlet
from handlers.telegram_broadcast import TelegramChannel
from tests.crowds import accounts, campaign_state, gather_crowd, states, write_campaign
from tests.emulator import TOKEN
from tests.fake_telegram import FakeTelegram, fake_telegram


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[FakeTelegram]:
    async with fake_telegram(tmp_path) as server:
        yield server


@pytest.fixture
async def db(place: str) -> AsyncIterator[Database]:
    one = Database(place)
    yield one
    await one.close()


@asynccontextmanager
async def working(db: Database, telegram: FakeTelegram, **changed: Any) -> AsyncIterator[Worker]:
    """A worker of this process on the pretend Telegram."""
    channel = TelegramChannel(TOKEN, telegram.base, key=lambda text: "0" * 24, connections=40)
    given = {"token_key": "token", "holder": "me", "rate": 1000, "in_flight": 25, "alone": db.is_sqlite}
    outlet = Outlet("telegram", channel, db, **(given | changed))
    worker = Worker(db, [outlet], open_at=lambda at: True)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def comes_true(true: Callable[[], Awaitable[bool]], seconds: float = 30.0) -> None:
    """Wait for something in the database; it tells only those who look."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.02)


async def test_a_campaign_reaches_everybody_once_and_is_done(db: Database, telegram: FakeTelegram) -> None:
    await gather_crowd(db, 300)
    campaign = await write_campaign(db, "Văn phòng nghỉ lễ ngày 2/9.")
    async with working(db, telegram):

        async def done() -> bool:
            return await campaign_state(db, campaign) == "done"

        await comes_true(done)
    assert telegram.reached() == dict.fromkeys(accounts(300), 1)
    assert {call.text for call in telegram.calls()} == {with_leave("Văn phòng nghỉ lễ ngày 2/9.")}
    assert await states(db, campaign) == {"sent": 300}
