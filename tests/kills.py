"""A real `troly serve` that can be killed, what talks to it, and what it talks to. Rule: count only what outside eyes saw.

`Service` is the process, started by a fork server. `Telegram` is a Bot API server that writes down each sendMessage before it answers. `Driver`
is Telegram's webhook sender: it posts a chat's next update only after the previous one was acknowledged, and posts
again what was not. Each chat follows one script whose replies all differ, so that a lost, doubled or overtaken reply
shows at the Bot API server alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from data import conversations, outbox
from data.engine import Database
from data.seal import Seal
from tests.emulator import TOKEN
from tests.fork_server import ForkServer, Process
from tests.houses import SECRET, Places, open_house
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
WEBHOOK_SECRET = "a-webhook-secret-of-tests_0123456789"
LEASE = 3  # seconds until another process may say what a dead one left, on PostgreSQL
START_SECONDS = 60.0  # until a start has failed
SERVICE = ("bot.serve", "handlers.telegram.door", "handlers.telegram.notices", "asyncpg", "uvloop")
QUIET_SECONDS = 60.0  # until replies that are still missing are lost
CHAT = 7_000_000  # ids of the chats begin here


# Protections that a service can be started without, to see that the tests would notice: `Service(without=…)`.


def without_event_keys() -> None:
    async def all_new(
        db: Any, connection: Any, keys: Sequence[tuple[str, str]], at: float
    ) -> set[tuple[str, str]]:
        return set(keys)

    conversations.claim_events = all_new


def without_leftovers() -> None:
    from handlers.delivery.reply_sender import ReplySender

    async def none(self: ReplySender, *, orphans: bool) -> int:
        return 0

    ReplySender.say_what_was_left = none  # type: ignore[method-assign]  # that is the sabotage


def without_commit_before_ack() -> None:
    from handlers.telegram.door import TelegramDoor

    take, under_way = TelegramDoor._take_body, set()

    async def later(self: TelegramDoor, body: bytes) -> None:
        task = asyncio.create_task(take(self, body))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    TelegramDoor._take_body = later  # type: ignore[method-assign]  # as above


def without_take_back() -> None:
    from data.outbox import deliveries

    async def none(*_: Any, **__: Any) -> int:
        return 0

    deliveries.take_back = none


def without_ranges() -> None:
    from tests.gates import take_any_number

    take_any_number()


def without_quiet_libraries() -> None:
    from bot import logs

    logs.CHATTY = ()


POISONED_COOKIE = "a-visitor-whose-marks-fail-0000000000"


def without_writable_marks() -> None:
    """What this visitor has seen cannot be written, ever."""
    from handlers.web.frames import address_of

    mark_seen, poisoned = outbox.mark_seen, address_of(POISONED_COOKIE)

    async def written(connection: Any, seen: Sequence[outbox.Seen], at: float) -> None:
        if any(one.address == poisoned for one in seen):
            raise ValueError("a mark that cannot be written")
        await mark_seen(connection, seen, at)

    outbox.mark_seen = written


class Service:
    """One `troly serve` process; `log` is the file that holds all it ever printed."""

    def __init__(
        self,
        fork_server: ForkServer,
        url: str,
        folder: Path,
        *,
        api_base: str,
        mode: str = "webhook",
        without: str = "",
        demo: bool = False,
        **settings: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self._folder = folder
        self._environment = {
            "TROLY_DATABASE_URL": url,
            "TROLY_DATA_DIR": str(folder),
            "TROLY_SECRET_KEY": SECRET,
            "TROLY_PORT": str(self.port),
            "TROLY_TELEGRAM_TOKEN": TOKEN,
            "TROLY_TELEGRAM_API_BASE": api_base,
            "TROLY_TELEGRAM_MODE": mode,
            "TROLY_TELEGRAM_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "TROLY_REPLY_LEASE_SECONDS": str(LEASE),
            **{f"TROLY_{name.upper()}": value for name, value in settings.items()},
        }
        self._arguments = ("serve", "--demo") if demo else ("serve",)
        self._fork_server = fork_server
        self._without = f"tests.kills:without_{without.replace(' ', '_')}" if without else ""
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        await self._spawn(*self._arguments)
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                await self._not_yet()

    async def _spawn(self, *arguments: str) -> None:
        self._process = await self._fork_server.spawn(
            *(arguments, self._environment, self._folder),
            imports=SERVICE,
            before=self._without,
            log=self.log,
        )

    async def _not_yet(self) -> None:
        """It starts, and tells us nothing else."""
        assert self._process is not None
        assert not self._process.ended, self.log.read_text()[-2000:]
        await asyncio.sleep(0.02)

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.base}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> int:
        """kill -9; returns the pid that is verified to be gone by that very signal."""
        process = self._taken()
        await process.kill()
        return process.pid

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM; returns the exit code and the seconds it took."""
        process, began = self._taken(), time.monotonic()
        process.send_signal(signal.SIGTERM)
        return await process.wait(), time.monotonic() - began

    def _taken(self) -> Process:
        process, self._process = self._process, None
        assert process is not None
        return process

    async def close(self) -> None:
        """Whatever is left of it ends here."""
        if self._process is not None and not self._process.ended:
            await self.kill()


