"""The Zalo Bot door against a pretend Bot Platform, over real HTTP, by webhook and by polling. Rule: look at what Zalo was told,
and at the rows. tests/test_zalo_crabline.py drives a whole process behind an outside emulator.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select

from data.tables import conversations, dead_letters, events, outbox
from handlers.delivery.channel import SendResult
from handlers.doors import troubles_of
from handlers.turns.types import NotKept
from handlers.zalo.bot.api import BotApi, BotChannel
from handlers.zalo.bot.door import PATH, ZaloBotDoor
from handlers.zalo.door import LEFTOVERS_EVERY
from handlers.zalo.rendering import CHOOSE
from tests.doors import Stage, open_stage
from tests.fake_zalo import SECRET, TOKEN, FakeZaloBot, Fault, fake_zalo_bot
from tests.houses import House, Places
from tests.zalo_pairs import bot_door
from tests.zalo_visitors import bot_server_of

LAN, TU = "6ede9afa66b88fe6d6a9", "7ede9afa66b88fe6d6a9"


@pytest_asyncio.fixture
async def stage(places: Places) -> AsyncIterator[Stage]:
    async with open_stage(await places.sqlite(), {}) as one:
        yield one


@pytest.fixture
def zalo(stage: Stage) -> FakeZaloBot:
    return bot_server_of(stage)


async def rows(house: House) -> list[int]:
    async with house.db.reading() as connection:
        tables = (conversations, events, dead_letters, outbox)
        return [int(await connection.scalar(select(func.count()).select_from(t)) or 0) for t in tables]


@asynccontextmanager
async def polling(house: House, **given: Any) -> AsyncIterator[tuple[FakeZaloBot, ZaloBotDoor, list[float]]]:
    """A door that polls; its pauses are written down and over at once."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        if seconds == LEFTOVERS_EVERY:
            await asyncio.Event().wait()  # what a dead process left is not looked for here
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with fake_zalo_bot(**given) as fake:
        door = bot_door(house, fake, webhook=False, sleep=sleep)
        await door.start()
        try:
            yield fake, door, pauses
        finally:
            await door.stop()


# -- by webhook


@pytest.mark.parametrize("wrapped", [True, False])
async def test_both_shapes_of_a_body_are_read(stage: Stage, zalo: FakeZaloBot, wrapped: bool) -> None:
    assert await zalo.deliver(zalo.update(LAN, text="menu"), wrapped=wrapped) == 200
    await stage.calm()
    assert CHOOSE in zalo.texts(LAN)[0]


async def test_an_update_is_acted_on_once_however_often_it_comes(stage: Stage, zalo: FakeZaloBot) -> None:
    """Also in the other shape, and by a door that has just been started and remembers nothing."""
    update = zalo.update(LAN, text="menu")
    both = (zalo.deliver(update, wrapped=n % 2 == 0) for n in range(5))
    assert await asyncio.gather(*both) == [200] * 5
    door = stage.zalo["zalobot"].door
    assert isinstance(door, ZaloBotDoor)
    door._recent.clear()
    assert await zalo.deliver(update) == 200
    await stage.calm()
    assert len(zalo.texts(LAN)) == 1


async def test_what_zalo_does_not_hand_on_is_answered_with_the_hotline(
    stage: Stage, zalo: FakeZaloBot
) -> None:
    """People whom Zalo protects arrive so, whatever they write."""
    hotline = stage.house.content.office.hotline
    for kind, says in {
        "unsupported": hotline,
        "sticker": "chữ",
        "voice": "tin thoại",
        "image": "ảnh",
    }.items():
        before = len(zalo.texts(LAN))
        assert await zalo.deliver(zalo.update(LAN, kind)) == 200
        await stage.calm()
        assert says in zalo.texts(LAN)[before], kind


async def test_groups_bots_and_what_has_no_message_are_left_alone(stage: Stage, zalo: FakeZaloBot) -> None:
    group = zalo.update(LAN, text="menu")
    group["message"]["chat"]["chat_type"] = "GROUP"
    robot = zalo.update(LAN, text="menu")
    robot["message"]["from"]["is_bot"] = True
    bare = {"event_name": "message.unsupported.received"}
    before = await rows(stage.house)
    for update in (group, robot, bare, {"event_name": "message.reaction"}, {}):
        assert await zalo.deliver(update, wrapped=False) == 200
    await stage.calm()
    assert await rows(stage.house) == before


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"x-bot-api-secret-token": ""},
        {"x-bot-api-secret-token": SECRET[:-1]},
        {"x-bot-api-secret-token": SECRET + "0"},
        {"x-telegram-bot-api-secret-token": SECRET},
        {"authorization": f"Bearer {SECRET}"},
    ],
)
async def test_who_does_not_bring_the_secret_leaves_nothing_behind(
    stage: Stage, zalo: FakeZaloBot, given: dict[str, str]
) -> None:
    """Seen to fail with `refused` letting everybody pass."""
    before = await rows(stage.house)
    for body in (json.dumps(zalo.update(LAN, text="menu")).encode(), b"", b"{}", b"\xff" * 2_000_000):
        status = await zalo.post(zalo.url, body, given)
        assert status in (401, 0), "a body that nobody reads may break the connection off"
    assert await rows(stage.house) == before


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100000,
        b'{"event_name": 7}',
        b'{"event_name": "message.text.received", "message": []}',
        b'{"event_name": "message.text.received", "message": {"chat": {"id": {"a": 1}}}}',
        b'{"event_name": "message.text.received", "message": {"chat": {"id": "../x:y"}, "text": 5}}',
    ],
)
async def test_odd_bodies_are_taken_off_and_never_raise(stage: Stage, zalo: FakeZaloBot, body: bytes) -> None:
    headers = {"x-bot-api-secret-token": SECRET}
    assert await zalo.post(zalo.url, body, headers) == 200
    assert (await rows(stage.house))[0] == 0


