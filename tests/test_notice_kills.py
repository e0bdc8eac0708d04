"""kill -9 and SIGTERM while notices leave: nobody is skipped, few are told twice, never too fast. Rule: a real process, a real kill.

`troly serve --roles worker` in a process of its own, the pretend Telegram in another; its ledger says who was told what and
when. Short forms run in `make test`, the long forms with the same code in `make soak`.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from data.engine import Database
from tests.fake_telegram import FakeTelegram, Fault, busiest_second, fake_telegram
from tests.fork_server import ForkServer
from tests.houses import Places
from tests.kills import CHAT, START_SECONDS, WEBHOOK_SECRET, Service, update_of
from tests.recipients import accounts, campaign_state, opt_in_many, states, write_campaign
from tests.timing import bare_timer

IN_FLIGHT = 25
RATE = 25  # the default
LONGEST = 120.0  # seconds until what should come has not
SHORT = {"people": 500, "kills": 3}
LONG = {"people": 20_000, "kills": 10}
pytestmark = pytest.mark.xdist_group("notice kills")


class Worker(Service):
    """`troly serve --roles worker`; it is ready when it says so."""

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        said = self._says()
        await self._spawn("serve", "--roles", "worker")
        async with asyncio.timeout(START_SECONDS):
            while self._says() == said:
                await self._not_yet()

    def _says(self) -> int:
        return self.log.read_text().count("Ctrl-C") if self.log.exists() else 0


async def _ends(db: Database, campaign: str) -> None:
    """Wait for the end of a campaign; the database tells only those who look."""
    async with asyncio.timeout(LONGEST):
        while await campaign_state(db, campaign) != "done":  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.05)


async def _killed(
    worker: Worker, telegram: FakeTelegram, people: int, kills: int, seed: int, *, slow: float
) -> None:
    """kill -9 and start again, at moments drawn between the first and last tenth.

    Soon after the moment Telegram answers nothing any more: the kill lies inside the run however late it comes.
    """
    chance = random.Random(seed)
    pids = []
    for moment in sorted(chance.sample(range(people // 10, people * 9 // 10), kills)):
        held = moment + IN_FLIGHT - len(telegram.calls())
        await telegram.plan(Fault("hold", first=max(1, held)), Fault("delay", seconds=slow))
        await telegram.until(lambda moment=moment: len(telegram.calls()) >= moment, LONGEST)
        pids.append(await worker.kill())
        await telegram.plan(Fault("delay", seconds=slow))
        await worker.start()
    assert len(set(pids)) == kills


async def test_kill_9_skips_nobody_and_doubles_no_more_than_was_in_flight(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _nobody_is_skipped(fork_server, place, tmp_path, **SHORT)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_ten_kills_during_twenty_thousand_notices_skip_nobody(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _nobody_is_skipped(fork_server, place, tmp_path, **LONG)


async def _nobody_is_skipped(
    fork_server: ForkServer, place: str, folder: Path, *, people: int, kills: int
) -> None:
    db = Database(place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(folder / "api"))
        await opt_in_many(db, people)
        campaign = await write_campaign(db)
        worker = Worker(
            fork_server, place, folder, api_base=telegram.base, rate_telegram="1000", pace_lease_seconds="2"
        )
        stack.push_async_callback(worker.close)
        await worker.start()
        await _killed(worker, telegram, people, kills, seed=416, slow=0.005)
        await _ends(db, campaign)
        reached = telegram.reached()
        assert set(reached) == set(accounts(people)), "somebody was skipped"
        doubled = sum(reached.values()) - people
        assert doubled <= IN_FLIGHT * kills
        assert await states(db, campaign) == {"sent": people}
        assert busiest_second([call.at for call in telegram.calls()]) <= 1000
        assert (await worker.terminate())[0] == 0
        print(f"{people} recipients, {kills} kills: 0 lost, {doubled} twice (at most {IN_FLIGHT * kills})")


async def test_without_taking_back_leases_of_the_dead_notices_would_be_lost(
    fork_server: ForkServer, sqlite_place: str, tmp_path: Path
) -> None:
    """Teeth: what a dead process had taken must come back into the line."""
    people, db = 400, Database(sqlite_place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(tmp_path / "api"))
        await opt_in_many(db, people)
        campaign = await write_campaign(db)
        worker = Worker(
            *(fork_server, sqlite_place, tmp_path),
            api_base=telegram.base,
            without="take back",
            rate_telegram="1000",
            notice_batch="100",
        )
        stack.push_async_callback(worker.close)
        await worker.start()
        await _killed(worker, telegram, 200, 2, seed=3, slow=0.01)
        async with asyncio.timeout(LONGEST):
            while (await states(db, campaign))["pending"]:  # noqa: ASYNC110  # another process works them off
                await asyncio.sleep(0.05)
        assert (await worker.terminate())[0] == 0
        assert (await states(db, campaign))["leased"] > 0  # by the dead
        assert len(telegram.reached()) < people
        assert await campaign_state(db, campaign) == "running"


async def test_sigterm_ends_well_and_nothing_is_lost_or_told_twice(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    people, db = 400, Database(place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(tmp_path / "api"))
        await telegram.plan(Fault("delay", seconds=0.1))
        await opt_in_many(db, people)
        campaign = await write_campaign(db)
        worker = Worker(fork_server, place, tmp_path, api_base=telegram.base, rate_telegram="500")
        stack.push_async_callback(worker.close)
        await worker.start()
        for moment in (80, 180):
            await telegram.until(lambda moment=moment: len(telegram.calls()) >= moment)
            async with bare_timer() as bare:
                code, seconds = await worker.terminate()
            assert code == 0
            assert seconds <= 10 + bare.grace()
            assert "leased" not in await states(db, campaign)
            await worker.start()
        await _ends(db, campaign)
        assert telegram.reached() == dict.fromkeys(accounts(people), 1)
        assert await states(db, campaign) == {"sent": people}


async def _keeps_its_pace(
    fork_server: ForkServer, place: str, folder: Path, *, seconds: float, least: float
) -> None:
    db = Database(place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(folder / "api"))
        await opt_in_many(db, int(RATE * (seconds + 30)))
        await write_campaign(db)
        worker = Worker(fork_server, place, folder, api_base=telegram.base)
        stack.push_async_callback(worker.close)
        await worker.start()

        def times() -> list[float]:
            return [call.at for call in telegram.calls()]

        await telegram.until(lambda: bool(times()))
        first = times()[0]
        async with bare_timer() as bare:
            await asyncio.sleep(first + seconds - time.monotonic())
        await telegram.until(lambda: times()[-1] >= first + seconds)  # its clock, its ledger
        share = sum(at < first + seconds for at in times()) / (seconds * RATE)
        before = len(times())
        await worker.kill()
        await worker.start()
        await telegram.until(lambda: len(times()) >= before + RATE + 10)
        busiest = busiest_second(times())
        print(f"{seconds:.0f} s at {RATE}/s: {100 * share:.1f} %, at most {busiest} in any second")
        assert busiest <= RATE
        assert least * bare.share(seconds) <= share <= 1.0 + 1.0 / seconds


async def test_it_never_goes_faster_than_its_pace_and_hardly_slower_also_across_a_kill(
    fork_server: ForkServer, sqlite_place: str, tmp_path: Path
) -> None:
    """Of what a bare timer managed meanwhile; the soak form asks for 95 %."""
    await _keeps_its_pace(fork_server, sqlite_place, tmp_path, seconds=5.0, least=0.85)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_three_minutes_at_the_default_pace(fork_server: ForkServer, place: str, tmp_path: Path) -> None:
    await _keeps_its_pace(fork_server, place, tmp_path, seconds=180.0, least=0.95)


async def test_of_two_workers_one_sends_and_the_other_takes_over(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """PostgreSQL; the pace holds over both, and a dead one's rows are resumed within its lease and five seconds."""
    place, people, lease = await places.postgresql(), 200, 2
    db = Database(place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(tmp_path / "api"))
        delay = Fault("delay", seconds=0.05)
        await telegram.plan(Fault("hold", first=75 + IN_FLIGHT), delay)
        await opt_in_many(db, people)
        workers = [
            Worker(
                *(fork_server, place, tmp_path / str(n)),
                api_base=telegram.base,
                rate_telegram="50",
                pace_lease_seconds=str(lease),
            )
            for n in range(2)
        ]
        for worker in workers:
            stack.push_async_callback(worker.close)
            await worker.start()  # the first holds the pace
        campaign = await write_campaign(db)
        await telegram.until(lambda: len(telegram.calls()) >= 75)
        assert telegram.reached().most_common(1)[0][1] == 1, "both send"
        await workers[0].kill()
        killed, before = time.monotonic(), len(telegram.calls())
        await telegram.plan(delay)
        async with bare_timer() as bare:  # what was under way at the kill arrives all the same
            await telegram.until(lambda: len(telegram.calls()) > before + IN_FLIGHT)
        calls = telegram.calls()
        resumed = next(call.at for call in calls[before + IN_FLIGHT :])
        assert resumed - killed <= lease + 5 + bare.grace()
        await _ends(db, campaign)
        calls = telegram.calls()
        assert set(telegram.reached()) == set(accounts(people))
        assert len(calls) - people <= IN_FLIGHT
        assert await states(db, campaign) == {"sent": people}
        assert busiest_second([call.at for call in calls]) <= 50
        print(f"taken over after {resumed - killed:.1f} s, {len(calls) - people} twice")


