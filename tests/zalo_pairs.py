"""Zalo's doors of a house, each with the pretend Zalo that calls it. Used by the transcripts and by tests of the doors."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import zalo_tokens
from handlers.doors import Webhook
from handlers.turns.types import TurnResult
from handlers.zalo.bot.api import DOOR, BotApi, BotChannel
from handlers.zalo.bot.door import PATH, ZaloBotDoor
from handlers.zalo.door import DoorParts, ZaloDoor
from handlers.zalo.oa.api import DOOR as OA_DOOR
from handlers.zalo.oa.api import OaApi, OaChannel
from handlers.zalo.oa.door import PATH as OA_PATH
from handlers.zalo.oa.door import ZaloOaDoor
from handlers.zalo.oa.signature import Signature
from handlers.zalo.oa.tokens import Tokens
from handlers.zalo.web_calls import WebCalls
from tests.fake_zalo import SECRET, TOKEN, FakeServer, FakeZaloBot, fake_zalo_bot
from tests.fake_zalo_oa import APP, APP_SECRET, OA, OA_SECRET, FakeZaloOa, fake_zalo_oa
from tests.houses import House

TEXT_LIMIT = 2000


@dataclass
class ZaloPair:
    """A door and the server behind it. `begin` starts the door, once our own address is known."""

    door: ZaloDoor
    server: FakeServer
    begin: Callable[[str], Any]


def bot_door(
    house: House,
    fake: FakeZaloBot,
    *,
    webhook: bool,
    run_errands: Callable[[TurnResult], None] | None = None,
    **given: Any,
) -> ZaloBotDoor:
    """The Bot door of a house, not started."""
    api = BotApi(TOKEN, fake.base, connections=20)
    parts = DoorParts(
        DOOR,
        house.turns,
        house.seal,
        BotChannel(api, silence=given.pop("silence", 30.0)),
        TEXT_LIMIT,
        typing_after=given.pop("typing_after", 60.0),
        run_errands=run_errands,
        **given,
    )
    door = ZaloBotDoor(
        parts,
        api,
        poll_seconds=1,
        webhook_url=f"http://127.0.0.1{PATH}" if webhook else "",
        secret=SECRET if webhook else "",
    )
    if webhook:
        door.webhooks = {PATH: Webhook(door.refused, door.webhook, 1_000_000)}
    return door


async def authorise(house: House, fake: FakeZaloOa) -> None:
    """The house has the pair that the account knows now."""
    async with house.db.writing() as connection:
        await zalo_tokens.keep(
            house.db,
            connection,
            house.seal,
            APP,
            access=fake.access,
            refresh=fake.refresh,
            seconds=fake.ends - house.clock(),
            at=house.clock(),
        )


def oa_api(house: House, fake: FakeZaloOa, folder: Path, *, proof: bool = False) -> OaApi:
    """The account's calls."""
    calls = WebCalls(20)
    tokens = Tokens(
        house.db,
        house.seal,
        calls,
        app_id=APP,
        app_secret=APP_SECRET,
        oauth_base=fake.base,
        data_dir=folder,
        clock=house.clock,
    )
    return OaApi(calls, tokens, fake.base, proof=proof)


def oa_door(
    house: House,
    fake: FakeZaloOa,
    folder: Path,
    *,
    run_errands: Callable[[TurnResult], None] | None = None,
    buttons: bool = False,
    silence: float = 60.0,
    **given: Any,
) -> ZaloOaDoor:
    """The account's door of a house, not started."""
    api = oa_api(house, fake, folder)
    channel = OaChannel(api, silence=silence, buttons=buttons)
    parts = DoorParts(OA_DOOR, house.turns, house.seal, channel, TEXT_LIMIT, run_errands=run_errands, **given)
    return ZaloOaDoor(parts, api, Signature(APP, OA_SECRET), oa_id=OA)


@asynccontextmanager
async def zalo_pairs(
    house: House, run_errands: Callable[[TurnResult], None]
) -> AsyncIterator[dict[str, ZaloPair]]:
    """Every Zalo door by its channel's name."""
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(fake_zalo_bot())
        door = bot_door(house, bot, webhook=True, run_errands=run_errands)

        async def begin(base: str) -> None:
            door._url = f"{base}{PATH}"
            await door.start()
            await door.ready.wait()

        oa = await stack.enter_async_context(fake_zalo_oa(clock=house.clock))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        account = oa_door(house, oa, folder, run_errands=run_errands)
        await authorise(house, oa)

        async def begin_oa(base: str) -> None:
            oa.url = f"{base}{OA_PATH}"
            await account.start()

        yield {DOOR: ZaloPair(door, bot, begin), OA_DOOR: ZaloPair(account, oa, begin_oa)}