async def test_what_finds_no_database_is_refused_and_tried_again_from_here(
    stage: Stage, zalo: FakeZaloBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody says that Zalo posts a message again."""
    door = stage.zalo["zalobot"].door
    took, failures = stage.house.turns.take, iter([True, True])

    async def take(*given: Any, **named: Any) -> Any:
        if next(failures, False):
            raise NotKept("away")
        return await took(*given, **named)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(stage.house.turns, "take", take)
    door._sleep = sleep
    assert await zalo.deliver(zalo.update(LAN, text="menu")) == 503
    await zalo.until(lambda: len(zalo.texts(LAN)) == 1)


# -- by polling


async def test_an_idle_poll_is_silence_and_updates_are_taken_one_by_one(house: House) -> None:
    async with polling(house) as (fake, door, pauses):
        await fake.until(lambda: sum(c.method == "getUpdates" for c in fake.calls) >= 2)
        assert door.trouble == ""
        assert pauses == []
        for text in ("menu", "tro giup"):
            fake.write_to_us(LAN, text)
        fake.write_to_us(TU, "menu")
        await fake.until(lambda: len(fake.texts(LAN)) == 2 and len(fake.texts(TU)) == 1)


async def test_updates_that_come_again_are_known_and_not_asked_for_without_a_pause(house: House) -> None:
    """As one deployment saw it: read updates come back on every poll, at once."""
    async with polling(house, replays=True) as (fake, _, pauses):
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(pauses) >= 5)
        fake.write_to_us(LAN, "tro giup")
        await fake.until(lambda: len(fake.texts(LAN)) == 2)
        assert set(pauses) == {1.0}
        before = await rows(house)
        await fake.until(lambda: len(pauses) >= 12)
        assert await rows(house) == before


@pytest.mark.parametrize("fault", ["401", "403", "429", "500", "404"])
@pytest.mark.parametrize("quietly", [True, False])
async def test_a_poll_that_fails_is_tried_again_later_and_later(
    house: House, fault: str, quietly: bool
) -> None:
    async with polling(house) as (fake, door, pauses):
        fake.plan(Fault(fault, times=3, accounts=("getUpdates",), quietly=quietly))
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(fake.texts(LAN)) == 1)
        assert [p for p in pauses if p >= 1.0][:3] == [1.0, 2.0, 4.0]
        assert door.trouble == ""


async def test_an_update_that_finds_no_database_is_tried_until_it_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no offset to go back to: a lost one would be lost for good. Seen to fail with a single try."""
    took, failures = house.turns.take, iter([True, True])

    async def take(*given: Any, **named: Any) -> Any:
        if next(failures, False):
            raise NotKept("away")
        return await took(*given, **named)

    monkeypatch.setattr(house.turns, "take", take)
    async with polling(house) as (fake, _, pauses):
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(fake.texts(LAN)) == 1)
        assert pauses[:2] == [1.0, 2.0]


async def test_a_fault_does_not_end_the_polling_and_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen to fail with the polling run bare: it ended without a word, and nobody was heard any more."""
    async with polling(house) as (fake, door, pauses):
        call, failures, told = door.api.call, iter([True, True]), list[str]()

        async def broken(method: str, *given: Any, **named: Any) -> Any:
            if method == "getUpdates" and next(failures, False):
                raise ZeroDivisionError
            if method == "getUpdates":
                told.append(door.trouble)
            return await call(method, *given, **named)

        monkeypatch.setattr(door.api, "call", broken)
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(told) >= 2 and len(fake.texts(LAN)) == 1)
        assert pauses[:2] == [1.0, 2.0]
        assert door.trouble == ""
    said = [r.getMessage() for r in caplog.records if "begun again: ZeroDivisionError" in r.getMessage()]
    assert len(said) == 2


async def test_readyz_names_what_fails_at_a_channel(stage: Stage) -> None:
    """Seen to fail without `troubles`."""
    stage.web.app.troubles = lambda: troubles_of({n: pair.door for n, pair in stage.zalo.items()})
    async with httpx.AsyncClient(base_url=stage.base, trust_env=False) as client:
        assert "channels" not in (await client.get("/readyz")).json()
        stage.zalo["zalobot"].door.note("getUpdates", "401")
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["channels"]) == (200, {"zalobot": "getUpdates: 401"})


@pytest.mark.parametrize(
    "odd",
    [{"event_name": 7}, {"message": "x"}, "words", {"a": [[]] * 9}, {"event_name": "\ud800 \x00", "b": 1}],
)
async def test_an_update_that_cannot_be_read_is_put_aside_once_and_the_polling_goes_on(
    house: House, odd: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Read updates come back on every poll. Seen to fail with each one written down anew: a log line a second."""
    async with polling(house, replays=True) as (fake, _, pauses):
        fake.put(odd)
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(fake.texts(LAN)) == 1 and len(pauses) >= 9)
        letters = (await rows(house))[2]
    assert letters == (0 if odd in ("words", {"event_name": "\ud800 \x00", "b": 1}) else 1)
    said = [r for r in caplog.records if "went to the dead letters" in r.getMessage()]
    assert len(said) == letters


