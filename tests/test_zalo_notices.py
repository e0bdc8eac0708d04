"""One notice to Telegram, the Official Account and the Zalo bot at once. Rule: a real worker process, a real kill, three servers
that write down whom they were told to tell.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data import zalo_tokens
from data.channels import HOUR
from data.engine import Database
from data.seal import Seal
from data.tables import conversations, outbox
from tests.fake_telegram import busiest_second, fake_telegram
from tests.fake_zalo import TOKEN, Fault, fake_zalo_bot
from tests.fake_zalo_oa import APP, APP_SECRET, LIVES, OA, OA_SECRET, fake_zalo_oa
from tests.fork_server import ForkServer
from tests.houses import SECRET, Places
from tests.recipients import accounts, campaign_state, opt_in_many, states, write_campaign
from tests.test_notice_kills import IN_FLIGHT, Worker

DOORS = ("telegram", "zalo", "zalobot")
LONGEST = 600.0  # seconds until what should end has not
SLOW = 60  # messages a second through the Zalo bot; the others may send a thousand
pytestmark = pytest.mark.xdist_group("notice kills")


async def test_one_notice_reaches_three_channels_through_a_kill(
    fork_server: ForkServer, places: Places, tmp_path: Path
) -> None:
    await _nobody_is_skipped(fork_server, await places.postgresql(), tmp_path, people=60, kills=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_twenty_kills_lose_nobody_on_three_channels(
    fork_server: ForkServer, place: str, tmp_path: Path
) -> None:
    await _nobody_is_skipped(fork_server, place, tmp_path, people=1500, kills=20)


async def _nobody_is_skipped(
    fork_server: ForkServer, place: str, folder: Path, *, people: int, kills: int
) -> None:
    """Also those whom a channel refuses have their row: 3 of the account's are out of its window."""
    db = Database(place)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.close)
        telegram = await stack.enter_async_context(fake_telegram(folder / "api"))
        oa = await stack.enter_async_context(fake_zalo_oa(echoes=False))
        bot = await stack.enter_async_context(fake_zalo_bot())
        late = accounts(people)[:3]
        for account in late:
            oa.last[account] = time.time() - 200 * HOUR
        for door in DOORS:
            await opt_in_many(db, people, door=door)
        async with db.writing() as connection:
            tokens = {"access": oa.access, "refresh": oa.refresh, "seconds": LIVES, "at": time.time()}
            await zalo_tokens.keep(db, connection, Seal(SECRET), APP, **tokens)
        campaign = await write_campaign(db)
        settings = {
            "zalo_app_id": APP,
            "zalo_app_secret": APP_SECRET,
            "zalo_oa_secret": OA_SECRET,
            "zalo_oa_id": OA,
            "zalo_api_base": oa.base,
            "zalo_oauth_base": oa.base,
            "zalo_bot_token": TOKEN,
            "zalo_bot_api_base": bot.base,
            "rate_telegram": "1000",
            "rate_zalo": "1000",
            "rate_zalo_bot": str(SLOW),
            "pace_lease_seconds": "2",
        }
        worker = Worker(fork_server, place, folder, api_base=telegram.base, **settings)
        stack.push_async_callback(worker.close)
        await worker.start()
        chance = random.Random(17)
        for moment in sorted(chance.sample(range(people // 10, people * 9 // 10), kills)):
            bot.plan(Fault("delay", seconds=0.01))
            await bot.until(lambda moment=moment: len(bot.calls) >= moment, LONGEST)
            await worker.kill()
            await worker.start()
        await _is_done(db, campaign)
        told = {"telegram": telegram.reached(), "zalo": oa.reached(), "zalobot": bot.reached()}
        expected = {door: {*accounts(people)} for door in DOORS}
        expected["zalo"] -= {*late}
        assert {door: set(one) for door, one in told.items()} == expected, "somebody was skipped"
        doubled = {door: sum(one.values()) - len(one) for door, one in told.items()}
        assert max(doubled.values()) <= IN_FLIGHT * kills
        assert await states(db, campaign) == {"sent": 3 * people - 3, "blocked": 3}
        assert busiest_second([c.at for c in bot.calls if c.text]) <= SLOW
        assert await _by_door(db, campaign) == dict.fromkeys(DOORS, people), "one outbox holds all of it"
        async with db.reading() as connection:
            shut = select(conversations.c.address).where(conversations.c.blocked_at.is_not(None))
            assert {*(await connection.execute(shut)).scalars()} == {f"zalo:{account}" for account in late}
        assert APP_SECRET not in worker.log.read_text()
        assert TOKEN not in worker.log.read_text()


async def _is_done(db: Database, campaign: str) -> None:
    """Wait for the end of a campaign; rows of a killed worker are taken again after their lease, a minute."""
    try:
        async with asyncio.timeout(LONGEST):
            while await campaign_state(db, campaign) != "done":  # noqa: ASYNC110  # the database tells only those who look
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(str(await states(db, campaign))) from None


async def _by_door(db: Database, campaign: str) -> dict[str, int]:
    async with db.reading() as connection:
        query = select(outbox.c.door, func.count()).where(outbox.c.campaign == campaign)
        return dict(Counter({r[0]: r[1] for r in await connection.execute(query.group_by(outbox.c.door))}))