class Telegram:
    """A Bot API server: each sendMessage is on disk before it is answered, after a wait of up to `slow` seconds."""

    def __init__(self, folder: Path, *, slow: float, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.base = ""
        self._record = open(folder / "said.jsonl", "a", encoding="utf-8")  # noqa: SIM115  # closed by `stop`
        self._seen: dict[int, list[str]] = {}
        self._slow = slow
        self._chance = random.Random(seed)
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()
        self.answers = asyncio.Event()  # clear it, and nothing is answered until it is set again
        self.answers.set()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        self._record.close()

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        result: Any = True
        if method == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "Troly", "username": "troly_test_bot"}
        elif method == "sendMessage":
            fields = await request.json()
            chat, text = int(str(fields["chat_id"])), str(fields["text"])
            self._record.write(json.dumps([chat, text], ensure_ascii=False) + "\n")
            self._record.flush()
            self._seen.setdefault(chat, []).append(text)
            self._changed.set()
            await asyncio.sleep(self._slow * self._chance.random())
            await self.answers.wait()
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
        return web.json_response({"ok": True, "result": result})

    def heard(self, chat: int) -> list[str]:
        """What a chat was told, oldest first, repeats included."""
        return self._seen.get(chat, [])

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until `true()` is, looking again after each message; gives up after QUIET_SECONDS."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                while not true():
                    await self.told()

    async def told(self) -> None:
        """Wait for the next message."""
        self._changed.clear()
        await self._changed.wait()


# -- what is said


async def script_of(places: Places, turns: int) -> tuple[list[str], list[str]]:
    """What a chat says, and the replies it must hear; all replies differ. At most 60 turns."""
    async with open_house(await places.sqlite()) as house:
        names = [p.name for p in house.content.provinces if p.code not in ("87", "82")]
        said = ["tra cứu mã số BHXH", "Đồng ý", "Nguyễn Văn Thử", *names][:turns]
        told = [row.body["text"] for words in said for row in (await house.say(words)).rows]
    assert len(said) == turns
    assert len(set(told)) == len(told) >= turns
    return said, told


