"""A pretend Zalo Official Account: log-in and tokens, consultation messages with their windows, signed webhooks with echoes.

Refresh tokens work once, a new access token ends the old one, errors come with HTTP 200, our own sends come back as events.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from handlers.delivery.text_split import units
from tests.fake_zalo import FakeServer, Fault, break_off

APP, OA = "360846524940903967", "388613280878808645"
APP_SECRET, OA_SECRET = "synthetic-app-secret-key-000000", "synthetic-oa-secret-key-111111"
RETRIES = (
    30.0,
    300.0,
    900.0,
    1800.0,
    3600.0,
)  # seconds until an event is posted again, where nobody was there
LIVES = 90000  # seconds of an access token
FREE, OPEN = 48 * 3600.0, 168 * 3600.0
_numbers = count(1)


class FakeZaloOa(FakeServer):
    """The account. `clock` is wall-clock time; `echoes`: each send comes back as an event.

    `prefixed`: "mac=" stands before a signature; `by_header`: the timestamp of the header was signed, not the body's.
    `buttons`: those on consultation messages are taken.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.time, echoes: bool = True, buttons: bool = True
    ) -> None:
        super().__init__()
        self.clock, self.echoes, self.buttons = clock, echoes, buttons
        self.prefixed, self.by_header = True, False
        self.url = ""
        self.access, self.refresh = "access-0", "refresh-0"
        self.ends = clock() + LIVES
        self.used: list[str] = []  # refresh tokens that were asked to be exchanged, in order
        self.refused: list[str] = []  # those that did not work any more
        self.codes: dict[str, tuple[str, str]] = {}  # code -> challenge, redirect
        self.proofs: list[str] = []  # that came with ZNS messages
        self.last: dict[str, float] = {}  # user -> when they last did something
        self.token_faults: list[str] = []  # of the next exchanges: lost (done, no answer), reset, 500
        self.slow = 0.0  # seconds an exchange takes
        self.answers = asyncio.Event()  # an exchange is answered only when it is set
        self.answers.set()
        self.quota: Any = [{"quota_type": "sub_quota", "remain": 1988, "total": 2000}]  # what it says is left
        self.quotas: list[str] = []  # quota types of what was taken
        self._tasks: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v4/oa/permission", self._permission),
            web.post("/v4/oa/access_token", self._exchange),
            web.post("/v3.0/oa/message/cs", self._send),
            web.get("/v2.0/oa/getoa", self._about),
            web.post("/v3.0/oa/quota/message", self._quota),
            web.post("/message/template", self._template),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().stop()

    # -- log-in and tokens

    async def _permission(self, request: web.Request) -> web.Response:
        """The admin of the account agrees at once."""
        code = f"code-{next(_numbers)}"
        redirect = request.query["redirect_uri"]
        self.codes[code] = (request.query["code_challenge"], redirect)
        given = {"code": code, "oa_id": OA, "state": request.query.get("state", "")}
        raise web.HTTPFound(f"{redirect}?{urlencode(given)}")

    async def _exchange(self, request: web.Request) -> web.Response:
        form = await request.post()
        if request.headers.get("secret_key") != APP_SECRET or form.get("app_id") != APP:
            return _token_error(-14001, "Invalid app secret")
        fault = self.token_faults.pop(0) if self.token_faults else ""
        if fault == "reset":
            return await break_off(request)
        if fault == "500":
            return web.Response(status=500, text="<html>")
        if form.get("grant_type") == "authorization_code":
            challenge, _ = self.codes.pop(str(form.get("code")), ("", ""))
            digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
            if not challenge or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
                return _token_error(-14003, "Invalid code")
        else:
            given = str(form.get("refresh_token"))
            self.used.append(given)
            if given != self.refresh:
                self.refused.append(given)
                return _token_error(-14020, "Refresh token was used or has ended")
        if self.slow or not self.answers.is_set():
            self.refresh = "in exchange"
            await asyncio.sleep(self.slow)
            await self.answers.wait()
        number = next(_numbers)
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        self.ends = self.clock() + LIVES
        if fault == "lost":
            return await break_off(request)
        return web.json_response(
            {"access_token": self.access, "refresh_token": self.refresh, "expires_in": str(LIVES)}
        )

    def _is_known(self, request: web.Request) -> bool:
        return request.headers.get("access_token") == self.access and self.clock() < self.ends

    # -- calls

    async def _about(self, request: web.Request) -> web.Response:
        if not self._is_known(request):
            return _error(-216, "Access token is invalid")
        return web.json_response({"error": 0, "message": "Success", "data": {"oa_id": OA, "name": "BHXH"}})

    async def _quota(self, request: web.Request) -> web.Response:
        if not self._is_known(request):
            return _error(-216, "Access token is invalid")
        return web.json_response({"error": 0, "message": "Success", "data": self.quota})

    async def _template(self, request: web.Request) -> web.Response:
        """A ZNS message; its codes are another table."""
        given = await request.json()
        fault = self.fault(str(given["phone"]))
        self.proofs.append(request.headers.get("appsecret_proof", ""))
        answer = fault.do if fault is not None else "ok" if self._is_known(request) else "-124"
        self.write("template", str(given["phone"]), "", answer, given)
        if answer in ("lost", "reset"):
            return await break_off(request)
        if answer == "garbage":
            return web.Response(text="<html>")
        if answer != "ok":
            return _error(int(answer), "refused")
        return web.json_response({"error": 0, "message": "Success", "data": {"msg_id": f"z{next(_numbers)}"}})

    async def _send(self, request: web.Request) -> web.Response:
        given = await request.json()
        account, message = str(given["recipient"]["user_id"]), given["message"]
        text = str(message.get("text", ""))
        fault = self.fault(account)
        code = self._code(request, account, text, message, fault)
        answer = "ok" if not code else f"{code}"
        if not code and fault is not None and fault.do in ("lost", "delay"):
            answer = fault.do
        if fault is not None and fault.do == "reset":
            answer = "reset"
        self.write("cs", account, text, answer, message)
        if answer in ("reset", "lost"):
            return await break_off(request)
        if fault is not None and fault.do == "garbage":
            return web.Response(text="<html>")
        if code:
            return _error(code, "refused")
        if answer == "delay":
            assert fault is not None
            await asyncio.sleep(fault.seconds)
        age = self.clock() - self.last.get(account, self.clock())
        quota = {"quota_type": "reply"} if age < FREE else None
        self.quotas.append("reply" if quota else "billed")
        number = f"o{next(_numbers):012x}"
        if self.echoes and self.url:
            self._later(self.by_officer(account, text, "", number=number))
        data = {"message_id": number, "user_id": account, "sent_time": str(int(self.clock() * 1000))}
        return web.json_response(
            {"data": data | ({"quota": quota} if quota else {}), "error": 0, "message": "Success"},
            headers={"X-RateLimit-Limit": "4000", "X-RateLimit-Remain": "3999"},
        )

    def _code(
        self, request: web.Request, account: str, text: str, message: dict[str, Any], fault: Fault | None
    ) -> int:
        if not self._is_known(request):
            return -216
        if fault is not None and fault.do.lstrip("-").isdigit():
            return int(fault.do)
        if not text or units(text) > 2000:
            return -210
        if "attachment" in message and not self.buttons:
            return -201
        return -230 if self.clock() - self.last.get(account, self.clock()) > OPEN else 0

    # -- events

    def event(self, name: str, account: str, **more: Any) -> dict[str, Any]:
        """An event as documented; the person did something now."""
        self.last[account] = self.clock()
        return {
            "app_id": APP,
            "user_id_by_app": "552177279717587730",
            "event_name": name,
            "sender": {"id": account},
            "recipient": {"id": OA},
            "timestamp": str(int(self.clock() * 1000)),
            **more,
        }

    def text(self, account: str, text: str, number: str = "") -> dict[str, Any]:
        """A person writes."""
        message = {"text": text, "msg_id": number or f"u{next(_numbers):012x}"}
        return self.event("user_send_text", account, message=message)

    def by_officer(
        self, account: str, text: str, admin: str, *, number: str = "", kind: str = "text"
    ) -> dict[str, Any]:
        """What the account said: `admin` is who wrote in Zalo's chat tool, "" for our own sends."""
        before = self.last.get(account, self.clock())
        said = self.event(f"oa_send_{kind}", account)
        self.last[account] = before
        sender = {"id": OA} | ({"admin_id": admin} if admin else {})
        message = {"text": text, "msg_id": number or f"a{next(_numbers):012x}"}
        return said | {"sender": sender, "recipient": {"id": account}, "message": message}

    def followed(self, account: str, *, left: bool = False) -> dict[str, Any]:
        """A person follows, or leaves; there is no sender."""
        said = self.event("unfollow" if left else "follow", account)
        return {k: v for k, v in said.items() if k not in ("sender", "recipient")} | {
            "oa_id": OA,
            "follower": {"id": account},
        }

    def signed(
        self, event: dict[str, Any], *, secret: str = OA_SECRET, retry: int = 0
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers as they are posted."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = str(int(self.clock() * 1000) + 1) if self.by_header else str(event.get("timestamp", ""))
        mac = hashlib.sha256(APP.encode() + body + stamp.encode() + secret.encode()).hexdigest()
        headers = {"X-ZEvent-Signature": f"mac={mac}" if self.prefixed else mac}
        if self.by_header:
            headers["X-ZEvent-Timestamp"] = stamp
        if retry:
            headers["num_retry"] = str(retry)
        return body, headers | {"Content-Type": "application/json"}

    async def deliver(self, event: dict[str, Any], *, secret: str = OA_SECRET, retry: int = 0) -> int:
        """Post an event once; returns the status, 0 where nobody listened."""
        body, headers = self.signed(event, secret=secret, retry=retry)
        return await self.post(self.url, body, headers)

    async def insist(self, event: dict[str, Any], sleep: Callable[[float], Any]) -> list[float]:
        """Post it as Zalo does with "Webhook Retry": again where the connection could not be opened; returns the pauses."""
        waited: list[float] = []
        for retry in range(len(RETRIES) + 1):
            if await self.deliver(event, retry=retry):
                return waited
            if retry < len(RETRIES):
                waited.append(RETRIES[retry])
                await sleep(RETRIES[retry])
        return waited

    def _later(self, event: dict[str, Any]) -> None:
        task = asyncio.create_task(self.deliver(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _error(code: int, message: str) -> web.Response:
    return web.json_response({"error": code, "message": message})


def _token_error(code: int, message: str) -> web.Response:
    return web.json_response(
        {"error": code, "error_name": message, "error_description": message, "error_reason": message}
    )


@asynccontextmanager
async def fake_zalo_oa(**given: Any) -> AsyncIterator[FakeZaloOa]:
    """A pretend account, as long as it is needed."""
    one = FakeZaloOa(**given)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()
