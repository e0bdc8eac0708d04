"""Takes what channels post: who calls is checked first, then the body is read, then there must be room to act. Called by server.py.

A body that does not come takes nobody's place: it has a deadline, its source a share, and where a share is full the one that
was begun first gives way. Each webhook has places of its own. Invariant: of a caller who is refused not one byte of the body
is read; what a door takes is answered only once it has committed or refused it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from handlers.doors import HttpReply, Webhook
from handlers.web.source import BodyPlaces, Sources

log = logging.getLogger("troly.web")

RETRY = {"Retry-After": "1"}  # seconds until a channel may post again
FULL_SECONDS = 60.0  # between two log lines about one webhook that has no room
FULL: HttpReply = (503, RETRY)
LATE: HttpReply = (408, {})


@dataclass(frozen=True, slots=True)
class WebhookLimits:
    """Of each webhook: whole bodies acted on at once; bodies being read, in all and from one source; seconds a body may take."""

    at_once: int = 200
    reading: int = 64
    reading_source: int = 16
    body_seconds: float = 10.0


class Webhooks:
    """The webhooks of one process."""

    def __init__(
        self,
        webhooks: Mapping[str, Webhook],
        limits: WebhookLimits = WebhookLimits(),  # frozen
        sources: Sources | None = None,
    ) -> None:
        self._webhooks = webhooks
        self._limits = limits
        self._sources = sources or Sources()
        self._acting: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()  # where there was no room to act, by path
        self._told: dict[str, float] = {}  # when the log said so last
        self._reading: dict[str, BodyPlaces] = {}  # by path

    def at(self, scope: Scope) -> Webhook | None:
        """The webhook that is called, or None."""
        return self._webhooks.get(scope.get("path", "")) if scope.get("method") == "POST" else None

    async def answer(self, webhook: Webhook, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one call and answer it."""
        status, given = await self._reply_to(webhook, scope, receive)
        headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
        headers.append((b"content-length", b"0"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})

    async def _reply_to(self, webhook: Webhook, scope: Scope, receive: Receive) -> HttpReply:
        reply = webhook.refused(scope["headers"])
        if reply is not None:
            return reply
        if _announced(scope) > webhook.body_limit:
            return 413, {}
        try:
            body = await self._read(webhook, scope, receive)
        except TimeoutError:
            return LATE
        if body is None:
            return FULL
        if len(body) > webhook.body_limit:
            return 413, {}
        path = scope["path"]
        if self._acting[path] >= self._limits.at_once:
            self._note_full(path)
            return FULL
        self._acting[path] += 1
        try:
            return await webhook.take(scope["headers"], body)
        finally:
            self._acting[path] -= 1

    def _note_full(self, path: str) -> None:
        """Some channels do not post again what was refused: say how much that is, once in FULL_SECONDS."""
        self._refused[path] += 1
        now = asyncio.get_running_loop().time()
        if now - self._told.get(path, -FULL_SECONDS) >= FULL_SECONDS:
            log.error("%s has no room: %d calls were refused so far", path, self._refused[path])
            self._told[path] = now

    async def _read(self, webhook: Webhook, scope: Scope, receive: Receive) -> bytes | None:
        """The body, or None where the caller went away. Raises TimeoutError where it was late, or gave way."""
        limits, path = self._limits, scope["path"]
        if path not in self._reading:
            self._reading[path] = BodyPlaces(limits.reading, limits.reading_source, limits.body_seconds)
        async with self._reading[path].place(self._sources.of(HTTPConnection(scope))):
            return await _body(receive, webhook.body_limit)


def _announced(scope: Scope) -> int:
    """How long the caller says the body is; 0 where it does not say."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said[:20]) if said.isdigit() else 0


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The body, with at most one piece beyond `limit`; None where the caller went away."""
    body, more = bytearray(), True
    while more and len(body) <= limit:
        piece = await receive()
        if piece["type"] == "http.disconnect":
            return None
        body += piece.get("body", b"")
        more = piece.get("more_body", False)
    return bytes(body)