class Driver:
    """Posts scripts to services as Telegram does; several services take turns."""

    def __init__(self, services: Sequence[Service], *, chats: int, said: Sequence[str], seed: int) -> None:
        self.chats = range(CHAT, CHAT + chats)
        self.acked = 0
        self.posts = 0
        self._services = services
        self._said = said
        self._numbers = count(1)
        self._chance = random.Random(seed)
        self._acks = asyncio.Event()
        self._posted = asyncio.Event()

    async def run(self) -> None:
        """Post everything; ends when all is acknowledged."""
        connector = aiohttp.TCPConnector(limit=100)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(self._chat(session, chat) for chat in self.chats))

    async def _chat(self, session: aiohttp.ClientSession, chat: int) -> None:
        for n, words in enumerate(self._said):
            update = update_of(next(self._numbers), chat, words)
            deliveries = (
                2 if self._chance.random() < 0.1 else 1
            )  # now and then Telegram did not see our answer
            for _ in range(deliveries):
                service = self._services[n % len(self._services)]
                while not await self._post(session, service, update):  # noqa: ASYNC110  # as Telegram tries again
                    await asyncio.sleep(0.02)
            self.acked += 1
            self._acks.set()

    async def _post(self, session: aiohttp.ClientSession, service: Service, update: dict[str, Any]) -> bool:
        self.posts += 1
        self._posted.set()
        headers = {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}
        try:
            async with session.post(
                f"{service.base}/telegram/webhook", json=update, headers=headers
            ) as answer:
                assert answer.status in (200, 503), answer.status
                return answer.status == 200
        except (aiohttp.ClientError, ConnectionError):
            return False

    async def until_acked(self, number: int) -> None:
        """Wait until so many updates are acknowledged."""
        async with asyncio.timeout(QUIET_SECONDS):
            while self.acked < number:
                self._acks.clear()
                await self._acks.wait()

    async def until_posted(self) -> None:
        """Wait until another update is on its way."""
        self._posted.clear()
        await self._posted.wait()


def update_of(number: int, chat: int, words: str) -> dict[str, Any]:
    """A text message of a private chat as Telegram posts it."""
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_790_000_000,
            "from": {"id": chat, "is_bot": False, "first_name": "Lan"},
            "chat": {"id": chat, "type": "private", "first_name": "Lan"},
            "text": words,
        },
    }


# -- what became of it


def lost(told: Sequence[str], heard: Sequence[str]) -> list[str]:
    """Replies that never arrived."""
    return [text for text in told if text not in set(heard)]


def repeats(heard: Sequence[str]) -> int:
    """How many arrivals were not the first of their reply."""
    return sum(n - 1 for n in Counter(heard).values())


def first_sightings(heard: Sequence[str]) -> list[str]:
    """What was heard without its repeats."""
    return list(dict.fromkeys(heard))


async def kept(url: str, chats: Sequence[int]) -> dict[int, conversations.Conversation]:
    """The conversations of these chats as the database holds them."""
    db = Database(url)
    try:
        async with db.reading() as connection:
            found = await conversations.load(connection, Seal(SECRET), [f"telegram:{chat}" for chat in chats])
    finally:
        await db.close()
    return {int(address.partition(":")[2]): c for address, c in found.items()}


async def on_their_way(url: str) -> int:
    """How many replies are leased: committed, and not yet known to be said."""
    db = Database(url)
    try:
        async with db.reading() as connection:
            return (await outbox.counts(connection)).get("reply leased", 0)
    finally:
        await db.close()


async def outbox_comes_to(url: str, expected: dict[str, int]) -> dict[str, int]:
    """The counts of the ledger once they are `expected`, or what they are after QUIET_SECONDS."""
    db, counts = Database(url), {}
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                while counts != expected:
                    async with db.reading() as connection:
                        counts = await outbox.counts(connection)
                    await asyncio.sleep(0.02)  # marks are written by another process
    finally:
        await db.close()
    return counts


async def kill_at_random(
    service: Service,
    progress: Callable[[int], Awaitable[None]],
    total: int,
    *,
    within: Sequence[Callable[[], Awaitable[None]]],
    url: str,
    kills: int,
    seed: int,
) -> tuple[list[int], int]:
    """kill -9 and start again, `kills` times, at moments drawn between the first and last tenth.

    `within` waits for one of several events of the turns that follow, so that the kill is not always right after an
    answer. Returns the pids, and how many replies were on their way at the kills, taken together.
    """
    chance = random.Random(seed)
    pids, under_way = [], 0
    for moment in sorted(chance.sample(range(total // 10, total * 9 // 10), kills)):
        await progress(moment)
        await chance.choice(within)()
        pids.append(await service.kill())
        under_way += await on_their_way(url)
        await service.start()
    return pids, under_way


@asynccontextmanager
async def telegram_server(folder: Path, *, slow: float = 0.02, seed: int = 1) -> AsyncIterator[Telegram]:
    server = Telegram(folder, slow=slow, seed=seed)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
