"""A real `troly serve` behind signed events at a hundred a second, and killed while it answers. Rule: count what reached Zalo.

The short form runs in `make test`; the long ones in `make soak`. The pretend Zalo and the driver are in this process.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from data import zalo_tokens
from data.engine import Database
from data.seal import Seal
from tests.fake_zalo_oa import APP, APP_SECRET, LIVES, OA, OA_SECRET, FakeZaloOa, fake_zalo_oa
from tests.fork_server import ForkServer
from tests.houses import SECRET, Places
from tests.kills import Service

ACK = 0.5  # seconds within which 99 of 100 events are acknowledged
pytestmark = pytest.mark.xdist_group("notice kills")


@asynccontextmanager
async def served(
    fork_server: ForkServer, url: str, folder: Path
) -> AsyncIterator[tuple[FakeZaloOa, Service]]:
    db = Database(url)
    async with fake_zalo_oa(echoes=False) as fake:
        async with db.writing() as connection:
            tokens = {"access": fake.access, "refresh": fake.refresh, "seconds": LIVES, "at": time.time()}
            await zalo_tokens.keep(db, connection, Seal(SECRET), APP, **tokens)
        await db.close()
        service = Service(
            fork_server,
            url,
            folder,
            api_base="http://127.0.0.1:9",
            telegram_token="",
            zalo_app_id=APP,
            zalo_app_secret=APP_SECRET,
            zalo_oa_secret=OA_SECRET,
            zalo_oa_id=OA,
            zalo_api_base=fake.base,
            zalo_oauth_base=fake.base,
        )
        try:
            await service.start()
            fake.url = f"{service.base}/zalo/oa/webhook"
            yield fake, service
        finally:
            await service.close()


@pytest.mark.soak
async def test_a_hundred_events_a_second_are_acknowledged_in_time(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    """Half of them come twice; p99 of the acknowledgements ≤ 500 ms, and each is answered once."""
    async with served(fork_server, await places.sqlite(), tmp_path) as (fake, _):
        took: list[float] = []

        async def one(n: int) -> None:
            event = fake.text(f"u{n % 700}", "menu", number=f"m{n}")
            for _ in range(1 + n % 2):
                began = time.perf_counter()
                assert await fake.deliver(event) == 200
                took.append(time.perf_counter() - began)

        seconds = 60
        began, tasks = time.perf_counter(), []
        for n in range(67 * seconds):  # with those that come twice a hundred a second
            await asyncio.sleep(max(0.0, began + n / 67 - time.perf_counter()))
            tasks.append(asyncio.create_task(one(n)))
        await asyncio.gather(*tasks)
        await fake.until(lambda: sum(fake.reached().values()) >= 67 * seconds)
        p99 = statistics.quantiles(took, n=100)[98]
        print(f"\n{len(took)} events, p50 {statistics.median(took):.3f} s, p99 {p99:.3f} s")
        assert p99 <= ACK
        assert sum(fake.reached().values()) == 67 * seconds


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.soak)])
async def test_what_was_acknowledged_is_answered_through_kills(
    fork_server: ForkServer, places: Places, tmp_path: Path, kills: int
) -> None:
    """Zalo posts again only where nobody was there: an event acknowledged and then lost would be lost for good."""
    people = 40 * kills
    async with served(fork_server, await places.sqlite(), tmp_path) as (fake, service):
        chance = random.Random(17)
        moments = sorted(chance.sample(range(5, people - 5), kills))

        async def one(n: int) -> None:
            event = fake.text(f"k{n}", "menu", number=f"m{n}")
            while await fake.deliver(event) != 200:  # noqa: ASYNC110  # a process that is being started
                await asyncio.sleep(0.05)

        tasks = []
        for n in range(people):
            tasks.append(asyncio.create_task(one(n)))
            if n % 4 == 3:
                await asyncio.sleep(0.01)
            if n in moments:
                await service.kill()
                await service.start()
        await asyncio.gather(*tasks)
        await fake.until(lambda: len(fake.reached()) == people)
        doubled = Counter(n - 1 for n in fake.reached().values())
        assert sum(more * times for more, times in doubled.items()) <= 40 * kills, "what was on its way"
