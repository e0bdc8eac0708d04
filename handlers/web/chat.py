"""The web door: the chat page and its socket. Made by bot/serve.py, together with the routes of the other pages.

Invariant: of what a browser sends only the person's words and its own cookie are believed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from data import conversations, outbox
from data.outbox import Outgoing, Seen, Unseen
from data.outbox.news import EVERYBODY, OutboxNews
from flows.engine.state import State
from handlers.delivery.sms import CodeSender, Sms
from handlers.passwords import Passwords
from handlers.turns.json_contract import (
    BadInput,
    MoveClock,
    place_object,
    read_json,
)
from handlers.turns.queue import OTHERS_SAY, Turns
from handlers.turns.types import Act, Busy, NotKept, TurnResult
from handlers.waiting import all_done
from handlers.web.frames import address_of, catch_up_frame, on_page, read_wish, reply_number
from handlers.web.front import FrontPage
from handlers.web.origin import is_ours
from handlers.web.pages import Pages
from handlers.web.papers import link_routes
from handlers.web.pictures import PicturePosts
from handlers.web.secure_page import SecurePages
from handlers.web.server import WebServer
from handlers.web.sockets import AGAIN, FULL, Readers, Socket, SocketLimits, Sockets
from handlers.web.source import BodyPlaces, SourceRates, Sources
from handlers.web.webhooks import Webhooks

log = logging.getLogger("troly.web")

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # a message id that a page may send
PUSH_SECONDS = 0.5  # how often the outbox is looked through for what nobody told us of
PUSH_PATIENCE = 2.0  # seconds one conversation may take
PUSHES = 4  # conversations that are pushed to at once
REST_SECONDS = 5.0  # until a conversation is looked at again whose rows could not be shown
SEEN_SECONDS = 1.0  # what is seen is kept so long where other processes may have open tabs of the same person
LOOK_AGAIN = 0.02  # seconds between two looks for what another process is saying
ERRAND_SECONDS = 4.0  # for what is under way at the end
GREETING = "/start"  # what a page without a conversation says by itself; the answer concerns that tab only
BUSY = "Đang có rất nhiều người nhắn. Anh/chị chờ vài giây, tin sẽ được gửi lại."


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
        webhooks: Webhooks | None = None,
        staff_pages: Sequence[BaseRoute] = (),
        sources: Sources | None = None,
        source_rates: SourceRates | None = None,
        picture_bodies: BodyPlaces | None = None,
        socket_limits: SocketLimits = SocketLimits(),  # noqa: B008  # frozen
        passwords: Passwords | None = None,
        embed_origins: tuple[str, ...] = (),
        counter_seconds: int = 60,
    ) -> None:
        self._turns = turns
        self._address = address
        self._demo = demo
        self._text_limit = text_limit
        self._frames_per_minute = frames_per_minute
        self._code_sender = code_sender
        self._say_elsewhere = say_elsewhere
        self.sockets = Sockets(socket_limits, lease=turns.lease, release=turns.release)
        self._errands: set[asyncio.Task[Any]] = set()
        self._pusher: asyncio.Task[None] | None = None
        self._look = asyncio.Event()
        self._pushes = asyncio.Semaphore(PUSHES)
        self._asked: set[str] = set()  # conversations that something was told of
        self._news = OutboxNews(turns.db, self._heard)
        self._resting: dict[asyncio.TimerHandle, Sequence[Seen]] = {}  # what is seen, and not yet marked
        self._alone: set[int] = set()  # ids of replies on their way that concern one tab only
        self._closing = False
        turns.released = self._released
        self._pages = Pages(turns.content.office, address=address)
        self._front = FrontPage(
            *(self._pages, address.startswith("https://"), demo),
            embed_origins=embed_origins,
            counter_seconds=counter_seconds,
        )
        self._sources = sources or Sources()
        self._source_rates = source_rates or SourceRates()
        secure = SecurePages(
            *(turns, self._pages),
            say=self.say,
            say_elsewhere=say_elsewhere,
            sources=self._sources,
            rates=self._source_rates,
            run_errands=self.run_errands,
            passwords=passwords,
        )
        own = [
            Route("/", self.page, methods=["GET"]),
            WebSocketRoute("/chat/socket", self.socket),
            *secure.routes,
            *link_routes(turns, self._pages, address, self._sources, self._source_rates),
            PicturePosts(
                *(turns, address, self._front.cookie, self.say, self._sources, self._source_rates),
                picture_bodies or BodyPlaces(in_all=16, of_source=2, seconds=30.0),
            ).route,
        ]
        self.app = WebServer(turns, self._pages, [*own, *staff_pages], webhooks)

    # -- the page

    async def page(self, request: Request) -> Response:
        """The chat page."""
        return self._front.page(request)

    # -- the socket

    async def socket(self, websocket: WebSocket) -> None:
        """One tab's connection: objects of the contract, both ways."""
        cookie = self._front.cookie(websocket)
        origin, host = websocket.headers.get("origin"), websocket.headers.get("host")
        if cookie is None or not is_ours(origin, host, self._address):
            await websocket.close(4403)
            return
        source = self._sources.of(websocket)
        if not self._source_rates.may_open(source):
            await websocket.close(AGAIN)
            return
        try:
            await websocket.accept()
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # it has left already
        one = None if self._closing else self.sockets.open(websocket, address_of(cookie), source)
        if one is None:
            await websocket.close(FULL)
            return
        asyncio.get_running_loop().call_later(PUSH_SECONDS, self._begin, one, 0)  # unless it says what it has
        if self._pusher is None or self._pusher.done():
            self._pusher = asyncio.create_task(self._push_on())
        try:
            while True:
                frame = await websocket.receive_text()
                may_send = one.may_send(self._turns.clock(), self._frames_per_minute)
                if not may_send or not self._source_rates.may_send(source):
                    one.close(AGAIN)
                    return
                await self._frame(one, frame)
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # the tab is gone, or sent bytes: nothing is lost, it asks for what it missed
        except asyncio.CancelledError:
            pass  # the process ends, and has waited for this long enough
        except (SQLAlchemyError, OSError, ValueError) as wrong:
            log.error("a frame could not be acted on: %s", type(wrong).__name__)
            one.close(FULL)  # it comes again
        finally:
            await one.end()

    def _begin(self, one: Socket, after: int) -> None:
        """From here on what is above `after` is pushed to the tab."""
        if one.sent < 0:
            one.sent = after
            self._heard(one.readers.address)

    async def _frame(self, one: Socket, frame: str) -> None:
        given = read_json(frame)
        if given is None:
            one.put({"error": "Mỗi khung phải là một đối tượng JSON."})
            return
        try:
            if "after" in given:
                await self._catch_up(one, reply_number("after", given))
            elif "seen" in given:
                self._is_seen(one, one.reported(reply_number("seen", given)))
            else:
                self._begin(one, 0)
                await self._act(one, given)
        except BadInput as bad:
            one.put({"error": str(bad)})

    async def _catch_up(self, one: Socket, after: int) -> None:
        """The tab has shown everything up to `after`: send what is above it."""
        turns, readers = self._turns, one.readers
        async with readers.lock:
            async with turns.db.reading() as connection:
                loaded = await conversations.load(connection, turns.seal, [readers.address])
                below = await outbox.unseen_below(connection, readers.address, after)
            found = loaded.get(readers.address)
            said = found.said if found else 0
            one.sent = min(after, said)
            unseen = Unseen()
            if said > one.sent:
                unseen = await turns.to_show(readers.address, one.sent, readers.said)
            one.put(catch_up_frame(readers.address, found, unseen.rows, turns.clock()), unseen.rows)
            readers.let_go_unsent(unseen.rows)
        if unseen.stopped_at is not None:
            self._heard(readers.address)  # the rest follows
        if below is not None:  # the tab keeps what it has shown, also where its report was lost
            self._is_seen(one, [below])

    def _is_seen(self, one: Socket, seen: Sequence[Seen]) -> None:
        """Mark these as seen; a little later where another process may be about to show them, too."""
        alone = all(number in one.alone for s in seen for number in range(s.first, s.last + 1))
        if not self._news.listening or alone:
            self._turns.mark_seen(seen)
            return

        def rested() -> None:
            del self._resting[handle]
            self._turns.mark_seen(seen)

        handle = asyncio.get_running_loop().call_later(SEEN_SECONDS, rested)
        self._resting[handle] = seen

    # -- what did not come of a message of this tab

    def nudge(self) -> None:
        """Something may wait for an open page, here or at another process: look now."""
        self._news.tell([EVERYBODY])
        self._heard(EVERYBODY)

    def _heard(self, address: str) -> None:
        self._asked.add(address)
        self._look.set()

    def _released(self, rows: Sequence[Outgoing]) -> None:
        """Replies that a tab was shown may be shown to the person's other tabs, here or at another process."""
        told = {row.address for row in rows if row.door == "web" and row.id not in self._alone}
        self._alone.difference_update(row.id for row in rows)
        self._news.tell(told)
        for readers in map(self.sockets.at, told):
            lowest = readers.lowest()
            if lowest is not None and lowest < readers.said:
                self._heard(readers.address)

    async def _push_on(self) -> None:
        """Send open pages what they lack, soon after it is told of; what nobody told of, within PUSH_SECONDS."""
        loop = asyncio.get_running_loop()
        due = loop.time() + PUSH_SECONDS
        while len(self.sockets):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._look.wait()
            self._look.clear()
            asked, self._asked = self._asked, set()
            if EVERYBODY in asked or loop.time() >= due:
                due, asked = loop.time() + PUSH_SECONDS, {readers.address for readers in self.sockets}
            try:
                await self.push(asked)
            except Exception as wrong:  # noqa: BLE001  # the next round may do better, and every page waits for it
                log.warning("the outbox could not be read: %s", type(wrong).__name__)
                await asyncio.sleep(PUSH_SECONDS)

    async def push(self, addresses: Collection[str]) -> None:
        """Send the open tabs of these conversations what they lack."""
        now = asyncio.get_running_loop().time()
        open_here = [r for r in self.sockets if r.address in addresses and r.ready() and r.rest_until <= now]
        if not open_here:
            return
        async with self._turns.db.reading() as connection:
            newest = await outbox.newest_numbers(connection, [readers.address for readers in open_here])
        behind = [
            r for r in open_here if (r.lowest() or 0) < newest.get(r.address, 0) and not r.lock.locked()
        ]
        await asyncio.gather(*(self._push_guarded(readers, newest[readers.address]) for readers in behind))

    async def _push_guarded(self, readers: Readers, newest: int) -> None:
        """Push to one conversation, which never stops the others: neither by a failure nor by being slow."""
        try:
            async with self._pushes, asyncio.timeout(PUSH_PATIENCE):
                await self._push_to(readers, newest)
        except Exception as wrong:  # noqa: BLE001  # as above
            log.error("a conversation's rows could not be shown: %s", type(wrong).__name__)
            readers.rest_until = asyncio.get_running_loop().time() + REST_SECONDS

    async def _push_to(self, readers: Readers, newest: int) -> None:
        turns = self._turns
        async with readers.lock:
            lowest = readers.lowest()
            if lowest is None or lowest >= newest:
                return
            unseen = await turns.to_show(readers.address, lowest, readers.said)
            async with turns.db.reading() as connection:
                found = await conversations.load(connection, turns.seal, [readers.address])
            state = found[readers.address].state if found else State()
            at = place_object((state.flow, state.step))
            for one in readers.ready():
                if fresh := one.lacks(unseen.rows):
                    one.put({"replies": [on_page(row) for row in fresh], "at": at}, fresh)
                if unseen.stopped_at is None:  # what is not there was seen elsewhere, or withdrawn
                    one.sent = max(one.sent, newest)
            readers.let_go_unsent(unseen.rows)
        if unseen.rows and unseen.stopped_at is not None:
            self._heard(readers.address)  # the rest follows

    async def _act(self, one: Socket, given: dict[str, Any]) -> None:
        message_id = given.pop("id", None)
        if not isinstance(message_id, str) or not _ID.fullmatch(message_id):
            message_id = secrets.token_hex(16)
        try:
            wish = read_wish(given, self._text_limit, demo=self._demo)
            if isinstance(wish, MoveClock):
                await self._turns.move_clock(one.readers.address, wish.seconds)
                one.put({"for": message_id, "replies": [], "at": None})
                return
            result = await self._turns.take(
                *(one.readers.address, f"web:{message_id}", wish),
                pushed=False,
                shown=True,
                source=one.source,
                act=Act(joins="text" in given and given["text"] != GREETING, note=message_id),
            )
        except BadInput as bad:
            one.put({"for": message_id, "error": str(bad)})
            return
        except (Busy, NotKept):
            one.put({"error": BUSY})
            return
        extra = {"for": message_id} | ({"forget": True} if result.forget else {})
        await self.say(result, to=one, extra=extra, alone=given.get("text") == GREETING)
        self.run_errands(result)

    async def say(
        self,
        result: TurnResult,
        to: Socket | None = None,
        extra: dict[str, Any] | None = None,
        *,
        alone: bool = False,
    ) -> None:
        """Show replies in the tab that asked, and in the person's other tabs unless it asked for itself `alone`."""
        readers = to.readers if to is not None else self.sockets.at(result.address)
        frame: dict[str, Any] = {"at": place_object(result.place)}
        if self._demo:
            frame["sms"] = []
        async with readers.lock:
            shown_to = [one for one in readers.ready() if one is to or not alone]
            before = result.said - len(result.rows)
            behind = [one.sent for one in shown_to if one.sent < before]
            earlier = await self._earlier(readers, min(behind), before) if behind and result.rows else []
            for one in shown_to:
                rows = one.lacks([*earlier, *result.rows])
                mine = {**frame, "replies": [on_page(row) for row in rows]}
                one.put({**mine, **(extra or {})} if one is to else mine, rows)
            if alone and to is not None:
                to.alone.update(row.number or 0 for row in result.rows)
                self._alone.update(row.id for row in result.rows)
            for one in readers.ready():
                if one not in shown_to:
                    one.skip(result.rows, before)
            readers.forget(result.forget_too)
            readers.said = max(readers.said, result.said)
            readers.let_go_unsent([*earlier, *result.rows])

    async def _earlier(self, readers: Readers, after: int, before: int) -> Sequence[Outgoing]:
        """What is unseen above `after` up to `before`: it goes ahead of an answer. Another process may be saying it yet."""
        waited, rows = 0.0, list[Outgoing]()
        while True:
            unseen = await self._turns.to_show(readers.address, after, before)
            rows += [row for row in unseen.rows if (row.number or 0) <= before]
            readers.let_go_unsent([row for row in unseen.rows if (row.number or 0) > before])
            if unseen.stopped_at is None or unseen.stopped_at > before or waited > 2 * OTHERS_SAY:
                return rows
            if unseen.rows:
                after = unseen.rows[-1].number or after
            else:
                await asyncio.sleep(LOOK_AGAIN)
                waited += LOOK_AGAIN

    def run_errands(self, result: TurnResult) -> None:
        """Send the codes of this turn; the replies do not wait for them, so a hit takes no longer than a miss."""
        if result.codes_out and self._code_sender is not None:
            task = asyncio.create_task(self._code_sender.attempt(result.codes_out))
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)

    async def show_sms(self, sms: Sms) -> None:
        """Show a message of the pretend phone to whoever caused it; one caused elsewhere, on every open page."""
        for readers in [self.sockets.at(sms.address)] if sms.address.startswith("web:") else self.sockets:
            for one in readers.tabs:
                one.put({"replies": [], "sms": [{"to": sms.to, "text": sms.text}]})

    # -- its life

    async def start(self) -> None:
        """Hear from other processes, and tell them; answer the words that waited when the last one died."""
        self._news.start()
        await self._turns.say_what_waits("web", self._say_later)

    async def stop(self, seconds: float = ERRAND_SECONDS) -> None:
        """Open no tab any more; finish what is under way within `seconds`; the outbox keeps the rest."""
        self._closing = True
        tabs = [one for readers in self.sockets for one in readers.tabs]
        under_way = [*self._errands, *(asyncio.create_task(one.idle()) for one in tabs)]
        if under_way:
            _, unfinished = await asyncio.wait(under_way, timeout=seconds)
            for task in unfinished:
                task.cancel()
        if self._pusher is not None:
            self._pusher.cancel()
        await self._news.stop()
        for handle, seen in self._resting.items():
            handle.cancel()
            self._turns.mark_seen(seen)
        self._resting.clear()

    async def _say_later(self, result: TurnResult) -> None:
        """Say the answer to words that waited for more."""
        await self.say(result)
        self.run_errands(result)

    async def quiet(self) -> None:
        """Return when no errand is under way; nothing more is pushed once every page is gone."""
        await all_done(self._errands)
        if self._pusher is not None and not len(self.sockets):
            self._heard(EVERYBODY)
            await self._pusher
