"""Two `troly serve` on one PostgreSQL: a tab on one, what happens on the other; and a stop with everything stuck. Rule: real processes.

Tabs are over real sockets; a tab is lost nothing when it has shown every reply once, in order. Seen to fail: `tell` of
OutboxNews as nothing together with `push` of nothing; `_earlier` that finds nothing; a CSRF key of each process's own.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import text

from data import conversations
from data.engine import Database
from data.seal import Seal
from tests.fork_server import ForkServer
from tests.houses import SECRET, Places, make_demo
from tests.kills import POISONED_COOKIE, Service, script_of
from tests.tabs import DeafTab, Tab
from tests.timing import bare_timer

pytestmark = pytest.mark.xdist_group("kills")
MODULE_LOOP = pytest.mark.asyncio(loop_scope="module")
NO_TELEGRAM = {"api_base": "http://127.0.0.1:9", "telegram_token": ""}


@asynccontextmanager
async def services_at(
    fork_server: ForkServer, place: str, folder: Path, count: int, *, demo: bool = False, **more: str
) -> AsyncIterator[list[Service]]:
    """So many services at one database, started side by side."""
    async with AsyncExitStack() as stack:
        services = [
            Service(fork_server, place, folder / str(n), demo=demo, **{**NO_TELEGRAM, **more})
            for n in range(count)
        ]
        for service in services:
            stack.push_async_callback(service.close)
        await asyncio.gather(*(service.start() for service in services))
        yield services


@dataclass(frozen=True)
class Pair:
    """Two services at one database, for all tests of this module that need no others."""

    place: str
    services: list[Service]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pair(
    fork_server: ForkServer, places: Places, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Pair]:
    place, folder = await places.postgresql(), tmp_path_factory.mktemp("pair")
    await make_demo(place)
    async with services_at(fork_server, place, folder, 2, demo=True) as services:
        yield Pair(place, services)


async def turns_of(place: str, tab: Tab) -> int:
    """How many turns the tab's conversation has had."""
    db = Database(place)
    try:
        async with db.reading() as connection:
            return (await conversations.load(connection, Seal(SECRET), [tab.address]))[tab.address].turns
    finally:
        await db.close()


@MODULE_LOOP
async def test_a_code_typed_at_one_process_is_answered_on_the_page_at_the_other(pair: Pair) -> None:
    """The form comes from A and goes to B; the answer appears on A, with no word said there."""
    here, there = pair.services
    async with aiohttp.ClientSession() as session:
        tab = Tab(session, here.base)
        for words in ("tra cuu", "Đồng ý", "Trần Thị Bé Ba 17/01/1983", "Nhận mã OTP"):
            await tab.writes(words)
        await tab.until(lambda: bool(tab.codes))
        path = "/secure/" + tab.link.rpartition("/")[2]
        async with session.get(here.base + path) as page:
            form = re.search(r'name="csrf_token" value="([0-9a-f]+)"', await page.text())
        assert form is not None
        before = len(tab.shown)
        data = {"csrf_token": form.group(1), "otp": tab.codes[-1][:6]}
        async with session.post(there.base + path, data=data) as answer:
            assert answer.status == 200, await answer.text()
        await tab.until(lambda: len(tab.shown) > before)
        assert "8800000001" in tab.texts[-1]
        await tab.writes("menu")
        numbers = [number for number, _ in tab.shown]
        assert numbers == list(range(1, len(numbers) + 1))
        await tab.close()


async def _talk(pair: Pair, places: Places, *, turns: int, kills: int, seed: int) -> None:
    """A speaks at both processes by turns; a tab at one shows everything, in order, through kills of either."""
    said, told = await script_of(places, turns)
    chance, services = random.Random(seed), pair.services
    moments = sorted(chance.sample(range(2, turns - 1), kills))
    async with aiohttp.ClientSession() as session:
        # the speaker shows nothing: whether it was answered is all it looks at
        speakers = [Tab(session, services[0].base, reports=False)]
        speakers.append(Tab(session, services[1].base, speakers[0].cookie, reports=False))
        listener = Tab(session, services[0].base, speakers[0].cookie)
        for n, words in enumerate(said):
            saying = asyncio.create_task(speakers[n % 2].writes(words))
            if n in moments:
                victim = services[chance.randrange(2)]
                await asyncio.sleep(chance.random() * 0.01)  # a chance moment of the turn
                await victim.kill()
                await victim.start()
            await saying
        await listener.shows(told)
        assert listener.texts == told
        assert await turns_of(pair.place, listener) == len(said)
        for tab in (*speakers, listener):
            await tab.close()


