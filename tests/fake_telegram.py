"""A pretend Telegram in a process of its own that writes down what reached it, before it answers. Rule: count only what its ledger says.

The ledger is a file of JSON lines, appended to: when it was received (monotonic seconds), chat, method, text, and what
was answered. Faults come from a plan that a test may change while it runs. Fast enough for thousands a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import aiohttp

ROOT = Path(__file__).parents[1]
TAKEN, ANSWER_LOST = "200", "lost"
LATE = ("delay", "hold")
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_CHAT = re.compile(r"chat_id=([^&]*)")
_TEXT = re.compile(r"(?:^|&)text=([^&]*)")
TEXT_KEPT = 60  # characters of a text in the ledger


@dataclass(frozen=True)
class Fault:
    """What goes wrong with calls `first` to `first + times - 1` (0: for ever), of these chats or all.

    `do`: 429 (silence of `retry_after` seconds for everybody: whoever calls meanwhile is told again), 429 chat (for the
    chat alone), 403, 400, 500, migrate (to chat `to`), reset (nothing taken), lost (taken, no answer), delay, hold (taken,
    answered once there is another plan).
    """

    do: str
    first: int = 1
    times: int = 0
    chats: tuple[str, ...] = ()
    retry_after: int = 0
    seconds: float = 0.0
    to: int = 0
    description: str = ""


@dataclass(frozen=True)
class Call:
    """A line of the ledger."""

    at: float
    chat: str
    method: str
    text: str
    answer: str

    @property
    def reached(self) -> bool:
        """Whether the person saw it."""
        return self.answer in (TAKEN, ANSWER_LOST)


class Api:
    """What all connections share."""

    def __init__(self, record: Path) -> None:
        self.file = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.faults: list[tuple[Fault, list[int]]] = []  # with how often each was met
        self.calls = 0
        self.silent: dict[str, float] = {}  # chat, or "" for all -> until
        self.held: list[Callable[[], None]] = []  # answers that wait for another plan

    def plan(self, faults: Sequence[dict[str, Any]]) -> None:
        """These faults from now on, calls counted from here."""
        self.faults = [(Fault(**{**f, "chats": tuple(f["chats"])}), [0]) for f in faults]
        self.calls = 0
        self.silent = {}
        held, self.held = self.held, []
        for answer in held:
            answer()

    def fault(self, chat: str, now: float) -> Fault | None:
        """What goes wrong with this call, if anything."""
        self.calls += 1
        for whom in ("", chat):
            left = self.silent.get(whom, 0.0) - now
            if left > 0:
                return Fault("429 again", retry_after=int(left) + 1)
        for fault, met in self.faults:
            if fault.chats and chat not in fault.chats:
                continue
            met[0] += 1
            if met[0] < fault.first or (fault.times and met[0] >= fault.first + fault.times):
                continue
            if fault.do.startswith("429"):
                self.silent["" if fault.do == "429" else chat] = now + fault.retry_after
            return fault
        return None

    def write(self, call: Call) -> None:
        """Append to the record."""
        line = json.dumps([round(call.at, 6), call.chat, call.method, call.text, call.answer])
        os.write(self.file, line.encode() + b"\n")


_TEXTS = {
    "403": (403, "Forbidden: bot was blocked by the user"),
    "400": (400, "Bad Request: message is too long"),
    "500": (500, "Internal Server Error"),
}


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._buffer, 0, head)
            end = head + 4 + (int(found.group(1)) if found else 0)
            if len(self._buffer) < end:
                return
            line = self._buffer[: self._buffer.find(b"\r\n")].decode()
            body, self._buffer = self._buffer[head + 4 : end], self._buffer[end:]
            self._take(line.split(" ")[1], body)

    def _take(self, path: str, body: bytes) -> None:
        method = path.rpartition("/")[2]
        if method == "__plan":
            self._api.plan(json.loads(body))
            self._answer(200, {"ok": True, "result": True})
            return
        if method not in ("sendMessage", "sendContact"):
            me = {"id": 1, "is_bot": True, "first_name": "Troly", "username": "troly_test_bot"}
            self._answer(200, {"ok": True, "result": me if method == "getMe" else True})
            return
        now, form = time.monotonic(), body.decode()
        if form.startswith("{"):
            fields = json.loads(form)
            chat, text = str(fields.get("chat_id", "")), str(fields.get("text", ""))
        else:
            chat = unquote_plus(found.group(1)) if (found := _CHAT.search(form)) else ""
            text = unquote_plus(found.group(1)) if (found := _TEXT.search(form)) else ""
        fault = self._api.fault(chat, now)
        answer = TAKEN if fault is None or fault.do in LATE else fault.do
        self._api.write(Call(now, chat, method, text[:TEXT_KEPT], answer))
        if fault is not None and fault.do == "hold":
            self._api.held.append(partial(self._say, None, chat))
        elif fault is not None and fault.seconds:
            asyncio.get_running_loop().call_later(fault.seconds, self._say, fault, chat)
        else:
            self._say(fault, chat)

    def _say(self, fault: Fault | None, chat: str) -> None:
        if fault is None or fault.do in LATE:
            message = {"message_id": 1, "date": 1790000000, "chat": {"id": int(chat), "type": "private"}}
            self._answer(200, {"ok": True, "result": message})
        elif fault.do in ("reset", ANSWER_LOST):
            self._transport.abort()
        elif fault.do.startswith("429"):
            description = f"Too Many Requests: retry after {fault.retry_after}"
            self._answer(
                429, {**_refusal(429, description), "parameters": {"retry_after": fault.retry_after}}
            )
        elif fault.do == "migrate":
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            self._answer(400, {**_refusal(400, description), "parameters": {"migrate_to_chat_id": fault.to}})
        else:
            status, description = _TEXTS[fault.do]
            self._answer(status, _refusal(status, fault.description or description))

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        if self._transport.is_closing():
            return  # who asked was killed meanwhile
        out = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(out)}\r\n\r\n"
        self._transport.write(head.encode() + out)


def _refusal(status: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": status, "description": description}


async def _serve(record: Path) -> None:
    api, loop = Api(record), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(api), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # it ends with whoever started it
    server.close()


class FakeTelegram:
    """The process, as tests see it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.base = ""
        self._record = folder / "telegram.jsonl"
        self._record.touch()
        self._read = 0
        self._calls: list[Call] = []
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; it is ready when this returns."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.fake_telegram", str(self._record)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.base = f"http://127.0.0.1:{int(await self._process.stdout.readline())}"

    async def stop(self) -> None:
        """End it."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def plan(self, *faults: Fault) -> None:
        """These faults from now on."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.base}/__plan", json=[asdict(f) for f in faults]) as answer,
        ):
            assert answer.status == 200

    def calls(self) -> list[Call]:
        """The whole ledger, oldest first."""
        with self._record.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new.rpartition(b"\n")[0]
        if whole:
            self._read += len(whole) + 1
            self._calls += [Call(*json.loads(line)) for line in whole.split(b"\n")]
        return self._calls

    def reached(self) -> Counter[str]:
        """How many messages each chat saw."""
        return Counter(call.chat for call in self.calls() if call.reached)

    async def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until it is true; the ledger is another process's file, and tells only those who look."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not true():  # noqa: ASYNC110  # as above
                    await asyncio.sleep(0.01)
        assert true()


def busiest_second(times: Sequence[float]) -> int:
    """The most of these times that lie within any second."""
    ordered = sorted(times)
    return max((n + 1 - bisect_left(ordered, at - 1.0 + 1e-9) for n, at in enumerate(ordered)), default=0)


@asynccontextmanager
async def fake_telegram(folder: Path) -> AsyncIterator[FakeTelegram]:
    one = FakeTelegram(folder)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve(Path(sys.argv[1])))
