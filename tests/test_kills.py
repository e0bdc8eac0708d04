"""kill -9, SIGTERM, and two processes: what was acknowledged is acted on once and answered. Rule: a real process, a real kill.

Short forms run in `make test`, the long forms with the same code in `make soak`. Duplicates are bounded by what the
ledger shows to be on its way at the moment of each kill.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.engine import Database
from tests.emulator import Emulator
from tests.fork_server import ForkServer
from tests.houses import Places
from tests.kills import (
    CHAT,
    QUIET_SECONDS,
    Driver,
    Service,
    Telegram,
    first_sightings,
    kept,
    kill_at_random,
    lost,
    outbox_comes_to,
    repeats,
    script_of,
    telegram_server,
)
from tests.timing import bare_timer

SHORT = {"chats": 4, "turns": 16, "kills": 2}
LONG = {"chats": 20, "turns": 50, "kills": 20}
pytestmark = pytest.mark.xdist_group("kills")


async def _all_is_well(
    url: str, server: Telegram, driver: Driver, said: list[str], told: list[str], *, most_repeats: int
) -> int:
    """What every test here demands at its end; returns how many replies came twice."""
    await server.until(lambda: not any(lost(told, server.heard(chat)) for chat in driver.chats))
    found = await kept(url, driver.chats)
    doubled = 0
    for chat in driver.chats:
        heard = server.heard(chat)
        assert lost(told, heard) == []
        assert first_sightings(heard) == told, "overtaken"
        assert found[chat].turns == len(said), "acted on twice, or not at all"
        assert found[chat].said == len(told)
        doubled += repeats(heard)
    assert doubled <= most_repeats
    expected = {"reply sent": len(told) * len(driver.chats)}
    assert await outbox_comes_to(url, expected) == expected
    return doubled


async def _killed_while_talking(
    fork_server: ForkServer,
    place: str,
    places: Places,
    folder: Path,
    *,
    chats: int,
    turns: int,
    kills: int,
    seed: int,
) -> None:
    said, told = await script_of(places, turns)
    async with telegram_server(folder, seed=seed) as server, AsyncExitStack() as stack:
        service = Service(fork_server, place, folder, api_base=server.base)
        stack.push_async_callback(service.close)
        await service.start()
        driver = Driver([service], chats=chats, said=said, seed=seed)
        talk = asyncio.create_task(driver.run())
        pids, under_way = await kill_at_random(
            *(service, driver.until_acked, chats * turns),
            within=(_at_once, driver.until_posted, server.told),
            url=place,
            kills=kills,
            seed=seed,
        )
        await talk
        assert len(set(pids)) == kills
        doubled = await _all_is_well(place, server, driver, said, told, most_repeats=under_way)
        print(
            f"{kills} kills, {driver.acked} acked, {len(told) * chats} replies: 0 lost, "
            f"{doubled} twice of {under_way} on their way"
        )


async def _at_once() -> None:
    """Nothing is waited for."""


async def test_kill_9_by_webhook_loses_nothing_and_does_nothing_twice(
    fork_server: ForkServer, place: str, places: Places, tmp_path: Path
) -> None:
    await _killed_while_talking(fork_server, place, places, tmp_path / "run", seed=416, **SHORT)


@dataclass(frozen=True)
class Harm:
    """What became of one chat: turns too many (or too few, below 0), and replies that never came."""

    turns: int
    lost: int


async def _harm_seen(
    fork_server: ForkServer,
    places: Places,
    folder: Path,
    without: str,
    hold: Callable[[Telegram, str], AbstractAsyncContextManager[None]],
) -> list[Harm]:
    """Talk through a kill while a protection is off and `hold` holds something up; what became of each chat."""
    said, told = await script_of(places, 12)
    place = await places.sqlite()
    async with telegram_server(folder, slow=0.05) as server, AsyncExitStack() as stack:
        service = Service(fork_server, place, folder, api_base=server.base, without=without)
        stack.push_async_callback(service.close)
        await service.start()
        driver = Driver([service], chats=4, said=said, seed=3)
        async with hold(server, place):
            talk = asyncio.create_task(driver.run())
            await driver.until_acked(12)
            await service.kill()
        await service.start()
        await talk
        assert (await service.terminate())[0] == 0  # what was under way is done
        found = await kept(place, driver.chats)
        turns = {c: found[c].turns if c in found else 0 for c in driver.chats}  # a chat may be lost whole
        return [Harm(turns[c] - len(said), len(lost(told, server.heard(c)))) for c in driver.chats]


@asynccontextmanager
async def nothing_is_answered(server: Telegram, place: str) -> AsyncIterator[None]:
    server.answers.clear()
    yield
    server.answers.set()


@asynccontextmanager
async def nothing_is_committed(server: Telegram, place: str) -> AsyncIterator[None]:
    db = Database(place)
    async with db.writing():
        yield
    await db.close()


async def test_without_event_keys_updates_would_act_twice(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """Teeth: every tenth update is delivered twice, and those not acknowledged come again."""
    harm = await _harm_seen(fork_server, places, tmp_path, "event keys", nothing_is_answered)
    assert sum(h.turns for h in harm) > 0


async def test_without_saying_what_was_left_replies_would_be_lost(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """Teeth: the ledger alone says nothing; somebody must look into it after a crash."""
    harm = await _harm_seen(fork_server, places, tmp_path, "leftovers", nothing_is_answered)
    assert sum(h.lost for h in harm) > 0


async def test_acknowledged_before_committed_updates_would_be_lost(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """Teeth: aiogram's default way, 200 first and the work in the background."""
    harm = await _harm_seen(fork_server, places, tmp_path, "commit before ack", nothing_is_committed)
    assert sum(h.turns for h in harm) < 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_twenty_kills_during_a_thousand_turns_lose_nothing(
    fork_server: ForkServer, place: str, places: Places, tmp_path: Path
) -> None:
    await _killed_while_talking(fork_server, place, places, tmp_path / "run", seed=2026, **LONG)