@MODULE_LOOP
async def test_a_page_at_one_process_shows_what_is_said_at_the_other_in_order_through_kills(
    pair: Pair, places: Places
) -> None:
    await _talk(pair, places, turns=12, kills=1, seed=11)


@MODULE_LOOP
@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
async def test_a_page_shows_everything_in_order_through_ten_kills_of_either_process(
    pair: Pair, places: Places, seed: int
) -> None:
    await _talk(pair, places, turns=50, kills=10, seed=seed)


@MODULE_LOOP
async def test_two_tabs_at_two_processes_that_both_report_show_the_same(pair: Pair, places: Places) -> None:
    """What one tab has seen is kept until the other had time to show it, too."""
    said, told = await script_of(places, 12)
    async with aiohttp.ClientSession() as session:
        first = Tab(session, pair.services[0].base)
        second = Tab(session, pair.services[1].base, first.cookie)
        await asyncio.gather(first.connected.wait(), second.connected.wait())
        for n, words in enumerate(said):
            await (first, second)[n % 2].writes(words)
        for tab in (first, second):
            await tab.shows(told)
            assert tab.texts == told
            await tab.close()
        assert await turns_of(pair.place, first) == len(said)


# -- a stop with everything stuck


async def _stopped_with_everything_stuck(
    fork_server: ForkServer, place: str, folder: Path, *, tabs: int, held: bool, rounds: int = 1
) -> None:
    """A reader that does not read, a mark that cannot be written, turns in flight, and perhaps a database that is held."""
    async with (
        services_at(fork_server, place, folder, 1, without="writable marks", stop_seconds="5") as (service,),
        aiohttp.ClientSession() as session,
    ):
        people = [Tab(session, service.base) for _ in range(tabs)]
        poisoned = Tab(session, service.base, POISONED_COOKIE)
        await poisoned.writes("menu")
        said, took = 0, list[float]()
        for _ in range(rounds):
            deaf = DeafTab(service.port, poisoned.cookie)
            for _ in range(80):
                deaf.sends({"after": 0})
            await asyncio.gather(*(tab.connected.wait() for tab in people))
            db = Database(place)
            async with bare_timer() as bare:
                async with db.writing() as connection:
                    if not db.is_sqlite:
                        await connection.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
                    saying = [asyncio.create_task(tab.writes("menu")) for tab in people]
                    said += 1
                    await _until_turns_wait(session, service)
                    ending = asyncio.create_task(service.terminate())
                    if held:
                        await ending
                code, seconds = await ending
            await db.close()
            deaf.close()
            took.append(seconds)
            assert code == 0
            assert seconds <= 10 + bare.grace()
            await service.start()
            await asyncio.gather(*saying)
        print(f"{rounds} stops, {tabs} turns in flight: {min(took):.2f} to {max(took):.2f} s")
        for tab in people:
            await tab.until(lambda tab=tab: len(tab.shown) >= said)  # type: ignore[misc]  # of this tab
            assert len(tab.shown) == said
            assert await turns_of(place, tab) == said
        for tab in (*people, poisoned):
            await tab.close()


async def _until_turns_wait(session: aiohttp.ClientSession, service: Service) -> None:
    """The first turns are being written, more wait behind them. An answer may come late: what it tells is of its asking."""

    async def asked() -> int:
        async with session.get(f"{service.base}/readyz") as answer:
            return int((await answer.json())["waiting"])

    asking: set[asyncio.Task[int]] = set()
    try:
        while not any(task.done() and task.result() > 0 for task in asking):
            asking.add(asyncio.create_task(asked()))
            await asyncio.wait(asking, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
            asking = {task for task in asking if not task.done() or task.result() > 0}
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def test_sigterm_ends_in_time_with_a_deaf_reader_a_poisoned_mark_and_turns_in_flight(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _stopped_with_everything_stuck(fork_server, place, tmp_path, tabs=20, held=False)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("held", [False, True])
async def test_sigterm_ends_in_time_a_hundred_times(
    fork_server: ForkServer, place: str, tmp_path: Path, held: bool
) -> None:
    await _stopped_with_everything_stuck(fork_server, place, tmp_path, tabs=50, held=held, rounds=25)
