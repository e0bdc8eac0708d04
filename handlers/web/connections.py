"""What one connection of the web server may do: how long it takes, how much it sends, how many there are. Used by bot/serve.py.

uvicorn's own protocols, with deadlines and caps. Invariant: a connection on which no whole request has come has a deadline;
beyond a cap the one that has waited longest for its request gives way, and only where none does the newcomer is refused.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Literal, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from handlers.web.answers import RETRY_SECONDS
from handlers.web.pages import page_headers

Network = IPv4Network | IPv6Network
_strangers = logging.getLogger("troly.web.strangers")
_strangers.setLevel(logging.ERROR)

PIPELINED = 8  # requests that may wait on one connection behind the one that is answered
HEADER_OVERHEAD = 32  # bytes that a header counts besides its name and value
OTHER_FILES = 128  # descriptors for the database, the log, calls to channels
CUT_SECONDS = 1.5  # what a WebSocket has to be closed in an orderly way
NETWORK_BITS = 64  # of an IPv6 address: who has one has 2**64 of them


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Connections in all and from one source; seconds for the head of a request, its body, between two, for taking the answer."""

    in_all: int = 4000
    per_source: int = 500
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 15.0
    unread_seconds: float = 60.0
    head_bytes: int = 32768


def raise_file_limit() -> int:
    """Let this process open as many files as the system allows it; returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):  # some systems call the hard limit endless and allow less
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def fitting(limits: ConnectionLimits, files: int) -> ConnectionLimits:
    """The limits, with no more connections than a process with so many files can hold."""
    if files == resource.RLIM_INFINITY:
        return limits
    room = max(files - OTHER_FILES, 16)
    return replace(limits, in_all=min(limits.in_all, room), per_source=min(limits.per_source, room))


class ConnectionTable:
    """The open connections of one process, by source. `trusted`: networks of proxies, which have no cap of their own."""

    def __init__(
        self,
        limits: ConnectionLimits,
        *,
        https: bool = False,
        trusted: Sequence[Network] = (),
    ) -> None:
        self.limits = limits
        self.refusal = _refusal(
            https=https
        )  # what follows the status line of an answer without the application
        self._trusted = trusted
        self._sources: dict[asyncio.BaseTransport, str] = {}
        self._counts: Counter[str] = Counter()
        self._waiting: dict[asyncio.BaseTransport, None] = {}  # for a request; the longest wait first

    def __len__(self) -> int:
        return len(self._sources)

    def enter(self, transport: asyncio.Transport) -> bool:
        """Take a connection in; False when there is no room and none gives way."""
        source = self._source_of(transport)
        if source and self._counts[source] >= self.limits.per_source and not self._gave_way(source):
            return False
        if len(self._sources) >= self.limits.in_all and not self._gave_way(""):
            return False
        self._sources[transport] = source
        self._counts[source] += 1
        return True

    def _gave_way(self, source: str) -> bool:
        """Whether a connection (of this source) that waits for its request was ended for another."""
        for transport in self._waiting:
            if not source or self._sources[transport] == source:
                self.leave(transport)
                cast(asyncio.Transport, transport).abort()
                return True
        return False

    def _source_of(self, transport: asyncio.BaseTransport) -> str:
        """Who is at the other end: an IPv4 address, or the network of an IPv6 address; "" for a trusted proxy."""
        peer = transport.get_extra_info("peername")
        host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return host
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self._trusted):
            return ""
        if isinstance(address, IPv6Address):
            return str(ip_network((int(address), NETWORK_BITS), strict=False))
        return str(address)

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """A connection is gone; said twice, it is gone once."""
        self._waiting.pop(transport, None)
        source = self._sources.pop(transport, None)
        if source is not None:
            self._counts[source] -= 1
            if not self._counts[source]:
                del self._counts[source]

    def waits(self, transport: asyncio.BaseTransport) -> None:
        """No request has come on it yet, or none since the last one."""
        if transport in self._sources:
            self._waiting[transport] = None

    def works(self, transport: asyncio.BaseTransport) -> None:
        """A request has come on it: it no longer gives way."""
        self._waiting.pop(transport, None)


def _refusal(*, https: bool) -> bytes:
    headers = page_headers(https=https) | {"connection": "close", "content-length": "0"}
    headers["retry-after"] = str(RETRY_SECONDS)
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"


class _RequestTooLong(Exception):
    """The head of a request is too long, or too many requests wait."""


class _RequestConnection(HttpToolsProtocol):
    """uvicorn's HTTP connection with deadlines: for the head of a request, for its body, for the taking of the answer."""

    table: ConnectionTable

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.logger = _strangers  # what they send wrongly would fill the log
        self._limits = self.table.limits
        self.timeout_keep_alive = self._limits.idle_seconds  # type: ignore[assignment]  # parts of a second are welcome
        self._part: Literal["idle", "head", "body"] = "head"  # of a request: what comes now
        self._expected = ""  # the part whose deadline runs
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._fed = 0  # bytes that came since the head began
        self._read = 0  # bytes of the head that are read
        self._upgraded = False
        self._refusal = 400

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        if self.table.enter(transport):
            self._settle()
        else:
            self._refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect("")
        self._stop_unread()
        self.table.leave(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._part == "idle":
            self._part, self._fed = "head", 0
        self._fed += len(data)
        super().data_received(data)
        if self._upgraded or self.transport.is_closing():
            return
        if self._part == "head" and self._fed > self._limits.head_bytes:
            self._refuse(431)
        else:
            self._settle()

    # -- what the parser tells

    def on_message_begin(self) -> None:
        self._part, self._read = "head", 0
        super().on_message_begin()
        self.scope["state"]["allow_body"] = self._allow_body

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + HEADER_OVERHEAD)
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._read += size
        if self._read > self._limits.head_bytes:
            self._refusal = 431
            raise _RequestTooLong

    def on_headers_complete(self) -> None:
        self._part = "body"
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED:
            raise _RequestTooLong

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._part = "idle"

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:
            self.cycle.body.clear()
        if not self.transport.is_closing():
            self._settle()

    def handle_websocket_upgrade(self) -> None:
        self._upgraded = True
        self._expect("")
        self.table.works(self.transport)
        super().handle_websocket_upgrade()

    # -- deadlines

    def _settle(self) -> None:
        """Set the deadline of what is to come next, and say whether this connection waits for it."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._part == "idle" and answering:
            self.table.works(self.transport)
        else:
            self.table.waits(self.transport)
        self._expect("" if self._part == "idle" else self._part)

    def _expect(self, part: str) -> None:
        if part == self._expected:
            return
        self._expected = part
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if part:
            limits = self._limits
            seconds = limits.head_seconds if part == "head" else limits.body_seconds
            self._deadline = self.loop.call_later(seconds, self._late)

    def _allow_body(self, seconds: float) -> None:
        """Give the body that comes so long from now on; said by a route that knows who sends it."""
        if self._part == "body" and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        if not self.transport.is_closing():
            self._refuse(408)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self._limits.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_unread()

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    # -- answers without the application

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._refusal)

    def _refuse(self, status: int) -> None:
        """Say so and close; in the middle of an answer, only close."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        self.transport.write(b"".join((STATUS_LINE[status], self.table.refusal)))
        self.transport.close()


