"""A pretend Zalo on a loopback port: the Bot Platform here, the Official Account in tests/fake_zalo_oa.py.

Written from the official pages and from what was seen in production; what is not documented can be set to either form.
Everything that reaches it is in `calls`, with what was answered; faults come from a plan. Rule: count only what is in `calls`.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
from aiohttp import web

from handlers.delivery.text_split import units

TOKEN = "7777777:SYNTHETIC-zalo_bot-0000000000"
SECRET = "a-webhook-secret-of-tests_0123456789"
WAIT = 60.0  # seconds until a test that waits for something gives up
_numbers = count(1)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with sends `first` to `first + times - 1` (0: for ever), of these accounts or all.

    `do`: a code of the API's own (answered with HTTP 200 where `quietly`), reset (nothing taken), lost (taken, no answer),
    delay (taken, answered after `seconds`), garbage (an answer that is no JSON).
    """

    do: str
    first: int = 1
    times: int = 0
    accounts: tuple[str, ...] = ()
    quietly: bool = False
    seconds: float = 0.0
    description: str = ""


@dataclass(frozen=True)
class Call:
    """One call: monotonic seconds, method, account, text, what was answered ("ok", "lost", or the fault), and all fields."""

    at: float
    method: str
    account: str
    text: str
    answer: str
    fields: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def reached(self) -> bool:
        """Whether the person saw it."""
        return self.answer in ("ok", "lost", "delay")


class FakeServer(ABC):
    """A server on a loopback port with a ledger and a plan of faults."""

    def __init__(self) -> None:
        self.base = ""
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self._met: dict[int, int] = {}
        self._runner: web.AppRunner | None = None
        self._news = asyncio.Event()
        self._client: aiohttp.ClientSession | None = None

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Where it is called."""

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=2**22)
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        # a kept connection may be closed by our server, idle for five seconds, just as the next event is posted
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))

    async def stop(self) -> None:
        """Be gone."""
        assert self._client is not None and self._runner is not None
        await self._client.close()
        await self._runner.cleanup()

    def plan(self, *faults: Fault) -> None:
        """These faults from now on, calls counted from here."""
        self.faults, self._met = list(faults), {}

    def fault(self, account: str) -> Fault | None:
        """What goes wrong with this send, if anything."""
        for n, fault in enumerate(self.faults):
            if fault.accounts and account not in fault.accounts:
                continue
            met = self._met[n] = self._met.get(n, 0) + 1
            if met >= fault.first and not (fault.times and met >= fault.first + fault.times):
                return fault
        return None

    def write(self, method: str, account: str, text: str, answer: str, fields: dict[str, Any]) -> None:
        """Put one call into the ledger."""
        self.calls.append(Call(time.monotonic(), method, account, text, answer, fields))
        self._news.set()

    def texts(self, account: str) -> list[str]:
        """What this person saw, in order."""
        return [c.text for c in self.calls if c.account == account and c.reached and c.text]

    def reached(self) -> Counter[str]:
        """How many messages each account saw."""
        return Counter(c.account for c in self.calls if c.reached and c.text)

    async def until(self, true: Callable[[], bool], seconds: float = WAIT) -> None:
        """Wait until it is true; looked at after each call, and now and then."""
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), 0.05)
                except TimeoutError:
                    continue

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Call a webhook; returns the status, 0 where there was no answer."""
        assert self._client is not None
        try:
            async with self._client.post(url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError):
            return 0