async def _killed_while_polling(
    fork_server: ForkServer, place: str, places: Places, folder: Path, *, chats: int, turns: int, kills: int
) -> None:
    said, told = await script_of(places, turns)
    server = await Emulator().start()
    service = Service(
        fork_server, place, folder, api_base=server.base, mode="polling", telegram_poll_seconds="1"
    )
    people = range(CHAT, CHAT + chats)
    total = chats * len(told)
    try:
        await service.start()
        await server.enqueue_all([server.message(chat, text=words) for words in said for chat in people])

        async def until_said(turns_done: int) -> None:
            async with asyncio.timeout(QUIET_SECONDS):
                while sum(len(server.to(chat)) for chat in people) < turns_done * total // (chats * turns):  # noqa: ASYNC110  # it tells only those who look
                    await asyncio.sleep(0.01)

        _, under_way = await kill_at_random(
            *(service, until_said, chats * turns),
            within=(_at_once, server.called),
            url=place,
            kills=kills,
            seed=7,
        )
        async with asyncio.timeout(QUIET_SECONDS):
            while server.pending() or any(lost(told, server.texts(chat)) for chat in people):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.05)
        found = await kept(place, people)
        assert {chat: c.turns for chat, c in found.items()} == dict.fromkeys(people, turns)
        assert [first_sightings(server.texts(chat)) for chat in people] == [told] * chats
        doubled = sum(repeats(server.texts(chat)) for chat in people)
        assert doubled <= under_way
        print(
            f"{kills} kills while polling, {chats * turns} updates, 0 lost, {total} replies: 0 lost, "
            f"{doubled} twice of {under_way} on their way"
        )
    finally:
        await service.close()
        await server.stop()


async def test_kill_9_while_polling_loses_no_update(
    fork_server: ForkServer, place: str, places: Places, tmp_path: Path
) -> None:
    await _killed_while_polling(fork_server, place, places, tmp_path / "run", **SHORT)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_twenty_kills_while_polling_a_thousand_updates_lose_none(
    fork_server: ForkServer, place: str, places: Places, tmp_path: Path
) -> None:
    await _killed_while_polling(fork_server, place, places, tmp_path / "run", **LONG)


async def test_sigterm_under_load_ends_well_and_nothing_is_lost_or_said_twice(
    fork_server: ForkServer, place: str, places: Places, tmp_path: Path
) -> None:
    """Exit code 0 within ten seconds; no reply comes twice, because all that was committed was said and marked."""
    said, told = await script_of(places, 20)
    async with telegram_server(tmp_path / "run", slow=0.1) as server, AsyncExitStack() as stack:
        service = Service(
            *(fork_server, place, tmp_path / "run"), api_base=server.base, reply_lease_seconds="30"
        )
        stack.push_async_callback(service.close)
        await service.start()
        driver = Driver([service], chats=6, said=said, seed=5)
        talk = asyncio.create_task(driver.run())
        await driver.until_acked(45)
        async with bare_timer() as bare:
            code, seconds = await service.terminate()
        assert code == 0
        assert seconds <= 10 + bare.grace()
        await service.start()
        await talk
        await _all_is_well(place, server, driver, said, told, most_repeats=0)
        assert (await service.terminate())[0] == 0
        print(f"SIGTERM: exit {code} after {seconds:.2f} s, 0 lost, 0 twice")


async def test_two_processes_keep_the_order_of_one_persons_replies(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """PostgreSQL; each chat's updates go to both in turn, each after the previous acknowledgement."""
    place = await places.postgresql()
    said, told = await script_of(places, 20)
    async with telegram_server(tmp_path / "api", slow=0.02) as server, AsyncExitStack() as stack:
        services = [
            Service(*(fork_server, place, tmp_path / str(n)), api_base=server.base, reply_lease_seconds="30")
            for n in range(2)
        ]
        for service in services:
            stack.push_async_callback(service.close)
        await asyncio.gather(*(service.start() for service in services))
        driver = Driver(services, chats=3, said=said, seed=9)
        await driver.run()
        await _all_is_well(place, server, driver, said, told, most_repeats=0)
