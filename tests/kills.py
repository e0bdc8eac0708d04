"""A real `troly serve` that can be killed, what talks to it, and what it talks to. Rule: count only what outside eyes saw.

`Service` is the process, forked by a `Nursery` that has imported what `troly serve` imports: importing takes
seconds of a core at each start, and is not what these tests are about. `Telegram` is a Bot API server that writes down each sendMessage before it answers. `Driver`
is Telegram's webhook sender: it posts a chat's next update only after the previous one was acknowledged, and posts
again what was not. Each chat follows one script whose replies all differ, so that a lost, doubled or overtaken reply
shows at the Bot API server alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import threading
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
from tests.houses import SECRET, Places, open_house

ROOT = Path(__file__).parent.parent
WEBHOOK_SECRET = "a-webhook-secret-of-tests_0123456789"
LEASE = 3  # seconds until another process may say what a dead one left, on PostgreSQL
START_SECONDS = 60.0  # until a start has failed; aiogram alone takes some seconds to import
QUIET_SECONDS = 40.0  # until replies that are still missing are lost
CHAT = 7_000_000  # ids of the chats begin here


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Nursery:
    """A process that has imported the service and forks one whenever it is told to; it tells which of them ended."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._news = threading.Condition()
        self._told: dict[str, int] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._names = count(1)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self._told.update(json.loads(line))
                self._news.notify_all()

    async def told(self, what: str, seconds: float = START_SECONDS) -> int:
        """What the nursery says about `what`; waits for it."""

        def wait() -> int:
            with self._news:
                assert self._news.wait_for(lambda: what in self._told, seconds), (
                    f"the nursery did not tell {what}"
                )
                return self._told[what]

        return await asyncio.to_thread(wait)

    def ended(self, pid: int) -> bool:
        """Whether this process has ended."""
        with self._news:
            return f"end of {pid}" in self._told

    async def fork(
        self, environment: dict[str, str], log: Path, without: str, arguments: Sequence[str] = ("serve",)
    ) -> int:
        """A new service; returns its pid."""
        assert self._process.stdin is not None
        name = f"service {next(self._names)}"
        job: dict[str, Any] = {"name": name, "environment": environment, "log": str(log), "without": without}
        job["arguments"] = list(arguments)
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return await self.told(name)

    def close(self) -> None:
        """It ends, and whatever it forked."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._listener.join(30)
        self._process.stdout.close()


def _nurse() -> None:
    """The nursery's own loop: forks for each line of stdin, reports pids and exit codes."""
    import asyncpg  # noqa: F401  # imported ahead of the forks
    import uvloop  # noqa: F401  # as above

    from bot import serve  # noqa: F401  # as above
    from handlers.telegram import door, notices  # noqa: F401  # as above; aiogram alone takes longest

    signal.signal(signal.SIGCHLD, lambda *_: None)
    awake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([0, awake], [], [])
        if 0 in ready:
            line = _line_of_stdin()
            if not line:
                break
            job = json.loads(line)
            pid = os.fork()
            if pid == 0:
                _become_a_service(job)
            children.add(pid)
            print(json.dumps({job["name"]: pid}), flush=True)
        if awake in ready:
            os.read(awake, 4096)
        for pid in list(children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                children.remove(pid)
                print(json.dumps({f"end of {pid}": os.waitstatus_to_exitcode(status)}), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _line_of_stdin() -> bytes:
    """One line, read without a buffer that would hide the next from `select`."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            return b""
        line += piece
    return line


def _become_a_service(job: dict[str, Any]) -> None:
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        out = os.open(job["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.clear()
        os.environ.update(job["environment"])
        if job["without"]:
            WITHOUT[job["without"]]()
        from bot.__main__ import main

        code = main(job["arguments"])
    finally:
        sys.stdout.flush()
        os._exit(code)


def _without_event_keys() -> None:
    async def all_new(
        db: Any, connection: Any, keys: Sequence[tuple[str, str]], at: float
    ) -> set[tuple[str, str]]:
        return set(keys)

    conversations.claim_events = all_new


def _without_leftovers() -> None:
    from handlers.delivery.reply_sender import ReplySender

    async def none(self: ReplySender, *, orphans: bool) -> int:
        return 0

    ReplySender.say_what_was_left = none  # type: ignore[method-assign]  # that is the sabotage


def _without_commit_before_ack() -> None:
    from handlers.telegram.door import TelegramDoor

    take, under_way = TelegramDoor._take_body, set()

    async def later(self: TelegramDoor, body: bytes) -> None:
        task = asyncio.create_task(take(self, body))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    TelegramDoor._take_body = later  # type: ignore[method-assign]  # as above


def _without_take_back() -> None:
    from data.outbox import deliveries

    async def none(*_: Any, **__: Any) -> int:
        return 0

    deliveries.take_back = none


def _without_quiet_libraries() -> None:
    from bot import serve

    serve.CHATTY = ()


# Protections that a service can be started without, to see that the tests would notice.
WITHOUT: dict[str, Callable[[], None]] = {
    "event keys": _without_event_keys,
    "leftovers": _without_leftovers,
    "commit before ack": _without_commit_before_ack,
    "quiet libraries": _without_quiet_libraries,
    "take back": _without_take_back,
}


class Service:
    """One `troly serve` process; `log` is the file that holds all it ever printed."""

    def __init__(
        self,
        nursery: Nursery,
        url: str,
        folder: Path,
        *,
        api_base: str,
        mode: str = "webhook",
        without: str = "",
        **settings: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self._folder = folder
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TROLY_")},
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
        self._nursery = nursery
        self._without = without
        self._pid = 0

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        self._pid = await self._nursery.fork(self._environment, self.log, self._without)
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                assert not self._nursery.ended(self._pid), self.log.read_text()[-2000:]
                await asyncio.sleep(0.02)  # a process that is starting tells us nothing else

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"{self.base}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> int:
        """kill -9; returns the pid that is verified to be gone by that very signal."""
        pid, self._pid = self._pid, 0
        os.kill(pid, signal.SIGKILL)
        assert await self._nursery.told(f"end of {pid}") == -signal.SIGKILL
        return pid

    async def terminate(self) -> tuple[int, float]:
        """SIGTERM; returns the exit code and the seconds it took."""
        pid, self._pid = self._pid, 0
        began = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        return await self._nursery.told(f"end of {pid}"), time.monotonic() - began

    async def close(self) -> None:
        """Whatever is left of it ends here."""
        if self._pid and not self._nursery.ended(self._pid):
            await self.kill()


class Telegram:
    """A Bot API server: each sendMessage is on disk before it is answered, after a wait of up to `slow` seconds."""

    def __init__(self, folder: Path, *, slow: float, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.base = ""
        self._ledger = open(folder / "said.jsonl", "a", encoding="utf-8")  # noqa: SIM115  # closed by `stop`
        self._seen: dict[int, list[str]] = {}
        self._slow = slow
        self._chance = random.Random(seed)
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()

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
        self._ledger.close()

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        result: Any = True
        if method == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "Troly", "username": "troly_test_bot"}
        elif method == "sendMessage":
            fields = await request.post()
            chat, text = int(str(fields["chat_id"])), html.unescape(str(fields["text"]))
            self._ledger.write(json.dumps([chat, text], ensure_ascii=False) + "\n")
            self._ledger.flush()
            self._seen.setdefault(chat, []).append(text)
            self._changed.set()
            await asyncio.sleep(self._slow * self._chance.random())
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
        return web.json_response({"ok": True, "result": result})

    def heard(self, chat: int) -> list[str]:
        """What a chat was told, oldest first, repeats included."""
        return self._seen.get(chat, [])

    async def until(self, true: Callable[[], bool], seconds: float = QUIET_SECONDS) -> None:
        """Wait until `true()` is, looking again after each message; gives up after some time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not true():
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
        async with asyncio.timeout(START_SECONDS):
            while self.acked < number:
                self._acks.clear()
                await self._acks.wait()


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


async def ledger_comes_to(url: str, expected: dict[str, int]) -> dict[str, int]:
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
    url: str,
    kills: int,
    seed: int,
) -> tuple[list[int], int]:
    """kill -9 and start again, `kills` times, at moments drawn between the first and last tenth.

    Returns the pids, and how many replies were on their way at the kills, taken together.
    """
    chance = random.Random(seed)
    pids, under_way = [], 0
    for moment in sorted(chance.sample(range(total // 10, total * 9 // 10), kills)):
        await progress(moment)
        await asyncio.sleep(
            chance.random() * 0.03
        )  # anywhere within a turn, not always right after an answer
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


if __name__ == "__main__":
    _nurse()
