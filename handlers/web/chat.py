"""The web door: the chat page and its socket. Made by bot/serve.py, together with the routes of the other pages.

Invariant: of what a browser sends only the person's words and its own cookie are believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from data import conversations, outbox
from handlers.delivery.sms import CodeSender, Sms
from handlers.doors import Webhook
from handlers.turns.json_contract import BadInput, MoveClock, place_object, read_object, shown
from handlers.turns.queue import Turns
from handlers.turns.types import Busy, NotKept, TurnResult
from handlers.web.pages import Pages
from handlers.web.secure_page import SecurePages
from handlers.web.server import WebServer
from handlers.web.source import SourceRates, Sources

log = logging.getLogger("troly.web")

VISITOR_DAYS = 180
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # a message id that a page may send
PUSH_SECONDS = 0.5  # how often the outbox is looked through for what came on its own
GREETING = "/start"  # what a page without a conversation says by itself; the answer concerns that tab only
BUSY = "Đang có rất nhiều người nhắn. Anh/chị chờ vài giây, tin sẽ được gửi lại."
NOT_FROM_HERE = ("secure", "contact")  # a page cannot vouch for a phone; codes go to the secure page only


class Web:
    """The web door's routes. `say_elsewhere` lets another door say what the secure page led to; `staff_pages` are the console's."""

    def __init__(
        self,
        turns: Turns,
        *,
        address: str,
        demo: bool,
        text_limit: int,
        frames_per_minute: int,
        code_sender: CodeSender | None,
        say_elsewhere: Mapping[str, Callable[[TurnResult], None]],
        webhooks: Mapping[str, Webhook] | None = None,
        staff_pages: Sequence[BaseRoute] = (),
        sources: Sources | None = None,
        source_rates: SourceRates | None = None,
    ) -> None:
        self._turns = turns
        self._address = address
        self._https = address.startswith("https://")
        self._cookie = "__Host-troly_visitor" if self._https else "troly_visitor"
        self._demo = demo
        self._text_limit = text_limit
        self._frames_per_minute = frames_per_minute
        self._code_sender = code_sender
        self._say_elsewhere = say_elsewhere
        self._sockets: dict[str, set[_Socket]] = {}
        self._errands: set[asyncio.Task[Any]] = set()
        self._pusher: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._pages = Pages(turns.content.office, address=address)
        self._sources = sources or Sources()
        self._source_rates = source_rates or SourceRates()
        secure = SecurePages(
            *(turns, self._pages),
            say=self.say,
            say_elsewhere=say_elsewhere,
            sources=self._sources,
            run_errands=self.run_errands,
        )
        own = [
            Route("/", self.page, methods=["GET"]),
            WebSocketRoute("/chat/socket", self.socket),
            Route("/secure/{token}", secure.look, methods=["GET"]),
            Route("/secure/{token}", secure.post, methods=["POST"]),
        ]
        self.app = WebServer(turns, self._pages, [*own, *staff_pages], webhooks)

    # -- the page

    async def page(self, request: Request) -> Response:
        """The chat page; gives a new visitor their cookie."""
        response = self._pages.html("chat.html", request, demo=self._demo)
        if not _good_cookie(request.cookies.get(self._cookie)):
            response.set_cookie(
                self._cookie,
                secrets.token_urlsafe(24),
                max_age=VISITOR_DAYS * 86400,
                httponly=True,
                samesite="lax",
                secure=self._https,
                path="/",
            )
        return response

    # -- the socket

    async def socket(self, websocket: WebSocket) -> None:
        """One tab's connection: objects of the contract, both ways."""
        cookie = websocket.cookies.get(self._cookie)
        if not _good_cookie(cookie) or not self._same_origin(websocket):
            await websocket.close(4403)
            return
        address, source = address_of(str(cookie)), self._sources.of(websocket)
        if not self._source_rates.may_open(source):
            await websocket.close(4429)
            return
        await websocket.accept()
        one = _Socket(websocket, address, source)
        self._sockets.setdefault(address, set()).add(one)
        if self._pusher is None:
            self._pusher = asyncio.create_task(self._push_on())
        try:
            while True:
                frame = await websocket.receive_text()
                may_send = one.may_send(self._turns.clock(), self._frames_per_minute)
                if not may_send or not self._source_rates.may_send(source):
                    await websocket.close(4429)
                    return
                await self._frame(one, frame)
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # the tab is gone, or sent bytes: nothing is lost, it asks for what it missed
        finally:
            mine = self._sockets.get(address, set())
            mine.discard(one)
            if not mine:
                self._sockets.pop(address, None)

    def _same_origin(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        if origin is None:
            return True  # not a browser: nobody's cookie rides along unasked
        return urlsplit(origin).netloc in (websocket.headers.get("host"), urlsplit(self._address).netloc)

    async def _frame(self, one: _Socket, frame: str) -> None:
        try:
            given = json.loads(frame)
        except (ValueError, RecursionError):
            given = None
        if not isinstance(given, dict):
            await one.send({"error": "Mỗi khung phải là một đối tượng JSON."})
            return
        if isinstance(given.get("after"), int):
            await self._catch_up(one, _reply_number(given["after"]))
        elif isinstance(given.get("seen"), int):
            self._turns.mark_seen(one.address, _reply_number(given["seen"]))
        else:
            await self._act(one, given)

    async def _catch_up(self, one: _Socket, after: int) -> None:
        turns = self._turns
        async with turns.db.reading() as connection:
            found = (await conversations.load(connection, turns.seal, [one.address])).get(one.address)
        missed = await turns.missed(one.address, after)
        place = (found.state.flow, found.state.step) if found else ("", "")
        now = datetime.fromtimestamp(turns.clock() + (found.clock if found else 0.0), UTC)
        await one.send(
            {
                "replies": [_on_page(row) for row in missed],
                "at": place_object(place),
                "now": now.isoformat(),
                "conversation": hashlib.sha256(one.address.encode()).hexdigest()[:16],
                "said": found.said if found else 0,
            }
        )
        one.showed(missed)
        turns.release([row for row in missed if not row.proactive])

    # -- what comes on its own

    def nudge(self) -> None:
        """Something may wait for an open page: look now."""
        self._news.set()

    async def _push_on(self) -> None:
        """Show officers' words, reminders and notices on open pages, soon after they are published."""
        while self._sockets:
            try:
                await self._push()
            except (SQLAlchemyError, OSError) as wrong:
                log.warning("the outbox could not be read: %s", type(wrong).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PUSH_SECONDS):
                    await self._news.wait()
            self._news.clear()
        self._pusher = None

    async def _push(self) -> None:
        turns = self._turns
        async with turns.db.reading() as connection:
            rows = await outbox.unseen_on_its_own(connection, list(self._sockets))
            fresh = {r.address for r in rows if any(one.lacks(r) for one in self._sockets.get(r.address, ()))}
            places = await conversations.load(connection, turns.seal, sorted(fresh)) if fresh else {}
        for address in fresh:
            state = places[address].state
            for one in list(self._sockets.get(address, ())):
                mine = [r for r in rows if r.address == address and one.lacks(r)]
                if mine:
                    at = place_object((state.flow, state.step))
                    await one.send({"replies": [_on_page(r) for r in mine], "at": at})
                    one.showed(mine)

    async def _act(self, one: _Socket, given: dict[str, Any]) -> None:
        message_id = given.pop("id", None)
        if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
            message_id = secrets.token_hex(16)
        try:
            if any(k in given for k in NOT_FROM_HERE) or ("wait" in given and not self._demo):
                raise BadInput("Trang này không nhận mục đó.")
            if isinstance(given.get("file"), dict) and "path" in given["file"]:
                raise BadInput("Trang này không nhận đường dẫn tệp.")
            wish = read_object(given, self._text_limit)
            if isinstance(wish, MoveClock):
                await self._pass_time(one.address, wish.seconds)
                await one.send({"for": message_id, "replies": [], "at": None})
                return
            result = await self._turns.take(
                one.address, f"web:{message_id}", wish, pushed=False, shown=True, source=one.source
            )
        except BadInput as bad:
            await one.send({"for": message_id, "error": str(bad)})
            return
        except (Busy, NotKept):
            await one.send({"error": BUSY})
            return
        extra = {"for": message_id} | ({"forget": True} if result.forget else {})
        await self.say(result, to=one, extra=extra, alone=given.get("text") == GREETING)
        self.run_errands(result)

    async def _pass_time(self, address: str, seconds: float) -> None:
        turns = self._turns
        async with turns.db.writing() as connection:
            await conversations.move_clock(turns.db, connection, turns.seal, address, seconds, turns.clock())

    async def say(
        self,
        result: TurnResult,
        to: _Socket | None = None,
        extra: dict[str, Any] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        """Show replies in the tab that asked, and in the person's other tabs unless it asked for itself `alone`."""
        frame: dict[str, Any] = {"at": place_object(result.place)}
        if self._demo:
            frame["sms"] = []
        readers = [one for one in self._sockets.get(result.address, ()) if one is to or not alone]
        missed: list[outbox.Outgoing] = []
        before = result.said - len(result.rows)
        if any(before > one.newest for one in readers):  # published since: goes before the answer
            async with self._turns.db.reading() as connection:
                missed = await outbox.unseen_on_its_own(connection, [result.address])
        for one in readers:
            fresh = [m for m in missed if one.lacks(m)]
            rows = sorted([*fresh, *result.rows], key=lambda row: row.number or 0)
            mine = {**frame, "replies": [_on_page(row) for row in rows]}
            await one.send({**mine, **(extra or {})} if one is to else mine)
            one.showed(rows)
        self._turns.release(result.rows)

    def run_errands(self, result: TurnResult) -> None:
        """Send the codes of this turn; the replies do not wait for them, so a hit takes no longer than a miss."""
        if result.codes_out and self._code_sender is not None:
            task = asyncio.create_task(self._code_sender.deliver(result.codes_out))
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)

    async def show_sms(self, sms: Sms) -> None:
        """Show a message of the pretend phone to whoever caused it; one caused elsewhere, on every open page."""
        if sms.address.startswith("web:"):
            shown_to = list(self._sockets.get(sms.address, ()))
        else:
            shown_to = [one for sockets in self._sockets.values() for one in sockets]
        for one in shown_to:
            await one.send({"replies": [], "sms": [{"to": sms.to, "text": sms.text}]})

    async def quiet(self) -> None:
        """Return when no errand is under way; nothing more is pushed once every page is gone."""
        while self._errands:
            await asyncio.wait(set(self._errands))
        if self._pusher is not None and not self._sockets:
            self.nudge()
            await self._pusher


class _Socket:
    """One open tab."""

    def __init__(self, websocket: WebSocket, address: str, source: str) -> None:
        self._websocket = websocket
        self.address = address
        self.source = source
        self.newest = 0  # number of the newest reply shown
        self._shown: set[int] = set()
        self._minute = 0
        self._frames = 0

    def lacks(self, row: outbox.Outgoing) -> bool:
        """Whether this tab has not been shown the row by this process."""
        return row.id not in self._shown

    def showed(self, rows: Sequence[outbox.Outgoing]) -> None:
        """These rows were shown here."""
        for row in rows:
            self.newest = max(self.newest, row.number or 0)
            if row.proactive:
                self._shown.add(row.id)

    def may_send(self, now: float, per_minute: int) -> bool:
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._frames = minute, 0
        self._frames += 1
        return self._frames <= per_minute

    async def send(self, frame: dict[str, Any]) -> None:
        """Send a frame; a tab that is gone will ask for what it missed."""
        try:
            await self._websocket.send_text(json.dumps(frame, ensure_ascii=False))
        except (WebSocketDisconnect, RuntimeError, OSError):
            log.debug("a tab was gone")


def address_of(cookie: str) -> str:
    """The conversation's address of a visitor; the cookie itself is kept nowhere."""
    return f"web:{hashlib.sha256(cookie.encode()).hexdigest()[:32]}"


def _reply_number(given: int) -> int:
    """A reply's number as the outbox can hold it: a page may claim anything."""
    return min(max(given, 0), 2**31 - 1)


def _good_cookie(cookie: str | None) -> bool:
    return cookie is not None and 32 <= len(cookie) <= 64 and cookie.isascii()


def _on_page(row: outbox.Outgoing) -> dict[str, Any]:
    """The contract's object with the number and the key of a countdown; options that share a contact are left out."""
    out = {**shown(row.body, proactive=row.proactive), "number": row.number}
    if "key" in row.body:
        out["key"] = row.body["key"]
    if shares := row.body.get("shares"):
        out["options"] = [o for o in row.body["options"] if o != shares]
    return out