class _SocketConnection(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket connection: it lives as long as both sides want, is counted until it is lost, and can be cut.

    uvicorn closes a line once all that was written has left; a peer that does not read would keep it open for ever. The
    ASGI scope holds `state["abort"]`, which cuts it, and every orderly close is followed by a cut.
    """

    table: ConnectionTable

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if (
            not self.handshake_initiated and not self.transport.is_closing()
        ):  # the whole head came, and is none
            self.handshake_complete = self.close_sent = True
            self.transport.write(b"".join((STATUS_LINE[400], self.table.refusal)))
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        if self.conn.accept(event).status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            super().handle_connect(event)
        if hasattr(self, "scope"):  # it was no refusal
            self.scope["state"]["abort"] = self.transport.abort

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # uvicorn would call a refusal by the application unfinished

    def keepalive_timeout(self) -> None:
        """The peer did not answer a ping."""
        super().keepalive_timeout()
        self.transport.abort()

    def shutdown(self) -> None:
        """The process ends."""
        super().shutdown()
        self.loop.call_later(CUT_SECONDS, self.transport.abort)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The ASGI call is over."""
        super().on_task_complete(task)
        self.loop.call_later(CUT_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self.table.leave(self.transport)
        super().connection_lost(exc)


def protocols(table: ConnectionTable) -> dict[str, Any]:
    """uvicorn's settings `http` and `ws` for connections that are kept in this table."""
    given = {"table": table}
    return {
        "http": type("RequestConnection", (_RequestConnection,), given),
        "ws": type("SocketConnection", (_SocketConnection,), given),
    }
