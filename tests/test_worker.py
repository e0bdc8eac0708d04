"""The worker in this process, against the pretend Telegram. Rule: what arrived is what its ledger says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.worker import Worker
from data.engine import Database
from data.knowledge.content import load_content
from data.seal import Seal
from flows.conversations.notice_text import with_leave
from handlers.delivery import sender
from handlers.delivery.channel import SendResult
from handlers.demo import DemoChannel
from handlers.telegram.buttons import button_id
from handlers.telegram.notices import TelegramChannel
from tests.emulator import TOKEN
from tests.fake_telegram import FakeTelegram, Fault, fake_telegram
from tests.hand_loop import LoopClock, hand_time
from tests.houses import SECRET
from tests.ports import free_port
from tests.recipients import accounts, campaign_state, opt_in_many, put_row, row, states, write_campaign


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[FakeTelegram]:
    async with fake_telegram(tmp_path) as server:
        yield server


@pytest.fixture
async def db(place: str) -> AsyncIterator[Database]:
    one = Database(place)
    yield one
    await one.close()


class Watched(TelegramChannel):
    """The channel, and when sends began and silence was asked for."""

    def __init__(self, telegram: FakeTelegram) -> None:
        super().__init__(TOKEN, telegram.base, key=lambda text: "0" * 24, connections=40)
        self.begun: list[tuple[float, str]] = []  # and for which account
        self.asked: list[float] = []

    async def send(self, account: str, part: Any) -> SendResult:
        self.begun.append((time.monotonic(), account))
        answer = await super().send(account, part)
        if answer.state == "wait":
            self.asked.append(time.monotonic())
        return answer


@asynccontextmanager
async def working(
    db: Database, telegram: FakeTelegram, channel: Watched | None = None, **changed: Any
) -> AsyncIterator[Worker]:
    """A worker of this process on the pretend Telegram."""
    channel = channel or Watched(telegram)
    given: dict[str, Any] = {
        "seal": Seal(SECRET),
        "token_key": "token",
        "holder": "me",
        "rate": 1000,
        "in_flight": 25,
        "alone": db.is_sqlite,
    }
    worker = Worker(
        db,
        [sender.Sender("telegram", channel, db, **(given | changed))],
        seal=Seal(SECRET),
        open_at=lambda at: True,
        content=load_content,
    )
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def comes_true(true: Callable[[], Awaitable[bool]], seconds: float = 90.0) -> None:
    """Wait for something in the database; it tells only those who look."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.02)


async def test_a_campaign_reaches_everybody_once_and_is_done(db: Database, telegram: FakeTelegram) -> None:
    await opt_in_many(db, 300)
    campaign = await write_campaign(db, "Văn phòng nghỉ lễ ngày 2/9.")
    async with working(db, telegram):

        async def done() -> bool:
            return await campaign_state(db, campaign) == "done"

        await comes_true(done)
    assert telegram.reached() == dict.fromkeys(accounts(300), 1)
    assert {call.text for call in telegram.calls()} == {with_leave("Văn phòng nghỉ lễ ngày 2/9.")}
    assert await states(db, campaign) == {"sent": 300}


@pytest.mark.parametrize("silence", [1, pytest.param(20, marks=pytest.mark.soak)])
async def test_telegrams_silence_is_kept_to_the_second(
    sqlite_place: str, telegram: FakeTelegram, silence: int
) -> None:
    """Nothing starts from when the answer is here; what was under way arrives, and is told again."""
    db, channel = Database(sqlite_place), Watched(telegram)
    await opt_in_many(db, 120)
    await telegram.plan(Fault("429", first=30, times=1, retry_after=silence))
    campaign = await write_campaign(db)
    async with working(db, telegram, channel, rate=50):
        await telegram.until(lambda: any(c.answer == "429" for c in telegram.calls()))
        officer = await put_row(db, "telegram:7", "officer", "Chào anh/chị")
        if silence == 20:  # the officer's answer is not held up by a 429 on notices
            await telegram.until(lambda: any(c.chat == "7" for c in telegram.calls()))
        await comes_true(lambda: _is(db, campaign, "done"))
    await db.close()
    assert sum(c.answer == "429" for c in telegram.calls()) == 1
    asked, notices = channel.asked[0], [at for at, account in channel.begun if account != "7"]
    assert [at for at in notices if asked < at < asked + silence] == []
    assert [at for at in notices if at >= asked + silence]
    officers = [at for at, account in channel.begun if account == "7"]
    assert silence < 20 or asked < officers[0] < asked + silence / 2
    assert set(telegram.reached()) == {*accounts(120), "7"}
    assert officer