async def break_off(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class FakeZaloBot(FakeServer):
    """The Bot Platform. `wrapped`: bodies of webhooks in the documented shape, else flat. `replays`: read updates come again.

    `verifies`: setWebhook calls the address once, with an empty object, and says how that went.
    """

    def __init__(
        self, *, token: str = TOKEN, wrapped: bool = False, replays: bool = False, verifies: bool = False
    ) -> None:
        super().__init__()
        self.token, self.wrapped, self.replays, self.verifies = token, wrapped, replays, verifies
        self.url, self.secret = "", ""
        self.sent: list[str] = []  # the numbers that sends were given
        self._waiting: deque[dict[str, Any]] = deque()
        self._read: deque[dict[str, Any]] = deque()
        self._arrived = asyncio.Event()
        self._poller: asyncio.Task[Any] | None = None

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/bot{token}/{method}", self._take)]

    async def _take(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return refusal(401, "Unauthorized")
        fields: dict[str, Any] = dict(request.query)
        if request.can_read_body:
            if request.content_type == "application/json":
                fields |= await request.json()
            else:
                fields |= dict(await request.post())
        known = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send,
            "sendPhoto": self._send,
            "sendSticker": self._send,
            "sendChatAction": self._act,
        }.get(method)
        if known is None:
            return refusal(400, "Bad request: no such API")
        return await known(request, method, fields)

    async def _get_me(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        me = {
            "id": "1459",
            "account_name": "bot.Troly",
            "account_type": "BASIC",
            "can_join_groups": False,
        }
        return good(me)

    async def _get_updates(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        self.write(method, "", "", "ok", fields)
        if self.url:
            return refusal(400, "Bad request: a webhook is set")
        fault = self.fault("getUpdates")
        if fault is not None and fault.do.lstrip("-").isdigit():
            return refusal(int(fault.do), fault.description or "fault", quietly=fault.quietly)
        until = time.monotonic() + float(fields.get("timeout", 30))
        while not self._waiting:
            if self.replays and self._read:
                self._read.rotate(-1)
                return good(self._read[-1])
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), until - time.monotonic())
            except TimeoutError:
                return refusal(408, "Request timeout")
        update = self._waiting.popleft()
        self._read.append(update)
        return good(update)

    async def _set_webhook(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        url, secret = str(fields.get("url", "")), str(fields.get("secret_token", ""))
        self.write(method, "", "", "ok", fields)
        if not url or not 8 <= len(secret) <= 256:
            return refusal(400, "Bad request: url and secret_token of 8 to 256 characters are required")
        self.url, self.secret = url, secret
        result: dict[str, Any] = {"url": url, "updated_at": _now()}
        if self.verifies:
            status = await self.post(url, b"{}", {"X-Bot-Api-Secret-Token": secret})
            result["verification"] = {"ok": status == 200}
        return good(result)

    async def _delete_webhook(
        self, request: web.Request, method: str, fields: dict[str, Any]
    ) -> web.Response:
        self.write(method, "", "", "ok", fields)
        if not self.url:
            return refusal(404, "Not found")  # seen in production of a bot that has none
        self.url = ""
        return good({"url": "", "updated_at": _now()})

    async def _webhook_info(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        return good({"url": self.url, "updated_at": _now()}) if self.url else refusal(404, "Not found")

    async def _act(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        self.write(method, str(fields.get("chat_id", "")), "", "ok", fields)
        return web.json_response({"ok": True})

    async def _send(self, request: web.Request, method: str, fields: dict[str, Any]) -> web.Response:
        account, text = str(fields.get("chat_id", "")), str(fields.get("text", ""))
        fault = self.fault(account)
        do = fault.do if fault is not None else "ok"
        if method == "sendMessage" and not 1 <= units(text) <= 2000:
            do = "400 length"
        self.write(method, account, text, do, fields)
        if do == "400 length":
            return refusal(400, "Bad request: text must have 1 to 2000 characters")
        if fault is not None:
            if fault.do in ("reset", "lost"):
                return await break_off(request)
            if fault.do == "garbage":
                return web.Response(text="<html>", status=200)
            if fault.do == "delay":
                await asyncio.sleep(fault.seconds)
            else:
                return refusal(int(fault.do), fault.description or "fault", quietly=fault.quietly)
        self.sent.append(f"s{next(_numbers):012x}")
        return good({"message_id": self.sent[-1], "date": _now()})

    # -- what people do

    def update(self, account: str, kind: str = "text", number: str = "", **fields: Any) -> dict[str, Any]:
        """An update as documented: `kind` is text, image, sticker, voice, unsupported …"""
        message = {
            "from": {"id": account, "display_name": "Lan", "is_bot": False},
            "chat": {"id": account, "chat_type": "PRIVATE"},
            "message_id": number or f"m{next(_numbers):012x}",
            "date": _now(),
            **fields,
        }
        return {"event_name": f"message.{kind}.received", "message": message}

    def write_to_us(self, account: str, text: str, number: str = "") -> dict[str, Any]:
        """A person writes, and the bot polls."""
        update = self.update(account, number=number, text=text)
        self.put(update)
        return update

    def put(self, update: dict[str, Any]) -> None:
        """An update for the next poll."""
        self._waiting.append(update)
        self._arrived.set()

    async def deliver(self, update: dict[str, Any], *, wrapped: bool | None = None, secret: str = "") -> int:
        """Post an update to the webhook; returns the status."""
        as_documented = self.wrapped if wrapped is None else wrapped
        body = {"ok": True, "result": update} if as_documented else update
        headers = {"X-Bot-Api-Secret-Token": secret or self.secret, "Content-Type": "application/json"}
        return await self.post(self.url, json.dumps(body, ensure_ascii=False).encode(), headers)


def good(result: Any) -> web.Response:
    """An answer that says yes."""
    return web.json_response({"ok": True, "result": result})


def refusal(code: int, description: str, *, quietly: bool = False) -> web.Response:
    """An answer that says no; `quietly`: with HTTP 200 all the same."""
    said = {"ok": False, "error_code": code, "description": description}
    return web.json_response(said, status=200 if quietly or not 400 <= code < 600 else code)


def _now() -> int:
    return int(time.time() * 1000)


@asynccontextmanager
async def fake_zalo_bot(**given: Any) -> AsyncIterator[FakeZaloBot]:
    """A pretend Bot Platform, as long as it is needed."""
    one = FakeZaloBot(**given)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