async def test_an_update_that_cannot_be_acted_on_is_put_aside_and_the_next_one_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen to fail with the fault left to the polling: the update was lost without a trace."""
    async with polling(house) as (fake, door, _):
        hear, failures = door.hear, iter([True])

        async def broken(*given: Any) -> Any:
            if next(failures, False):
                raise ZeroDivisionError
            return await hear(*given)

        monkeypatch.setattr(door, "hear", broken)
        fake.write_to_us(TU, "menu")
        fake.write_to_us(LAN, "menu")
        await fake.until(lambda: len(fake.texts(LAN)) == 1)
        async with house.db.reading() as connection:
            (letter,) = await connection.execute(select(dead_letters))
        assert letter.why == "ZeroDivisionError"


# -- what goes out


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault("429"), SendResult("wait", "429 quota", 30.0)),
        (Fault("429", quietly=True), SendResult("wait", "429 quota", 30.0)),
        (Fault("401", quietly=True), SendResult("hold", "401 token")),
        (Fault("403"), SendResult("again", "403")),
        (Fault("408"), SendResult("again", "408", lost=True)),
        (Fault("500"), SendResult("again", "500")),
        (Fault("400", description="chat not found"), SendResult("blocked", "400 gone")),
        (Fault("400"), SendResult("failed", "400")),
        (Fault("404"), SendResult("hold", "404 no such bot here")),
        (Fault("404", quietly=True), SendResult("hold", "404 no such bot here")),
        (Fault("404", description="chat not found"), SendResult("blocked", "404 gone")),
        (Fault("reset"), SendResult("again", "no answer (ServerDisconnectedError)", lost=True)),
        (Fault("garbage"), SendResult("again", "no answer (not JSON)", lost=True)),
    ],
    ids=lambda value: value.do + " quietly" * value.quietly if isinstance(value, Fault) else None,
)
async def test_each_refusal_has_its_meaning(fault: Fault, result: SendResult) -> None:
    async with fake_zalo_bot() as fake:
        channel = BotChannel(BotApi(TOKEN, fake.base, connections=2), silence=30.0)
        fake.plan(fault)
        assert await channel.send(LAN, "Dạ") == result
        fake.plan()
        assert await channel.send(LAN, "Dạ") == SendResult("sent")
        await channel.stop()
    assert await channel.send(LAN, "Dạ") == SendResult("hold", "no connection")
    await channel.stop()


async def test_typing_is_shown_when_an_answer_takes_long(house: House) -> None:
    async with fake_zalo_bot() as fake:
        door = bot_door(house, fake, webhook=False, typing_after=0.0)
        fake.write_to_us(LAN, "menu")
        await door.start()
        await fake.until(lambda: any(c.method == "sendChatAction" for c in fake.calls))
        await fake.until(lambda: len(fake.texts(LAN)) == 1)
        await door.stop()


async def test_an_address_that_zalo_cannot_verify_is_told(house: House) -> None:
    """Zalo keeps it all the same: only its answer says so."""
    async with fake_zalo_bot(verifies=True) as fake:
        door = bot_door(house, fake, webhook=True)
        door._url = f"http://127.0.0.1:9{PATH}"
        await door.start()
        await door.ready.wait()
        assert door.trouble == "setWebhook: Zalo could not verify the address"
        await door.stop()


async def test_the_token_is_in_no_log_line_and_no_error(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with polling(house) as (fake, door, _):
        fake.plan(Fault("401", times=2, accounts=("getUpdates",)))
        fake.write_to_us(LAN, "mật khẩu của tôi là Lan@98765")
        await fake.until(lambda: len(fake.texts(LAN)) == 1)
        assert await door.channel.send(LAN, "") == SendResult("failed", "400")
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("troly")]
    assert TOKEN not in "\n".join(ours)
    assert "Lan@98765" not in "\n".join(ours)
    with pytest.raises(ValueError, match="cannot be the token") as caught:
        BotApi("a/b?c", "http://127.0.0.1", connections=1)
    assert "a/b" not in str(caught.value)