async def _is(db: Database, campaign: str, state: str) -> bool:
    return await campaign_state(db, campaign) == state


async def test_an_officers_answer_leaves_when_the_worker_is_nudged(
    db: Database, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at its next look, which never comes. Guards `Sender.nudge`."""
    monkeypatch.setattr(sender, "DIRECT_POLL", 3600.0)
    async with working(db, telegram) as worker:
        await asyncio.wait_for(worker.senders[0].sending.wait(), 60)
        for n in range(3):
            await put_row(db, f"telegram:{n}", "officer", "Chào anh/chị")
            worker.nudge()
            await telegram.until(lambda n=n: len(telegram.calls()) == n + 1)


@pytest.mark.parametrize(
    ("fault", "state", "answer"),
    [
        (Fault("403"), "blocked", "403 blocked"),
        (Fault("403", description="Forbidden: user is deactivated"), "blocked", "403 blocked"),
        (Fault("400", description="Bad Request: chat not found"), "blocked", "400 gone"),
        (Fault("400", description="Bad Request: message 0900000001 is too long"), "failed", "400 message"),
        (Fault("migrate", times=1, to=-1009), "sent", ""),
        (Fault("500", times=1), "sent", ""),
        (Fault("reset", times=1), "sent", ""),
        (Fault("lost", times=1), "sent", ""),
        (Fault("429 chat", times=1, retry_after=1), "sent", ""),
    ],
)
async def test_each_answer_of_telegram_is_understood(
    sqlite_place: str, telegram: FakeTelegram, fault: Fault, state: str, answer: str
) -> None:
    db = Database(sqlite_place)
    await telegram.plan(fault)
    one = await put_row(db, "telegram:7", "officer", "Chào anh/chị")
    async with working(db, telegram):

        async def ended() -> bool:
            return str((await row(db, one)).state) not in ("pending", "leased")

        await comes_true(ended)
    kept = await row(db, one)
    await db.close()
    assert kept.state == state
    assert kept.answer.startswith(answer)
    assert "0900000001" not in kept.answer
    if fault.do == "migrate":
        assert telegram.reached()["-1009"] == 1


async def test_a_lost_answer_where_twice_is_worse_is_in_doubt(
    sqlite_place: str, telegram: FakeTelegram
) -> None:
    db = Database(sqlite_place)
    await opt_in_many(db, 3)
    await telegram.plan(Fault("lost", times=1, chats=(accounts(3)[1],)))
    campaign = await write_campaign(db, once=True)
    async with working(db, telegram):
        await comes_true(lambda: _is(db, campaign, "done"))
    assert await states(db, campaign) == {"sent": 2, "in_doubt": 1}
    assert telegram.reached() == dict.fromkeys(accounts(3), 1)
    await db.close()


async def test_what_a_text_holds_never_breaks_a_message(telegram: FakeTelegram) -> None:
    """Plain text: no parse mode to trip over; parts of 4096 UTF-16 units; options are buttons."""
    channel = TelegramChannel(TOKEN, telegram.base, key=lambda text: "a1" * 32, connections=2)
    await channel.start()
    text = "<b>*_[x](y)`" * 400 + "🙂" * 4096
    parts = channel.parts({"text": text, "options": ["Trả lời"]}, "7")
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text.encode("utf-16-le")) <= 2 * 4096 for part in parts)
    assert parts[-1].markup == {
        "inline_keyboard": [
            [{"text": "Trả lời", "callback_data": button_id(lambda t: "a1" * 32, "7", "Trả lời")}]
        ]
    }
    assert [await channel.send("7", part) for part in parts] == [SendResult("sent")] * len(parts)
    await channel.stop()


async def test_nobody_listening_holds_everything(tmp_path: Path) -> None:
    channel = TelegramChannel(TOKEN, f"http://127.0.0.1:{free_port()}", key=lambda text: "", connections=2)
    await channel.start()
    (part,) = channel.parts({"text": "Chào"}, "7")
    assert await channel.send("7", part) == SendResult("hold", "no connection")
    await channel.stop()


async def test_the_demo_channel_takes_everything_but_every_fortieth() -> None:
    channel = DemoChannel()
    with hand_time(LoopClock(), lambda: False):
        answers = [(await channel.send(str(n), "Chào")).state for n in range(1, 41)]
    assert answers == ["sent"] * 39 + ["blocked"]