@pytest.mark.soak
async def test_citizens_are_answered_while_notices_must_be_silent(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    """One whole `troly serve`: a 429 of twenty seconds on notices, and people who write by webhook meanwhile."""
    db, chats, rounds = Database(place), 30, 5
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(tmp_path / "api"))
        await telegram.plan(Fault("429 chat", retry_after=20, chats=tuple(accounts(500))))
        await opt_in_many(db, 500)
        campaign = await write_campaign(db)
        service = Service(fork_server, place, tmp_path, api_base=telegram.base)
        stack.push_async_callback(service.close)
        await service.start()
        await telegram.until(lambda: any(c.answer == "429 chat" for c in telegram.calls()))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
        took: list[float] = []
        bare = await stack.enter_async_context(bare_timer())
        for n in range(rounds):
            wrote = {}
            for chat in range(CHAT, CHAT + chats):
                wrote[str(chat)] = time.monotonic()
                update = update_of(1 + n * chats + chat - CHAT, chat, "xin chào")
                async with session.post(
                    f"{service.base}/telegram/webhook", json=update, headers=headers
                ) as answer:
                    assert answer.status == 200
            await telegram.until(
                lambda wrote=wrote: all(
                    any(c.chat == chat and c.at >= at for c in telegram.calls()) for chat, at in wrote.items()
                )
            )
            heard = {
                chat: min(c.at for c in telegram.calls() if c.chat == chat and c.at >= at)
                for chat, at in wrote.items()
            }
            took += [heard[chat] - at for chat, at in wrote.items()]
        p95 = sorted(took)[int(len(took) * 0.95)]
        notices = [c for c in telegram.calls() if c.chat in set(accounts(500))]
        print(f"p95 of {len(took)} replies during a 429: {p95:.3f} s; {len(notices)} notices tried")
        assert p95 <= 2.0 + bare.grace()
        assert (await states(db, campaign))["sent"] == 0
