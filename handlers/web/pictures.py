"""Takes a portrait that the chat asked for, judges it in memory and lets it go. Routed by handlers/web/chat.py.

Invariant: a body is read only where a picture was asked for, never more of it than the limit, and kept nowhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from data import conversations
from flows.conversations.papers.portrait import takes_picture
from flows.engine.events import SentPicture
from handlers.pictures import judged
from handlers.turns.json_contract import NEVER
from handlers.turns.queue import Turns
from handlers.turns.types import Busy, NotKept, TurnResult, at_once
from handlers.web.frames import address_of
from handlers.web.origin import is_ours
from handlers.web.source import BodyPlaces, SourceRates, Sources

BUSY = "Đang có nhiều người gửi ảnh. Anh/chị chờ một chút rồi gửi lại."
NOT_ASKED = "Lúc này tôi không nhận ảnh. Anh/chị nhắn “coi ảnh chân dung” trước."


@dataclass(slots=True)
class PicturePosts:
    """The route. `cookie`: reads the visitor's; `say` shows the answer in the person's open pages."""

    turns: Turns
    address: str
    cookie: Callable[[HTTPConnection], str | None]
    say: Callable[[TurnResult], Awaitable[None]]
    sources: Sources
    rates: SourceRates
    bodies: BodyPlaces

    @property
    def route(self) -> Route:
        """Where the page posts a picture."""
        return Route("/chat/picture", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """Judge the body; the answer comes through the socket."""
        cookie = self.cookie(request)
        ours = is_ours(request.headers.get("origin"), request.headers.get("host"), self.address)
        if not ours or cookie is None:
            return JSONResponse({"error": NOT_ASKED}, 403)
        source, address = self.sources.of(request), address_of(cookie)
        if not self.rates.may_send(source):
            return JSONResponse({"error": BUSY}, 429)
        if not await self._asked_for(address):
            return JSONResponse({"error": NOT_ASKED}, 409)
        try:
            async with self.bodies.place(source):
                picture = await self._judged(request)
        except (ClientDisconnect, TimeoutError):
            return JSONResponse({"error": BUSY}, 408)
        key = f"picture:{secrets.token_hex(16)}"
        try:
            result = await self.turns.take(
                address, key, at_once(picture), pushed=False, shown=True, source=source
            )
        except (Busy, NotKept):
            return JSONResponse({"error": BUSY}, 503)
        await self.say(result)
        return JSONResponse({"ok": True})

    async def _judged(self, request: Request) -> SentPicture:
        """What the body is; of one that is longer than the limit the rest is not read."""
        most, body = self.turns.content.portrait_bytes, bytearray()
        async for part in request.stream():
            body += part
            if len(body) > most:
                claimed = request.headers.get("content-length", "")
                size = int(claimed) if claimed.isdecimal() and len(claimed) < 12 else len(body)
                return SentPicture("too_big", max(size, most + 1), NEVER)
        return await judged(bytes(body), most, NEVER)

    async def _asked_for(self, address: str) -> bool:
        async with self.turns.db.reading() as connection:
            found = (await conversations.load(connection, self.turns.seal, [address])).get(address)
        return found is not None and takes_picture(found.state.flow, found.state.step)
